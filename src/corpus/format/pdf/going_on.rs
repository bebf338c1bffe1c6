//! What tells that a paragraph goes on, or does not: code, large initials, the distance of the lines around.

use super::characters::{is_finished, is_ideographic, is_prose};
use super::flow::{INDENT, Stack, is_same_size, lead};
use super::lines::Line;
use super::markers::starts_item;
use super::measure::WIDE;

/// So many lines before and behind one tell how its column is set.
const NEAR: usize = 20;

impl Stack {
    /// Whether code and text beside each other are parted: code inside a sentence may fill a line, and what is set apart is
    /// a listing.
    pub(super) fn is_listing(&self, from: usize, at: usize, shift: f32, short: bool) -> bool {
        let last = &self.lines[at - 1];
        short || is_finished(&last.text) || shift.abs() > INDENT || at - from > 1 && last.mono
    }

    /// Whether a line stands beside a large initial: below it the lines are as wide as the column again.
    pub(super) fn is_beside_initial(&self, from: usize, line: &Line) -> bool {
        let initial = &self.lines[from].frame;
        line.frame.c0 < initial.c1 && initial.c1 - initial.c0 > 1.8 * line.size
    }

    /// The step that is usual around a line: the page's, or less where all lines here are closer.
    pub(super) fn usual_step(&self, at: usize, leading: f32) -> f32 {
        let step = |n: usize| {
            (n > 0 && n < self.lines.len()).then(|| {
                let (a, b) = (&self.lines[n - 1], &self.lines[n]);
                lead(a, b)
            })
        };
        let near = [step(at.wrapping_sub(1)), step(at), step(at + 1)];
        let least = near.iter().flatten().copied().fold(f32::MAX, f32::min);
        // Other sizes have another lead: notes stand closer, headings too.
        if least < leading {
            least.max(1.0)
        } else {
            leading
        }
    }

    /// Whether a sentence goes on from a full line, though the next one is farther off than is usual on the page: no lines
    /// around these are closer.
    pub(super) fn runs_on(&self, from: usize, at: usize) -> bool {
        let (last, line) = (&self.lines[at - 1], &self.lines[at]);
        let step = lead(last, line);
        let around = [at.checked_sub(1).filter(|&n| n > 0), Some(at + 1)];
        let around = around.into_iter().flatten();
        let pairs = around.filter_map(|n| Some((&self.lines[n - 1], self.lines.get(n)?)));
        let pairs = pairs.filter(|(a, b)| is_same_size(a.size, b.size));
        let steps: Vec<f32> = pairs.map(|(a, b)| lead(a, b)).collect();
        // A sentence goes on with small letters below a long line. Ideographs do not tell, but lines of a text have marks
        // of sentences in them, and end at one edge.
        let near = &self.lines[at.saturating_sub(NEAR)..self.lines.len().min(at + NEAR)];
        let ends_at_edge = |other: &&Line| self.right - other.frame.a1 < other.size;
        let is_sentence = || {
            line.text.starts_with(char::is_lowercase)
                && !self.lines[from].text.starts_with(char::is_lowercase)
                && last.frame.a1 - last.frame.a0 > WIDE * last.size
        };
        let is_text = || {
            last.text.ends_with(is_ideographic)
                && line.text.starts_with(is_ideographic)
                && is_prose(&last.text)
                && !steps.is_empty()
                && near.iter().filter(ends_at_edge).count() > 1
        };
        (is_sentence() || is_text())
            && steps.iter().all(|other| *other > step * 0.95)
            && last.bold == line.bold
            && !is_finished(&last.text)
            && !starts_item(&line.text)
            && !self.is_short_in(from, at - 1)
    }
}
