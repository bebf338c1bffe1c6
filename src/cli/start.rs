//! `tane` alone: what to do next.

use super::output;
use super::settings::Settings;
use crate::cli::outcome::Outcome;
use crate::index::Manifest;

/// On standard error and with exit code 2, as clap, and so uv, ripgrep and cargo's plugins, answer a command line that
/// asks for nothing: a script whose variable was empty must not go on.
pub fn run(settings: &Settings) -> Outcome {
    let has_corpus = settings.corpus_to_build().is_some();
    let is_built = matches!(Manifest::read(&settings.index), Ok(Some(_)));
    let index = match (is_built, has_corpus) {
        (true, _) => "  tane index              refresh the index (tane index FOLDER adds to it)",
        (false, true) => "  tane index              build the index of this project",
        (false, false) => "  tane index FOLDER       read a folder of articles; do this first",
    };
    output::remark(&format!(
        "tane answers questions from your own articles, with citations.\n\
         {index}\n\
         \x20 tane query \"QUESTION\"   get the closest passages\n\
         \x20 tane show ID            read an article or a passage\n\
         \x20 tane --help             list all commands"
    ));
    Outcome::Faults
}
