//! Questions and articles to cited answers.

mod answer;
mod article;
mod duplicates;
#[cfg(test)]
mod edits;
mod filter;
mod lexical;
mod phrase;
mod query;
mod rank;
mod shingles;
mod similar;
mod view;

pub use answer::{Answer, Answers, Explanation, Mode, PreferLanguage, Query};
pub use article::{find_article, find_passage};
pub use duplicates::{Duplicate, duplicates};
pub use filter::Filter;
pub use query::query;
pub use rank::{Asked, Found, Parts, Ranked};
pub use shingles::Shingles;
pub use similar::{Pair, Similar, SimilarArticles, Subject, resemblance, similar};
pub use view::{ArticleView, Best, Context, OmittedView, PassageView, RepeatedView, Viewer};

/// Version of every JSON object that is printed.
pub const JSON_VERSION: u32 = 1;
