//! SIMD kernels, each with a plain oracle. Knows nothing of the rest of the program.
//!
//! Two kinds: written in intrinsics or assembly per instruction set (`dot`, `dot_i8`, `linear`, attention on AMX),
//! and plain Rust that is compiled once for each (all others; see `multiversion.rs`).

pub mod activation;
#[cfg(target_arch = "x86_64")]
mod amx;
pub mod attention;
pub mod dot;
pub mod dot_i2;
pub mod dot_i8;
mod isa;
pub mod linear;
mod multiversion;
pub mod norm;
pub mod q4_0;
pub mod quantize;

pub use isa::Isa;
