//! Exact search: every row is compared.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::embed::Probe;
use crate::index::nearest::compare::CodedQuery;
use crate::index::store::codes::step;
use crate::index::store::position::{LocalRow, Position, Row};
use crate::index::store::rows::{Rows, SegmentRows};
use crate::kernel::Isa;
use crate::kernel::dot::dot;
use crate::kernel::dot_i8::dots_i8;

/// Rows that one thread compares at a time.
const CHUNK: usize = 4096;

/// A row and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<R = Row> {
    /// Which row.
    pub row: R,
    /// What it is ranked by, the higher the better: a cosine, a cosine and a bonus, or what the caller counts.
    pub score: f32,
}

impl<R: Position> Hit<R> {
    /// Best first; equal scores in the order of the rows.
    pub fn order(&self, other: &Self) -> Ordering {
        other
            .score
            .total_cmp(&self.score)
            .then(self.row.cmp(&other.row))
    }
}

/// The best `count` of `rows` rows, best first. `score` gives `None` for rows that are left out.
pub fn scan<R: Position>(
    rows: usize,
    count: usize,
    score: impl Fn(R) -> Option<f32> + Sync,
) -> Vec<Hit<R>> {
    let mut hits = in_chunks(rows, count, 0.0, |chunk, reach| {
        let hit = |row| {
            let row = R::new(row);
            let score = score(row).filter(|score| *score >= reach)?;
            Some(Hit { row, score })
        };
        chunk.filter_map(hit).collect()
    });
    best(&mut hits, count);
    hits.sort_by(Hit::order);
    hits
}

/// Of what `hits` gives for each chunk of `rows` rows, all that could be among the best `count`, in any order, where
/// scores are off by half of `doubt` at most. `hits` is told what a score must reach, as far as the chunks before say.
fn in_chunks<R: Position>(
    rows: usize,
    count: usize,
    doubt: f32,
    hits: impl Fn(Range<usize>, f32) -> Vec<Hit<R>> + Sync,
) -> Vec<Hit<R>> {
    let known = Mutex::new(Known::default());
    let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
    let mut all: Vec<Hit<R>> = (0..rows.div_ceil(CHUNK))
        .into_par_iter()
        .flat_map_iter(|chunk| {
            let reach = known().reach;
            let mut hits = hits(chunk * CHUNK..rows.min((chunk + 1) * CHUNK), reach);
            possible(&mut hits, count, doubt);
            let reach = known().learn(&hits, count, doubt);
            hits.retain(|hit| hit.score >= reach);
            hits
        })
        .collect();
    possible(&mut all, count, doubt);
    all
}

/// What is known while chunks are gone through.
struct Known {
    /// The best scores of all chunks so far, in any order.
    best: Vec<f32>,
    /// What a score must reach to be among the best.
    reach: f32,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            best: Vec::new(),
            reach: f32::NEG_INFINITY,
        }
    }
}

impl Known {
    /// Takes in the hits of a chunk, whose best `count` stand first. Returns what a score must reach now.
    fn learn<R>(&mut self, hits: &[Hit<R>], count: usize, doubt: f32) -> f32 {
        let scores = hits.iter().take(count).map(|hit| hit.score);
        self.best.extend(scores);
        if count > 0 && self.best.len() >= count {
            let by_score = |a: &f32, b: &f32| b.total_cmp(a);
            let (_, least, _) = self.best.select_nth_unstable_by(count - 1, by_score);
            self.reach = *least - doubt;
            self.best.truncate(count);
        }
        self.reach
    }
}

/// The best `count` rows by cosine and bonus, best first. `bonus` is what a row is worth besides its vector; `None`
/// leaves it out.
///
/// Codes are compared first. A code's score is off by no more than is known, so that every row that could be
/// among the best is compared again by its vector: the result is that of comparing all vectors.
pub fn scan_rows(
    rows: &Rows<'_>,
    probe: &Probe,
    count: usize,
    bonus: impl Fn(Row) -> Option<f32> + Sync,
) -> Vec<Hit> {
    let parts = rows.parts().iter();
    let mut hits: Vec<Hit> = parts
        .flat_map(|part| scan_part(rows, part, probe, count, &bonus))
        .collect();
    best(&mut hits, count);
    hits.sort_by(Hit::order);
    hits
}

/// The same for the rows of one part.
pub fn scan_part(
    rows: &Rows<'_>,
    part: &SegmentRows<'_>,
    probe: &Probe,
    count: usize,
    bonus: impl Fn(Row) -> Option<f32> + Sync,
) -> Vec<Hit> {
    let all = part.records.len();
    let worth = |row: LocalRow| part.is_live(row).then(|| bonus(part.row(row))).flatten();
    let exact = |row: Row| Some(rows.score(probe, row) + bonus(row)?);
    if part.codes.is_empty() || probe.aligned != rows.aligned {
        let score = |row: LocalRow| Some(part.score(probe, row, rows.dimension()) + worth(row)?);
        let hits = scan(all, count, score).into_iter();
        let of_index = |hit: Hit<LocalRow>| Hit {
            row: part.row(hit.row),
            score: hit.score,
        };
        return hits.map(of_index).collect();
    }
    let query = CodedQuery::new(&probe.vector);
    // The score of one may be too high and that of another too low.
    let doubt = 2.0 * query.error(part.code_error);
    let dimension = rows.dimension();
    let mut hits = in_chunks(all, count, doubt, |chunk, mut reach| {
        let codes = &part.codes[chunk.start * dimension..chunk.end * dimension];
        let mut dots = vec![0; chunk.len()];
        dots_i8(Isa::current(), &query.values, codes, &mut dots);
        let mut hits: Vec<Hit<LocalRow>> = Vec::new();
        // Where many rows are in doubt, they are gone through each time that they have doubled.
        let mut full = 4 * count.max(64);
        for (row, dot) in chunk.zip(dots) {
            let row = LocalRow::new(row);
            let Some(bonus) = worth(row) else { continue };
            let score = query.factor * dot as f32 + bonus;
            if score >= reach {
                hits.push(Hit { row, score });
                if hits.len() >= full {
                    reach = reach.max(possible(&mut hits, count, doubt));
                    full = full.max(2 * hits.len());
                }
            }
        }
        hits
    });
    // Most of the doubt is the question's own code: its vector against the codes of the rows tells more of them
    // apart, before their vectors, which lie all over the file, are touched.
    let step = step(dimension);
    let buffer = || vec![0f32; dimension];
    hits.par_iter_mut().for_each_init(buffer, |values, hit| {
        let code = &part.codes[hit.row.get() * dimension..][..dimension];
        for (value, code) in values.iter_mut().zip(code) {
            *value = f32::from(*code);
        }
        let worth = worth(hit.row).unwrap_or(f32::MIN);
        hit.score = step * dot(&probe.vector, values) + worth;
    });
    possible(&mut hits, count, 2.0 * query.row_error(part.code_error));
    let candidates = hits.into_iter().map(|hit| part.row(hit.row)).collect();
    rescored(candidates, count, |row| exact(row).unwrap_or(f32::MIN))
}

/// The best `count` of some rows by their exact scores, best first.
pub fn rescored(rows: Vec<Row>, count: usize, exact: impl Fn(Row) -> f32 + Sync) -> Vec<Hit> {
    let score = |row| Hit {
        row,
        score: exact(row),
    };
    let mut hits: Vec<Hit> = rows.into_iter().map(score).collect();
    best(&mut hits, count);
    hits.sort_by(Hit::order);
    hits
}

/// Keeps the best `count` hits, in any order.
fn best<R: Position>(hits: &mut Vec<Hit<R>>, count: usize) {
    if hits.len() > count && count > 0 {
        hits.select_nth_unstable_by(count - 1, Hit::order);
    }
    hits.truncate(count);
}

/// Keeps hits whose scores are at most `doubt` below that of the `count`th best, the best `count` first; what a score
/// must reach to be kept.
fn possible<R: Position>(hits: &mut Vec<Hit<R>>, count: usize, doubt: f32) -> f32 {
    if count == 0 {
        hits.clear();
        return f32::INFINITY;
    }
    if hits.len() < count {
        return f32::NEG_INFINITY;
    }
    let (_, last, _) = hits.select_nth_unstable_by(count - 1, Hit::order);
    let least = last.score - doubt;
    hits.retain(|hit| hit.score >= least);
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::Alignment;
    use crate::index::store::codes::encode;
    use crate::index::store::rows::{LanguageRows, RowRecord};

    #[test]
    fn codes_first_finds_what_vectors_alone_find() {
        let (count, dimension) = (9000, 64);
        let mut state = 5u64;
        let mut random = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        let mut unit = |centre: f32| {
            let mut vector: Vec<f32> = (0..dimension).map(|_| random() + centre).collect();
            let length = dot(&vector, &vector).sqrt();
            vector.iter_mut().for_each(|v| *v /= length);
            vector
        };
        let vectors: Vec<f32> = (0..count).flat_map(|row| unit((row % 3) as f32)).collect();
        let mut codes = Vec::new();
        let errors = vectors
            .chunks_exact(dimension)
            .map(|row| encode(row, &mut codes));
        let code_error = errors.fold(0f32, f32::max);
        let record = RowRecord {
            inverse_length: 1.0,
            terms: 0,
            language: 0,
        };
        let records = vec![record; count];
        let part = SegmentRows::of_vectors(&vectors, &codes, code_error, &records);
        let languages = vec![LanguageRows {
            rows: count,
            terms: 0,
        }];
        let rows = Rows::new(dimension, vec![part], languages, false);
        let bonus =
            |row: Row| (!row.get().is_multiple_of(7)).then_some((row.get() % 11) as f32 * 0.002);
        for wanted in [1, 10, 500] {
            for centre in [0.0, 1.0, 2.0] {
                let probe = Alignment::plain_probe(&unit(centre));
                let all = scan(count, wanted, |row| {
                    Some(rows.score(&probe, row) + bonus(row)?)
                });
                assert_eq!(
                    scan_rows(&rows, &probe, wanted, bonus),
                    all,
                    "{wanted} {centre}"
                );
            }
        }
    }

    #[test]
    fn best_rows_in_order_ties_by_row() {
        let scores = [1.0f32, 0.0, 1.0, 0.6];
        let found = |count, keep: fn(usize) -> bool| -> Vec<usize> {
            let score = |row: usize| keep(row).then(|| scores[row]);
            scan(4, count, score).iter().map(|h| h.row).collect()
        };
        assert_eq!(found(3, |_| true), [0, 2, 3]);
        assert_eq!(found(9, |row| row != 0), [2, 3, 1]);
        assert_eq!(found(0, |_| true), [0usize; 0]);
    }
}
