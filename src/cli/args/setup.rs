//! What a user sets up once: completions, man pages.

use std::path::PathBuf;

/// Print a completion script for your shell.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane completions bash > ~/.local/share/bash-completion/completions/tane
  tane completions zsh > ~/.zfunc/_tane
  tane completions fish > ~/.config/fish/completions/tane.fish")]
pub struct Completions {
    /// Shell
    pub shell: clap_complete::Shell,
}

/// Write the man pages to a folder.
///
/// Each command has a page: tane.1, tane-query.1 and so on. tane creates the folder if there is none.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane man ~/.local/share/man/man1
  man tane-query")]
pub struct Man {
    /// Folder
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}
