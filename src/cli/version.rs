//! What `tane --version` says of the program.

use std::sync::LazyLock;

use clap::CommandFactory;

use super::args::Args;
use crate::embed::DEFAULT_MODEL;
use crate::index::FORMAT;
use crate::kernel::Isa;

/// What the program was built with, and nothing else.
const FEATURES: [(&str, bool); 4] = [
    ("bundled-model", cfg!(feature = "bundled-model")),
    ("cuda", cfg!(feature = "cuda")),
    ("metal", cfg!(feature = "metal")),
    ("accelerate", cfg!(feature = "accelerate")),
];

/// What clap prints where it was asked for the version: all of it for `--version`. It is made only then, because
/// finding out which instruction sets the CPU has takes a millisecond on a virtual machine.
pub fn full(asked: clap::Error) -> clap::Error {
    let command = Args::command().long_version(long());
    command.try_get_matches().err().unwrap_or(asked)
}

/// Version, commit, system, kernel, features, model, and format of the index, one a line.
fn long() -> &'static str {
    static LONG: LazyLock<String> = LazyLock::new(written);
    &LONG
}

fn written() -> String {
    // Whoever builds a release sets it. Asking git here would compile the program anew after every commit.
    let commit = option_env!("TANE_COMMIT").unwrap_or("not recorded: this is no release");
    let environment = if cfg!(target_env = "musl") {
        ", static"
    } else {
        ""
    };
    let features = FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
    let features = features.collect::<Vec<_>>().join(", ");
    let features = if features.is_empty() {
        "none"
    } else {
        &features
    };
    let model = match cfg!(feature = "bundled-model") {
        true => format!("{DEFAULT_MODEL}, bundled"),
        false => "none bundled".to_owned(),
    };
    format!(
        "{version}\ncommit    {commit}\nsystem    {os} {arch}{environment}\nkernel    {kernel}\nfeatures  {features}\n\
         model     {model}\nindex     format {FORMAT}",
        version = env!("CARGO_PKG_VERSION"),
        os = std::env::consts::OS,
        arch = std::env::consts::ARCH,
        kernel = Isa::current().name(),
    )
}
