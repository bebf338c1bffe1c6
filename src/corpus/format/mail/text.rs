//! The plain text of a mail: lines that were broken on the way (RFC 3676), quotations, and the signature.

use crate::corpus::Span;
use crate::corpus::block::{Omission, Omitted};
use crate::corpus::format::plain;
use crate::corpus::format::reader::Parsed;
use crate::corpus::left_out::leave_out;
use crate::corpus::lines::lines;

/// A longer end of a mail is no signature, in lines.
const SIGNATURE: usize = 20;

/// How lines are broken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// A line that ends with a space goes on in the next one.
    pub flowed: bool,
    /// That space is no part of the text.
    pub del_sp: bool,
}

/// A line without its marks of quotation.
struct Line<'a> {
    depth: usize,
    text: &'a str,
}

/// A plain text as an article. What is quoted is read, and its marks are left out. A signature (behind a line `-- `) is
/// listed as left out, because it says the same in each mail of a sender.
pub fn read(text: &str, flow: Flow) -> Parsed {
    let lines: Vec<Line<'_>> = lines(text).map(|span| line(&text[span], flow)).collect();
    let mut read = Reading::default();
    let mut first = 0;
    while first < lines.len() {
        let depth = lines[first].depth;
        let same = lines[first..]
            .iter()
            .take_while(|line| line.depth == depth)
            .count();
        let group = &lines[first..first + same];
        let is_last = first + same == lines.len();
        read.group(depth, group, flow, depth == 0 && is_last);
        first += same;
    }
    read.finish()
}

fn line(line: &str, flow: Flow) -> Line<'_> {
    let (mut depth, mut rest) = (0, line);
    loop {
        let inner = match flow.flowed {
            true => rest,
            // Programs put spaces between the marks.
            false => rest.strip_prefix(' ').filter(|_| depth > 0).unwrap_or(rest),
        };
        let Some(inner) = inner.strip_prefix('>') else {
            break;
        };
        (depth, rest) = (depth + 1, inner);
    }
    if depth > 0 || flow.flowed {
        rest = rest.strip_prefix(' ').unwrap_or(rest);
    }
    Line { depth, text: rest }
}

#[derive(Default)]
struct Reading {
    text: String,
    parsed: Parsed,
    /// Marks of quotations and the signature.
    marks: Vec<Omitted>,
}

impl Reading {
    /// Lines of one depth of quotation; `ends` says that nothing comes after them.
    fn group(&mut self, depth: usize, lines: &[Line<'_>], flow: Flow, ends: bool) {
        let mark = lines.iter().position(|line| line.text.trim_end() == "--");
        let signed = mark.filter(|at| {
            let read_before = self.text.contains(char::is_alphanumeric)
                || lines[..*at]
                    .iter()
                    .any(|line| line.text.contains(char::is_alphanumeric));
            ends && read_before && lines.len() - at <= SIGNATURE
        });
        let (body, signature) = lines.split_at(signed.unwrap_or(lines.len()));
        let unbroken = unbroken(body, flow);
        let starts = self.write(depth, unbroken.split_terminator('\n'));
        self.lay_out(&unbroken, &starts);
        let start = self.text.len();
        for line in signature {
            self.text.push_str(line.text);
            self.text.push('\n');
        }
        if self.text[start..].contains(char::is_alphanumeric) {
            let end = start + self.text[start..].trim_end().len();
            let reason = Omission::Surroundings;
            self.marks.push(Omitted {
                span: start..end,
                reason,
            });
        }
    }

    /// Writes lines with the marks of their depth, and gives where each begins behind its marks.
    fn write<'a>(&mut self, depth: usize, lines: impl Iterator<Item = &'a str>) -> Vec<usize> {
        let mut starts = Vec::new();
        for line in lines {
            let start = self.text.len();
            for _ in 0..depth.min(MARKS) {
                self.text.push_str("> ");
            }
            if depth > 0 && !line.trim().is_empty() {
                let (span, reason) = (start..self.text.len(), Omission::Markup);
                self.marks.push(Omitted { span, reason });
            }
            starts.push(self.text.len());
            self.text.push_str(line);
            self.text.push('\n');
        }
        starts
    }

    /// Blocks of lines that were written: they are laid out without their marks.
    fn lay_out(&mut self, lines: &str, starts: &[usize]) {
        let bare = plain(lines);
        // Where each line begins without marks.
        let mut begins = vec![0];
        begins.extend(memchr::memchr_iter(b'\n', lines.as_bytes()).map(|at| at + 1));
        let place = |at: usize| {
            let line = begins.partition_point(|begin| *begin <= at) - 1;
            starts
                .get(line)
                .map_or(0, |start| start + at - begins[line])
        };
        let moved = |span: Span| place(span.start)..place(span.end.saturating_sub(1)) + 1;
        let blocks = bare.blocks.into_iter().map(|mut block| {
            block.span = moved(block.span);
            block
        });
        self.parsed.blocks.extend(blocks);
        let omitted = bare.omitted.into_iter().map(|mut omitted| {
            omitted.span = moved(omitted.span);
            omitted
        });
        self.parsed.omitted.extend(omitted);
    }

    fn finish(mut self) -> Parsed {
        let parsed = &mut self.parsed;
        leave_out(
            &self.text,
            &mut parsed.blocks,
            &mut parsed.omitted,
            self.marks,
        );
        parsed.text = Some(self.text);
        self.parsed
    }
}

/// Deeper quotations have no more marks.
const MARKS: usize = 8;

/// Lines that were broken on the way are put together again.
fn unbroken(lines: &[Line<'_>], flow: Flow) -> String {
    let mut text = String::new();
    for line in lines {
        let flows = flow.flowed && line.text.ends_with(' ') && line.text != "-- ";
        match flows {
            true if flow.del_sp => text.push_str(&line.text[..line.text.len() - 1]),
            true => text.push_str(line.text),
            false => {
                text.push_str(line.text);
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::left_out::read_of;

    fn shown(text: &str, flow: Flow) -> (Vec<String>, Vec<(Omission, String)>) {
        let parsed = read(text, flow);
        let text = parsed.text.unwrap();
        let blocks = parsed.blocks.iter();
        let omitted = parsed.omitted.iter();
        (
            blocks
                .map(|block| read_of(&text, &block.span, &parsed.omitted))
                .collect(),
            omitted
                .map(|omitted| (omitted.reason, text[omitted.span.clone()].to_owned()))
                .collect(),
        )
    }

    #[test]
    fn quotations_are_read_without_their_marks() {
        let text = "Yes, I agree with that.\n\nOn Monday, Ken wrote:\n> The harbour opens at six in the morning, and the ferry\n> leaves at seven.\n>> Who has the key?\n\nKen has the key.\n";
        let (blocks, omitted) = shown(text, Flow::default());
        assert_eq!(
            blocks,
            [
                "Yes, I agree with that.",
                "On Monday, Ken wrote:",
                "The harbour opens at six in the morning, and the ferry\nleaves at seven.",
                "Who has the key?",
                "Ken has the key.",
            ]
        );
        assert!(
            omitted
                .iter()
                .all(|(reason, text)| *reason == Omission::Markup && text.starts_with("> "))
        );
    }

    #[test]
    fn a_signature_is_listed_and_a_mail_of_nothing_else_is_read() {
        let (blocks, omitted) = shown(
            "The text.\n\n-- \nKen Sato\nHarbour office\n",
            Flow::default(),
        );
        assert_eq!(blocks, ["The text."]);
        assert_eq!(
            omitted,
            [(
                Omission::Surroundings,
                "-- \nKen Sato\nHarbour office".to_owned()
            )]
        );
        let (blocks, omitted) = shown("-- \nKen Sato is here.\n", Flow::default());
        assert_eq!(
            (blocks.last().unwrap().as_str(), omitted.len()),
            ("Ken Sato is here.", 0)
        );
        let long = format!(
            "The text.\n-- \n{}",
            "A line of text.\n".repeat(SIGNATURE + 1)
        );
        assert!(shown(&long, Flow::default()).1.is_empty());
    }

    #[test]
    fn flowed_lines_are_one() {
        let flow = Flow {
            flowed: true,
            del_sp: false,
        };
        let (blocks, _) = shown(
            "The harbour \nopens at six.\n > no mark.\n> quoted \n> text.\n",
            flow,
        );
        assert_eq!(
            blocks,
            ["The harbour opens at six.", "> no mark.", "quoted text."]
        );
        let flow = Flow {
            flowed: true,
            del_sp: true,
        };
        assert_eq!(shown("港は六時に \n開く。\n", flow).0, ["港は六時に開く。"]);
    }
}
