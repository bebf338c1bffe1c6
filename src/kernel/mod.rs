//! SIMD kernels, each with a plain oracle. Knows nothing of the rest of the program.

pub mod dot;
mod isa;

pub use isa::Isa;
