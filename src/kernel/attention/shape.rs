//! The shape of the attention.

/// Shape of the attention.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub tokens: usize,
    pub heads: usize,
    pub head_size: usize,
}

impl Shape {
    /// Numbers of a row of the output.
    pub fn hidden(self) -> usize {
        self.heads * self.head_size
    }

    /// Where the query (part 0), key (1) or value (2) of a token and head begins in `qkv`.
    pub fn start(self, token: usize, part: usize, head: usize) -> usize {
        (token * 3 + part) * self.hidden() + head * self.head_size
    }
}
