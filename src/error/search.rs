//! Questions, and names of articles.

use std::path::PathBuf;

/// What can be wrong with a question, or with what it asks for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A question, or a quote to look for, holds nothing but white space.
    #[error("the question is empty")]
    EmptyQuestion,
    /// A name fits no article or passage, or is no language that the index has.
    #[error("no {kind} `{given}` in this index{hint}")]
    Unknown {
        /// What the name is one of: `article`, `passage` or `language`.
        kind: &'static str,
        /// The name as it was given.
        given: String,
        /// What comes near or is possible, to follow the name in the message: `; ...`. Empty where nothing does.
        hint: String,
    },
    /// A citation names lines of an article of which no passage has anything.
    #[error("no passage `{given}` in this index; nothing that is read stands there in `{id}`")]
    NothingRead {
        /// The citation as it was given.
        given: String,
        /// Id of the article.
        id: String,
    },
    /// The file of an article is elsewhere, or gone.
    #[error("{} is not on this machine; {instead}", path.display())]
    FileNotHere {
        /// Where the file should be; empty where the index does not tell.
        path: PathBuf,
        /// What to do in place of opening it.
        instead: String,
    },
    /// An article has no page that can be opened.
    #[error("`{id}` has no source page that can be opened: {reason}")]
    NoSourcePage {
        /// Id of the article.
        id: String,
        /// Why: it names none, or one that is no web address.
        reason: String,
    },
}
