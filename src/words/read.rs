//! Reads a folded text from left to right: words, runs of scripts without spaces, quantities, signs.

use unicode_normalization::char::is_combining_mark;

use super::fold::{is_hangul, is_katakana, is_unspaced, stacks};
use super::number::{Chars, FoundNumber};
use super::{month, quantity};

/// What takes the pieces of a text, in order.
pub trait Sink {
    /// Words that are a part of a quantity are read as words too.
    const AGAIN: bool;

    /// Words of a script with spaces, one or several with hyphens between them; whether a line ends behind
    /// each hyphen, so that it may stand for nothing.
    fn words(&mut self, words: &[&[char]], broken: &[bool]);

    /// A word of Korean, particles and all.
    fn korean(&mut self, word: &[char]);

    /// Characters of a script without spaces.
    fn run(&mut self, run: &[char]);

    /// Numbers and what stands with them.
    fn found(&mut self, found: FoundNumber);

    /// Anything else but blanks, and but hyphens inside words.
    fn sign(&mut self, sign: char);
}

/// Reads a folded text.
pub fn read<S: Sink>(folded: &str, sink: &mut S) {
    let chars: Vec<char> = folded.chars().collect();
    let text = Chars::new(&chars);
    let mut run: Vec<char> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if quantity::may_begin(c)
            && let Some(found) = quantity::read(&text, at, &run)
        {
            flush(&mut run, sink);
            at = if S::AGAIN { found.again } else { found.end };
            sink.found(found);
        } else if is_unspaced(c) {
            if run.last().is_some_and(|last| stacks(*last) != stacks(c)) {
                flush(&mut run, sink);
            }
            run.push(c);
            at += 1;
        } else if is_letter(c) {
            flush(&mut run, sink);
            at = if is_hangul(c) {
                let word = chars[at..].iter().take_while(|c| is_hangul(**c)).count();
                sink.korean(&chars[at..at + word]);
                at + word
            } else {
                words(&chars, at, sink)
            };
        } else {
            at += gap(&chars, at, &mut run, sink);
        }
    }
    flush(&mut run, sink);
}

fn flush(run: &mut Vec<char>, sink: &mut impl Sink) {
    if !run.is_empty() {
        sink.run(run);
        run.clear();
    }
}

/// Words from `at` on, as far as hyphens join them; where they end.
fn words<S: Sink>(chars: &[char], at: usize, sink: &mut S) -> usize {
    // A letter behind a digit begins a word, but is no name of a month.
    let starts = at == 0 || !chars[at - 1].is_alphanumeric();
    let mut end = word_end(chars, at);
    if starts && let Some(found) = quantity::read_word(chars, at, end) {
        let end = found.end;
        sink.found(found);
        return end;
    }
    let Some(mut next) = hyphenated(chars, end) else {
        sink.words(&[&chars[at..end]], &[]);
        return end;
    };
    let (mut words, mut broken) = (vec![&chars[at..end]], Vec::new());
    loop {
        let (start, breaks) = next;
        let new = word_end(chars, start);
        if quantity::read_word(chars, start, new).is_some() {
            break;
        }
        words.push(&chars[start..new]);
        broken.push(breaks);
        end = new;
        match hyphenated(chars, end) {
            Some(more) => next = more,
            None => break,
        }
    }
    sink.words(&words, &broken);
    end
}

/// Where a word ends.
fn word_end(chars: &[char], at: usize) -> usize {
    let letters = chars[at..].iter().take_while(|c| is_word(**c));
    at + letters.count()
}

/// The word behind the hyphen at `at`, if both are there, and whether a line ends between them.
fn hyphenated(chars: &[char], at: usize) -> Option<(usize, bool)> {
    let is_blank = |c: &&char| matches!(c, ' ' | '\t');
    if chars.get(at) != Some(&'-') {
        return None;
    }
    let rest = &chars[at + 1..];
    if rest.first().is_some_and(|c| is_word(*c)) {
        return Some((at + 1, false));
    }
    let mut length = rest.iter().take_while(is_blank).count();
    length += match rest[length..] {
        ['\r', '\n', ..] => 2,
        ['\n' | '\r', ..] => 1,
        _ => return None,
    };
    length += rest[length..].iter().take_while(is_blank).count();
    let word = rest.get(length).is_some_and(|c| is_word(*c));
    word.then_some((at + 1 + length, true))
}

/// What is no letter: how much of it there is. Blanks inside Japanese part nothing.
fn gap<S: Sink>(chars: &[char], at: usize, run: &mut Vec<char>, sink: &mut S) -> usize {
    let length = chars[at..].iter().take_while(|c| is_gap(**c)).count();
    let (gap, rest) = (&chars[at..at + length], &chars[at + length..]);
    if length > 0 && joins(run, gap, rest) {
        return length;
    }
    flush(run, sink);
    if length > 0 {
        gap.iter()
            .filter(|c| !c.is_whitespace())
            .for_each(|c| sink.sign(*c));
        return length;
    }
    if !is_inner_hyphen(chars, at) && !is_ordinal_point(chars, at) {
        sink.sign(chars[at]);
    }
    1
}

/// The point between a day and its month: `24. Juni`.
fn is_ordinal_point(chars: &[char], at: usize) -> bool {
    let number = chars[at] == '.' && at > 0 && chars[at - 1].is_ascii_digit();
    let start = at + 2;
    number
        && chars.get(at + 1) == Some(&' ')
        && chars.get(start).is_some_and(|c| is_word(*c))
        && month::named(chars, start, word_end(chars, start)).is_some()
}

/// A hyphen between letters, or between a letter and a digit: `SR-71` is `SR71`.
fn is_inner_hyphen(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|at| chars[at]);
    let (Some(before), Some(after)) = (before, chars.get(at + 1)) else {
        return false;
    };
    let is_part = |c: char| is_word(c) || c.is_ascii_digit();
    chars[at] == '-'
        && is_part(before)
        && is_part(*after)
        && !(before.is_ascii_digit() && after.is_ascii_digit())
}

/// A letter of a script with spaces but Korean, which has no hyphens.
#[inline]
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphabetic()
    } else {
        is_letter(c) && !is_unspaced(c) && !is_hangul(c)
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// What may lie inside a word of Japanese for the look of it.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || parts_names(c)
}

/// What stands between the parts of foreign names: ジョー・バイデン, ジャン＝ポール.
fn parts_names(c: char) -> bool {
    matches!(c, '・' | '=' | '゠')
}

/// Whether what follows the gap goes on with the run.
fn joins(run: &[char], gap: &[char], rest: &[char]) -> bool {
    let (Some(&last), Some(&next)) = (run.last(), rest.first()) else {
        return false;
    };
    if !is_unspaced(next) || stacks(last) || stacks(next) {
        return false;
    }
    // ジョー・バイデン is one name; 東京・大阪 are two.
    !gap.iter().any(|c| parts_names(*c)) || (is_katakana(last) && is_katakana(next))
}
