//! `tane completions`.

use clap::CommandFactory;

use super::args::{self, Args};
use super::output::Output;
use crate::cli::outcome::Outcome;

pub fn run(args: &args::Completions, out: &mut Output) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "tane", &mut script);
    out.raw(&script)?;
    Ok(Outcome::Something)
}
