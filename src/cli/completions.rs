//! `tane completions`.

use clap::CommandFactory;

use super::args::{self, Args};
use super::output::Output;
use crate::cli::outcome::Found;

pub fn run(args: &args::Completions, out: &mut Output) -> anyhow::Result<Found> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "tane", &mut script);
    out.raw(&script)?;
    Ok(Found::Something)
}
