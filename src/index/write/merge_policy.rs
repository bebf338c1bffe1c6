//! Which segments the next generation has. New passages go into a new segment. Small segments, and those that are mostly
//! removed, are rewritten into it.
//!
//! A segment is rewritten once the new passages are at least half of its live ones. So each passage is copied only a few
//! times while an index grows, and there are never more than a handful of segments.

use std::collections::HashSet;

use super::previous::Previous;
use super::spill::Planned;
use crate::index::open_segment::OpenSegment;
use crate::index::reader::Index;
use crate::index::store::manifest::SegmentEntry;
use crate::index::store::position::{ArticleNo, LocalArticle};

/// What becomes of the old segments.
pub(in crate::index) struct Layout {
    /// Those that stay, in their order.
    staying: Vec<usize>,
    /// For each of them its removed articles, ascending.
    pub(in crate::index) dead: Vec<Vec<u32>>,
    /// Articles of the others that are to be written again, numbered through.
    pub(in crate::index) rewritten: Vec<ArticleNo>,
    any_new: bool,
    any_removed: bool,
    faulty: bool,
}

impl Layout {
    /// `kept` are the numbers of articles that stay, `read` those that are new.
    pub(in crate::index) fn new(
        old: &Previous,
        kept: &HashSet<ArticleNo>,
        read: &[Planned],
        compact: bool,
    ) -> Self {
        let mut layout = Self {
            staying: Vec::new(),
            dead: Vec::new(),
            rewritten: Vec::new(),
            any_new: !read.is_empty(),
            any_removed: false,
            faulty: old.faulty,
        };
        let Some(index) = &old.index else {
            return layout;
        };
        let parts: Vec<Fate> = index
            .parts()
            .iter()
            .map(|part| Fate::new(part, kept))
            .collect();
        let passages = read.iter().map(|article| article.passages).sum();
        let one_clean = parts.len() <= 1 && parts.iter().all(|part| part.dead.is_empty());
        // Articles that stay as an older recipe cut them say so once they are written again.
        let renewed = !old.same_rows || !old.same_recipe;
        let all = renewed || (compact && !(one_clean && read.is_empty()));
        let reasons = old.damaged.iter().zip(&old.other_tokens).zip(&parts);
        let again: Vec<bool> = reasons
            .zip(index.parts())
            .map(|(((damaged, other), fate), part)| {
                let lacks = |article: &LocalArticle| old.lacks_tokens(part.article(*article));
                all || *damaged || *other || fate.live.iter().any(lacks)
            })
            .collect();
        let again = written_again(&parts, passages, again);
        for (number, (part, fate)) in index.parts().iter().zip(parts).enumerate() {
            layout.any_removed |= fate.dead.len() > part.dead_articles.len();
            if again[number] {
                let live = fate.live.iter().map(|article| part.article(*article));
                layout.rewritten.extend(live);
            } else {
                layout.staying.push(number);
                layout.dead.push(fate.dead);
            }
        }
        layout
    }

    /// The next generation would be the old one.
    pub(in crate::index) fn changes_nothing(&self) -> bool {
        !self.any_new && !self.any_removed && !self.faulty && self.rewritten.is_empty()
    }

    /// The entries of the segments that stay, what of them is removed no longer counted.
    pub(in crate::index) fn remaining(&self, old: &Previous) -> Vec<SegmentEntry> {
        let Some(index) = &old.index else {
            return Vec::new();
        };
        let staying = self.staying.iter().zip(&self.dead);
        staying
            .map(|(number, dead)| remaining(index, *number, dead))
            .collect()
    }
}

fn remaining(index: &Index, number: usize, dead: &[u32]) -> SegmentEntry {
    let mut entry = index.manifest.segments[number].clone();
    let part = &index.parts()[number];
    let records = part.segment.part(Vec::new(), None).records;
    for article in dead {
        if part.dead_articles.binary_search(article).is_ok() {
            continue;
        }
        for row in part.segment.rows_of(LocalArticle::new(*article as usize)) {
            let record = records[row.get()];
            if let Some(language) = entry.languages.get_mut(record.language as usize) {
                language.passages = language.passages.saturating_sub(1);
                language.terms = language.terms.saturating_sub(u64::from(record.terms));
            }
        }
    }
    entry
}

/// The articles of a segment.
struct Fate {
    live: Vec<LocalArticle>,
    dead: Vec<u32>,
    live_passages: usize,
    passages: usize,
}

impl Fate {
    fn new(part: &OpenSegment, kept: &HashSet<ArticleNo>) -> Self {
        let all = part.segment.article_run().iter();
        let (live, dead): (Vec<LocalArticle>, Vec<LocalArticle>) =
            all.partition(|article| kept.contains(&part.article(*article)));
        Self {
            live_passages: live.iter().map(|a| part.segment.rows_of(*a).len()).sum(),
            passages: part.segment.passages,
            live,
            dead: dead
                .into_iter()
                .map(|article| article.get() as u32)
                .collect(),
        }
    }
}

/// Which segments are written again, with `new` passages beside them; those in `again` in any case.
fn written_again(parts: &[Fate], new: usize, mut again: Vec<bool>) -> Vec<bool> {
    for (part, again) in parts.iter().zip(&mut again) {
        *again |= part.live_passages * 2 <= part.passages;
    }
    let mut total = new;
    total += parts
        .iter()
        .zip(&again)
        .filter(|(_, again)| **again)
        .map(|(p, _)| p.live_passages)
        .sum::<usize>();
    let mut by_size: Vec<usize> = (0..parts.len()).collect();
    by_size.sort_by_key(|number| parts[*number].live_passages);
    for number in by_size {
        if !again[number] && parts[number].live_passages <= 2 * total {
            again[number] = true;
            total += parts[number].live_passages;
        }
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(live_passages: usize, passages: usize) -> Fate {
        Fate {
            live: Vec::new(),
            dead: Vec::new(),
            live_passages,
            passages,
        }
    }

    #[test]
    fn small_and_mostly_removed_segments_are_written_again() {
        let parts = [part(1000, 1000), part(30, 40), part(8, 8)];
        assert_eq!(
            written_again(&parts, 3, vec![false; 3]),
            [false, false, false]
        );
        assert_eq!(
            written_again(&parts, 4, vec![false; 3]),
            [false, false, true]
        );
        assert_eq!(
            written_again(&parts, 12, vec![false; 3]),
            [false, true, true]
        );
        assert_eq!(
            written_again(&parts, 500, vec![false; 3]),
            [true, true, true]
        );
        assert_eq!(
            written_again(&[part(50, 100), part(900, 900)], 0, vec![false; 2]),
            [true, false]
        );
        assert_eq!(
            written_again(&parts, 0, vec![true, false, false]),
            [true, true, true]
        );
        assert_eq!(
            written_again(&parts, 0, vec![false, false, true]),
            [false, false, true]
        );
    }

    #[test]
    fn a_growing_index_keeps_few_segments_and_copies_little() {
        let (mut sizes, mut copied, mut most) = (Vec::<usize>::new(), 0, 0);
        for _ in 0..2000 {
            let parts: Vec<Fate> = sizes.iter().map(|size| part(*size, *size)).collect();
            let again = written_again(&parts, 10, vec![false; parts.len()]);
            let moved: usize = sizes
                .iter()
                .zip(&again)
                .filter(|(_, a)| **a)
                .map(|(s, _)| s)
                .sum();
            let mut staying: Vec<usize> = sizes
                .iter()
                .zip(&again)
                .filter(|(_, a)| !**a)
                .map(|(s, _)| *s)
                .collect();
            staying.push(10 + moved);
            sizes = staying;
            copied += moved;
            most = most.max(sizes.len());
        }
        assert!(
            most <= 8 && copied < 12 * 20_000,
            "{most} segments, {copied} copied"
        );
    }
}
