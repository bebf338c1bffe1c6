//! `tane man`: the help as man pages.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::args::{self, Args};
use super::output::Output;
use super::settings::Settings;
use crate::cli::outcome::Outcome;
use crate::error::Error;

pub fn run(args: &args::Man, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    std::fs::create_dir_all(&args.dir).map_err(Error::io("create", &args.dir))?;
    // `tane help` has no page: `man tane` is it.
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let pages = write(&command, &args.dir)?;
    if !settings.quiet {
        out.line(&format!("{pages} man pages in {}", args.dir.display()))?;
    }
    Ok(Outcome::Something)
}

/// Writes the pages of a command and of those below it; how many.
fn write(command: &Command, dir: &Path) -> anyhow::Result<usize> {
    let man = Man::new(command.clone());
    let path = dir.join(man.get_filename());
    let page = page(&man, command)?;
    std::fs::write(&path, page).map_err(Error::io("write", &path))?;
    let mut pages = 1;
    for command in command.get_subcommands() {
        pages += write(command, dir)?;
    }
    Ok(pages)
}

/// As [`Man::render`], but for the title, which is in capitals and has its version at its place, and for the examples,
/// whose lines stay as they are.
fn page(man: &Man, command: &Command) -> anyhow::Result<String> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut page = Vec::new();
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
    let title = format!(
        ".TH {} 1 {} \"tane {}\"\n",
        name.to_uppercase(),
        date(),
        env!("CARGO_PKG_VERSION")
    );
    Ok(title + &tidy(&String::from_utf8(page)?))
}

/// The day on which the pages are written, or that SOURCE_DATE_EPOCH names for packages that must come out the same.
fn date() -> String {
    let named = std::env::var("SOURCE_DATE_EPOCH").ok();
    let seconds = named.and_then(|seconds| seconds.parse().ok());
    let seconds = seconds.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.unwrap_or_default().as_secs().try_into().unwrap_or(0)
    });
    let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    time.format("%Y-%m-%d").to_string()
}

/// Without what `mandoc -Tlint` warns of: white space at the end of a line, and two breaks around an empty line.
fn tidy(page: &str) -> String {
    let lines = page.lines().map(|line| format!("{}\n", line.trim_end()));
    let page = lines.collect::<String>();
    page.replace(".br\n\n.br\n", ".sp\n")
        .replace("\n\n", "\n.sp\n")
}
