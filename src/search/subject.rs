//! What is compared with the articles of an index: one of them, or a text that is embedded for it.

use super::shingles::Shingles;
use super::view::{ArticleView, OmittedView, PassageView, RepeatedView, Viewer};
use crate::corpus::{Article, without};
use crate::embed::{Alignment, Embedder, Probe, Role};
use crate::error::Result;
use crate::index::{ArticleNo, ArticleRecord, Index};
use crate::passage::{Passage, passages};

/// An article to compare with others.
pub struct Subject {
    /// The article as it is shown.
    pub article: ArticleView,
    /// Its number, where it is indexed: it is not its own neighbour.
    pub number: Option<ArticleNo>,
    /// Its passages, in the order of the text.
    pub passages: Vec<PassageView>,
    /// One for each passage: what compares its vector with others.
    pub probes: Vec<Probe>,
    /// Its text.
    pub shingles: Shingles,
}

impl Subject {
    /// An article of the index.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn indexed(index: &Index, number: ArticleNo, alignment: &Alignment) -> Result<Self> {
        let viewer = Viewer::new(index);
        let rows = index.rows_of(number);
        Ok(Self {
            article: viewer.article(number)?,
            number: Some(number),
            passages: viewer.passages(number)?,
            probes: rows
                .iter()
                .map(|row| alignment.probe(index.vector(row), Role::Passage))
                .collect(),
            shingles: Shingles::new(&index.read_text(number)?),
        })
    }

    /// An article that is not indexed; `name` is its id.
    ///
    /// # Errors
    /// What the embedder returns.
    pub fn embedded(article: &Article, name: &str, embedder: &Embedder) -> Result<Self> {
        let cut = passages(article, embedder.counter());
        let inputs = cut
            .iter()
            .map(|passage| embedder.input(&passage.readable(&article.text).0, Role::Passage))
            .collect::<Result<Vec<_>>>()?;
        let probes = embedder
            .embed(&inputs)?
            .into_iter()
            .map(|embedding| embedder.alignment().probe(&embedding.vector, Role::Passage))
            .collect();
        let view = |(passage, number): (&Passage, usize)| PassageView {
            id: format!("{name}#{number}"),
            text: article.text[passage.span.clone()].to_owned(),
            start_byte: passage.span.start,
            end_byte: passage.span.end,
            start_line: passage.lines.0,
            end_line: passage.lines.1,
            locator: None,
            end_locator: None,
            omitted: passage
                .omitted
                .iter()
                .map(|o| OmittedView {
                    start_byte: o.span.start,
                    end_byte: o.span.end,
                    reason: o.reason,
                })
                .collect(),
            repeated: RepeatedView::of(&article.text, passage.repeated.clone()),
            best: None,
        };
        Ok(Self {
            article: article_view(article, name),
            number: None,
            passages: cut.iter().zip(1..).map(view).collect(),
            probes,
            shingles: Shingles::new(&without(&article.text, &article.omitted)),
        })
    }
}

/// An article that is not indexed: its id is its name.
pub fn article_view(article: &Article, name: &str) -> ArticleView {
    let record = ArticleRecord::new(name, "", article);
    ArticleView::new(record, Some(name.to_owned()))
}
