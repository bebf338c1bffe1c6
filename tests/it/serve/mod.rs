//! `tane serve` and `tane mcp`.

mod answers;
mod hostile;
mod mcp;
mod openai;
mod openapi;
mod page;
mod refresh;
mod running;
pub mod server;
