//! How words are read: ruby, which is no part of the text, but by which a passage is found.
//!
//! A reader that extracts a text lists a reading with its word, as Aozora Bunko writes it: `舞姫《まいひめ》`. In a file
//! whose text is its own, the reading stands behind its word. A reading that an article gives once counts wherever the
//! word is in it, because authors give it where the word comes first.

use std::collections::{HashMap, HashSet};

use super::block::{Omission, Omitted};

/// Longer words are phrases with a remark beside them, in characters.
const WORD: usize = 16;
/// Longer readings are none, in characters.
const READING: usize = 48;
/// Readings of one word.
const EACH: usize = 4;
/// Words of one article.
const WORDS: usize = 50_000;
/// Tags between a word and its reading.
const TAGS: usize = 8;
/// Between readings: none begins where another one ends.
const BETWEEN: &str = "。\n";

/// A reading as it is listed, with its word if that is known.
pub(super) fn listed(word: &str, reading: &str) -> String {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (word, reading) = (one_line(word), one_line(reading));
    match word.is_empty() || reading.is_empty() {
        true => reading,
        false => format!("{word}《{reading}》"),
    }
}

/// The readings that an article gives.
#[derive(Debug, Default)]
pub struct Readings {
    of: HashMap<String, Vec<String>>,
    /// Characters of the longest word that begins with one.
    longest: HashMap<char, usize>,
}

/// A word in a text, by its characters.
struct Found<'a> {
    start: usize,
    end: usize,
    readings: &'a [String],
}

impl Readings {
    /// Those of a text, of which this is left out.
    pub fn of(text: &str, omitted: &[Omitted]) -> Self {
        let mut readings = Self::default();
        for omitted in omitted.iter().filter(|one| one.reason == Omission::Ruby) {
            let listed = text.get(omitted.span.clone()).unwrap_or_default();
            for line in listed.lines() {
                match line
                    .strip_suffix('》')
                    .and_then(|line| line.split_once('《'))
                {
                    Some((word, reading)) if !word.is_empty() => readings.add(word, reading),
                    _ => {
                        let before = text.get(..omitted.span.start).unwrap_or_default();
                        readings.add(word_before(before), without_tags(line));
                    }
                }
            }
        }
        readings
    }

    fn add(&mut self, word: &str, reading: &str) {
        let (word, reading) = (word.trim(), reading.trim());
        let chars = word.chars().count();
        let fits = (1..=WORD).contains(&chars)
            && word.contains(char::is_alphanumeric)
            && reading.contains(char::is_alphanumeric)
            && reading.chars().nth(READING).is_none();
        if !fits || (self.of.len() >= WORDS && !self.of.contains_key(word)) {
            return;
        }
        if let Some(first) = word.chars().next() {
            let longest = self.longest.entry(first).or_default();
            *longest = chars.max(*longest);
        }
        let all = self.of.entry(word.to_owned()).or_default();
        if all.len() < EACH && !all.iter().any(|one| one == reading) {
            all.push(reading.to_owned());
        }
    }

    /// How the words of a passage are read; words that stand together are read together.
    pub fn within(&self, passage: &str) -> String {
        let mut said = String::new();
        if self.of.is_empty() {
            return said;
        }
        let chars: Vec<char> = passage.chars().filter(|c| !c.is_whitespace()).collect();
        let mut found = self.words(&chars);
        leave_parts(&chars, &mut found);
        let mut seen = HashSet::new();
        for together in found.chunk_by(|a, b| a.end == b.start) {
            // Of several readings of a word the second ones stand together too.
            for number in 0..EACH {
                let one = |word: &Found<'_>| {
                    let reading = word.readings.get(number).or_else(|| word.readings.first());
                    reading.cloned().unwrap_or_default()
                };
                let reading: String = together.iter().map(one).collect();
                for reading in [hiragana(&reading), reading] {
                    if seen.insert(reading.clone()) {
                        said.push_str(BETWEEN);
                        said.push_str(&reading);
                    }
                }
            }
        }
        said
    }

    /// The words with readings in a text, the longest at each place.
    fn words(&self, chars: &[char]) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut word = String::new();
        while at < chars.len() {
            let most = self.longest.get(&chars[at]).copied().unwrap_or(0);
            let lengths = (1..=most.min(chars.len() - at)).rev();
            let longest = lengths.into_iter().find_map(|length| {
                let end = at + length;
                word.clear();
                word.extend(&chars[at..end]);
                let readings = self.of.get(&word)?;
                is_whole(chars, at, end).then_some((end, readings))
            });
            match longest {
                Some((end, readings)) => {
                    let start = std::mem::replace(&mut at, end);
                    found.push(Found {
                        start,
                        end,
                        readings,
                    });
                }
                None => at += 1,
            }
        }
        found
    }
}

/// A character alone says little of a longer word: it counts where all of that word has readings.
fn leave_parts(chars: &[char], found: &mut Vec<Found<'_>>) {
    let mut read = vec![false; chars.len()];
    for one in found.iter() {
        read[one.start..one.end].fill(true);
    }
    // Whether all of the row of kanji around a character is read.
    let mut whole = vec![true; chars.len()];
    let mut start = 0;
    while start < chars.len() {
        let length = chars[start..].iter().take_while(|c| is_kanji(**c)).count();
        let row = start..start + length.max(1);
        let is_read = read[row.clone()].iter().all(|read| *read);
        whole[row.clone()].fill(is_read);
        start = row.end;
    }
    found.retain(|one| one.end - one.start > 1 || whole[one.start]);
}

/// Whether a word of an alphabet ends where the text around it does not go on.
fn is_whole(chars: &[char], start: usize, end: usize) -> bool {
    let letter = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(char::is_ascii_alphanumeric)
    };
    !(letter(start.checked_sub(1)) && letter(Some(start))
        || letter(Some(end - 1)) && letter(Some(end)))
}

/// The row of kanji that a text ends with, behind whatever tags.
fn word_before(text: &str) -> &str {
    let mut text = text;
    for _ in 0..TAGS {
        if !text.ends_with('>') {
            break;
        }
        // Brackets around the reading stand in an element of their own.
        let begins = if text.ends_with("</rp>") { "<rp" } else { "<" };
        let Some(tag) = text.rfind(begins) else { break };
        text = &text[..tag];
    }
    let kanji = text
        .chars()
        .rev()
        .take(WORD + 1)
        .take_while(|c| is_kanji(*c));
    &text[text.len() - kanji.map(char::len_utf8).sum::<usize>()..]
}

/// What stands in `<rt>...</rt>`, or in `《...》`.
fn without_tags(listed: &str) -> &str {
    let inner = listed.split_once('>').map_or(listed, |(_, inner)| inner);
    let inner = inner.split_once('<').map_or(inner, |(inner, _)| inner);
    inner.trim_matches(['《', '》'])
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' | '々' | '〆')
}

/// What is typed for a reading that stands in katakana.
fn hiragana(reading: &str) -> String {
    let letter = |c: char| match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        c => c,
    };
    reading.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(listed: &str) -> Readings {
        let span = 0..listed.len();
        let reason = Omission::Ruby;
        Readings::of(listed, &[Omitted { span, reason }])
    }

    #[test]
    fn a_reading_counts_wherever_its_word_is() {
        let readings = readings(
            "舞姫《まいひめ》\nAI《エーアイ》\n運命《さだめ》\n運命《うんめい》\nまるで文《》",
        );
        assert_eq!(readings.within("石炭をば積み果てつ。"), "");
        assert_eq!(readings.within("彼女は舞姫だ。舞姫よ。"), "。\nまいひめ");
        assert_eq!(readings.within("AIとRAIN"), "。\nえーあい。\nエーアイ");
        assert_eq!(readings.within("運命"), "。\nさだめ。\nうんめい");
    }

    #[test]
    fn readings_of_words_that_stand_together_are_one() {
        let readings =
            readings("漢《かん》\n字《じ》\n東京《とうきょう》\n大学《だいがく》\n日《ひ》");
        assert_eq!(readings.within("漢字を書く。"), "。\nかんじ");
        assert_eq!(readings.within("東京 大学前"), "。\nとうきょうだいがく");
        // A character of another word.
        assert_eq!(readings.within("文字と日本と数字"), "");
        assert_eq!(readings.within("その日、漢字"), "。\nひ。\nかんじ");
    }

    #[test]
    fn a_reading_behind_its_word_in_the_text_belongs_to_it() {
        let text = "彼女は<ruby>舞姫<rp>(</rp><rt>まいひめ</rt></ruby>だ。猫は吾輩《わがはい》だ。";
        let spans = ["<rt>まいひめ</rt>", "《わがはい》"].map(|part| {
            let start = text.find(part).unwrap();
            let (span, reason) = (start..start + part.len(), Omission::Ruby);
            Omitted { span, reason }
        });
        let readings = Readings::of(text, &spans);
        assert_eq!(readings.within("舞姫と吾輩"), "。\nまいひめ。\nわがはい");
    }

    #[test]
    fn a_reading_without_a_word_is_listed_alone() {
        assert_eq!(listed("", " かな "), "かな");
        assert_eq!(listed("仮 名", "か\nな"), "仮 名《か な》");
        assert!(readings("かな").of.is_empty());
        assert!(readings("《かな》").of.is_empty());
    }
}
