//! Which of the rows that were found are shown: each text once, hits that overlap as one.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::rank::Ranked;
use super::same::{Place, say_the_same};
use super::shingles::Shingles;
use crate::corpus::{Span, detect_language};
use crate::error::Result;
use crate::index::{ArticleNo, Index, Row, RowFilter, Run};
use crate::search::asking::Search;

/// Passages with a smaller share of common shingles are not compared word by word.
const ALIKE: f32 = 0.5;
/// Characters that neighbouring hits are merged to.
const SHOWN_CHARS: usize = 300;

/// A text that is shown, and where else it stands.
pub struct Chosen {
    /// Its best row.
    pub ranked: Ranked,
    /// The row that is shown, with the neighbours shown with it.
    pub rows: Run<Row>,
    /// The row that is shown.
    pub row: Row,
    shingles: Shingles,
    /// Rows with the same text.
    pub duplicates: Vec<Row>,
}

/// What is needed of an article more than once.
struct Known<'a> {
    language: Option<String>,
    text: &'a str,
    /// What of it is not read.
    omitted: Vec<Span>,
}

/// What is known while rows are chosen.
struct Choice<'a> {
    search: &'a Search<'a>,
    keep: Option<RowFilter<'a>>,
    chosen: Vec<Chosen>,
    /// By article what is shown of it or said to be the same as what is shown.
    shown: HashMap<ArticleNo, Vec<Span>>,
    per_article: HashMap<ArticleNo, usize>,
    articles: HashMap<ArticleNo, Known<'a>>,
    /// That of the question.
    language: OnceCell<Option<String>>,
}

impl Search<'_> {
    /// The best rows, hits that overlap as one (neighbouring passages share a sentence, and the same sentence
    /// twice is one answer), and what says the same as a better one beside it.
    pub(super) fn choose(
        &self,
        mut ranked: Vec<Ranked>,
        keep: Option<RowFilter<'_>>,
    ) -> Result<Vec<Chosen>> {
        self.order_ties(&mut ranked)?;
        let mut choice = Choice {
            search: self,
            keep,
            chosen: Vec::new(),
            shown: HashMap::new(),
            per_article: HashMap::new(),
            articles: HashMap::new(),
            language: OnceCell::new(),
        };
        for ranked in ranked {
            choice.take(ranked)?;
        }
        Ok(choice.chosen)
    }

    /// Rows of one score in the order of their articles' ids: how they are numbered depends on how the index came about.
    fn order_ties(&self, ranked: &mut [Ranked]) -> Result<()> {
        let index = self.index;
        for tied in ranked.chunk_by_mut(|a, b| a.score.to_bits() == b.score.to_bits()) {
            if tied.len() == 1 {
                continue;
            }
            let mut ids = HashMap::new();
            for ranked in tied.iter() {
                index.check_row(ranked.row)?;
                let article = index.passage(ranked.row)?.article;
                ids.insert(ranked.row, index.article(article)?.id());
            }
            tied.sort_by(|a, b| (&ids[&a.row], a.row).cmp(&(&ids[&b.row], b.row)));
        }
        Ok(())
    }

    /// A hit and the neighbours that overlap with it and answer about as well, as far as they fit what is
    /// shown and overlap with nothing that is shown already.
    fn merged(&self, hit: Row, shown: &[Span], keep: Option<RowFilter<'_>>) -> Result<Run<Row>> {
        let index = self.index;
        let article = index.passage(hit)?.article;
        let of_article = index.rows_of(article);
        let least = self.asked.about(self.asked.score(hit));
        let mut rows = Run::one(hit);
        loop {
            let before = rows.start.before();
            let before = before.map(|row| (row, Run::new(row, rows.end), rows.start));
            let after = (rows.end, Run::new(rows.start, rows.end + 1), rows.last());
            let mut best: Option<(f32, Run<Row>)> = None;
            for (row, larger, beside) in before.into_iter().chain([after]) {
                if !of_article.contains(row) || keep.is_some_and(|keep| !(keep.accepts)(row)) {
                    continue;
                }
                let score = self.asked.score(row);
                let span = index.span(larger)?;
                let fits = score >= least
                    && overlap(&index.passage(row)?.span, &index.passage(beside)?.span)
                    && !shown.iter().any(|other| overlap(other, &span))
                    && index.span_text(article, &span)?.chars().count() <= SHOWN_CHARS;
                if fits && best.as_ref().is_none_or(|(most, _)| score > *most) {
                    best = Some((score, larger));
                }
            }
            match best {
                Some((_, larger)) => rows = larger,
                None => return Ok(rows),
            }
        }
    }
}

impl Choice<'_> {
    /// Shows a row, or says that it is the same as one that is shown.
    fn take(&mut self, ranked: Ranked) -> Result<()> {
        let index = self.search.index;
        let query = self.search.query;
        index.check_row(ranked.row)?;
        let passage = index.passage(ranked.row)?;
        let count = self.per_article.get(&passage.article).copied();
        let full = query
            .per_article
            .is_some_and(|most| count.unwrap_or(0) >= most);
        let spans = self.shown.entry(passage.article).or_default();
        if full || spans.iter().any(|span| overlap(span, &passage.span)) {
            return Ok(());
        }
        let shingles = Shingles::new(index.passage_text(&passage)?);
        if let Some(same) = self.same(ranked.row, &shingles)? {
            self.shown
                .entry(passage.article)
                .or_default()
                .push(passage.span);
            return self.add(same, ranked.row);
        }
        if self.chosen.len() < query.limit {
            let rows = self.show(ranked.row)?;
            self.chosen.push(Chosen {
                row: ranked.row,
                ranked,
                rows,
                shingles,
                duplicates: Vec::new(),
            });
        }
        Ok(())
    }

    /// A row with its neighbours, from now on shown.
    fn show(&mut self, row: Row) -> Result<Run<Row>> {
        let index = self.search.index;
        let article = index.passage(row)?.article;
        let spans = self.shown.entry(article).or_default();
        let rows = self.search.merged(row, spans, self.keep)?;
        spans.push(index.span(rows)?);
        *self.per_article.entry(article).or_default() += 1;
        Ok(rows)
    }

    /// Adds a row to the text that it repeats. What is shown of a text is the one in the language of the question.
    fn add(&mut self, number: usize, row: Row) -> Result<()> {
        let shown = self.chosen[number].row;
        if !self.speaks(row)? || self.speaks(shown)? {
            self.chosen[number].duplicates.push(row);
            return Ok(());
        }
        let index = self.search.index;
        let article = index.passage(shown)?.article;
        self.per_article
            .entry(article)
            .and_modify(|count| *count -= 1);
        // It may not hide itself.
        let passage = index.passage(row)?;
        if let Some(spans) = self.shown.get_mut(&passage.article) {
            spans.retain(|span| *span != passage.span);
        }
        let rows = self.show(row)?;
        let chosen = &mut self.chosen[number];
        chosen.duplicates.insert(0, shown);
        (chosen.row, chosen.rows) = (row, rows);
        Ok(())
    }

    /// Whether a row's article is in the language of the question.
    fn speaks(&mut self, row: Row) -> Result<bool> {
        let article = self.search.index.passage(row)?.article;
        self.know(article)?;
        let text = &self.search.text;
        let language = self.language.get_or_init(|| detect_language(text));
        Ok(language.is_some() && self.articles[&article].language == *language)
    }

    /// Which of the chosen a row says the same as.
    fn same(&mut self, row: Row, shingles: &Shingles) -> Result<Option<usize>> {
        let index = self.search.index;
        for number in 0..self.chosen.len() {
            let Chosen {
                row: shown,
                rows,
                shingles: other,
                ..
            } = &self.chosen[number];
            if shingles.containment(other) < ALIKE {
                continue;
            }
            let (hit, merged) = (Run::one(*shown), *rows);
            if self.is_same(index, Run::one(row), hit)?
                || (merged != hit && self.is_same(index, Run::one(row), merged)?)
            {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    fn is_same(&mut self, index: &Index, a: Run<Row>, b: Run<Row>) -> Result<bool> {
        let (of_a, of_b) = (
            index.passage(a.start)?.article,
            index.passage(b.start)?.article,
        );
        self.know(of_a)?;
        self.know(of_b)?;
        let (span_a, span_b) = (index.span(a)?, index.span(b)?);
        let a = Place {
            text: self.articles[&of_a].text,
            span: &span_a,
            omitted: &self.articles[&of_a].omitted,
        };
        let b = Place {
            text: self.articles[&of_b].text,
            span: &span_b,
            omitted: &self.articles[&of_b].omitted,
        };
        Ok(say_the_same(a, b))
    }

    fn know(&mut self, article: ArticleNo) -> Result<()> {
        if !self.articles.contains_key(&article) {
            let index = self.search.index;
            let record = index.article(article)?;
            let omitted = record.omitted.iter().map(|(start, end, _)| *start..*end);
            let known = Known {
                omitted: omitted.collect(),
                language: record.metadata.lang,
                text: index.text(article)?,
            };
            self.articles.insert(article, known);
        }
        Ok(())
    }
}

fn overlap(a: &Span, b: &Span) -> bool {
    a.start < b.end && b.start < a.end
}
