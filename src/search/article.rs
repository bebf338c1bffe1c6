//! Articles and passages by what a person writes.

use std::ops::Range;
use std::path::Path;

use crate::error::{Error, Result};
use crate::index::Index;

/// The number of the article that `given` names: by its id, by the path of its file, or by the end
/// of its id where only one has it.
///
/// # Errors
/// [`Error::Unknown`], with those that come near.
pub fn find_article(index: &Index, given: &str) -> Result<usize> {
    let path = Path::new(given).canonicalize().ok();
    let mut ends = Vec::new();
    let mut near = Vec::new();
    for number in index.articles() {
        let record = index.article(number)?;
        let id = record.id();
        if id == given || (path.is_some() && index.source_path(&record) == path) {
            return Ok(number);
        }
        if id
            .strip_suffix(given)
            .is_some_and(|head| head.ends_with('/'))
        {
            ends.push((number, id));
        } else if id.contains(given) {
            near.push(id);
        }
    }
    let hint = match ends.as_slice() {
        [(number, _)] => return Ok(*number),
        [] if near.is_empty() => "; `tane status --articles` lists them".to_owned(),
        [] => format!("; did you mean {}?", first_few(near)),
        _ => format!(
            "; several end so: {}",
            first_few(ends.into_iter().map(|(_, id)| id).collect())
        ),
    };
    Err(Error::Unknown {
        kind: "article",
        given: given.to_owned(),
        hint,
    })
}

/// The article's number and the rows that `given` (`article#3`, or `article#3-4`) names.
///
/// # Errors
/// [`Error::Unknown`].
pub fn find_passage(index: &Index, given: &str) -> Result<Option<(usize, Range<usize>)>> {
    let Some((article, numbers)) = given.rsplit_once('#') else {
        return Ok(None);
    };
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) else {
        return Ok(None);
    };
    let article = find_article(index, article)?;
    let rows = index.rows_of(article);
    if (1..=last).contains(&first) && last <= rows.len() {
        return Ok(Some((article, rows.start + first - 1..rows.start + last)));
    }
    Err(Error::Unknown {
        kind: "passage",
        given: given.to_owned(),
        hint: format!("; the article has passages 1 to {}", rows.len()),
    })
}

fn first_few(mut ids: Vec<String>) -> String {
    let more = if ids.len() > 3 { ", ..." } else { "" };
    ids.truncate(3);
    ids.join(", ") + more
}
