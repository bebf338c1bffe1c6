//! `tane serve`, `tane mcp`.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Engine, group};

/// Answer a browser and programs over HTTP: a page, a JSON API, the OpenAI interface, MCP.
///
/// Only this machine can reach the server unless --listen gives another address. No request changes a file. The
/// server answers from the newest index: after `tane index`, the next answer comes from the new one. If there is no
/// index yet and tane.toml names a corpus, tane builds the index first.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane serve --open                      the page, in your browser
  tane serve                             at http://127.0.0.1:8263
  tane serve --watch                     refresh the index when files change
  tane serve --listen 192.168.1.5:8263 --token-file ~/.tane-token
  curl --json '{\"query\": \"Who declined?\"}' localhost:8263/api/v1/query")]
pub struct Serve {
    /// Open the page in your browser
    #[arg(long, help_heading = group::RUN)]
    pub open: bool,
    /// Refresh the index when a file changes
    #[arg(long, help_heading = group::RUN)]
    pub watch: bool,
    /// Address to listen at [default: 127.0.0.1:8263, or the next free port]
    #[arg(long, value_name = "ADDRESS:PORT", help_heading = group::NETWORK)]
    pub listen: Option<SocketAddr>,
    /// File with the token that every request needs [default: the token in TANE_TOKEN]
    #[arg(long, value_name = "FILE", help_heading = group::NETWORK)]
    pub token_file: Option<PathBuf>,
    /// Answer requests to this host name too; may be repeated
    #[arg(long, value_name = "HOST", value_parser = host, help_heading = group::NETWORK)]
    pub allow_host: Vec<String>,
    #[command(flatten)]
    pub engine: Engine,
}

/// A name without scheme and port: those of a request do not count.
fn host(given: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_address = given.parse::<std::net::IpAddr>().is_ok();
    if is_address || !given.is_empty() && given.chars().all(is_name) {
        return Ok(given.to_owned());
    }
    Err(format!(
        "expected a name or an address alone, as `tane.example`, received `{given}`"
    ))
}

/// Answer an assistant over standard input and output (MCP).
///
/// The assistant starts this command itself: name it in the assistant's configuration. If there is no index, every
/// tool says how to build one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane mcp --index ~/articles-index          what the assistant starts

  In the configuration of the assistant:
  {\"mcpServers\": {\"articles\": {
    \"command\": \"tane\",
    \"args\": [\"mcp\", \"--index\", \"/home/you/articles-index\"]
  }}}")]
pub struct Mcp {
    #[command(flatten)]
    pub engine: Engine,
}
