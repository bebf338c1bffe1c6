//! Columns of numbers that stand closer than columns usually do, though wider apart than words: amounts on invoices, which
//! browsers set with a few points between cells.

use super::close_cells;
use super::geometry::Course;
use super::runs::{AT_ONE, Placed, Run, STEP};

/// Words of one size stand closer, in ems, but for justified lines.
const NARROW: f32 = 0.4;

/// As much between letters of a typewriter, where a blank is wide.
const TYPED: f32 = 1.0;

/// So much stays free between two columns, in ems.
const FREE: f32 = 0.3;

/// A gap in a run.
#[derive(Debug, Clone, Copy)]
struct Gap {
    run: usize,
    /// The first glyph behind it.
    at: usize,
    from: f32,
    to: f32,
    base: f32,
    size: f32,
    /// A number ends before it, and another one begins behind it.
    numbers: bool,
}

/// A place that no letter crosses in rows below each other.
struct Strip {
    from: f32,
    to: f32,
    top: f32,
    bottom: f32,
    size: f32,
}

/// Parts runs where two columns of numbers stand beside each other, and where cells nearly touch.
pub(super) fn part(runs: Vec<Run>) -> Vec<Run> {
    let mut gaps: Vec<Gap> = runs.iter().enumerate().flat_map(gaps).collect();
    gaps.sort_by(|a, b| a.base.total_cmp(&b.base));
    let strips = strips(&gaps);
    let crosses = |gap: &&Gap| strips.iter().any(|strip| strip.parts(gap));
    let wide = gaps.iter().filter(crosses);
    let mut cuts: Vec<(usize, usize)> = wide.map(|gap| (gap.run, gap.at)).collect();
    cuts.extend(close_cells::cuts(&runs));
    let runs = parted(runs, cuts);
    let names = close_cells::cuts_of_names(&runs);
    parted(runs, names)
}

/// Runs that are parted before these glyphs.
fn parted(runs: Vec<Run>, mut cuts: Vec<(usize, usize)>) -> Vec<Run> {
    if cuts.is_empty() {
        return runs;
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = Vec::with_capacity(runs.len() + cuts.len());
    for (n, mut run) in runs.into_iter().enumerate() {
        let first = cuts.partition_point(|cut| cut.0 < n);
        let end = cuts.partition_point(|cut| cut.0 <= n);
        let mut parts = Vec::new();
        for &(_, at) in cuts[first..end].iter().rev() {
            if at == 0 {
                run.is_cell = true;
                break;
            }
            let placed = run.placed.split_off(at);
            parts.push(Run {
                course: run.course,
                vertical: run.vertical,
                origin: run.origin,
                order: first_of(&placed),
                placed,
                ruby: 0.0,
                is_cell: true,
            });
        }
        if !parts.is_empty() {
            run.order = first_of(&run.placed);
        }
        out.push(run);
        out.extend(parts.into_iter().rev());
    }
    out
}

/// The number in the content of the first glyph that is drawn.
fn first_of(placed: &[Placed]) -> usize {
    placed.iter().map(|placed| placed.order).min().unwrap_or(0)
}

/// The gaps of a level run that are wider than those between words.
fn gaps((run, own): (usize, &Run)) -> Vec<Gap> {
    if own.course != Course::Right || own.vertical {
        return Vec::new();
    }
    let (base, size) = (own.base(), own.size());
    let pairs = own.placed.windows(2).enumerate();
    let gap = |(at, pair): (usize, &[Placed])| {
        let (last, next) = (&pair[0], &pair[1]);
        let least = if last.mono || next.spaced {
            TYPED
        } else {
            NARROW
        };
        (next.a0 - last.a1 > least * size).then(|| Gap {
            run,
            at: at + 1,
            from: last.a1,
            to: next.a0,
            base,
            size,
            numbers: ends_number(&last.text) && begins_number(&next.text),
        })
    };
    pairs.filter_map(gap).collect()
}

fn ends_number(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit() || "%€円".contains(c))
}

fn begins_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || "-−+¥$€£".contains(c))
}

/// The strips between columns: numbers end at one place in two rows and more, and no number reaches over.
fn strips(gaps: &[Gap]) -> Vec<Strip> {
    let numbers: Vec<&Gap> = gaps.iter().filter(|gap| gap.numbers).collect();
    let mut strips: Vec<Strip> = Vec::new();
    for (n, gap) in numbers.iter().enumerate() {
        let is_near = |strip: &&mut Strip| {
            gap.base - strip.bottom < STEP * gap.size
                && (gap.from - strip.from).abs() < AT_ONE * gap.size
        };
        if let Some(strip) = strips.iter_mut().rev().find(is_near) {
            (strip.bottom, strip.to) = (gap.base, strip.to.min(gap.to));
            continue;
        }
        let is_below =
            |next: &&&Gap| next.base > gap.base && (next.from - gap.from).abs() < AT_ONE * gap.size;
        let near = numbers[n + 1..].iter();
        let mut near = near.take_while(|next| next.base - gap.base < STEP * gap.size);
        if near.any(|next| is_below(&next)) {
            strips.push(Strip {
                from: gap.from,
                to: gap.to,
                top: gap.base,
                bottom: gap.base,
                size: gap.size,
            });
        }
    }
    strips.retain(|strip| strip.to - strip.from > FREE * strip.size);
    strips
}

impl Strip {
    /// Whether a gap lies over the strip, in its rows or in the one above or below them: the names of the columns, a sum.
    fn parts(&self, gap: &Gap) -> bool {
        let around = STEP * self.size;
        let free = gap.to.min(self.to) - gap.from.max(self.from);
        gap.base > self.top - around && gap.base < self.bottom + around && free > FREE * self.size
    }
}

#[cfg(test)]
mod tests {
    use super::super::glyphs::Glyph;
    use super::super::lines::lines;
    use super::super::runs::runs;
    use super::super::runs::tests::glyphs;

    /// A line of words, each with its right end.
    fn row(words: &[(&str, f32)], base: f32) -> Vec<Glyph> {
        let word = |&(text, end): &(&str, f32)| {
            let from = end - 5.0 * text.len() as f32;
            glyphs(text, (from, base), (5.0, 0.0), 10.0)
        };
        words.iter().flat_map(word).collect()
    }

    fn texts(page: &[Glyph]) -> Vec<String> {
        let lines = lines(runs(page, &[]).0, &[]);
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn columns_of_numbers_that_stand_close_are_parted_with_their_names() {
        let mut page = row(&[("Price", 60.0), ("Amount", 98.0)], 20.0);
        page.extend(row(&[("12.00", 60.0), ("120.00", 98.0)], 34.0));
        page.extend(row(&[("4.50", 60.0), ("113.50", 98.0)], 48.0));
        assert_eq!(
            texts(&page),
            ["Price", "Amount", "12.00", "120.00", "4.50", "113.50"]
        );
    }

    #[test]
    fn numbers_in_a_text_stay_together() {
        // They end at one place by chance in one line, but not in the next.
        let mut page = row(&[("1990", 60.0), ("1995", 88.0)], 20.0);
        page.extend(row(&[("12", 50.0), ("120", 73.0)], 34.0));
        assert_eq!(texts(&page), ["1990 1995", "12 120"]);
    }
}
