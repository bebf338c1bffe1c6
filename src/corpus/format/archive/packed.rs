//! What comes out of a packed file is counted, whatever the file says of its size; and whether it ended too early.

use std::cell::Cell;
use std::io::{Error, Read, Result};
use std::rc::Rc;

/// A reader that fails behind so many bytes.
pub struct Counted<R> {
    from: R,
    left: u64,
    most: u64,
    ended: Rc<Cell<bool>>,
}

impl<R> Counted<R> {
    pub fn new(from: R, most: u64) -> Self {
        Self {
            from,
            left: most,
            most,
            ended: Rc::default(),
        }
    }

    /// Becomes true when somebody asks for more than there is.
    pub fn ended(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.ended)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let length = self.from.read(buffer)?;
        if length == 0 && !buffer.is_empty() {
            self.ended.set(true);
        }
        let left = self.left.checked_sub(length as u64);
        self.left = left.ok_or_else(|| {
            let most = self.most >> 20;
            Error::other(format!("it expands to more than {most} MB"))
        })?;
        Ok(length)
    }
}
