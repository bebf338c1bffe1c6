//! How errors are said.

use crate::advice::advice;
use crate::error::Error;

/// An error and its causes, but for those that it says itself.
pub fn told(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| {
        let advice = cause.downcast_ref().and_then(|error: &Error| advice(error));
        let cause = cause.to_string() + advice.as_deref().unwrap_or_default();
        match told.as_str() {
            "" => cause,
            _ if told.contains(&cause) => told,
            _ => format!("{told}: {cause}"),
        }
    })
}

/// Whoever read standard output has gone (`| head`): nothing is wrong.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind)
            .or_else(|| {
                cause
                    .downcast_ref::<serde_json::Error>()
                    .and_then(serde_json::Error::io_error_kind)
            });
        kind == Some(std::io::ErrorKind::BrokenPipe)
    })
}
