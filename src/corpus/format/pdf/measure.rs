//! Whether a line could have been longer. Where the next word would have fitted, a line ends by itself: a paragraph does, or
//! the line is one of a verse, an address, a list.

use textwrap::WordSeparator;

use super::characters::{is_finished, is_hiragana, is_ideographic, is_prose};
use super::flow::{INDENT, Stack, is_same_size};
use super::lines::Line;

/// Lines that are set to one edge end within so much of it, in ems.
const EDGE: f32 = 0.05;

/// A line that is set to an edge holds several words: it is at least this wide, in ems.
pub(super) const FULL: f32 = 12.0;

/// Lines of a text that is narrower than its column are at least this wide, in ems.
pub(super) const WIDE: f32 = 20.0;

/// Quotations and captions are looked at for so many lines before and behind one.
const MOST_OF_BLOCK: usize = 40;

/// Beyond the room of the next word, in ems: justified lines are squeezed a little, and a blank stands between words.
const SLACK: f32 = 0.6;

/// Where nothing follows, so much room is enough for a word, in ems.
const ANY_WORD: f32 = 2.2;

/// Lines that are set to the right edge end within so much of it, in ems.
const RIGHT_EDGE: f32 = 0.1;

/// So many characters of a line hold its first word.
const WORD: usize = 32;

/// A phrase of Japanese is at most so long, in characters.
const PHRASE: usize = 8;

/// So many lines around one tell whether they end by themselves.
const AROUND: usize = 3;

/// A line that leaves so much of its column empty may end by itself, in ems.
const ROOM: f32 = 1.5;

/// A writer that counts characters puts at least so many into a line.
const COUNTED: usize = 15;

/// Lines are in the middle within so much, in ems.
const MIDDLE: f32 = 0.3;

/// Lines stand for themselves where each leaves so much of the column empty.
const EMPTY: f32 = 0.4;

impl Stack {
    /// Whether a line ends where the next word would still have fitted, in a paragraph that begins at `from`.
    pub(super) fn is_short_in(&self, from: usize, at: usize) -> bool {
        let line = &self.lines[at];
        let next = self.lines.get(at + 1);
        if self.is_counted(at) {
            return false;
        }
        // Lines that end at one place are set to an edge, and that is where the column ends here.
        let beside = [(at > from).then(|| &self.lines[at - 1]), next];
        let mut beside = beside.into_iter().flatten();
        if beside.any(|other| is_set_with(line, other)) && self.is_edge(at) {
            return false;
        }
        if let (Some(right), Some(next)) = (self.own_edge(at), next) {
            return ends_before(line, (self.left, right), Some(next));
        }
        // The lines above are as wide as the column is here, beside a picture too. A paragraph of a line or two has
        // to be measured by what follows.
        let (first, end) = if at - from >= 2 {
            (from, at)
        } else {
            (at.saturating_sub(3), at + 2)
        };
        let near = self
            .lines
            .iter()
            .take(end + 1)
            .skip(first.max(at.saturating_sub(4)));
        let right = near.map(|line| line.frame.a1).fold(f32::MIN, f32::max);
        ends_before(line, (self.left, right), next)
    }

    /// Whether a line ends where the first word of another one would still have fitted.
    pub(super) fn ends_before(&self, line: &Line, next: &Line) -> bool {
        ends_before(line, (self.left, self.right), Some(next))
    }

    /// Whether lines end where this one does because their column does. Two sentences in ideographs, each as wide as the
    /// other, may end at one place by chance, so that others must not be longer.
    fn is_edge(&self, at: usize) -> bool {
        let line = &self.lines[at];
        let near = &self.lines[at.saturating_sub(AROUND)..self.lines.len().min(at + AROUND + 1)];
        let ends = near.iter().filter(|other| is_set_with(line, other)).count();
        let is_longer = |other: &Line| {
            is_same_size(other.size, line.size) && other.frame.a1 > line.frame.a1 + line.size
        };
        let by_chance = is_finished(&line.text) && line.text.contains(is_ideographic);
        !by_chance || ends > 2 || !near.iter().any(is_longer)
    }

    /// Whether a line of ideographs has as many characters as those around it: a writer that counts them divided the text,
    /// however wide they are.
    fn is_counted(&self, at: usize) -> bool {
        let line = &self.lines[at];
        let count = |line: &Line| line.text.chars().count();
        if !is_prose(&line.text) || is_finished(&line.text) || count(line) < COUNTED {
            return false;
        }
        let near = &self.lines[at.saturating_sub(AROUND)..self.lines.len().min(at + AROUND + 1)];
        let same = near
            .iter()
            .filter(|other| count(other) == count(line))
            .count();
        same > AROUND && near.iter().all(|other| count(other) <= count(line))
    }

    /// Whether two lines stand in the middle of a column for themselves: neither begins at its edge, they are not set to one
    /// edge, and no sentence goes on from one to the other.
    pub(super) fn are_set_in_middle(&self, at: usize) -> bool {
        let (last, line) = (&self.lines[at - 1], &self.lines[at]);
        let goes_on = line.text.starts_with(char::is_lowercase)
            || last.text.ends_with([',', ';', '-'])
            || is_prose(&last.text);
        let apart = (last.frame.a0 - line.frame.a0).abs() > INDENT * line.size;
        self.is_off_edges(last) && self.is_off_edges(line) && apart && !goes_on
    }

    /// Whether a line has room at both sides, and the same.
    fn is_off_edges(&self, line: &Line) -> bool {
        let (before, behind) = (line.frame.a0 - self.left, self.right - line.frame.a1);
        before > line.size && (before - behind).abs() < MIDDLE * line.size
    }

    /// Whether a line in the middle is one of a running text there, which is narrower than its column: most of its words are
    /// small, others are not and so say nothing at the beginning of a line (German nouns), and the first word of the next line
    /// would not have fitted between the edges that the lines of the text have.
    pub(super) fn is_running(&self, at: usize) -> bool {
        let (line, next) = (&self.lines[at], &self.lines[at + 1]);
        let words = || line.text.split_whitespace();
        let small = words().filter(|word| word.starts_with(char::is_lowercase));
        let before = self.lines[..at].iter().rev().take(MOST_OF_BLOCK);
        let behind = self.lines[at..].iter().take(MOST_OF_BLOCK);
        let is_own = |line: &&Line| self.is_off_edges(line);
        let own = before.take_while(is_own).chain(behind.take_while(is_own));
        let edges = own.fold((f32::MAX, f32::MIN), |edges, line| {
            (edges.0.min(line.frame.a0), edges.1.max(line.frame.a1))
        });
        let width = line.frame.a1 - line.frame.a0;
        // Half of the room in the line stands before it.
        let right = line.frame.a1 + (edges.1 - edges.0 - width);
        let large = words()
            .skip(1)
            .filter(|word| word.starts_with(char::is_uppercase));
        small.count() * 2 > words().count()
            && large.count() > 1
            && width > WIDE * line.size
            && !ends_before(line, (edges.0, right), Some(next))
    }

    /// The right edge of a quotation, a caption or a heading, as its own lines have it: they are of one size and begin at one
    /// place, but not as those around them do. `None` where the line and the next are no text of that kind.
    fn own_edge(&self, at: usize) -> Option<f32> {
        let (line, next) = (&self.lines[at], self.lines.get(at + 1)?);
        let at_one = |a: f32, b: f32| (a - b).abs() < EDGE * line.size;
        let like = |other: &Line| {
            is_same_size(other.size, line.size)
                && other.bold == line.bold
                && (at_one(other.frame.a0, line.frame.a0) || at_one(other.centre(), line.centre()))
        };
        let goes_on = next.text.starts_with(char::is_lowercase);
        let least = if goes_on { FULL } else { WIDE };
        let width = (line.frame.a1 - line.frame.a0) / line.size;
        if width < least || !like(next) || is_finished(&line.text) || self.is_verse(at) {
            return None;
        }
        let before = self.lines[..at].iter().rev().take(MOST_OF_BLOCK);
        let first = at - before.take_while(|other| like(other)).count();
        let behind = self.lines[at..].iter().take(MOST_OF_BLOCK);
        let end = at + behind.take_while(|other| like(other)).count();
        // Lines that all begin with a name are entries of a list, and so may two lines be.
        let begins_amid = |line: &Line| line.text.starts_with(char::is_lowercase);
        let is_text = match line.text.ends_with(is_ideographic) {
            true => is_prose(&line.text),
            false => {
                !begins_amid(&self.lines[first])
                    && self.lines[first + 1..end].iter().any(begins_amid)
            }
        };
        if !is_text || end - first < 3 && !(goes_on && width > WIDE || is_prose(&line.text)) {
            return None;
        }
        let around = [first.checked_sub(1), Some(end)].into_iter().flatten();
        let mut around = around.filter_map(|n| self.lines.get(n)).peekable();
        let is_apart = |other: &Line| {
            !is_same_size(other.size, line.size)
                || line.frame.a0 - other.frame.a0 > INDENT * line.size
                    && line.frame.a0 - self.left > 2.0 * INDENT * line.size
        };
        let apart = around.peek().is_some() && around.all(is_apart);
        let ends = self.lines[first..end].iter().map(|line| line.frame.a1);
        apart.then(|| ends.fold(f32::MIN, f32::max))
    }

    /// Whether this line and the next stand for themselves, as those of a verse, an address or a list do: most lines around
    /// them end where the next word would have fitted, and no sentence ends there.
    pub(super) fn is_verse(&self, at: usize) -> bool {
        let (line, Some(next)) = (&self.lines[at], self.lines.get(at + 1)) else {
            return false;
        };
        let like = |other: &Line| {
            is_same_size(other.size, line.size)
                && other.bold == line.bold
                && (other.frame.a0 - line.frame.a0).abs() < INDENT * line.size
        };
        if !like(next) || is_finished(&line.text) {
            return false;
        }
        let mut first = at;
        while first > 0 && at - first < AROUND && like(&self.lines[first - 1]) {
            first -= 1;
        }
        let mut end = at + 1;
        while end + 1 < self.lines.len() && end - at < AROUND && like(&self.lines[end + 1]) {
            end += 1;
        }
        let around = &self.lines[first..=end];
        let set = |pair: &[Line]| is_set_with(&pair[0], &pair[1]);
        if around.windows(2).any(set) {
            return false;
        }
        let right = around.iter().map(|l| l.frame.a1).fold(f32::MIN, f32::max);
        let pairs = around.windows(2).filter(|pair| !is_finished(&pair[0].text));
        let (mut early, mut all) = (0, 0);
        for pair in pairs {
            all += 1;
            early += usize::from(ends_before(&pair[0], (self.left, right), Some(&pair[1])));
        }
        let edge = self.edge.max(right);
        let narrow = edge - right > EMPTY * (edge - self.left);
        let several = early >= 2 && early * 2 >= all;
        (several || narrow && (early > 0 || self.lines.len() == 2))
            && ends_before(line, (self.left, edge), Some(next))
    }

    /// Whether a centred line is so narrow that the first word of the next would have fitted beside it.
    pub(super) fn is_narrow(&self, line: &Line, next: &Line) -> bool {
        let width = line.frame.a1 - line.frame.a0;
        let room = self.right - self.left - width;
        room > next_word(line, next) + 2.0 * SLACK * line.size
    }

    /// Whether two lines are set to the right edge, each for itself: they end at one place and begin at two, neither of
    /// which is the left edge of the text.
    pub(super) fn are_right_set(&self, at: usize) -> bool {
        let (last, line) = (&self.lines[at - 1], &self.lines[at]);
        let at_one = |a: f32, b: f32| (a - b).abs() < RIGHT_EDGE * line.size;
        let apart = |a: &Line, b: &Line| (a.frame.a0 - b.frame.a0).abs() > INDENT * line.size;
        if !at_one(last.frame.a1, line.frame.a1) || !apart(last, line) {
            return false;
        }
        // Lines of a paragraph begin at one place, but for the first.
        let beside = [at.checked_sub(2).map(|n| (n, last)), Some((at + 1, line))];
        let shares_left = beside.into_iter().flatten().any(|(n, own)| {
            let other = self.lines.get(n);
            other.is_some_and(|other| !apart(other, own))
        });
        let indented = |line: &Line| line.frame.a0 > self.left + INDENT * line.size;
        let all = || {
            self.lines
                .windows(2)
                .all(|pair| at_one(pair[0].frame.a1, pair[1].frame.a1) && apart(&pair[0], &pair[1]))
        };
        !shares_left && indented(last) && indented(line) || all()
    }

    /// Whether a line goes on with the text behind a label, below that text.
    pub(super) fn is_below_label(&self, from: usize, at: usize) -> bool {
        let (last, line) = (&self.lines[at - 1], &self.lines[at]);
        let below = |hang: f32| (line.frame.a0 - hang).abs() < INDENT * line.size;
        self.lines[from].hang.is_some_and(below) && self.fills_column(last, line)
    }

    /// Whether one line of speech follows another, each with the indent of a first line: the first is not full, or the
    /// second is plainly a first line itself.
    pub(super) fn is_speech(&self, from: usize, at: usize) -> bool {
        let (last, line) = (&self.lines[at - 1], &self.lines[at]);
        at - from == 1
            && self.has_indents
            && (line.frame.a0 - last.frame.a0).abs() < INDENT * line.size
            && is_finished(&last.text)
            && last.frame.a0 - self.left > INDENT * line.size
            && (self.right - last.frame.a1 > ROOM * line.size || self.is_indented(at))
    }

    /// Whether a line is as long as its column, so that the next one may go on with it.
    fn fills_column(&self, line: &Line, next: &Line) -> bool {
        !ends_before(line, (self.left, self.edge.max(self.right)), Some(next))
    }
}

/// Whether a line ends where the first word of another one would still have fitted between these edges.
pub(super) fn ends_before(line: &Line, (left, right): (f32, f32), next: Option<&Line>) -> bool {
    let Some(next) = next else {
        return right - line.frame.a1 > ANY_WORD * line.size;
    };
    // Marks may hang over the edge, or be squeezed, and between an ideograph and a letter stands some room.
    let is_wide = |c: char| is_ideographic(c) || ('\u{3000}'..='\u{303f}').contains(&c);
    let is_wide = line.text.chars().next_back().is_some_and(is_wide);
    let slack = if is_wide { 2.0 * SLACK } else { SLACK };
    let word = next_word(line, next).min(0.6 * (right - left));
    right - line.frame.a1 > word + slack * line.size
}

/// The width of what would have to fit behind a line, for the next to begin with something else.
fn next_word(line: &Line, next: &Line) -> f32 {
    let is_text = is_prose(&line.text) || is_prose(&next.text);
    // Browsers may be told to end lines between phrases.
    match is_text && line.text.ends_with(is_hiragana) {
        true => first_word(next).max(first_phrase(next)),
        false => first_word(next),
    }
}

/// The width of what cannot be divided at the beginning of a line. Ideographs stand alone, but for the marks that may
/// begin or end no line.
fn first_word(line: &Line) -> f32 {
    let end = line.text.char_indices().nth(WORD);
    let begin = &line.text[..end.map_or(line.text.len(), |(at, _)| at)];
    let mut words = WordSeparator::UnicodeBreakProperties.find_words(begin);
    let word = words.next().map_or("", |word| word.word);
    let wide = |text: &str| text.chars().filter(|c| is_ideographic(*c)).count() as f32;
    let letters = |text: &str| text.chars().count() as f32 - wide(text);
    let full = wide(&line.text) * line.size;
    let width = line.frame.a1 - line.frame.a0;
    // Letters share what ideographs leave.
    let letter = ((width - full) / letters(&line.text).max(1.0)).clamp(0.2 * line.size, line.size);
    wide(word) * line.size + letters(word) * letter
}

/// The width of the first phrase of a Japanese line: what is no hiragana, with the hiragana and the marks behind it. One
/// hiragana may stand inside a verb (`書き写した`).
fn first_phrase(line: &Line) -> f32 {
    let (mut count, mut hiragana) = (0, 0);
    for c in line.text.chars().take(PHRASE) {
        if !c.is_alphanumeric() || hiragana > 1 && !is_hiragana(c) {
            // A mark ends no line before it.
            count += usize::from(!c.is_alphanumeric() && !c.is_whitespace());
            break;
        }
        hiragana = if is_hiragana(c) { hiragana + 1 } else { 0 };
        count += 1;
    }
    count as f32 * line.size
}

/// Whether two lines are set to the same right edge: ragged lines hardly end at one place.
fn is_set_with(line: &Line, other: &Line) -> bool {
    let width = (line.frame.a1 - line.frame.a0).min(other.frame.a1 - other.frame.a0);
    is_same_size(line.size, other.size)
        && (line.frame.a1 - other.frame.a1).abs() < EDGE * line.size
        && width > FULL * line.size
}

#[cfg(test)]
mod tests {
    use super::super::flow::stacks;
    use super::*;

    fn line(text: &str, (a0, a1): (f32, f32), base: f32, size: f32) -> Line {
        Line::plain(text, (a0, a1), base, size)
    }

    /// The texts of the paragraphs of a stack.
    fn paragraphs(lines: Vec<Line>) -> Vec<String> {
        let stacks = stacks(1, lines);
        assert_eq!(stacks.len(), 1);
        let text = |range: std::ops::Range<usize>| {
            let lines = stacks[0].lines[range].iter();
            lines
                .map(|line| line.text.as_str())
                .collect::<Vec<_>>()
                .join(" / ")
        };
        stacks[0].paragraphs(1.3).into_iter().map(text).collect()
    }

    #[test]
    fn lines_of_as_many_characters_are_full_however_wide_they_are() {
        let width = |text: &str| -> f32 {
            let letter = |c: char| if c.is_ascii() { 5.0 } else { 10.0 };
            text.chars().map(letter).sum()
        };
        let texts = [
            "費用は、年間約1,250万円で、前",
            "年より増えた。担当者は、この検索の",
            "精度が上がれば、件数は減ると話す。",
            "老人も子供も、高齢者も、車も入る。",
        ];
        let lines = |texts: &[&str]| {
            let line = |(n, text): (usize, &&str)| {
                let base = 12.0 * n as f32;
                line(text, (10.0, 10.0 + width(text)), base, 10.0)
            };
            texts.iter().enumerate().map(line).collect::<Vec<_>>()
        };
        assert_eq!(paragraphs(lines(&texts)).len(), 1);
        // One that has fewer characters ends early.
        let early = [&["費用は、年間で、前"], &texts[1..]].concat();
        assert_eq!(paragraphs(lines(&early)).len(), 2);
    }

    #[test]
    fn a_japanese_line_may_end_before_a_phrase_that_has_no_room() {
        let lines = vec![
            line("種をまいたその日のうちに", (10.0, 130.0), 20.0, 10.0),
            line("かけておくとあとの手間が", (10.0, 130.0), 33.0, 10.0),
            line("楽になると切れ味が", (10.0, 100.0), 46.0, 10.0),
            line("長持ちします。", (10.0, 80.0), 59.0, 10.0),
        ];
        assert_eq!(paragraphs(lines).len(), 1);
        // There would have been room.
        let lines = vec![
            line(
                "種をまいたその日のうちにかけておくと",
                (10.0, 200.0),
                20.0,
                10.0,
            ),
            line("楽になります。", (10.0, 80.0), 33.0, 10.0),
            line("お申し込みについて", (10.0, 100.0), 46.0, 10.0),
            line("窓口へどうぞ。", (10.0, 80.0), 59.0, 10.0),
        ];
        assert_eq!(paragraphs(lines).last().unwrap(), "窓口へどうぞ。");
    }

    #[test]
    fn two_lines_of_ideographs_may_end_at_one_place_by_chance() {
        let lines = vec![
            line(
                "触ってはいけないと言われていたわけではない。ただ、誰も触",
                (20.0, 290.0),
                20.0,
                10.0,
            ),
            line(
                "らないのが、あの家の習わしだった。",
                (10.0, 180.0),
                33.0,
                10.0,
            ),
            line(
                "「これは遠い峠を越えて来た石だよ」",
                (10.0, 180.0),
                46.0,
                10.0,
            ),
            line(
                "ある晩、祖父は酒の盃を置いて、誰に言うともなくそう言って",
                (20.0, 290.0),
                59.0,
                10.0,
            ),
            line("笑った。", (10.0, 50.0), 72.0, 10.0),
        ];
        assert_eq!(paragraphs(lines).len(), 3);
    }

    #[test]
    fn a_quotation_is_measured_by_its_own_lines() {
        let text = |c: f32| {
            line(
                "some words of a text as wide as its column is here",
                (10.0, 400.0),
                c,
                10.0,
            )
        };
        let end = |c: f32| line("and its end.", (10.0, 60.0), c, 10.0);
        let quoted = |first: &str, second: &str, third: &str| {
            let mut lines = vec![text(20.0), end(33.0)];
            for (n, (words, a1)) in [(first, 330.0), (second, 340.0), (third, 140.0)]
                .into_iter()
                .enumerate()
            {
                lines.push(line(words, (40.0, a1), 50.0 + 13.0 * n as f32, 10.0));
            }
            lines.extend([text(93.0), end(106.0)]);
            paragraphs(lines)
        };
        let found = quoted(
            "The water was always there, said the old miller, one heard it in",
            "Church, in bed, everywhere; when it had gone nobody could sleep",
            "any more.",
        );
        assert_eq!(found.len(), 3, "{found:?}");
        // In the middle.
        let mut lines = vec![text(20.0), end(33.0)];
        for (n, (words, a0, a1)) in [
            (
                "The numbers on the labels are those of an earlier repair",
                60.0,
                350.0,
            ),
            ("of which nothing else is known.", 130.0, 280.0),
        ]
        .into_iter()
        .enumerate()
        {
            lines.push(line(words, (a0, a1), 50.0 + 11.0 * n as f32, 8.0));
        }
        lines.extend([text(80.0), end(93.0)]);
        assert_eq!(paragraphs(lines).len(), 3);
        // Two entries.
        let mut lines = vec![text(20.0), end(33.0)];
        for (n, words) in [
            "MSc Building, University of Leeds, 2013",
            "BA History, University of Hull, 2010",
        ]
        .into_iter()
        .enumerate()
        {
            lines.push(line(
                words,
                (40.0, 300.0 - 20.0 * n as f32),
                50.0 + 13.0 * n as f32,
                10.0,
            ));
        }
        lines.extend([text(80.0), end(93.0)]);
        assert_eq!(paragraphs(lines).len(), 4);
    }
}
