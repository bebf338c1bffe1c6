//! Where a model runs; the only file that names candle's devices.

use std::str::FromStr;

use candle_core::{DType, Device, Tensor};

use crate::error::{EmbedError, Error, Result};

/// The device of the CPU engine, and where weights are prepared.
pub fn cpu() -> Device {
    Device::Cpu
}

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The best device there is.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device with this number.
    Cuda(usize),
    /// The first GPU that Metal knows.
    Metal,
}

/// A device that has computed something.
pub struct Opened {
    pub device: Device,
    /// `cpu`, `cuda:0`, `metal`
    pub name: String,
    /// Why it is not the GPU that this program was built for.
    pub instead: Option<String>,
}

impl Opened {
    pub fn is_gpu(&self) -> bool {
        !self.device.is_cpu()
    }
}

impl std::fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

impl DeviceChoice {
    /// Opens the device. `Auto` takes a GPU that this program was built for and that computes right, else the CPU.
    ///
    /// # Errors
    /// [`EmbedError::Device`] where a device that was asked for by name is not there.
    pub fn open(self) -> Result<Opened> {
        let opened = |choice: Self, instead| {
            Ok(Opened {
                device: choice.device().map_err(|reason| {
                    Error::Embed(EmbedError::Device {
                        device: choice.to_string(),
                        reason,
                    })
                })?,
                name: choice.to_string(),
                instead,
            })
        };
        let built_for = if cfg!(feature = "cuda") {
            Some(Self::Cuda(0))
        } else if cfg!(feature = "metal") {
            Some(Self::Metal)
        } else {
            None
        };
        match (self, built_for) {
            (Self::Auto, None) => opened(Self::Cpu, None),
            (Self::Auto, Some(gpu)) => match gpu.device() {
                Ok(device) => Ok(Opened {
                    device,
                    name: gpu.to_string(),
                    instead: None,
                }),
                Err(reason) => opened(Self::Cpu, Some(format!("no {gpu}: {reason}"))),
            },
            (named, _) => opened(named, None),
        }
    }

    /// The device, once it has computed something; else why not.
    fn device(self) -> Result<Device, String> {
        let device = match self {
            Self::Auto | Self::Cpu => return Ok(Device::Cpu),
            Self::Cuda(_) if !cfg!(feature = "cuda") => {
                return Err("this program was built without CUDA (`--features cuda`)".to_owned());
            }
            Self::Metal if !cfg!(feature = "metal") => {
                return Err("this program was built without Metal (`--features metal`)".to_owned());
            }
            Self::Cuda(number) => Device::new_cuda(number),
            Self::Metal => Device::new_metal(0),
        };
        // What follows the first line is where in candle it happened.
        let told = |error: candle_core::Error| {
            let told = error.to_string();
            told.lines().next().unwrap_or_default().to_owned()
        };
        let device = device.map_err(told)?;
        match multiplies(&device) {
            Ok(true) => Ok(device),
            Ok(false) => Err("it multiplies two matrices wrongly".to_owned()),
            Err(error) => Err(told(error)),
        }
    }
}

/// Whether a product comes out right: a driver may open a device that cannot run the kernels this program was built
/// with.
fn multiplies(device: &Device) -> candle_core::Result<bool> {
    let product = |device: &Device| {
        let numbers = Tensor::arange(0f32, 64.0, &Device::Cpu)?;
        let matrix = numbers.reshape((8, 8))?.to_device(device)?;
        let product = matrix.matmul(&matrix.t()?)?.affine(0.5, 1.0)?;
        product
            .to_dtype(DType::F32)?
            .flatten_all()?
            .to_vec1::<f32>()
    };
    let (here, there) = (product(&Device::Cpu)?, product(device)?);
    // A GPU may multiply with fewer digits.
    let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-2 * a.abs();
    Ok(here.len() == there.len() && here.iter().zip(&there).all(close))
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda(0)),
            "metal" => Ok(Self::Metal),
            _ => name
                .strip_prefix("cuda:")
                .and_then(|number| number.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| "expected auto, cpu, cuda, cuda:N or metal".to_owned()),
        }
    }
}
