//! Vectors in eight bits, for comparing many of them fast.
//!
//! Every number of a vector of length 1 is a multiple of one step, the same for all vectors, so that the dot
//! product of two codes is theirs but for a factor. A number beyond five of its standard deviations is cut
//! off; how far codes are from their vectors is measured, not assumed.

use super::row_reads::SpotReads;

/// The step between two numbers of a code.
pub fn step(dimension: usize) -> f32 {
    5.0 / (dimension as f32).sqrt() / 127.0
}

/// The code of a vector, and the length of what it leaves out.
pub fn encode(vector: &[f32], out: &mut Vec<i8>) -> f32 {
    let step = step(vector.len());
    let mut rest = 0.0;
    for value in vector {
        let code = (value / step).round().clamp(-127.0, 127.0);
        out.push(code as i8);
        rest += (value - code * step).powi(2);
    }
    rest.sqrt()
}

/// The codes of rows, `[rows, dimension]`, row-major, and where they can be read one by one.
#[derive(Clone, Copy)]
pub struct CodeRows<'a> {
    /// Numbers from -127 to 127, in steps of `step`.
    pub values: &'a [i8],
    /// Where single rows can be read; `None` where they lie in memory.
    pub file: Option<&'a SpotReads>,
}

impl<'a> CodeRows<'a> {
    /// Codes that are in memory.
    pub fn in_memory(values: &'a [i8]) -> Self {
        Self { values, file: None }
    }
}
