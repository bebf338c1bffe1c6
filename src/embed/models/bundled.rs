//! The model inside the binary; the one place where it is compiled in.

/// The GGUF file, where the program was built with feature `bundled-model`.
#[cfg(feature = "bundled-model")]
pub const GGUF: Option<&[u8]> = Some(include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/models/multilingual-e5-small-q4_0.gguf"
)));

/// How languages are brought together in its space; see `models/align.py`.
pub const ALIGNMENT: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/models/multilingual-e5-small.alignment.safetensors"
));

/// How its token states are compared; see `models/late.py`.
pub const LATE: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/models/multilingual-e5-small.late.safetensors"
));

/// The GGUF file, where the program was built with feature `bundled-model`.
#[cfg(not(feature = "bundled-model"))]
pub const GGUF: Option<&[u8]> = None;
