//! The command line: the only place that knows clap, prints, and decides exit codes.

mod args;
mod embed;
mod output;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use output::Output;
use settings::Settings;

use crate::error::Error;

/// What a command found.
enum Found {
    /// Exit code 0.
    Something,
    /// Exit code 1.
    Nothing,
    /// Exit code 2, after results that are worth keeping; the reason is already on stderr.
    Faults,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run(args) {
        Ok(Found::Something) => ExitCode::SUCCESS,
        Ok(Found::Nothing) => ExitCode::from(1),
        Ok(Found::Faults) => ExitCode::from(2),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("{error:#}"));
            let interrupted = matches!(error.downcast_ref(), Some(Error::Interrupted { .. }));
            ExitCode::from(if interrupted { 130 } else { 2 })
        }
    }
}

fn run(args: Args) -> anyhow::Result<Found> {
    let settings = Settings::resolve(&args.global)?;
    let mut out = Output::new(settings.color);
    let found = match args.command {
        Command::Embed(args) => embed::run(&args, &settings, &mut out)?,
    };
    out.flush()?;
    Ok(found)
}

/// Whoever read standard output has gone (`| head`): nothing is wrong.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
