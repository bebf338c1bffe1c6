//! Where a model runs; the only file that names candle's devices.

use std::str::FromStr;

use candle_core::Device;

use crate::error::{Error, Result};

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
    Cpu,
    /// The CUDA device with this number.
    Cuda(usize),
    Metal,
}

impl DeviceChoice {
    /// Opens the device.
    ///
    /// # Errors
    /// [`Error::Device`] where a device that was asked for by name is not there.
    pub fn open(self) -> Result<Device> {
        match self {
            Self::Auto | Self::Cpu => Ok(Device::Cpu),
            Self::Cuda(number) => Err(Error::Device {
                device: format!("cuda:{number}"),
                reason: "this program was built without CUDA".to_owned(),
            }),
            Self::Metal => Err(Error::Device {
                device: "metal".to_owned(),
                reason: "this program was built without Metal".to_owned(),
            }),
        }
    }
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
