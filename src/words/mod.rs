//! Words of a text as they are compared: the same for what is written differently, in any script.
//!
//! Scripts without spaces give bigrams of characters, and single Han characters, which survive a slip of
//! the pen; Thai, Lao, Burmese and Khmer trigrams, because marks are characters of their own there. All
//! other scripts give words with their combining marks. Numbers, money and dates are read. Spaces and line
//! ends inside Japanese join, because layout and slips put them there; in a list of words that makes a few
//! bigrams that occur nowhere and change no order.

mod fold;
mod number;
mod quantity;

use std::borrow::Cow;
use std::collections::HashMap;

use unicode_normalization::char::is_combining_mark;

pub use fold::fold;
use fold::is_katakana;
pub use fold::is_unspaced;

/// Version of all that decides which terms a text has.
pub const VERSION: u32 = 1;

/// How often each term occurs.
pub fn counts(text: &str) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for_each(text, |term| *counts.entry(term).or_insert(0) += 1);
    counts
}

/// The terms of a question, each once, in order of appearance.
pub fn of_question(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for_each(text, |term| {
        if !terms.contains(&term) {
            terms.push(term);
        }
    });
    terms
}

/// A sentence of Japanese without the spaces inside it: they are slips or layout, and the model takes them
/// for ends of words. Lists of words (no hiragana) keep theirs.
pub fn joined(text: &str) -> Cow<'_, str> {
    let is_hiragana = |c: char| matches!(c, '\u{3041}'..='\u{309f}');
    if !text.contains(is_hiragana) || !text.contains(char::is_whitespace) {
        return Cow::Borrowed(text);
    }
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(char::is_whitespace) {
        let (before, gap) = rest.split_at(at);
        joined.push_str(before);
        rest = gap.trim_start();
        let sides = (joined.chars().next_back(), rest.chars().next());
        let inside = |c: Option<char>| c.is_some_and(|c| is_unspaced(c) && !stacks(c));
        if !inside(sides.0) || !inside(sides.1) {
            joined.push_str(&gap[..gap.len() - rest.len()]);
        }
    }
    joined.push_str(rest);
    Cow::Owned(joined)
}

/// Calls `emit` with every term of a text.
pub fn for_each(text: &str, mut emit: impl FnMut(String)) {
    let chars: Vec<char> = fold(text).chars().collect();
    let mut run: Vec<char> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if let Some(found) = quantity::read(&chars, at, &run) {
            flush(&mut run, &mut emit);
            found.terms.into_iter().for_each(&mut emit);
            at = found.end;
        } else if is_unspaced(c) {
            if run.last().is_some_and(|last| stacks(*last) != stacks(c)) {
                flush(&mut run, &mut emit);
            }
            run.push(c);
            at += 1;
        } else if is_letter(c) {
            flush(&mut run, &mut emit);
            let length = chars[at..]
                .iter()
                .take_while(|c| is_letter(**c) && !is_unspaced(**c) && !c.is_ascii_digit())
                .count();
            emit(chars[at..at + length].iter().collect());
            at += length;
        } else {
            let gap = chars[at..].iter().take_while(|c| is_gap(**c)).count();
            if gap == 0 || !joins(&run, &chars[at..at + gap], &chars[at + gap..]) {
                flush(&mut run, &mut emit);
            }
            at += gap.max(1);
        }
    }
    flush(&mut run, &mut emit);
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// What may lie inside a word of Japanese for the look of it.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '・'
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
    !gap.contains(&'・') || (is_katakana(last) && is_katakana(next))
}

/// Scripts whose vowels and tones are characters of their own.
fn stacks(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

fn is_han(c: char) -> bool {
    is_unspaced(c) && !stacks(c) && !is_katakana(c) && !matches!(c, '\u{3041}'..='\u{309f}')
}

/// Emits the terms of a run of characters without spaces. The characters of a pair are in one order,
/// whichever they are written in: two swapped by a slip then cost one pair less.
fn flush(run: &mut Vec<char>, emit: &mut impl FnMut(String)) {
    let mut put = |chars: &[char]| emit(chars.iter().collect());
    run.iter().filter(|c| is_han(**c)).for_each(|c| put(&[*c]));
    match run.as_slice() {
        [] => {}
        [c, ..] if stacks(*c) && run.len() < 3 => put(run),
        [c, ..] if stacks(*c) => run.windows(3).for_each(put),
        [c] if is_han(*c) => {}
        [c] => put(&[*c]),
        pairs => pairs
            .windows(2)
            .for_each(|pair| put(&[pair[0].min(pair[1]), pair[0].max(pair[1])])),
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::{for_each, joined, of_question};

    fn document(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        for_each(text, |term| terms.push(term));
        terms
    }

    /// Everything asked occurs in the text.
    fn found(question: &str, text: &str) -> bool {
        let text = document(text);
        let question = of_question(question);
        !question.is_empty() && question.iter().all(|term| text.contains(term))
    }

    #[test]
    fn terms_of_scripts() {
        assert_eq!(
            document("検索エンジン"),
            ["検", "索", "検索", "エ索", "エン", "ジン", "ジン"]
        );
        assert_eq!(document("Größe und GPT-4"), ["grösse", "und", "gpt", "4"]);
        assert_eq!(document("हिन्दी में"), ["हिन्दी", "में"]);
        assert_eq!(document("ภาษา"), ["ภาษ", "าษา"]);
        assert_eq!(document("AIと犬"), ["ai", "犬", "と犬"]);
        assert_eq!(document(" \n"), Vec::<String>::new());
    }

    #[test]
    fn spaces_inside_japanese_sentences_go() {
        assert_eq!(joined("平和への課 題 を発表"), "平和への課題を発表");
        assert_eq!(joined("Meta は AI を"), "Meta は AI を");
        assert_eq!(joined("東京 天気"), "東京 天気");
        assert_eq!(joined("two  words "), "two  words ");
    }

    #[test]
    fn what_is_written_differently_is_found() {
        for (question, text) in [
            ("14 billion dollars", "Scale AIに140億ドルを投資"),
            ("140億ドル", "an investment of $14 billion"),
            ("140億ドル", "khoản đầu tư 14 tỷ đô la"),
            ("２０２５年", "二〇二五年の夏"),
            ("2025", "令和7年7月"),
            ("2025", "令和七年"),
            ("2019年", "令和元年"),
            ("July 2025", "2025年7月10日"),
            ("7月10日", "7月10日に発表"),
            ("tháng 7 năm 2025", "năm 2025, tháng 7"),
            ("7月", "on 10 July"),
            ("50%", "50パーセント"),
            ("コンピュータ", "コンピューター"),
            ("ジョーバイデン", "ジョー・バイデン大統領"),
            ("東京都", "東京\n都"),
            ("日 本 語", "日本語"),
            ("犬", "子犬の世話"),
            ("SR71", "SR-71"),
            ("ＡＰＩ", "the API"),
        ] {
            assert!(
                found(question, text),
                "{question} / {text}: {:?} {:?}",
                of_question(question),
                document(text)
            );
        }
        for (question, text) in [
            ("14億ドル", "140億ドル"),
            ("may", "in May 2025"),
            ("ビル", "ビート"),
            ("京大", "東京・大阪"),
        ] {
            assert!(!found(question, text), "{question} / {text}");
        }
    }
}
