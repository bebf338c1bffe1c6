//! Drives the real program, as a user would.

mod bad_input;
mod citations;
mod embed;
mod eval;
mod golden;
mod index;
mod layers;
mod output;
mod similar;
mod support;
mod surface;
