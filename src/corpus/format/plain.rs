//! Plain text: [`super::super::layout`].

use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, Parsed};
use crate::corpus::plain::layout::layout;
use crate::corpus::read_options::Fields;

pub struct Plain;

impl Format for Plain {
    fn name(&self) -> &'static str {
        "text"
    }

    fn accepts(&self, _: &str, _: &str) -> bool {
        true
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        Ok(vec![plain(text)])
    }
}

/// A plain text.
pub fn plain(text: &str) -> Parsed {
    let (blocks, omitted) = layout(text);
    Parsed {
        blocks,
        omitted,
        ..Parsed::default()
    }
}
