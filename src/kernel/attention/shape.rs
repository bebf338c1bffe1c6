//! The shape of the attention.

/// Shape of the attention.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Tokens of the sequence, at least 1.
    pub tokens: usize,
    /// Heads side by side in a row.
    pub heads: usize,
    /// Numbers of one head's query, key or value.
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
