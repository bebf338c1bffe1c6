//! Questions, and names of articles.

use std::path::PathBuf;

/// What a name may be one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Named {
    /// An article of the index.
    Article,
    /// An article of the index, or a file on this machine.
    ArticleOrFile,
    /// A passage of an article.
    Passage,
    /// A language of the articles.
    Language,
}

impl Named {
    fn word(self) -> &'static str {
        match self {
            Self::Article | Self::ArticleOrFile => "article",
            Self::Passage => "passage",
            Self::Language => "language",
        }
    }

    fn and_near(self, near: Option<&str>) -> String {
        let nor_a_file = match self {
            Self::ArticleOrFile => ", and no file of that name",
            _ => "",
        };
        let near = near.map(|near| format!("; {near}"));
        nor_a_file.to_owned() + &near.unwrap_or_default()
    }
}

/// What can be wrong with a question, or with what it asks for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A question, or a quote to look for, holds nothing but white space.
    #[error("the question is empty")]
    EmptyQuestion,
    /// A name fits no article or passage, or is no language that the index has.
    #[error("no {} `{given}` in this index{}", kind.word(), kind.and_near(near.as_deref()))]
    Unknown {
        /// What the name should be one of.
        kind: Named,
        /// The name as it was given.
        given: String,
        /// What comes near or is possible, in words.
        near: Option<String>,
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
