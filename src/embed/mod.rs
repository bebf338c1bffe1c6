//! From text to vectors: the registry of models, the tokenizer, the encoder, pooling.

mod alignment;
mod bert;
mod bundled;
mod bytes;
mod canary;
mod charsmap;
mod compute;
mod device;
mod embedder;
mod encoder;
mod folder;
mod fused;
mod gguf;
mod loading;
mod pack;
mod packed;
mod pooling;
mod reference;
mod registry;
mod safetensors;
mod space;
mod stock;
mod table;
mod tokenizer;
mod unigram;
mod vocabulary;
mod weights;

pub use alignment::{Alignment, Probe};
pub use canary::{Canary, LEAST_COSINE, canaries, cosines};
pub use compute::{Compute, Engine, Precision};
pub use device::DeviceChoice;
pub use embedder::{Embedder, Embedding, Input, Role};
pub use loading::describe as describe_path;
pub use registry::{DEFAULT_MODEL, Family, Model, Pooling, Registry, Source};
pub use space::Space;
