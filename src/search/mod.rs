//! Questions and articles to cited answers.

mod answer;
mod asking;
mod choose;
mod confidence;
mod duplicates;
#[cfg(test)]
mod edits;
mod filter;
mod language;
mod lexical;
mod lookup;
mod met;
mod names;
mod outline;
mod phrase;
mod query;
mod question;
mod quote;
mod rank;
mod row_tokens;
mod same;
mod second_look;
mod shingles;
mod shown;
mod similar;
mod source;
mod stands;
mod status;
mod subject;
mod token;
mod view;
mod why;

pub use answer::{Answer, Answers, CONVINCING, Explanation};
pub use duplicates::{Duplicate, duplicates};
pub use filter::Filter;
pub use lookup::{find, find_article, find_named_article};
pub use met::MetView;
pub use names::{Names, as_stored};
pub use outline::{HeadingView, outline};
pub use query::query;
pub use question::{Late, Mode, PreferLanguage, Query};
pub use rank::{Asked, Outside, Ranked, RankedRows, ScoreTerms};
pub use shingles::Shingles;
pub use shown::{Shown, show};
pub use similar::{Pair, Similar, SimilarArticles, resemblance, similar, similar_with};
pub use stands::{Nearest, Place, Quote, Standing, stands};
pub use status::{ArticleStatus, RootStatus, SegmentStatus, Status, status};
pub use subject::{Subject, article_view};
pub use view::{ArticleView, Best, Context, OmittedView, PassageView, RepeatedView, Viewer};

/// Version of every JSON object that is printed.
pub const JSON_VERSION: u32 = 1;
