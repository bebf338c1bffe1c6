//! The command line: the only place that knows clap, prints, and decides exit codes.

mod alike;
mod args;
mod carry;
mod completions;
mod embed;
mod eval;
mod failure;
mod hints;
mod index;
mod input;
mod man;
mod map;
mod mcp;
mod models;
mod open;
mod options;
mod outcome;
mod output;
mod passages;
mod progress;
mod query;
mod reader;
mod render;
mod serve;
mod settings;
mod shell;
mod show;
mod similar;
mod start;
mod status;
mod verify;
mod version;
mod watch;

use std::process::ExitCode;

use args::{Args, Command};
use clap::Parser;
use clap::error::ErrorKind;
use output::Output;
use settings::Settings;

use crate::cli::failure::{is_broken_pipe, told};
use crate::cli::outcome::Outcome;
use crate::corpus::READING_THREAD;
use crate::embed::HUB_THREAD;
use crate::error::Error;

/// Runs the program.
pub fn main() -> ExitCode {
    if let Some(code) = reader::run() {
        return code;
    }
    // What ends one of these threads is told as an error.
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let thread = std::thread::current();
        if ![Some(HUB_THREAD), Some(READING_THREAD)].contains(&thread.name()) {
            shown(info);
        }
    }));
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let error = match error.kind() {
                ErrorKind::DisplayVersion => version::full(error),
                _ => hints::add(error),
            };
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run(args) {
        Ok(Outcome::Something) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::from(1),
        Ok(Outcome::Faults) => ExitCode::from(2),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let interrupted = matches!(error.downcast_ref(), Some(Error::Interrupted { .. }));
            let again = match interrupted {
                true => format!("; to continue: {}", shell::typed()),
                false => String::new(),
            };
            output::complain(&(told(&error) + &again));
            ExitCode::from(if interrupted { 130 } else { 2 })
        }
    }
}

fn run(args: Args) -> anyhow::Result<Outcome> {
    let settings = Settings::resolve(&args.global)?;
    output::repeat_index(settings.index_option());
    let mut out = Output::new(settings.color);
    let Some(command) = args.command else {
        return Ok(start::run(&settings));
    };
    let found = match command {
        Command::Index(args) => index::run(&args, &settings, &mut out)?,
        Command::Query(args) => query::run(&args, &settings, &mut out)?,
        Command::Similar(args) => similar::run(&args, &settings, &mut out)?,
        Command::Map(args) => map::run(&args, &settings, &mut out)?,
        Command::Passages(args) => passages::run(&args, &settings, &mut out)?,
        Command::Show(args) => show::run(&args, &settings, &mut out)?,
        Command::Open(args) => open::run(&args, &settings, &mut out)?,
        Command::Status(args) => status::run(&args, &settings, &mut out)?,
        Command::Verify(args) => verify::run(&args, &settings, &mut out)?,
        Command::Pack(args) => carry::pack_up(&args, &settings, &mut out)?,
        Command::Unpack(args) => carry::take_in(&args, &settings, &mut out)?,
        Command::Merge(args) => carry::join(&args, &settings, &mut out)?,
        Command::Embed(args) => embed::run(&args, &settings, &mut out)?,
        Command::Models(args) => models::run(&args, &settings, &mut out)?,
        Command::Eval(args) => eval::run(&args, &settings, &mut out)?,
        Command::Serve(args) => serve::run(&args, settings, &mut out)?,
        Command::Mcp(args) => mcp::run(&args, settings)?,
        Command::Completions(args) => completions::run(&args, &mut out)?,
        Command::Man(args) => man::run(&args, &settings, &mut out)?,
    };
    out.flush()?;
    Ok(found)
}
