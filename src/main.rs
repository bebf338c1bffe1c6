//! Parses, runs, and returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tane::cli::main()
}
