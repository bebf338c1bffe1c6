//! From text to vectors: the registry of models, the tokenizer, the encoder, pooling.

mod alignment;
mod cache_file;
mod canary;
mod compute;
mod config;
mod device;
mod embedder;
mod engine;
mod input;
mod late;
mod loading;
mod model;
mod models;
mod space;
mod tokenizer;
mod unit;
mod weights;

pub use alignment::{Alignment, Probe};
pub use canary::{Canary, LEAST_COSINE, canaries, cosines, explain};
pub use compute::{Compute, Engine, Precision};
pub use device::DeviceChoice;
pub use embedder::{EmbeddedQuestion, Embedder, TokenState};
pub use input::{Embedding, Input, Role};
pub use late::{LateMap, QuestionTokens, TokenCodes};
pub use loading::{describe as describe_path, late_id};
pub use model::{Family, Model, Pooling, Source};
pub use models::hub::{Hub, THREAD as HUB_THREAD, Wanted, Watch};
pub use models::lockfile::{Lock, LockedFile};
pub use models::registry::{DEFAULT_MODEL, Registry};
pub use space::Space;
