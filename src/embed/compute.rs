//! What the user may choose about how a model is computed.

use candle_core::DType;
use serde::{Deserialize, Serialize};

use crate::embed::device::DeviceChoice;
use crate::error::{EmbedError, Error, Result};
use crate::kernel::Isa;
use crate::kernel::linear::bf16;

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// Kernels of our own, on the CPU.
    #[default]
    Auto,
    /// candle's stock ops in f32, and the reference tokenizer.
    Candle,
}

/// The numbers a model is computed in; vectors of one space may be compared whatever theirs is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Eight-bit integers, accumulated in 32 bits: the fastest.
    Int8,
    /// Products of 16-bit floats, summed in f32; on CPUs that have them, and on GPUs.
    Bf16,
    /// IEEE half precision, on GPUs.
    F16,
    /// IEEE single precision, on CPUs and GPUs.
    F32,
}

impl Precision {
    /// What candle's stock ops compute in; `None` where they do not.
    pub fn dtype(self) -> Option<DType> {
        match self {
            Self::Int8 => None,
            Self::Bf16 => Some(DType::BF16),
            Self::F16 => Some(DType::F16),
            Self::F32 => Some(DType::F32),
        }
    }
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Int8 => "int8",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
            Self::F32 => "f32",
        })
    }
}

/// How to compute.
#[derive(Debug, Clone, Copy, Default)]
pub struct Compute {
    /// What computes.
    pub engine: Engine,
    /// `None`: what the engine does best on this CPU.
    pub precision: Option<Precision>,
    /// Where it computes.
    pub device: DeviceChoice,
}

impl Compute {
    /// The precision of the fused engine. `measured`: what int8 costs this model is known, and it is little.
    ///
    /// # Errors
    /// [`EmbedError::Precision`] where the engine or the CPU has no such numbers, [`EmbedError::Kernels`].
    pub(super) fn fused(self, measured: bool) -> Result<Precision> {
        Isa::requested().map_err(|name| {
            Error::Embed(EmbedError::Kernels {
                name,
                known: Isa::NAMES.map(|(name, _)| name).join(", "),
            })
        })?;
        match self.precision {
            Some(Precision::Bf16) if !bf16::supported(Isa::current()) => {
                Err(self.impossible("auto on this CPU", "int8, f32"))
            }
            Some(Precision::F16) => Err(self.impossible("auto on a CPU", "int8, bf16, f32")),
            Some(asked) => Ok(asked),
            // Matrix units take most of what bf16 costs: a sixth slower, and nothing is lost.
            None if Isa::current() == Isa::Amx => Ok(Precision::Bf16),
            None if measured => Ok(Precision::Int8),
            None => Ok(Precision::F32),
        }
    }

    /// The precision of candle's stock ops; `on_gpu` are those that a family can be computed in there, the best first.
    ///
    /// # Errors
    /// [`EmbedError::Precision`] where they have no such numbers.
    pub(super) fn stock(self, gpu: bool, on_gpu: &[Precision]) -> Result<(Precision, DType)> {
        let possible = if gpu { on_gpu } else { &[Precision::F32] };
        let precision = self.precision.unwrap_or(possible[0]);
        let dtype = precision.dtype().filter(|_| possible.contains(&precision));
        let names: Vec<String> = possible.iter().map(Precision::to_string).collect();
        let dtype = dtype.ok_or_else(|| self.impossible("candle", names.join(", ")))?;
        Ok((precision, dtype))
    }

    fn impossible(self, engine: &'static str, possible: impl Into<String>) -> Error {
        Error::Embed(EmbedError::Precision {
            engine,
            precision: self.precision.map_or_else(String::new, |p| p.to_string()),
            possible: possible.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_ops_take_the_best_that_is_possible_and_refuse_the_rest() {
        let asked = |precision| Compute {
            precision,
            ..Compute::default()
        };
        let halves = [Precision::F16, Precision::Bf16, Precision::F32];
        let taken = |compute: Compute, gpu, on_gpu: &[Precision]| {
            let taken = compute.stock(gpu, on_gpu);
            taken
                .map(|(precision, _)| precision)
                .map_err(|e| e.to_string())
        };
        assert_eq!(taken(asked(None), true, &halves), Ok(Precision::F16));
        assert_eq!(taken(asked(None), false, &halves), Ok(Precision::F32));
        let bf16 = asked(Some(Precision::Bf16));
        assert_eq!(taken(bf16, true, &halves), Ok(Precision::Bf16));
        for (gpu, on_gpu) in [(false, &halves[..]), (true, &[Precision::F32])] {
            let refused = taken(bf16, gpu, on_gpu).unwrap_err();
            assert!(refused.ends_with("in bf16; possible: f32"), "{refused}");
        }
        let int8 = taken(asked(Some(Precision::Int8)), true, &halves).unwrap_err();
        assert!(int8.ends_with("possible: f16, bf16, f32"), "{int8}");
    }
}
