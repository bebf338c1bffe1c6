//! Line numbers of byte offsets.

/// Where the lines of a text begin. `\n`, `\r\n` and a lone `\r` end a line.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Finds the lines of a text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, &byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(i + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(i + 1);
            }
        }
        Self { starts }
    }

    /// The byte that a line begins at; lines count from 1. Where the text has fewer lines, the last one's.
    pub fn start(&self, line: usize) -> usize {
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at));
        start.or(self.starts.last()).copied().unwrap_or(0)
    }

    /// The line a byte lies in, counted from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|&start| start <= byte)
    }
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn all_three_line_ends() {
        let lines = LineIndex::new("a\nb\r\nc\rd\n");
        let at = |byte| lines.line(byte);
        assert_eq!(
            (at(0), at(1), at(2), at(4), at(5), at(7), at(8), at(9)),
            (1, 1, 2, 2, 3, 4, 4, 5)
        );
    }
}
