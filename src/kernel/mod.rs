//! SIMD kernels, each with a plain oracle. Knows nothing of the rest of the program.
//!
//! Two kinds: written in intrinsics per instruction set (`dot`, `linear`), and plain Rust that is
//! compiled once for each (`attention`, `activation`, `norm`, `quantize`; see [`multiversion`]).

pub mod activation;
pub mod attention;
pub mod dot;
mod isa;
pub mod linear;
mod multiversion;
pub mod norm;
pub mod q4_0;
pub mod quantize;

pub use isa::Isa;
