//! The headings of an article.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::corpus::{Article, BlockKind};
use crate::error::Result;
use crate::index::{ArticleNo, Index};

/// Bytes of a text that is read again to find its headings.
const MOST_READ_AGAIN: usize = 1 << 20;

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeadingView {
    /// First byte in the article's text, counted from 0.
    pub start_byte: usize,
    /// 1 for the highest.
    pub level: usize,
    /// What it says.
    pub text: String,
}

/// The headings of an article, in the order of the text; where it has pages, cells or the like in place of headings, these.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn outline(index: &Index, number: ArticleNo) -> Result<Vec<HeadingView>> {
    let record = index.article(number)?;
    let text = index.text(number)?;
    if !record.locators.is_empty() {
        return Ok(of_locators(&record.locators, text));
    }
    let extension = Path::new(&record.relative).extension();
    let is_plain = extension.is_none_or(|extension| extension.eq_ignore_ascii_case("txt"));
    if !is_plain || text.len() > MOST_READ_AGAIN {
        return Ok(Vec::new());
    }
    let article = Article::of_text(text);
    let headings = article.blocks.into_iter();
    let headings = headings.filter(|block| block.kind == BlockKind::Heading);
    Ok(headings
        .map(|block| HeadingView {
            start_byte: block.span.start,
            level: 1,
            text: text[block.span].to_owned(),
        })
        .collect())
}

/// Between the headings of a path. A heading may have it in itself.
const BELOW: &str = " > ";

/// A heading at its place: its path, and where in that its own name begins.
struct Placed<'a> {
    start_byte: usize,
    path: &'a str,
    name: usize,
}

impl<'a> Placed<'a> {
    /// The path of the heading above; empty where there is none.
    fn parent(&self) -> &'a str {
        let above = &self.path[..self.name];
        above.strip_suffix(BELOW).unwrap_or(above)
    }
}

/// A locator is the path of headings above what follows it. Several headings that follow each other have the path of the
/// last one, each at its own place; the path of a section goes on after one below it. What stands in the text at the place
/// of a locator tells these cases apart, and where in a path its last heading begins.
fn of_locators(locators: &[(usize, String)], text: &str) -> Vec<HeadingView> {
    let mut headings = Vec::new();
    // The paths of the last heading and of those above it.
    let mut open: Vec<&str> = Vec::new();
    for run in locators.chunk_by(|a, b| a.1 == b.1) {
        let mut found = in_text(run, text, &open);
        if found.is_empty() {
            found.extend(not_in_text(&run[0], &open));
        }
        for heading in found {
            let parent = heading.parent();
            open.retain(|path| is_at_or_above(path, parent));
            if !parent.is_empty() && open.last() != Some(&parent) {
                open.push(parent);
            }
            open.push(heading.path);
            headings.push(HeadingView {
                start_byte: heading.start_byte,
                level: open.len(),
                text: heading.path[heading.name..].to_owned(),
            });
        }
    }
    headings
}

/// The headings of a run of locators of one path that stand in the text. The last one has that path; one before it is
/// above it, or has the same name beside it, or is the end of the same path earlier.
fn in_text<'a>(run: &'a [(usize, String)], text: &str, open: &[&str]) -> Vec<Placed<'a>> {
    let mut found: Vec<Placed<'a>> = Vec::new();
    for (start_byte, path) in run.iter().rev() {
        let line = text.get(*start_byte..).unwrap_or_default();
        let line = line.trim_start().lines().next().unwrap_or_default();
        let paths = match found.last() {
            // The one above has its place already.
            Some(after) if open.contains(&after.parent()) => [after.path, after.parent(), path],
            Some(after) => [after.parent(), after.path, path],
            None => [path.as_str(), "", ""],
        };
        let heading = paths.into_iter().find_map(|path| {
            Some(Placed {
                start_byte: *start_byte,
                path,
                name: name_in(path, line)?,
            })
        });
        found.extend(heading);
    }
    found.reverse();
    found
}

/// Pages, cells and the like have names that are not in the text. What goes on has none.
fn not_in_text<'a>((start_byte, path): &'a (usize, String), open: &[&str]) -> Option<Placed<'a>> {
    if path.is_empty() || open.contains(&path.as_str()) {
        return None;
    }
    let known = open.iter().rev().find(|above| is_at_or_above(above, path));
    Some(Placed {
        start_byte: *start_byte,
        path,
        name: match known {
            Some(above) => above.len() + BELOW.len(),
            None => path.rfind(BELOW).map_or(0, |at| at + BELOW.len()),
        },
    })
}

/// Whether a path is another one or leads to it.
fn is_at_or_above(path: &str, other: &str) -> bool {
    let rest = other.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(BELOW))
}

/// Where in a path the name begins that a line has: the longest one.
fn name_in(path: &str, line: &str) -> Option<usize> {
    let below = path.match_indices(BELOW).map(|(at, _)| at + BELOW.len());
    std::iter::once(0)
        .chain(below)
        .find(|at| says(line, &path[*at..]))
}

/// Whether a line of the text has a name, and nothing else but marks: those of Markdown, with an address or an id
/// behind a `#`. A long name is cut.
fn says(line: &str, name: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (line_letters, name_letters) = (letters(line), letters(name));
    let may_go_on = line.starts_with('#') || name.ends_with('…');
    match may_go_on {
        true => !name_letters.is_empty() && line_letters.starts_with(&name_letters),
        false => line_letters == name_letters && !name_letters.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The level and the text of each heading, and what stands at its place.
    fn of(text: &str, locators: &[(&str, &str)]) -> Vec<(usize, String, String)> {
        let mut from = 0;
        let locators: Vec<(usize, String)> = locators
            .iter()
            .map(|(at, path)| {
                from += text[from..].find(at).unwrap();
                let place = from;
                from += at.len();
                (place, (*path).to_owned())
            })
            .collect();
        let line = |at: usize| text[at..].lines().next().unwrap().to_owned();
        of_locators(&locators, text)
            .into_iter()
            .map(|heading| (heading.level, heading.text, line(heading.start_byte)))
            .collect()
    }

    fn expected(all: &[(usize, &str, &str)]) -> Vec<(usize, String, String)> {
        let owned = |(level, text, line): &(usize, &str, &str)| {
            (*level, (*text).to_owned(), (*line).to_owned())
        };
        all.iter().map(owned).collect()
    }

    #[test]
    fn headings_come_from_the_paths_of_what_follows_them() {
        let text = "Mills\nWind\nIt blows.\nWater\nIt flows.\nMills are old.\nNo heading.\nRivers\nThey run.\n";
        let locators = [
            ("Mills", "Mills > Wind"),
            ("Wind", "Mills > Wind"),
            ("Water", "Mills > Water"),
            ("Mills are", "Mills"),
            ("No", ""),
            ("Rivers", "Rivers"),
        ];
        let found = [
            (1, "Mills", "Mills"),
            (2, "Wind", "Wind"),
            (2, "Water", "Water"),
            (1, "Rivers", "Rivers"),
        ];
        assert_eq!(of(text, &locators), expected(&found));
    }

    #[test]
    fn a_second_heading_of_the_same_name_is_one_too() {
        let text = "# Notes\n\nOne.\n\n# Notes\n\nTwo.\n\n## Notes\n\nThree.\n\n## Notes\n";
        let locators = [
            ("# Notes", "Notes"),
            ("# Notes", "Notes"),
            ("## Notes", "Notes > Notes"),
            ("## Notes", "Notes > Notes"),
        ];
        let found = [
            (1, "Notes", "# Notes"),
            (1, "Notes", "# Notes"),
            (2, "Notes", "## Notes"),
            (2, "Notes", "## Notes"),
        ];
        assert_eq!(of(text, &locators), expected(&found));
        let text = "Year\nMay\nIt rains.\nYear\nMay\nIt shines.\n";
        let locators = ["Year", "May", "Year", "May"].map(|at| (at, "Year > May"));
        let found = [
            (1, "Year", "Year"),
            (2, "May", "May"),
            (1, "Year", "Year"),
            (2, "May", "May"),
        ];
        assert_eq!(of(text, &locators), expected(&found));
    }

    #[test]
    fn a_heading_may_have_the_mark_of_a_path_in_it() {
        let text = "# Menu > File\n\nText.\n\n## `Edit` > [Copy](https://a.example)\n\nText.\n";
        let locators = [
            ("# Menu", "Menu > File"),
            ("## `Edit`", "Menu > File > Edit > Copy"),
        ];
        let found = [
            (1, "Menu > File", "# Menu > File"),
            (2, "Edit > Copy", "## `Edit` > [Copy](https://a.example)"),
        ];
        assert_eq!(of(text, &locators), expected(&found));
    }

    #[test]
    fn pages_and_cells_are_named_though_no_text_says_so() {
        let locators = [
            ("One", "page 1"),
            ("Two", "page 2"),
            ("Three", "page 2 > Sums"),
        ];
        let found = [
            (1, "page 1", "One"),
            (1, "page 2", "Two"),
            (2, "Sums", "Three"),
        ];
        assert_eq!(of("One\nTwo\nThree\n", &locators), expected(&found));
        assert!(of_locators(&[(0, String::new())], "").is_empty());
    }
}
