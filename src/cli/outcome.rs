//! What a command found, as the exit code says it.

/// What a command found.
pub enum Outcome {
    /// Exit code 0.
    Something,
    /// Exit code 1.
    Nothing,
    /// Exit code 2, after results that are worth keeping; the reason is already on stderr.
    Faults,
    /// Exit code 130: what would go on for ever was ended.
    Interrupted,
}
