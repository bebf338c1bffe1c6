//! An article or a passage that was looked up by name.

use serde::Serialize;

use super::JSON_VERSION;
use super::view::{ArticleView, Context, PassageView, Viewer};
use crate::error::Result;
use crate::index::{ArticleNo, Index, Row, Run};

/// What `tane show --json` prints.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Shown {
    /// Version of the JSON, the same for every kind of answer.
    pub version: u32,
    /// The article that was looked up, or that the passage stands in.
    pub article: ArticleView,
    /// Of a passage `path:7` or `path:7-9`, with `@row` before the colon in a file of several articles; else the path.
    pub citation: String,
    /// Where a passage was asked for.
    pub passage: Option<PassageView>,
    /// Sentences around it.
    pub context: Option<Context>,
    /// Where an article was asked for.
    pub text: Option<String>,
}

/// An article, or where `rows` are some of its rows their passage with up to `context` sentences on either side.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn show(
    index: &Index,
    number: ArticleNo,
    rows: Option<Run<Row>>,
    context: usize,
) -> Result<Shown> {
    let viewer = Viewer::new(index);
    let article = viewer.article(number)?;
    let passage = rows.map(|rows| viewer.passage(rows)).transpose()?;
    let text = match rows {
        Some(_) => None,
        None => Some(index.text(number)?.to_owned()),
    };
    Ok(Shown {
        version: JSON_VERSION,
        citation: passage
            .as_ref()
            .map_or_else(|| article.path.clone(), |p| p.citation(&article)),
        text,
        context: rows.map(|rows| viewer.context(rows, context)).transpose()?,
        passage,
        article,
    })
}
