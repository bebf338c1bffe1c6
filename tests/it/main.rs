//! Drives the real program, as a user would.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::too_many_lines,
    reason = "a test fails by panicking and says so"
)]

mod archives;
mod bad_input;
mod books;
mod carry;
mod citations;
mod crash;
mod embed;
mod eval;
mod formats;
mod golden;
mod help;
mod hub;
mod hub_server;
mod imports;
mod index;
mod late;
mod layers;
mod mail;
mod map;
mod models;
mod ocr;
mod office;
mod open;
mod output;
mod pages;
mod pdf;
mod query;
mod serve;
mod similar;
mod support;
mod surface;
mod unreachable;
mod verify;
mod versions;
mod watch;
mod zoo;
