//! How a table is written: what parts its cells, and whether they may stand in quotation marks.
//!
//! Source: RFC 4180, and what programs make of it.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::{memchr, memchr2, memchr3, memmem};

use super::kind::{Kind, kind};

/// What may part cells, the likelier first.
const MARKS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// So much of a table says how it is written, in bytes and in rows.
const SAMPLE: usize = 64 << 10;
const SAMPLE_ROWS: usize = 300;

/// How cells are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What parts cells; `None`: a line is a cell.
    pub mark: Option<u8>,
    /// A cell may stand in quotation marks, and then hold line ends and marks.
    pub quotes: bool,
    /// `\"` is a quotation mark inside such a cell, not only `""`.
    pub backslash: bool,
}

/// A row of the file.
#[derive(Debug, Default)]
pub struct Record<'a> {
    pub cells: Vec<Cow<'a, str>>,
    /// Of the file, from 1: lines, where no cell goes over several.
    pub row: usize,
    /// Where it begins, from 1.
    pub line: usize,
    /// A quotation mark in it is text, though it stands where a cell in marks would begin.
    pub stray: bool,
}

impl Record<'_> {
    /// Cells that hold something.
    pub fn full(&self) -> usize {
        let full = self.cells.iter().filter(|cell| !cell.trim().is_empty());
        full.count()
    }
}

/// A row as it was read: its cells, where the next row begins, and the first cell with a stray mark.
struct Cut<'a> {
    cells: Vec<Cow<'a, str>>,
    end: usize,
    stray: Option<usize>,
}

impl Cut<'_> {
    /// Joins cells again that a mark was meant to hold together, where the row has too many.
    fn mend(&mut self, usual: usize, mark: Option<u8>) {
        let (Some(from), Some(mark)) = (self.stray, mark) else {
            return;
        };
        let more = self.cells.len().saturating_sub(usual);
        if more > 0 && from + more < self.cells.len() {
            let mark = char::from(mark).to_string();
            let whole = self.cells[from..=from + more].join(&mark);
            self.cells.splice(from..=from + more, [Cow::Owned(whole)]);
        }
    }
}

impl Dialect {
    /// The cells of the row that begins at a byte. A quotation mark that closes nowhere, or not at the end of its
    /// cell, is text.
    fn cut<'a>(self, text: &'a str, start: usize) -> Cut<'a> {
        let bytes = text.as_bytes();
        let (mut cells, mut at, mut stray) = (Vec::new(), start, None);
        loop {
            let begin = at;
            while self.quotes && bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            let quoted = (self.quotes && bytes.get(at) == Some(&b'"'))
                .then(|| self.quoted(text, at))
                .flatten();
            if self.quotes && bytes.get(at) == Some(&b'"') && quoted.is_none() {
                stray.get_or_insert(cells.len());
            }
            let end = match quoted {
                Some((cell, end)) => {
                    cells.push(cell);
                    end
                }
                None => {
                    let end = self.bare(bytes, begin);
                    cells.push(Cow::Borrowed(&text[begin..end]));
                    end
                }
            };
            if end < bytes.len() && Some(bytes[end]) == self.mark {
                at = end + 1;
                continue;
            }
            let end = match bytes.get(end..) {
                Some([b'\r', b'\n', ..]) => end + 2,
                Some([_, ..]) => end + 1,
                _ => end,
            };
            return Cut { cells, end, stray };
        }
    }

    /// Where a cell without quotation marks ends.
    fn bare(self, bytes: &[u8], start: usize) -> usize {
        let rest = &bytes[start..];
        let end = match self.mark {
            Some(mark) => memchr3(b'\n', b'\r', mark, rest),
            None => memchr2(b'\n', b'\r', rest),
        };
        start + end.unwrap_or(rest.len())
    }

    /// A cell in quotation marks that begins at a byte, and where it ends.
    fn quoted<'a>(self, text: &'a str, start: usize) -> Option<(Cow<'a, str>, usize)> {
        let bytes = text.as_bytes();
        let mut at = start + 1;
        let mut escaped = false;
        let close = loop {
            at += memchr(b'"', bytes.get(at..)?)?;
            let slashes = bytes[start + 1..at].iter().rev();
            let slashes = slashes.take_while(|b| **b == b'\\');
            if self.backslash && slashes.count() % 2 == 1 {
                escaped = true;
                at += 1;
            } else if bytes.get(at + 1) == Some(&b'"') {
                escaped = true;
                at += 2;
            } else {
                break at;
            }
        };
        let mut end = close + 1;
        while bytes.get(end) == Some(&b' ') {
            end += 1;
        }
        let ends = match bytes.get(end) {
            None | Some(b'\n' | b'\r') => true,
            other => other.copied() == self.mark,
        };
        let cell = &text[start + 1..close];
        let cell = match (escaped, self.backslash) {
            (false, _) => Cow::Borrowed(cell),
            (true, false) => Cow::Owned(cell.replace("\"\"", "\"")),
            (true, true) => Cow::Owned(cell.replace("\\\"", "\"").replace("\"\"", "\"")),
        };
        ends.then_some((cell, end))
    }

    /// The same without quotation marks.
    fn bare_only(self) -> Self {
        Self {
            quotes: false,
            ..self
        }
    }
}

/// The rows of a table.
pub struct Records<'a> {
    text: &'a str,
    pub dialect: Dialect,
    /// Cells that most rows have.
    pub usual: usize,
    /// What the first cells of rows are.
    first: Option<Kind>,
    at: usize,
    row: usize,
    line: usize,
}

impl<'a> Records<'a> {
    /// `tabs`: the name of the file says that tabs part its cells.
    pub fn new(text: &'a str, tabs: bool) -> Self {
        let mut records = Self {
            text,
            dialect: Dialect {
                mark: None,
                quotes: true,
                backslash: false,
            },
            usual: 1,
            first: None,
            at: 0,
            row: 1,
            line: 1,
        };
        let declared = declared(text);
        if let Some((mark, end)) = declared {
            records.at = end;
            records.row = 2;
            records.line = 2;
            let found = Trial::new(&text[end..], with_mark(mark));
            records.decide(found);
        } else {
            records.decide(best(text, tabs));
        }
        records
    }

    fn decide(&mut self, trial: Trial) {
        self.dialect = trial.dialect;
        self.usual = trial.usual;
        self.first = trial.first;
    }

    /// A row that goes over several lines because a mark was never closed, and met another by chance: without the
    /// marks its lines are rows like the others.
    fn is_torn(&self, strict: &Cut<'_>) -> bool {
        let lines = &self.text[self.at..strict.end];
        let bare = self.dialect.bare_only();
        let mut begin = 0;
        let (mut rows, mut first) = (Vec::new(), true);
        let mut alike = true;
        while begin < lines.len() {
            let cut = bare.cut(lines, begin);
            begin = cut.end;
            let blank = cut.cells.len() == 1 && cut.cells[0].trim().is_empty();
            if blank {
                continue;
            }
            if !first {
                alike &= kind(&cut.cells[0]) == self.first;
            }
            first = false;
            rows.push(cut.cells.len());
        }
        let all_usual = rows.iter().all(|cells| *cells == self.usual);
        if strict.cells.len() == self.usual {
            // Lines of a letter may have as many commas; they do not begin with a number or a day each.
            return all_usual && alike && rows.len() > 1 && self.is_telling();
        }
        rows.first() == Some(&self.usual)
    }

    /// The first cells are of one kind, and not just words.
    fn is_telling(&self) -> bool {
        self.usual > 1 && !matches!(self.first, None | Some(Kind::Words))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.at >= self.text.len() {
            return None;
        }
        let mut cut = self.dialect.cut(self.text, self.at);
        let breaks = |end: usize| {
            let read = self.text[self.at..end].trim_end_matches(['\n', '\r']);
            lines(read)
        };
        if self.dialect.quotes && breaks(cut.end) > 0 && self.is_torn(&cut) {
            cut = self.dialect.bare_only().cut(self.text, self.at);
            let mark = |cell: &Cow<'_, str>| cell.trim_start().starts_with('"');
            cut.stray = cut.cells.iter().position(mark);
        }
        cut.mend(self.usual, self.dialect.mark);
        let record = Record {
            cells: cut.cells,
            row: self.row,
            line: self.line,
            stray: cut.stray.is_some(),
        };
        self.line += lines(&self.text[self.at..cut.end]);
        self.row += 1;
        self.at = cut.end;
        Some(record)
    }
}

/// Line ends of any kind.
fn lines(text: &str) -> usize {
    let ends = text.bytes().filter(|b| matches!(b, b'\n' | b'\r')).count();
    ends - text.matches("\r\n").count()
}

fn with_mark(mark: u8) -> Dialect {
    Dialect {
        mark: Some(mark),
        // Tabs stand in no cell, so nothing needs quotation marks.
        quotes: mark != b'\t',
        backslash: false,
    }
}

/// What a first line `sep=;` says, and where the table begins.
fn declared(text: &str) -> Option<(u8, usize)> {
    let rest = text.get(..4)?.eq_ignore_ascii_case("sep=").then_some(4)?;
    let mark = *text.as_bytes().get(rest)?;
    let end = text[rest + 1..].find(['\n', '\r'])?;
    let after = rest + 1 + end;
    let length = if text[after..].starts_with("\r\n") {
        2
    } else {
        1
    };
    let blank = text.get(rest + 1..after)?.trim().is_empty();
    (mark.is_ascii() && blank).then_some((mark, after + length))
}

/// How well a way to read explains the beginning of a table.
#[derive(Debug)]
struct Trial {
    dialect: Dialect,
    usual: usize,
    first: Option<Kind>,
    /// Of the rows, those with the usual number of cells.
    share: f64,
    /// Of the rows, those with several cells.
    several: f64,
    /// Of the marks, those with a space behind them.
    spaced: f64,
    /// Of the cells, those that are numbers, dates or addresses.
    telling: f64,
    /// The first row is one cell.
    begins_alone: bool,
}

impl Trial {
    fn new(text: &str, dialect: Dialect) -> Self {
        let mut rows: Vec<Vec<Cow<'_, str>>> = Vec::new();
        let mut at = 0;
        while at < text.len().min(SAMPLE) && rows.len() < SAMPLE_ROWS {
            let cut = dialect.cut(text, at);
            if cut.cells.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push(cut.cells);
            }
            at = cut.end;
        }
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for cells in &rows {
            *counts.entry(cells.len()).or_default() += 1;
        }
        let most = counts.iter().max_by_key(|(cells, rows)| (**rows, **cells));
        let (usual, of_rows) = most.map_or((1, 0), |(cells, rows)| (*cells, *rows));
        let part = |some: usize, all: usize| some as f64 / all.max(1) as f64;
        let several = rows.iter().filter(|cells| cells.len() > 1).count();
        let kinds = rows.iter().flatten().map(|cell| kind(cell));
        let telling =
            |kind: &Option<Kind>| matches!(kind, Some(Kind::Number | Kind::Date | Kind::Address));
        let later = rows.iter().flat_map(|cells| cells.iter().skip(1));
        let spaced = later.clone().filter(|cell| cell.starts_with(' ')).count();
        Self {
            dialect,
            usual,
            first: first_kind(&rows, usual),
            share: part(of_rows, rows.len()),
            several: part(several, rows.len()),
            spaced: part(spaced, later.count()),
            telling: part(kinds.clone().filter(telling).count(), kinds.count()),
            begins_alone: rows.first().is_some_and(|cells| cells.len() == 1),
        }
    }

    /// Whether what is read so can be a table, not prose with commas in it.
    fn is_table(&self) -> bool {
        let spaced = self.spaced > 0.9;
        let prose = (self.begins_alone && (self.share < 0.6 || (spaced && self.usual == 2)))
            || (spaced && self.share < 0.6);
        self.usual > 1 && self.several >= 0.5 && !prose
    }
}

/// The kind of most first cells, without the first row's.
fn first_kind(rows: &[Vec<Cow<'_, str>>], usual: usize) -> Option<Kind> {
    let usual = rows.iter().skip(1).filter(|cells| cells.len() == usual);
    let kinds: Vec<Kind> = usual.filter_map(|cells| kind(&cells[0])).collect();
    let likely = kinds.first()?;
    let alike = kinds.iter().filter(|kind| *kind == likely).count();
    (alike * 5 >= kinds.len() * 4).then(|| likely.clone())
}

/// The way to read that explains the beginning of a table best.
fn best(text: &str, tabs: bool) -> Trial {
    let marked = text.as_bytes();
    let sample = &marked[..marked.len().min(SAMPLE)];
    let has_quotes = memchr(b'"', sample).is_some();
    let has_slashes = memmem::find(sample, b"\\\"").is_some();
    let mut found: Vec<Trial> = Vec::new();
    for mark in MARKS {
        if memchr(mark, sample).is_none() {
            continue;
        }
        let mut trial = Trial::new(text, with_mark(mark));
        if has_quotes && mark == b'\t' {
            // Some programs write marks around the cells of such tables, too: where nothing else explains them.
            let quoted = with_mark(mark);
            let quoted = Trial::new(
                text,
                Dialect {
                    quotes: true,
                    ..quoted
                },
            );
            if trial.share < 1.0 && quoted.share == 1.0 && quoted.usual > 1 {
                trial = quoted;
            }
        } else if has_quotes {
            let bare = Trial::new(text, trial.dialect.bare_only());
            if bare.share > trial.share && bare.usual > 1 {
                // One stray mark took the beginning of the table for a cell.
                trial.usual = bare.usual;
                trial.first = bare.first;
            }
        }
        if has_slashes && trial.dialect.quotes {
            let dialect = Dialect {
                backslash: true,
                ..trial.dialect
            };
            let slashes = Trial::new(text, dialect);
            if slashes.share > trial.share {
                trial = slashes;
            }
        }
        if tabs && mark == b'\t' && trial.several > 0.0 {
            return trial;
        }
        found.push(trial);
    }
    let order = |a: &Trial, b: &Trial| {
        let shares = a.share.total_cmp(&b.share);
        let telling = a.telling.total_cmp(&b.telling);
        shares.then(telling).then(a.usual.cmp(&b.usual))
    };
    // Of equals the first is the likelier, and `max_by` takes the last.
    let tables = found.into_iter().rev().filter(Trial::is_table);
    tables.max_by(order).unwrap_or_else(|| {
        let alone = Dialect {
            mark: None,
            quotes: true,
            backslash: false,
        };
        Trial::new(text, alone)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        let records = Records::new(text, false);
        let cells = |record: Record<'_>| record.cells.iter().map(|c| c.trim().to_owned()).collect();
        records.map(cells).collect()
    }

    fn is(text: &str, expected: &[&[&str]]) {
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn what_parts_cells_is_what_explains_all_rows() {
        is(
            "a;b\n1,5;2,5\n3,5;4,5\n",
            &[&["a", "b"], &["1,5", "2,5"], &["3,5", "4,5"]],
        );
        is("1,5;2,5\n3,5;4,5", &[&["1,5", "2,5"], &["3,5", "4,5"]]);
        is("a|b\r\nx, y|z\r\n", &[&["a", "b"], &["x, y", "z"]]);
        is("a\tb\n1\t\"2\n", &[&["a", "b"], &["1", "\"2"]]);
        is("sep=;\nx, y;b\n", &[&["x, y", "b"]]);
        is(
            "text\nOne, two\nThree\n",
            &[&["text"], &["One, two"], &["Three"]],
        );
        is(
            "text\nOne, two\nThree, four\n",
            &[&["text"], &["One, two"], &["Three, four"]],
        );
        is(
            "name\nAnna,Oslo,1971\nBen,Lima,1980",
            &[
                &["name"],
                &["Anna", "Oslo", "1971"],
                &["Ben", "Lima", "1980"],
            ],
        );
        is("x,\"a;b\"\ny,\"c;d\"", &[&["x", "a;b"], &["y", "c;d"]]);
        is("", &[]);
    }

    #[test]
    fn cells_in_marks_and_stray_marks() {
        is(
            "a,b\n1,\"x, \"\"y\"\"\nz\"\n2,w",
            &[&["a", "b"], &["1", "x, \"y\"\nz"], &["2", "w"]],
        );
        is(
            "a, \"b, c\"\nd, \"e, f\" \n",
            &[&["a", "b, c"], &["d", "e, f"]],
        );
        // Never closed.
        is(
            "n,q\n1,\"To be\n2,or not\n",
            &[&["n", "q"], &["1", "\"To be"], &["2", "or not"]],
        );
        // Closed inside a cell, on this line or another.
        is(
            "n,q\n1,\"Yes\" he said\n2,b\n",
            &[&["n", "q"], &["1", "\"Yes\" he said"], &["2", "b"]],
        );
        is(
            "n,q\n1,\"To be\n2,\"or not\" x\n",
            &[&["n", "q"], &["1", "\"To be"], &["2", "\"or not\" x"]],
        );
        // Closed by chance at the end of another row.
        is(
            "n,q\n1,\"To be\n2,b\n3,c\"\n4,d\n",
            &[
                &["n", "q"],
                &["1", "\"To be"],
                &["2", "b"],
                &["3", "c\""],
                &["4", "d"],
            ],
        );
        // Verse with as many commas as the table has columns.
        is(
            "n,q\n1,\"One, two\nthree, four\"\n2,x\n",
            &[&["n", "q"], &["1", "One, two\nthree, four"], &["2", "x"]],
        );
        is(
            "n,q\n1,\"a \\\"b\\\", c\"\n2,\"d \\\"e\\\", f\"\n",
            &[&["n", "q"], &["1", "a \"b\", c"], &["2", "d \"e\", f"]],
        );
    }

    #[test]
    fn rows_and_lines_are_counted() {
        let text = "n,q\n\n1,\"a\r\nb\"\r\n2,c\r3,d";
        let places: Vec<_> = Records::new(text, false)
            .map(|record| (record.row, record.line, record.cells.len()))
            .collect();
        assert_eq!(
            places,
            [(1, 1, 2), (2, 2, 1), (3, 3, 2), (4, 5, 2), (5, 6, 2)]
        );
    }
}
