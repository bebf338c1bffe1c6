//! Parses, runs, and returns the exit code.

use std::process::ExitCode;

/// musl's allocator has one lock for all threads, and costs an indexing run a tenth of its time.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tane::cli::main()
}
