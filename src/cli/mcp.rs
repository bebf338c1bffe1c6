//! `tane mcp`.

use std::sync::Arc;

use anyhow::Context;

use super::args;
use super::serve::service;
use super::settings::Settings;
use crate::cli::outcome::Outcome;
use crate::serve::talk;

/// Standard output belongs to the protocol.
pub fn run(args: &args::Mcp, settings: Settings) -> anyhow::Result<Outcome> {
    let service = service(&Arc::new(settings), &args.engine);
    talk(service).context("the program that started `tane mcp` does not speak MCP")?;
    Ok(Outcome::Something)
}
