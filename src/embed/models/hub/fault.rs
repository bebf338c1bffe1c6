//! Why a download fails, and whether it is worth another try.

use hf_hub::api::sync::ApiError;

/// Why something did not come.
pub(super) enum Fault {
    /// It may come another time.
    Passing(String),
    /// What is left of an earlier download cannot be gone on with.
    Remnant,
    Lasting(String),
}

impl Fault {
    pub(super) fn of(error: &ApiError) -> Self {
        use ureq::Error as Request;
        let ApiError::RequestError(request) = error else {
            return match error {
                ApiError::InvalidResume => Self::Remnant,
                ApiError::IoError(io) if is_of_disk(io) => {
                    Self::Lasting(format!("cannot keep what comes: {io}"))
                }
                ApiError::IoError(io) => Self::Passing(format!("the connection broke: {io}")),
                other => Self::Lasting(other.to_string()),
            };
        };
        match &**request {
            Request::StatusCode(401 | 403) => Self::Lasting(
                "the hub refuses (401 or 403): the repository is private or wants its licence accepted; set HF_TOKEN"
                    .to_owned(),
            ),
            Request::StatusCode(404) => {
                Self::Lasting("the hub has no such repository, revision or file (404)".to_owned())
            }
            // All of the file is there, without its name.
            Request::StatusCode(416) => Self::Remnant,
            Request::StatusCode(429) => {
                Self::Passing("the hub wants fewer requests (429)".to_owned())
            }
            Request::StatusCode(code @ 500..) => Self::Passing(format!("the hub failed ({code})")),
            Request::StatusCode(code) => Self::Lasting(format!("the hub answered {code}")),
            Request::Io(_) | Request::Timeout(_) | Request::ConnectionFailed | Request::HostNotFound => {
                Self::Passing(format!("no connection to the hub: {request}"))
            }
            other => Self::Lasting(format!("no answer from the hub: {other}")),
        }
    }
}

/// Whether writing failed, not the network.
fn is_of_disk(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::FileTooLarge
            | ErrorKind::QuotaExceeded
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
    )
}
