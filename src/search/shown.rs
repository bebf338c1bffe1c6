//! An article or a passage, looked up by name.

use serde::Serialize;

use super::JSON_VERSION;
use super::article::find;
use super::names::Names;
use super::view::{ArticleView, Context, PassageView, Viewer};
use crate::error::Result;
use crate::index::Index;

/// What `tane show --json` prints.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Shown {
    pub version: u32,
    pub article: ArticleView,
    pub citation: String,
    /// Where a passage was asked for.
    pub passage: Option<PassageView>,
    /// Sentences around it.
    pub context: Option<Context>,
    /// Where an article was asked for.
    pub text: Option<String>,
}

/// An article, or a passage with up to `context` sentences on either side.
///
/// # Errors
/// [`crate::Error::Unknown`], [`crate::Error::Corrupt`].
pub fn show(index: &Index, id: &str, names: Names, context: usize) -> Result<Shown> {
    let viewer = Viewer::new(index);
    let (number, rows) = find(index, id, names)?;
    let article = viewer.article(number)?;
    let passage = rows
        .clone()
        .map(|rows| viewer.passage(rows, None))
        .transpose()?;
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
