//! Questions and articles to cited answers.

mod article;
mod filter;
mod query;
mod similar;
mod view;

pub use article::{find_article, find_passage};
pub use filter::Filter;
pub use query::{Answer, Answers, Mode, Query, query};
pub use similar::{Pair, Similar, SimilarArticles, Subject, resemblance, similar};
pub use view::{ArticleView, Best, Context, OmittedView, PassageView, Viewer};

/// Version of every JSON object that is printed.
pub const JSON_VERSION: u32 = 1;
