//! What a damaged segment file costs: which articles cannot be relied on, which sections are affected.

use std::collections::BTreeSet;
use std::ops::Range;

use super::format::{ARTICLE_BYTES, KEY_BYTES, PASSAGE_BYTES, sentence_bytes};
use super::position::{LocalArticle, LocalRow, Run};
use super::rows::ROW_BYTES;
use super::segment::Segment;

/// What of a segment is not what was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Bytes of the file whose checksums differ; whole blocks.
    pub bytes: Vec<Range<usize>>,
    /// Names of the sections that they touch.
    pub sections: BTreeSet<&'static str>,
    /// The articles that have something there besides token codes.
    pub articles: BTreeSet<LocalArticle>,
    /// Those with token codes there: a passage without any is still found.
    pub token_articles: BTreeSet<LocalArticle>,
}

impl Damage {
    /// Compares all checksums of a segment.
    pub fn of(segment: &Segment) -> Self {
        let mut damage = Self {
            bytes: segment.damage(),
            ..Self::default()
        };
        for bytes in damage.bytes.clone() {
            for (name, section) in segment.sections().all() {
                let touched = section.start.max(bytes.start)..section.end.min(bytes.end);
                if !touched.is_empty() {
                    damage.sections.insert(name);
                    let inside = touched.start - section.start..touched.end - section.start;
                    damage.section(segment, name, &inside);
                }
            }
        }
        damage
    }

    pub fn is_none(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Adds the articles of damaged bytes of a section, counted from its start.
    fn section(&mut self, segment: &Segment, name: &str, bytes: &Range<usize>) {
        let records = |size: usize| bytes.start / size..bytes.end.div_ceil(size);
        let overlap = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        let dimension = segment.dimension();
        match name {
            "vectors" => (self.articles).extend(articles_of(segment, records(dimension * 4))),
            "codes" => (self.articles).extend(articles_of(segment, records(dimension))),
            "rows" => (self.articles).extend(articles_of(segment, records(ROW_BYTES))),
            "keys" => (self.articles).extend(articles_of(segment, records(KEY_BYTES))),
            "passages" => (self.articles).extend(articles_of(segment, records(PASSAGE_BYTES))),
            // The codes of a row begin where those of the row before it end.
            "token_ends" => {
                let damaged = records(8);
                let damaged = damaged.start..damaged.end + 1;
                (self.token_articles).extend(articles_of(segment, damaged));
            }
            "tokens" => {
                let tokens = segment.tokens();
                for article in segment.article_run() {
                    let mut places = segment
                        .rows_of(article)
                        .iter()
                        .filter_map(|row| tokens.place(row));
                    if places.any(|place| overlap(&place, bytes)) {
                        self.token_articles.insert(article);
                    }
                }
            }
            "sentences" => {
                let damaged = records(sentence_bytes(dimension));
                for article in segment.article_run() {
                    let mut rows = segment.rows_of(article).iter();
                    if rows.any(|row| overlap(&segment.sentence_numbers(row), &damaged)) {
                        self.articles.insert(article);
                    }
                }
            }
            "articles" => (self.articles).extend(records(ARTICLE_BYTES).map(LocalArticle::new)),
            "meta" | "texts" => {
                for article in segment.article_run() {
                    let row = segment.article_row(article);
                    let own = if name == "meta" { row.meta } else { row.text };
                    if overlap(&own, bytes) {
                        self.articles.insert(article);
                    }
                }
            }
            // Words and orders are made again from what the articles hold.
            _ => {}
        }
    }
}

/// The articles that have some of these rows.
fn articles_of(segment: &Segment, damaged: Range<usize>) -> impl Iterator<Item = LocalArticle> {
    let damaged = Run::new(LocalRow::new(damaged.start), LocalRow::new(damaged.end));
    segment.article_run().iter().filter(move |article| {
        let rows = segment.rows_of(*article);
        rows.start < damaged.end && damaged.start < rows.end
    })
}
