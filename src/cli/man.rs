//! `tane man`: the help as man pages.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::Found;
use super::args::{self, Args};
use super::output::Output;
use super::settings::Settings;
use crate::error::Error;

pub fn run(args: &args::Man, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    std::fs::create_dir_all(&args.dir).map_err(Error::io("create", &args.dir))?;
    // `tane help` has no page: `man tane` is it.
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let pages = write(&command, &args.dir)?;
    if !settings.quiet {
        out.line(&format!("{pages} man pages in {}", args.dir.display()))?;
    }
    Ok(Found::Something)
}

/// Writes the pages of a command and of those below it; how many.
fn write(command: &Command, dir: &Path) -> anyhow::Result<usize> {
    let man = Man::new(command.clone())
        .source(concat!("tane ", env!("CARGO_PKG_VERSION")))
        .manual("tane");
    let path = dir.join(man.get_filename());
    let page = page(&man, command)?;
    std::fs::write(&path, page).map_err(Error::io("write", &path))?;
    let mut pages = 1;
    for command in command.get_subcommands() {
        pages += write(command, dir)?;
    }
    Ok(pages)
}

/// As [`Man::render`], but for the examples: their lines stay as they are.
fn page(man: &Man, command: &Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(examples) = command.get_after_long_help() {
        let mut roff = Roff::new();
        roff.control("SH", ["EXAMPLES"]);
        roff.control("nf", []);
        for line in examples.to_string().lines().skip(1) {
            roff.text([roman(line.trim_start())]);
        }
        roff.control("fi", []);
        roff.to_writer(&mut page)?;
    }
    Ok(page)
}
