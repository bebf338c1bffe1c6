//! Subtitles and transcripts: SubRip (`.srt`) and WebVTT (`.vtt`). The text is the file: numbers, times and tags are
//! left out where they stand, and a passage is cited by its time too. What is spoken without a pause is one paragraph,
//! because a sentence goes on from one caption to the next.
//!
//! Sources: the WebVTT specification of the W3C; SubRip has none, and is read as its players read it.

use super::super::Span;
use super::super::left_out::trimmed;
use super::super::lines::lines;
use crate::corpus::block::{Block, BlockKind, Omission, Omitted};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, Parsed};
use crate::corpus::read_options::Fields;

/// A pause of so many milliseconds ends a paragraph.
const PAUSE: u64 = 2_000;
/// Captions that repeat the line above the new one follow each other at once, in milliseconds.
const AT_ONCE: u64 = 100;
/// A tag in a caption is at most so long, in bytes.
const TAG: usize = 200;

pub struct Subtitles;

impl Format for Subtitles {
    fn name(&self) -> &'static str {
        "subtitles"
    }

    /// By the first caption, whatever the file is called: a number or a name, and a line of times.
    fn accepts(&self, _: &str, head: &str) -> bool {
        let mut lines = lines(head).map(|line| head[line].trim());
        if is_web_vtt(head) {
            return lines.any(|line| times(line).is_some());
        }
        let mut first = lines.filter(|line| !line.is_empty());
        is_number(first.next().unwrap_or_default())
            && first.next().is_some_and(|line| times(line).is_some())
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        let mut reading = Reading {
            text,
            parsed: Parsed::default(),
            read_to: 0,
            before: Vec::new(),
            until: 0,
            open: None,
            speaker: String::new(),
        };
        let lines: Vec<Span> = lines(text).collect();
        let line = |at: usize| lines.get(at).map_or("", |line| text[line.clone()].trim());
        let is_said = |at: &usize| !line(*at).is_empty() && times(line(*at)).is_none();
        let mut at = 0;
        while at < lines.len() {
            let time = times(line(at));
            let first = at + usize::from(time.is_some());
            let end = first + (first..lines.len()).take_while(is_said).count();
            // A number or a name right above times is that of the next caption.
            let is_name = end > first && times(line(end)).is_some();
            let said =
                first..end - usize::from(is_name && (time.is_none() || is_number(line(end - 1))));
            match time {
                Some(time) => reading.caption(time, &lines[said]),
                None if is_note(line(first)) => {}
                None => reading.untimed(&lines[said]),
            }
            at = end.max(at + 1);
        }
        reading.leave_out_to(text.len());
        reading.close();
        Ok(vec![reading.parsed])
    }
}

struct Reading<'a> {
    text: &'a str,
    parsed: Parsed,
    /// Everything before is read or left out.
    read_to: usize,
    /// The lines of the caption before, without tags.
    before: Vec<String>,
    /// When the last caption ends.
    until: u64,
    /// The paragraph, and the time at which its last caption ends.
    open: Option<(Span, u64)>,
    /// Who spoke last.
    speaker: String,
}

impl<'a> Reading<'a> {
    fn caption(&mut self, (start, end): (u64, u64), lines: &[Span]) {
        let at_once = start < self.until + AT_ONCE;
        self.until = end;
        let mut shown = Vec::new();
        for line in lines {
            let content = &self.text[line.clone()];
            let tags = tags(content);
            let spans: Vec<Span> = tags.iter().map(|tag| tag.span.clone()).collect();
            let gaps = gaps(content.len(), &spans).into_iter();
            let words: String = gaps.map(|gap| &content[gap]).collect();
            let words = words.trim().to_owned();
            // Captions that are written while somebody speaks repeat the line above the new one.
            let speaks = |tag: &Tag| {
                let name = tag.speaker.clone().map(|name| &content[name]);
                name.is_some_and(|name| name != self.speaker)
            };
            let is_repeated = at_once && self.before.contains(&words) && !tags.iter().any(speaks);
            let is_new = !(words.is_empty() || is_repeated);
            shown.push(words);
            if !is_new {
                continue;
            }
            let Some(span) = trimmed(self.text, line.clone()) else {
                continue;
            };
            self.leave_out_to(span.start);
            for tag in tags {
                self.tag(line.start, content, tag);
            }
            self.read_to = span.end;
            self.take(span, start, end);
        }
        self.before = shown;
    }

    /// Leaves a tag out, but for the name of another speaker, who begins a paragraph.
    fn tag(&mut self, from: usize, content: &str, tag: Tag) {
        let mut leave = |span: Span, reason| {
            let span = from + span.start..from + span.end;
            self.parsed.omitted.push(Omitted { span, reason });
        };
        match tag
            .speaker
            .filter(|name| content[name.clone()] != self.speaker)
        {
            None => leave(tag.span, tag.reason),
            Some(name) => {
                leave(tag.span.start..name.start, Omission::Markup);
                // The mark behind the name parts it from what is said.
                if content[tag.span.end..].starts_with(char::is_whitespace) {
                    leave(name.end..tag.span.end, Omission::Markup);
                }
                content[name].clone_into(&mut self.speaker);
                self.close();
            }
        }
    }

    /// What stands under no times: where they are damaged, or behind the last caption.
    fn untimed(&mut self, lines: &[Span]) {
        let before = self.until;
        for line in lines {
            let content = self.text[line.clone()].trim();
            if !is_number(content) && !content.contains("-->") {
                self.caption((before, before), std::slice::from_ref(line));
            }
        }
    }

    fn take(&mut self, span: Span, start: u64, end: u64) {
        match &mut self.open {
            Some((paragraph, until)) if start < *until + PAUSE => {
                paragraph.end = span.end;
                *until = end.max(*until);
            }
            _ => {
                self.close();
                self.open = Some((span.clone(), end));
            }
        }
        let seconds = start / 1000;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let place = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
        let same = |(_, last): &(usize, String)| *last == place;
        if !self.parsed.locators.last().is_some_and(same) {
            self.parsed.locators.push((span.start, place));
        }
    }

    /// Lists what stands between what was read and `end`.
    fn leave_out_to(&mut self, end: usize) {
        let between = self.read_to..end;
        // The end of the line stays between two words.
        if let Some(span) = trimmed(self.text, between) {
            let reason = Omission::Markup;
            let span = span.start..end.min(self.text.len());
            self.parsed.omitted.push(Omitted { span, reason });
        }
        self.read_to = end;
    }

    fn close(&mut self) {
        if let Some((span, _)) = self.open.take() {
            let kind = BlockKind::Paragraph;
            self.parsed.blocks.push(Block { span, kind });
        }
    }
}

fn is_number(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a block of WebVTT is for those who make it: its head, a comment, a style.
fn is_note(line: &str) -> bool {
    ["WEBVTT", "NOTE", "STYLE", "REGION"].iter().any(|word| {
        line.trim_start_matches('\u{feff}')
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

fn is_web_vtt(head: &str) -> bool {
    head.strip_prefix("WEBVTT")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

/// The milliseconds of `00:01:02,500 --> 00:01:04,000`; what stands behind them says where a caption is drawn.
fn times(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((milliseconds(start.trim())?, milliseconds(end)?))
}

/// Hours may be missing, and the fraction has a comma or a full stop.
fn milliseconds(time: &str) -> Option<u64> {
    let (whole, fraction) = time.split_once([',', '.'])?;
    let number = |text: &str| {
        let figures = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        figures.then(|| text.parse::<u64>().ok()).flatten()
    };
    let parts: Option<Vec<u64>> = whole.split(':').map(number).collect();
    let (hours, minutes, seconds) = match *parts?.as_slice() {
        [hours, minutes, seconds] => (hours, minutes, seconds),
        [minutes, seconds] => (0, minutes, seconds),
        _ => return None,
    };
    number(fraction).filter(|_| fraction.len() <= 3)?;
    let thousandths: u64 = format!("{fraction:0<3}").parse().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths)
}

/// A tag of a line, or a reading aid with its tags.
struct Tag {
    span: Span,
    reason: Omission,
    /// The name in `<v Name>`.
    speaker: Option<Span>,
}

/// Tags of a line: `<i>`, `<v Name>`, `<00:00:01.000>`, `{\an8}`.
fn tags(line: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = line[at..].find(['<', '{']) {
        let start = at + next;
        let rest = &line[start + 1..];
        let (close, begins) = match &line[start..=start] {
            "<" => (
                '>',
                rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/'),
            ),
            _ => ('}', rest.starts_with('\\')),
        };
        let near = rest.char_indices().take_while(|(offset, _)| *offset < TAG);
        let end = near.filter(|_| begins).find(|(_, c)| *c == close);
        at = match end {
            Some((length, _)) => {
                let tag = Tag::of(line, start, start + 1 + length + 1);
                let end = tag.span.end;
                found.push(tag);
                end
            }
            None => start + 1,
        };
    }
    found
}

impl Tag {
    fn of(line: &str, start: usize, end: usize) -> Self {
        const READING_ENDS: &str = "</rt>";
        let inside = &line[start + 1..end - 1];
        let reading = (inside == "rt")
            .then(|| line[end..].find(READING_ENDS))
            .flatten();
        let is_voice = inside.starts_with("v ") || inside.starts_with("v.");
        let name = inside.find(' ').filter(|_| is_voice).and_then(|blank| {
            let name = start + 1 + blank..end - 1;
            trimmed(line, name)
        });
        match reading {
            Some(length) => Self {
                span: start..end + length + READING_ENDS.len(),
                reason: Omission::Ruby,
                speaker: None,
            },
            None => Self {
                span: start..end,
                reason: Omission::Markup,
                speaker: name,
            },
        }
    }
}

/// What of `length` bytes stands outside of `tags`.
fn gaps(length: usize, tags: &[Span]) -> Vec<Span> {
    let ends = std::iter::once(0).chain(tags.iter().map(|tag| tag.end));
    let starts = tags
        .iter()
        .map(|tag| tag.start)
        .chain(std::iter::once(length));
    ends.zip(starts).map(|(from, to)| from..to).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::left_out::read_of;
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<(usize, String)>) {
        assert!(Subtitles.accepts("txt", text));
        let parsed = Subtitles.read(text, &Fields::default()).unwrap().remove(0);
        let blocks = parsed.blocks.iter();
        let read = blocks.map(|block| read_of(text, &block.span, &parsed.omitted));
        (read.collect(), parsed.locators)
    }

    #[test]
    fn sentences_go_on_from_caption_to_caption() {
        let text = "1\n00:00:01,000 --> 00:00:03,000\nThe pier was built\n\n2\n00:00:03,200 --> 00:00:05,000\n\
                    <i>of oak</i> in 1904.\n- And the lamp?\n\n3\n01:02:09,500 --> 01:02:11,000\n{\\an8}It was gas.\n";
        let (blocks, locators) = read(text);
        let expected = [
            "The pier was built\nof oak in 1904.\n- And the lamp?",
            "It was gas.",
        ];
        let blocks: Vec<String> = blocks.iter().map(|b| b.replace("\n\n", "\n")).collect();
        assert_eq!(blocks, expected);
        let places: Vec<&str> = locators.iter().map(|(_, place)| place.as_str()).collect();
        assert_eq!(places, ["00:00:01", "00:00:03", "01:02:09"]);
    }

    #[test]
    fn lines_that_captions_repeat_are_read_once() {
        let text = "WEBVTT\nKind: captions\n\nNOTE by hand\n\n00:01.000 --> 00:02.000 align:start position:0%\n\
                    the lamp<00:00:01.500><c> was</c>\n\n00:02.000 --> 00:02.010\nthe lamp was\n\n\
                    00:02.010 --> 00:04.000\nthe lamp was\nlit at dusk\n";
        let (blocks, _) = read(text);
        let blocks: Vec<String> = blocks.iter().map(|b| b.replace("\n\n", "\n")).collect();
        assert_eq!(blocks, ["the lamp was\nlit at dusk"]);
    }

    #[test]
    fn speakers_begin_paragraphs_and_readings_are_left_out() {
        let text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna Koch>The pier is</v>\n\n00:02.000 --> 00:03.000\n<v Anna Koch>closed.</v>\n\n\
                    00:03.000 --> 00:04.000\n<v.loud Ben> Why?</v>\n\n00:04.000 --> 00:05.000\n<ruby>灯台<rt>とうだい</rt></ruby>です\n";
        let (blocks, _) = read(text);
        let blocks: Vec<String> = blocks.iter().map(|b| b.replace("\n\n", "\n")).collect();
        assert_eq!(
            blocks,
            ["Anna Koch>The pier is\nclosed.", "Ben Why?\n灯台です"]
        );
    }

    #[test]
    fn what_is_said_twice_is_read_twice() {
        let text = "1\n00:00:01,000 --> 00:00:02,000\nNo.\n\n2\n00:00:02,700 --> 00:00:03,500\nNo.\n\n\
                    3\n00:00:03,500 --> 00:00:04,000\nNo.\n";
        let (blocks, _) = read(text);
        let blocks: Vec<String> = blocks.iter().map(|b| b.replace("\n\n", "\n")).collect();
        assert_eq!(blocks, ["No.\nNo."]);
    }

    #[test]
    fn damaged_times_cost_no_words() {
        let text = "1\r00:00:01,000 --> 00:00:03,000\rThe pier was\r\r2\r00:00:03:100 --> 00:00:05:000\rbuilt of oak.\r\r\
                    3\r00:00:09,000 --> 00:00:10,000\rOne.\r4\r00:00:10,000 --> 00:00:11,000\rTwo.\r\rNobody timed this.\r";
        let (blocks, _) = read(text);
        let words = blocks.join("/").replace("\r\r", "\r");
        assert_eq!(
            words,
            "The pier was\rbuilt of oak./One.\rTwo.\rNobody timed this."
        );
    }

    #[test]
    fn other_texts_are_no_subtitles() {
        for text in [
            "1\nApples --> pears\n",
            "00:00:01 --> 00:00:02\nx",
            "WEBVTT is a form of text.\n",
            "WEBVTT\n\nNothing follows.\n",
            "",
        ] {
            assert!(!Subtitles.accepts("srt", text), "{text}");
        }
    }
}
