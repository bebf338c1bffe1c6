//! Words of a text as they are compared: the same for what is written differently, in any script.
//!
//! Scripts without spaces give bigrams of characters, and single Han characters, which survive a slip of
//! the pen; Thai, Lao, Burmese and Khmer trigrams, because marks are characters of their own there; Korean
//! bigrams within a word, because nouns carry particles. All other scripts give words with their combining
//! marks; where these may be missing, also without. Numbers, money and dates are read. Spaces and line ends
//! inside Japanese join, because layout and slips put them there; in a list of words that makes a few
//! bigrams that occur nowhere and change no order.
//!
//! A text has, besides what it surely says, terms for what it may say, each with a sign behind it that
//! tells them apart: a word that is typed without accents (`BARE`), another reading of a number
//! (`MAYBE`), a word that was read as a part of a date (`WRITTEN`). A question asks for the one and,
//! for less, for the other.

mod fold;
mod korean;
mod marks;
mod money;
mod month;
mod multiplier;
mod number;
mod numerals;
mod point;
mod quantity;
mod question;
mod read;
mod token;
mod variants;

use std::borrow::Cow;
use std::collections::HashMap;

use fold::{is_han, stacks};
use marks::bare;
use number::FoundNumber;
use read::{Sink, read};

pub use fold::{fold, is_unspaced, unvowelled};
pub use question::{Asked, of_question};
pub use token::{Token, begins_in_number, ends_in_number, is_mark, occurs, required, tokens};

/// Version of all that decides which terms a text has.
pub const VERSION: u32 = 4;

/// Behind a word of a text without the accents it is written with.
const BARE: char = '´';
/// Behind a number that a text may mean.
const MAYBE: char = '?';
/// Behind a word, or a number as it is written, that a text has and that was read as something else.
const WRITTEN: char = '"';

/// Whether a term is only what a text may say: it makes no text longer.
pub fn is_aside(term: &str) -> bool {
    term.ends_with([BARE, MAYBE, WRITTEN])
}

/// How often each term occurs.
pub fn counts(text: &str) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for_each(text, |term| match counts.get_mut(term) {
        Some(count) => *count += 1,
        None => {
            counts.insert(term.to_owned(), 1);
        }
    });
    counts
}

/// Calls `emit` with every term of a text.
pub fn for_each(text: &str, emit: impl FnMut(&str)) {
    let mut document = Document {
        emit,
        term: String::new(),
    };
    read(&fold(text), &mut document);
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

/// Makes the terms of a text.
struct Document<F> {
    emit: F,
    /// Holds one term after the other.
    term: String,
}

impl<F: FnMut(&str)> Document<F> {
    fn put(&mut self, chars: impl IntoIterator<Item = char>) {
        self.term.clear();
        self.term.extend(chars);
        (self.emit)(&self.term);
    }

    fn word(&mut self, word: &[char]) {
        self.put(word.iter().copied());
        if let Some(bare) = bare(word) {
            self.put(bare.chars().chain([BARE]));
        }
    }
}

impl<F: FnMut(&str)> Sink for Document<F> {
    const AGAIN: bool = true;

    fn words(&mut self, words: &[&[char]], broken: &[bool]) {
        for word in words {
            self.word(word);
        }
        if let Some(whole) = hyphenless(words) {
            self.word(&whole);
        }
        // `well-main-` and `tenance`: the line ends inside one of the words.
        if words.len() > 2 {
            let broken = words.windows(2).zip(broken).filter(|(_, broken)| **broken);
            for (pair, _) in broken {
                self.word(&pair.concat());
            }
        }
    }

    fn korean(&mut self, word: &[char]) {
        // A noun of one syllable has no pair of its own.
        if korean::is_tail(&word[1..]) {
            self.put([word[0]]);
        }
        for pair in word.windows(2) {
            self.put(pair.iter().copied());
        }
    }

    fn run(&mut self, run: &[char]) {
        for term in terms_of_run(run) {
            self.put(term);
        }
    }

    fn found(&mut self, found: FoundNumber) {
        for value in found.values {
            if let Some(sure) = &value.sure {
                (self.emit)(sure);
            }
            for maybe in value.maybe.iter().chain(&value.parts) {
                self.put(maybe.chars().chain([MAYBE]));
            }
            if let Some(written) = &value.written {
                self.put(written.chars().chain([WRITTEN]));
            }
        }
    }

    fn sign(&mut self, _: char) {}
}

/// Longest word that hyphens are taken out of: names of files and addresses are longer.
const LONGEST_WHOLE: usize = 48;

/// Words with hyphens between them as one word.
fn hyphenless(words: &[&[char]]) -> Option<Vec<char>> {
    let length: usize = words.iter().map(|word| word.len()).sum();
    (words.len() > 1 && length <= LONGEST_WHOLE).then(|| words.concat())
}

/// The terms of a run of characters without spaces, each as its characters. The characters of a pair are in
/// one order, whichever they are written in: two swapped by a slip then cost one pair less.
fn terms_of_run(run: &[char]) -> impl Iterator<Item = impl Iterator<Item = char>> {
    let stacked = run.first().is_some_and(|c| stacks(*c));
    let singles = run
        .iter()
        .filter(|c| is_han(**c))
        .map(|c| [Some(*c), None, None]);
    let size = match run.len() {
        // A single character of Han is there already.
        1 if is_han(run[0]) => 2,
        length if stacked => length.min(3),
        length => length.min(2),
    };
    let grams = run.windows(size.max(1)).map(move |gram| {
        if stacked {
            [gram.first(), gram.get(1), gram.get(2)].map(Option::<&char>::copied)
        } else {
            let (a, b) = (gram[0], gram.get(1).copied());
            [Some(b.map_or(a, |b| a.min(b))), b.map(|b| a.max(b)), None]
        }
    });
    singles.chain(grams).map(|term| term.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{counts, fold, for_each, joined, of_question};

    fn document(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        for_each(text, |term| terms.push(term.to_owned()));
        terms
    }

    /// Everything asked occurs in the text, in one way or another.
    fn found(question: &str, text: &str) -> bool {
        let text = document(text);
        let question = of_question(question);
        let occurs = |term: &String| text.contains(term);
        let found = |asked: &super::Asked| asked.alternatives.iter().any(|(term, _)| occurs(term));
        !question.is_empty() && question.iter().all(found)
    }

    #[test]
    fn terms_of_scripts() {
        assert_eq!(
            document("検索エンジン"),
            ["検", "索", "検索", "エ索", "エン", "ジン", "ジン"]
        );
        assert_eq!(
            document("Größe und GPT-4"),
            ["grösse", "grosse´", "und", "gpt", "4"]
        );
        assert_eq!(document("हिन्दी में"), ["हिन्दी", "में"]);
        assert_eq!(document("ภาษา"), ["ภาษ", "าษา"]);
        assert_eq!(document("ตา"), ["ตา"]);
        assert_eq!(document("AIと犬"), ["ai", "犬", "と犬"]);
        assert_eq!(
            document("도서관에서 책을"),
            ["도서", "서관", "관에", "에서", "책", "책을"]
        );
        assert_eq!(
            document("the well-\n  known sea-side"),
            [
                "the",
                "well",
                "known",
                "wellknown",
                "sea",
                "side",
                "seaside"
            ]
        );
        assert!(document("in a two-co-\nlour print").contains(&"colour".to_owned()));
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
            ("24 June 2024", "am 24. Juni 2024"),
            ("3 May 2024", "el 3 de mayo de 2024"),
            ("50%", "50パーセント"),
            ("コンピュータ", "コンピューター"),
            ("ジョーバイデン", "ジョー・バイデン大統領"),
            ("ジャンポール", "ジャン＝ポール"),
            ("東京都", "東京\n都"),
            ("日 本 語", "日本語"),
            ("犬", "子犬の世話"),
            ("SR71", "SR-71"),
            ("ＡＰＩ", "the API"),
            ("2700 euros", "2.700 Euro"),
            ("2.700 euros", "2700 euros"),
            ("2750000", "2 750 000"),
            ("how many dollars", "how many: 100 dollars"),
            ("ha noi", "Hà Nội"),
            ("garcon", "un garçon"),
            ("garçon", "UN GARCON"),
            ("부산", "부산까지"),
            ("물", "물이 맑다"),
            ("email", "an e-mail"),
            ("e-mail", "an email"),
            ("三か月", "3ヶ月"),
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
            ("1.5 tỷ", "1.500 tỷ"),
            ("12", "3.125 inches"),
            ("bán", "bàn"),
        ] {
            assert!(!found(question, text), "{question} / {text}");
        }
    }

    #[test]
    fn what_is_as_it_was_asked_is_worth_most() {
        let worth = |question: &str, text: &str| {
            let there = counts(text);
            let asked = of_question(question).remove(0);
            let found = asked
                .alternatives
                .into_iter()
                .filter(|(term, _)| there.contains_key(term));
            found.map(|(_, worth)| worth).fold(0.0, f32::max)
        };
        for (question, best, next) in [
            ("pâté", "pâté", "pate"),
            ("pate", "pate", "pâté"),
            ("1500", "1500", "1.500"),
            ("1.500", "1.500", "1.5"),
            ("14", "14 files", "14 billion"),
            ("나무가", "나무가", "나무는"),
        ] {
            let (best, next) = (worth(question, best), worth(question, next));
            assert!(
                best == 1.0 && best >= next && next > 0.0,
                "{question}: {best} {next}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_has_terms_that_folding_keeps(text in "(\\PC|[ \\n.,'0-9年月万百か가-힣a-zéơ\u{300}-]){0,40}") {
            prop_assert_eq!(document(&fold(&text)), document(&text));
            of_question(&text);
            super::tokens(&fold(&text));
        }
    }
}
