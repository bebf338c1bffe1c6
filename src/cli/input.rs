//! Standard input.

use std::io::Read;

use crate::error::Error;

/// All of standard input as bytes.
pub fn read_stdin() -> crate::error::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(Error::io("read", "standard input"))?;
    Ok(bytes)
}
