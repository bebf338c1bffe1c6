//! What the user may choose about how a model is computed.

use serde::{Deserialize, Serialize};

use super::device::DeviceChoice;
use crate::error::{Error, Result};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Eight-bit integers, accumulated in 32 bits: the fastest.
    Int8,
    /// Products of 16-bit floats, summed in f32; on CPUs that have them.
    Bf16,
    F32,
}

impl std::fmt::Display for Precision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Int8 => "int8",
            Self::Bf16 => "bf16",
            Self::F32 => "f32",
        })
    }
}

/// How to compute.
#[derive(Debug, Clone, Copy, Default)]
pub struct Compute {
    pub engine: Engine,
    /// `None`: what the engine does best on this CPU.
    pub precision: Option<Precision>,
    pub device: DeviceChoice,
}

impl Compute {
    /// The precision that is really used.
    ///
    /// # Errors
    /// [`Error::Precision`] where the engine or the CPU has no such numbers, [`Error::Kernels`].
    pub(super) fn resolve(self) -> Result<Precision> {
        Isa::requested().map_err(|name| Error::Kernels {
            name,
            known: Isa::NAMES.map(|(name, _)| name).join(", "),
        })?;
        let impossible = |engine, possible| Error::Precision {
            engine,
            precision: self.precision.map_or_else(String::new, |p| p.to_string()),
            possible,
        };
        match (self.engine, self.precision) {
            (Engine::Candle, None | Some(Precision::F32)) => Ok(Precision::F32),
            (Engine::Candle, _) => Err(impossible("candle", "f32")),
            (Engine::Auto, Some(Precision::Bf16)) if !bf16::supported(Isa::current()) => {
                Err(impossible("auto on this CPU", "int8, f32"))
            }
            (Engine::Auto, Some(asked)) => Ok(asked),
            // Matrix units take most of what bf16 costs: a sixth slower, and nothing is lost.
            (Engine::Auto, None) if Isa::current() == Isa::Amx => Ok(Precision::Bf16),
            (Engine::Auto, None) => Ok(Precision::Int8),
        }
    }
}
