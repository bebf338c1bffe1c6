//! A GGUF file in which any bytes are changed, most of them in its header: describing it, loading it and embedding with
//! it end with a vector or an error.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tane::embed::{Compute, Embedder, Engine, Role, describe_path};

const WHOLE: &[u8] = include_bytes!("../../tests/data/models/gguf/model.gguf");
/// Metadata, vocabulary and the names of the tensors.
const HEADER: usize = 12_000;

static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    std::env::temp_dir().join(format!("tane-fuzz-{}.gguf", std::process::id()))
});

fuzz_target!(|input: (Vec<(u32, u8)>, bool, Option<u32>)| {
    let (changes, in_header, length) = input;
    let mut bytes = WHOLE.to_vec();
    if let Some(length) = length {
        bytes.truncate(length as usize % (WHOLE.len() + 1));
    }
    let end = if in_header { HEADER } else { WHOLE.len() }.min(bytes.len());
    for (at, change) in changes {
        if end > 0 {
            bytes[at as usize % end] ^= change;
        }
    }
    // Never in place: the file is mapped.
    let _ = std::fs::remove_file(&*FILE);
    std::fs::write(&*FILE, &bytes).unwrap();
    let Ok(model) = describe_path("fuzzed", &FILE) else {
        return;
    };
    for engine in [Engine::Auto, Engine::Candle] {
        let compute = Compute {
            engine,
            ..Compute::default()
        };
        if let Ok(embedder) = Embedder::load(&model, compute, None) {
            let _ = embedder.embed_one("the mill by the river, [SEP] and more", Role::Passage);
        }
    }
});
