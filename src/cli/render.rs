//! Results for people: wrapped to the terminal, styled where it can show styles.

use std::io;
use std::ops::Range;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter};

use super::output::{Output, columns};
use crate::cli::output::clean;
use crate::search::PassageView;

const INDENT: &str = "   ";
/// In the place of the indent: what was asked for, among what stands around it.
const MARK: &str = " \u{2502} ";
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const CITATION: Style = AnsiColor::Cyan.on_default();

/// Prints results one after another.
pub struct Page<'a> {
    out: &'a mut Output,
    columns: usize,
    first: bool,
    /// Before each line of a text.
    indent: &'static str,
    /// Empty lines of a text are kept, one for several.
    spaced: bool,
}

impl<'a> Page<'a> {
    pub fn new(out: &'a mut Output) -> Self {
        Self {
            out,
            columns: columns(),
            first: true,
            indent: INDENT,
            spaced: false,
        }
    }

    /// For texts that are read, not looked over: their paragraphs stay apart.
    pub fn spaced(mut self) -> Self {
        self.spaced = true;
        self
    }

    /// A passage with a bar beside it.
    pub fn marked(&mut self, passage: &PassageView) -> io::Result<()> {
        self.indent = MARK;
        let printed = self.passage(passage);
        self.indent = INDENT;
        printed
    }

    /// An empty line, but not before the first result.
    pub fn gap(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.first, false) {
            self.out.line("")?;
        }
        Ok(())
    }

    /// Rank, what it is worth, and title.
    pub fn heading(&mut self, rank: usize, worth: &str, title: &str) -> io::Result<()> {
        self.headings(rank, worth, &[title])
    }

    /// Rank, what it is worth, and several titles, one under the other.
    pub fn headings(&mut self, rank: usize, worth: &str, titles: &[&str]) -> io::Result<()> {
        let mut before = format!("{rank:<2} {worth}  ");
        for title in titles {
            let title = self.styled(BOLD, &clean(title));
            self.out.line(&format!("{before}{title}"))?;
            before = " ".repeat(before.len());
        }
        Ok(())
    }

    /// Where it stands, linked to the file where it exists.
    pub fn citation(&mut self, citation: &str, path: &str) -> io::Result<()> {
        let shown = self.styled(CITATION, &clean(citation));
        let file = dunce::canonicalize(path).ok();
        let line = match file {
            Some(file) => self.linked(&file_url(&file), &shown),
            None => shown,
        };
        self.out.line(&format!("{INDENT}{line}"))
    }

    /// A web address, linked.
    pub fn url(&mut self, url: &str) -> io::Result<()> {
        let url = clean(url);
        let line = self.linked(&url, &self.styled(DIM, &url));
        self.out.line(&format!("{INDENT}{line}"))
    }

    /// A passage without what is not read in it, its best sentence emphasised.
    pub fn passage(&mut self, passage: &PassageView) -> io::Result<()> {
        self.answer(passage, &[])
    }

    /// The same; the words that met those of a question, by their bytes in the article, are underlined.
    pub fn answer(&mut self, passage: &PassageView, met: &[Range<usize>]) -> io::Result<()> {
        for repeated in &passage.repeated {
            self.dimmed(&repeated.text)?;
        }
        // Where a byte of the article stands in what is shown: what is left out before it is not there.
        let at = |byte: usize| {
            let before = passage.omitted.iter();
            let before = before.map(|omitted| {
                byte.min(omitted.end_byte)
                    .saturating_sub(omitted.start_byte)
            });
            byte - passage.start_byte - before.sum::<usize>()
        };
        let mut text = String::new();
        let mut end = 0;
        for omitted in &passage.omitted {
            text.push_str(&passage.text[end..omitted.start_byte - passage.start_byte]);
            end = omitted.end_byte - passage.start_byte;
        }
        text.push_str(&passage.text[end..]);
        let best = passage.best.as_ref();
        let best = best.map_or(0..0, |best| at(best.start_byte)..at(best.end_byte));
        // What is repeated before a passage stands elsewhere.
        let inside = met
            .iter()
            .filter(|word| passage.start_byte <= word.start && word.end <= passage.end_byte);
        let mut met: Vec<Range<usize>> = inside.map(|word| at(word.start)..at(word.end)).collect();
        met.sort_by_key(|word| word.start);
        // A passage that is one sentence needs no emphasis.
        let whole = best.len() == text.trim().len();
        self.wrapped(&text, if whole { 0..0 } else { best }, BOLD, &met)
    }

    /// Text, wrapped.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.wrapped(text, 0..0, BOLD, &[])
    }

    /// Text that stands back.
    pub fn dimmed(&mut self, text: &str) -> io::Result<()> {
        self.wrapped(text, 0..text.len(), DIM, &[])
    }

    /// A line that stands back.
    pub fn faint(&mut self, text: &str) -> io::Result<()> {
        let line = self.styled(DIM, &clean(text));
        self.out.line(&line)
    }

    /// A line as it is.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.line(&clean(text))
    }

    /// Wraps text; `styled` bytes of it get a style.
    fn wrapped(
        &mut self,
        text: &str,
        styled: Range<usize>,
        style: Style,
        underlined: &[Range<usize>],
    ) -> io::Result<()> {
        let options = Options::new(self.columns.saturating_sub(INDENT.len()))
            .word_separator(WordSeparator::UnicodeBreakProperties)
            .word_splitter(WordSplitter::NoHyphenation);
        let mut offset = 0;
        // A line was printed; an empty one came after it.
        let (mut begun, mut apart) = (false, false);
        for paragraph in text.split_inclusive('\n') {
            let line = paragraph.trim_end();
            apart |= line.is_empty();
            if !line.is_empty() {
                if self.spaced && begun && apart {
                    self.out.line(self.indent.trim_end())?;
                }
                (begun, apart) = (true, false);
                let mut at = offset;
                for part in textwrap::wrap(line, &options) {
                    // Wrapping takes out white space only: each part stands in the text.
                    at += text[at..].find(part.as_ref()).unwrap_or(0);
                    let end = at + part.len();
                    let from = styled.start.clamp(at, end);
                    let to = styled.end.clamp(from, end);
                    let parts = [
                        (at..from, Style::new()),
                        (from..to, style),
                        (to..end, Style::new()),
                    ];
                    let parts = parts
                        .into_iter()
                        .map(|(part, style)| self.part(text, part, style, underlined));
                    let line: String = parts.collect();
                    self.out.line(&format!("{}{line}", self.indent))?;
                    at = end;
                }
            }
            offset += paragraph.len();
        }
        Ok(())
    }

    /// A part of a text in one style, with the words in it that are underlined as well.
    fn part(
        &self,
        text: &str,
        part: Range<usize>,
        style: Style,
        underlined: &[Range<usize>],
    ) -> String {
        let (mut shown, mut at) = (String::new(), part.start);
        for word in underlined {
            let from = word.start.clamp(at, part.end);
            let to = word.end.clamp(from, part.end);
            shown += &self.styled(style, &clean(&text[at..from]));
            shown += &self.styled(style.underline(), &clean(&text[from..to]));
            at = to;
        }
        shown + &self.styled(style, &clean(&text[at..part.end]))
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.out.styled && !text.is_empty() && style != Style::new() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// OSC 8: a link in the terminals that know it.
    fn linked(&self, target: &str, text: &str) -> String {
        if self.out.styled {
            format!("\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\")
        } else {
            text.to_owned()
        }
    }
}

/// The address of a file; every byte of its name that could end it or steer the terminal is escaped.
fn file_url(path: &Path) -> String {
    let escaped = |byte: &u8| match byte {
        b'/' | b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let bytes = path.as_os_str().as_encoded_bytes();
    format!("file://{}", bytes.iter().map(escaped).collect::<String>())
}

#[cfg(test)]
mod tests {
    use crate::cli::output::clean;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(
            clean("a\x1b[31mb\u{202e}c\td"),
            "a\u{fffd}[31mb\u{fffd}c\td"
        );
        assert_eq!(clean("日本語"), "日本語");
    }
}
