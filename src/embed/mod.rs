//! From text to vectors: the registry of models, the tokenizer, the encoder, pooling.

mod bert;
mod bundled;
mod device;
mod embedder;
mod encoder;
mod gguf;
mod pooling;
mod registry;
mod space;
mod tokenizer;

pub use device::DeviceChoice;
pub use embedder::{Embedder, Embedding, Input, Role};
pub use registry::{DEFAULT_MODEL, Family, Model, Pooling, Registry, Source};
pub use space::Space;
