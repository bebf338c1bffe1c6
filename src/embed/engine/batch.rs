//! Windows of texts in batches of neighbouring lengths.

use std::ops::Range;

use super::Sequence;
use crate::embed::input::Input;

/// One window of one input.
pub struct Job<'a> {
    pub input: usize,
    pub window: usize,
    pub ids: &'a [u32],
    /// The whole window first, then the parts that lie in it.
    pub pools: Vec<Range<usize>>,
    /// Positions of the tokens whose states are wanted.
    pub kept: &'a [usize],
}

impl Job<'_> {
    pub fn sequence(&self) -> Sequence<'_> {
        Sequence {
            ids: self.ids,
            pools: &self.pools,
            kept: self.kept,
        }
    }
}

/// The windows of an input.
pub fn jobs_of((number, input): (usize, &Input)) -> impl Iterator<Item = Job<'_>> {
    input.windows.iter().enumerate().map(move |(window, w)| {
        let parts = input.parts.iter().filter(move |part| part.window == window);
        let whole = 0..w.ids.len();
        Job {
            input: number,
            window,
            ids: &w.ids,
            pools: std::iter::once(whole)
                .chain(parts.map(|p| p.range.clone()))
                .collect(),
            kept: &w.kept,
        }
    })
}

/// Cuts jobs that are sorted by length, longest first, in batches of at most so many tokens; where those are padded,
/// by at most a sixteenth.
pub fn batches<'a, 'b>(
    jobs: &'b [Job<'a>],
    pads: bool,
    most: usize,
) -> impl Iterator<Item = &'b [Job<'a>]> {
    let mut rest = jobs;
    std::iter::from_fn(move || {
        let longest = rest.first()?.ids.len();
        let mut tokens = 0;
        let fits = |job: &Job<'_>| {
            tokens += if pads { longest } else { job.ids.len() };
            tokens <= most.max(longest) && (!pads || (longest - job.ids.len()) * 16 <= longest)
        };
        let count = rest
            .iter()
            .map(fits)
            .take_while(|fits| *fits)
            .count()
            .max(1);
        let (batch, others) = rest.split_at(count);
        rest = others;
        Some(batch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_neighbouring_lengths() {
        let ids = vec![0u32; 512];
        let lengths = [512, 300, 290, 100, 99, 98, 97, 96, 5];
        let jobs: Vec<Job<'_>> = lengths
            .iter()
            .map(|&n| Job {
                input: 0,
                window: 0,
                ids: &ids[..n],
                pools: Vec::new(),
                kept: &[],
            })
            .collect();
        let sizes: Vec<usize> = batches(&jobs, true, 512).map(<[_]>::len).collect();
        assert_eq!(sizes, [1, 1, 1, 5, 1]);
        assert_eq!(batches(&[], true, 512).count(), 0);
    }
}
