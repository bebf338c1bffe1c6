//! Articles and passages by what a person writes: ids, paths, citations.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::names::{Names, composed};
use crate::error::{Error, Named, Result, SearchError};
use crate::index::{ArticleNo, ArticleRecord, Index, Row, Run};

/// The number of the article that `given` names: by its id, by the path of its file, by the end of its id, or by any
/// part of its id, where only one has it.
///
/// # Errors
/// [`SearchError::Unknown`], with those that come near.
pub fn find_article(index: &Index, given: &str, names: Names) -> Result<ArticleNo> {
    let [looked] = look_up(index, [given], names)?;
    looked.only(given)
}

/// As [`find_article`], but a mere part of an id is none; `None` where no one article has that name.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn find_named_article(index: &Index, given: &str, names: Names) -> Result<Option<ArticleNo>> {
    let [looked] = look_up(index, [given], names)?;
    Ok(looked.named())
}

/// The article that `given` names, and the rows where it names passages of it: `article#3`, `article#3-4`, or a
/// citation (`path:7-9`). An id may itself end like a passage's: an article of that very id comes first.
///
/// # Errors
/// [`SearchError::Unknown`].
pub fn find(index: &Index, given: &str, names: Names) -> Result<(ArticleNo, Option<Run<Row>>)> {
    let of_number = numbered(given, '#');
    let cited = numbered(given, ':');
    let [whole, of_passage, of_citation] = look_up(
        index,
        [
            given,
            of_number.as_ref().map_or("", |(article, _)| *article),
            cited.as_ref().map_or("", |(path, _)| *path),
        ],
        names,
    )?;
    if let Some(number) = whole.exact {
        return Ok((number, None));
    }
    let mut outside = None;
    if let (Some((_, numbers)), Some(article)) = (&of_number, of_passage.exact) {
        match rows_numbered(index, article, numbers, given) {
            Ok(rows) => return Ok((article, Some(rows))),
            Err(error) => outside = Some(error),
        }
    }
    if let Some(number) = whole.named() {
        return Ok((number, None));
    }
    if let Some(error) = outside {
        return Err(error);
    }
    // Part of an id names an article last: `note#1` is passage 1 of `note` before it is part of `note#12`.
    let is_named = of_passage.named().or(of_citation.named()).is_some();
    let unknown = match whole.only(given) {
        Ok(number) if !is_named => return Ok((number, None)),
        Ok(_) => unknown_article(given, None),
        Err(error) => error,
    };
    if let Some((article, numbers)) = &of_number {
        let article = of_passage.only(article)?;
        let rows = rows_numbered(index, article, numbers, given)?;
        return Ok((article, Some(rows)));
    }
    if let Some((path, lines)) = &cited
        && let Ok(article) = of_citation.only(path)
    {
        let rows = rows_cited(index, article, lines, given)?;
        return Ok((article, Some(rows)));
    }
    Err(unknown)
}

/// Splits `name#3` or `name#3-4` at the last mark.
fn numbered(given: &str, mark: char) -> Option<(&str, Range<usize>)> {
    let (name, numbers) = given.rsplit_once(mark)?;
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (!name.is_empty()).then_some((name, first..last))
}

/// The rows of the passages with these numbers, both ends counted.
fn rows_numbered(
    index: &Index,
    article: ArticleNo,
    numbers: &Range<usize>,
    given: &str,
) -> Result<Run<Row>> {
    let rows = index.rows_of(article);
    if (1..=numbers.end).contains(&numbers.start) && numbers.end <= rows.len() {
        return Ok(Run::new(
            rows.start + (numbers.start - 1),
            rows.start + numbers.end,
        ));
    }
    Err(Error::Search(SearchError::Unknown {
        kind: Named::Passage,
        given: given.to_owned(),
        near: Some(format!("the article has passages 1 to {}", rows.len())),
    }))
}

/// The rows of the passages that a citation names.
fn rows_cited(
    index: &Index,
    article: ArticleNo,
    lines: &Range<usize>,
    given: &str,
) -> Result<Run<Row>> {
    let is_forward = lines.start <= lines.end;
    if is_forward && let Some(rows) = rows_at(index, article, lines)? {
        return Ok(rows);
    }
    let id = index.article(article)?.id();
    let last = index.text(article)?.lines().count();
    let near = if !is_forward {
        format!("line {} comes after line {}", lines.start, lines.end)
    } else if !(1..=last).contains(&lines.start) {
        format!("`{id}` has lines 1 to {last}")
    } else {
        return Err(Error::Search(SearchError::NothingRead {
            given: given.to_owned(),
            id,
        }));
    };
    Err(Error::Search(SearchError::Unknown {
        kind: Named::Passage,
        given: given.to_owned(),
        near: Some(near),
    }))
}

/// The rows of the passages within these lines, both ends counted; where none is, of those that touch them.
fn rows_at(index: &Index, article: ArticleNo, lines: &Range<usize>) -> Result<Option<Run<Row>>> {
    let (mut within, mut touching) = (None, None);
    let extend = |rows: &mut Option<Run<Row>>, row: Row| {
        let start = rows.map_or(row, |rows| rows.start);
        *rows = Some(Run::new(start, row + 1));
    };
    for row in index.rows_of(article) {
        let (first, last) = index.passage(row)?.lines;
        if lines.start <= first && last <= lines.end {
            extend(&mut within, row);
        }
        if first <= lines.end && lines.start <= last {
            extend(&mut touching, row);
        }
    }
    Ok(within.or(touching))
}

/// The articles that a name may mean.
#[derive(Default)]
struct Looked {
    /// The one of that very id.
    exact: Option<ArticleNo>,
    /// Of that id in the other Unicode form.
    composed: Option<ArticleNo>,
    /// Of the file at that path, with their ids.
    at_path: Vec<(ArticleNo, String)>,
    /// Whose ids end so.
    ends: Vec<(ArticleNo, String)>,
    /// Whose ids have it in them.
    near: Vec<(ArticleNo, String)>,
}

impl Looked {
    /// The one article of that name: its id, its path or the end of its id.
    fn named(&self) -> Option<ArticleNo> {
        let exact = self.exact.or(self.composed);
        exact.or(match (self.at_path.as_slice(), self.ends.as_slice()) {
            ([(number, _)], _) | ([], [(number, _)]) => Some(*number),
            _ => None,
        })
    }

    /// The one article that is meant: the one of that name, else the only one that has it in its id.
    fn only(&self, given: &str) -> Result<ArticleNo> {
        if let Some(number) = self.named() {
            return Ok(number);
        }
        let near = match (&*self.at_path, &*self.ends, &*self.near) {
            ([], [], [(number, _)]) => return Ok(*number),
            ([], [], []) => None,
            ([], [], near) => Some(format!("several ids contain it: {}", first_few(ids(near)))),
            ([], ends, _) => Some(format!("several ids end with it: {}", first_few(ids(ends)))),
            (rows, ..) => Some(format!("that file holds several: {}", first_few(ids(rows)))),
        };
        Err(unknown_article(given, near))
    }
}

fn unknown_article(given: &str, near: Option<String>) -> Error {
    Error::Search(SearchError::Unknown {
        kind: Named::Article,
        given: given.to_owned(),
        near,
    })
}

fn ids(articles: &[(ArticleNo, String)]) -> impl ExactSizeIterator<Item = &String> {
    articles.iter().map(|(_, id)| id)
}

/// Looks for several names in one pass, which ends where an article's id is the first; empty ones are nobody's.
fn look_up<const N: usize>(index: &Index, given: [&str; N], names: Names) -> Result<[Looked; N]> {
    let needles = given.map(|given| (given, composed(given), names.paths(given)));
    let mut looked = given.map(|_| Looked::default());
    for number in index.articles() {
        let record = index.article(number)?;
        let id = record.id();
        let composed_id = composed(&id);
        let path = index.source_path(&record);
        for ((given, name, paths), looked) in needles.iter().zip(&mut looked) {
            if given.is_empty() {
                continue;
            }
            if id == *given {
                looked.exact = Some(number);
            } else if composed_id == *name {
                looked.composed = Some(number);
            } else if path
                .as_ref()
                .is_some_and(|path| is_at(paths, path, &record))
            {
                looked.at_path.push((number, id.clone()));
            } else if ends_with_name(&composed_id, name) {
                looked.ends.push((number, id.clone()));
            } else if composed_id.contains(name.as_ref()) {
                looked.near.push((number, id.clone()));
            }
        }
        if looked.first().is_some_and(|first| first.exact.is_some()) {
            break;
        }
    }
    Ok(looked)
}

/// Whole parts of a path at its end.
pub(super) fn ends_with_name(id: &str, name: &str) -> bool {
    let head = id.strip_suffix(name);
    head.is_some_and(|head| head.ends_with('/'))
}

/// Whether an article is what one of these paths names.
pub(super) fn is_at(
    paths: &[(PathBuf, Option<&str>)],
    path: &Path,
    record: &ArticleRecord,
) -> bool {
    let named =
        |row: &Option<&str>| row.is_none_or(|row| record.metadata.row.as_deref() == Some(row));
    paths.iter().any(|(given, row)| given == path && named(row))
}

fn first_few<'a>(ids: impl ExactSizeIterator<Item = &'a String>) -> String {
    const SHOWN: usize = 5;
    let more = match ids.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let ids: Vec<&str> = ids.take(SHOWN).map(String::as_str).collect();
    ids.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_behind_a_name() {
        assert_eq!(numbered("a#b.txt#3", '#'), Some(("a#b.txt", 3..3)));
        assert_eq!(numbered("a.txt#3-4", '#'), Some(("a.txt", 3..4)));
        assert_eq!(numbered("dir/a.txt:7-9", ':'), Some(("dir/a.txt", 7..9)));
        for none in ["a.txt", "a.txt#", "a.txt#x", "#3", "a#-1", "a#1-"] {
            assert_eq!(numbered(none, '#'), None, "{none}");
        }
    }

    #[test]
    fn ends_of_ids_are_whole_names() {
        assert!(ends_with_name("docs/a/b.txt", "a/b.txt"));
        assert!(!ends_with_name("docs/ab.txt", "b.txt"));
        assert!(!ends_with_name("b.txt", "b.txt"));
    }
}
