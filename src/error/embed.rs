//! Models, tokenizers, encoders, devices.

use std::path::Path;

use super::reason::Reason;

/// What can be wrong with a model, or with what computes it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// The name is in no registry.
    #[error("unknown model `{name}`; known: {known}")]
    UnknownModel {
        /// The name that was asked for.
        name: String,
        /// All names of the registry, separated by commas.
        known: String,
    },
    /// The model is known, but this program cannot run it.
    #[error("model `{name}` cannot be run: {reason}")]
    ModelNotRunnable {
        /// Name of the model in the registry.
        name: String,
        /// What is missing.
        reason: Reason,
    },
    /// The model has no second look, and something was asked for that needs it.
    #[error("model `{model}` has no second look: its entry in models.toml names no `late_layer`")]
    NoLateLayer {
        /// Name of the model.
        model: String,
    },
    /// The model's file contradicts itself or the registry.
    #[error("model `{model}`: {what}: expected {expected}, received {received}")]
    BadModel {
        /// Name of the model.
        model: String,
        /// What was compared: a tensor, a checksum, a setting.
        what: String,
        /// What it should be.
        expected: String,
        /// What it is.
        received: String,
    },
    /// A file of a model asks for what this program does not compute.
    #[error(
        "model `{model}`: {}: `{key}` is {value}, which is not computed here; possible: {possible}",
        path.display()
    )]
    NotComputed {
        /// Name of the model.
        model: String,
        /// The file that asks for it: `config.json` or another one of the model's folder.
        path: Box<Path>,
        /// The key in that file, with the keys above it.
        key: String,
        /// What stands there; `absent` where nothing does.
        value: String,
        /// The values that are computed here, separated by commas.
        possible: String,
    },
    /// A model could not be downloaded from the hub.
    #[error("model `{model}`: {what}")]
    Hub {
        /// Name of the model.
        model: String,
        /// What went wrong, and what can be done about it.
        what: String,
    },
    /// A model is to be downloaded, and nothing may be.
    #[error("model `{model}`: offline: nothing is downloaded")]
    Offline {
        /// Name of the model.
        model: String,
    },
    /// candle failed to load or compute something.
    #[error("{what}: {source}")]
    Compute {
        /// What was being done: `cannot load the model`, `the model failed`.
        what: &'static str,
        /// What candle says.
        source: candle_core::Error,
    },
    /// The tokenizer of a model cannot be built, or failed.
    #[error("cannot {action}: {message}")]
    Tokenizer {
        /// What was tried, as a verb: `read the vocabulary`.
        action: &'static str,
        /// Why it failed.
        message: String,
    },
    /// The engine does not compute in such numbers.
    #[error("engine `{engine}` does not compute in {precision}; possible: {possible}")]
    Precision {
        /// The engine, and where it computes if that matters: `auto on a CPU`, `candle`.
        engine: &'static str,
        /// The precision that was asked for; empty where none was.
        precision: String,
        /// The precisions that it has there, separated by commas.
        possible: String,
    },
    /// `TANE_KERNEL` names no instruction set.
    #[error("TANE_KERNEL: unknown kernels `{name}`; known: {known}")]
    Kernels {
        /// The value of the variable.
        name: String,
        /// The names it may have, separated by commas.
        known: String,
    },
    /// The device asked for is not there, or does not compute.
    #[error("device `{device}` is not available: {reason}")]
    Device {
        /// The device as it was asked for: `cuda:0`, `metal`.
        device: String,
        /// Why it cannot be used.
        reason: String,
    },
}
