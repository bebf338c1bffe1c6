//! The terms that a question asks for, and what else will do in their place.

use std::collections::HashMap;

use super::number::FoundNumber;
use super::read::{Sink, read};
use super::{BARE, MAYBE, WRITTEN, bare, fold, hyphenless, korean, terms_of_run};

/// What a text with accents is worth to a question that has none at all: nearly all.
const ACCENTED: f32 = 0.8;
/// What a text without accents is worth to a word that has them. More of it finds more in Spanish and
/// Romanian, and less in Vietnamese, where accents tell words apart.
const UNACCENTED: f32 = 0.15;
/// What another reading of a number is worth: of the question's, of the text's.
const READING: f32 = 0.6;
const PERHAPS: f32 = 0.5;
/// What pairs of a Korean word that reach into its particles are worth, and a noun of one syllable alone.
const PARTICLE: f32 = 0.3;
const ALONE: f32 = 0.6;

/// Something that a question asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// How much it weighs beside others as rare, up to 1.
    pub weight: f32,
    /// Terms of which one is enough, and what each is worth: the first, which is what was asked for, 1.
    pub alternatives: Vec<(String, f32)>,
}

/// What a question asks for, each thing once, in order of appearance.
pub fn of_question(text: &str) -> Vec<Asked> {
    let mut question = Question::default();
    read(&fold(text), &mut question);
    let Question {
        mut asked,
        plain,
        accents,
        ..
    } = question;
    if !accents {
        for number in plain {
            let alternatives = &mut asked[number].alternatives;
            let accented = alternatives[0].0.clone() + BARE.encode_utf8(&mut [0; 4]);
            alternatives.push((accented, ACCENTED));
        }
    }
    asked
}

#[derive(Default)]
struct Question {
    asked: Vec<Asked>,
    /// The number of what has a term for its first.
    places: HashMap<String, usize>,
    /// Words that accents may be missing from.
    plain: Vec<usize>,
    /// Some word has accents: whoever wrote it can type them.
    accents: bool,
}

impl Question {
    /// Its number where it is new.
    fn ask(&mut self, weight: f32, alternatives: Vec<(String, f32)>) -> Option<usize> {
        let first = &alternatives.first()?.0;
        if let Some(place) = self.places.get(first) {
            let before = &mut self.asked[*place];
            before.weight = before.weight.max(weight);
            return None;
        }
        self.places.insert(first.clone(), self.asked.len());
        self.asked.push(Asked {
            weight,
            alternatives,
        });
        Some(self.asked.len() - 1)
    }
}

impl Sink for Question {
    const AGAIN: bool = false;

    fn words(&mut self, words: &[&[char]], _: &[bool]) {
        let whole = hyphenless(words).map(|whole| whole.into_iter().collect::<String>());
        for word in words {
            let bare = bare(word);
            let mut alternatives = vec![(word.iter().collect(), 1.0)];
            alternatives.extend(whole.iter().map(|whole| (whole.clone(), 1.0)));
            self.accents |= bare.is_some();
            let is_plain =
                bare.is_none() && word[0].is_ascii_alphabetic() || matches!(word[0], 'α'..='ω');
            alternatives.extend(bare.map(|bare| (bare, UNACCENTED)));
            let new = self.ask(1.0, alternatives);
            self.plain.extend(new.filter(|_| is_plain));
        }
    }

    fn korean(&mut self, word: &[char]) {
        let stem = korean::stem(word);
        let first = word[0].to_string();
        let pair = |at: usize| -> String { word[at..at + 2].iter().collect() };
        match word.len() {
            1 => {
                self.ask(1.0, vec![(first, 1.0)]);
            }
            // A noun of two syllables, or one with a particle.
            2 if stem == 1 => {
                self.ask(1.0, vec![(pair(0), 1.0), (first, ALONE)]);
            }
            length => {
                if stem == 1 {
                    self.ask(1.0, vec![(first, 1.0)]);
                }
                for at in 0..length - 1 {
                    let weight = if at + 1 < stem { 1.0 } else { PARTICLE };
                    self.ask(weight, vec![(pair(at), 1.0)]);
                }
            }
        }
    }

    fn run(&mut self, run: &[char]) {
        for term in terms_of_run(run) {
            self.ask(1.0, vec![(term.collect(), 1.0)]);
        }
    }

    fn found(&mut self, found: FoundNumber) {
        for value in found.values {
            let mut alternatives = Vec::new();
            let marked = |text: &str, mark: char| format!("{text}{mark}");
            let mut reading = |value: &str, worth: f32| {
                alternatives.push((value.to_owned(), worth));
                // Money and months are never uncertain.
                if value.starts_with(|c: char| c.is_ascii_digit()) {
                    alternatives.push((marked(value, MAYBE), worth * PERHAPS));
                }
            };
            match &value.sure {
                Some(sure) => {
                    reading(sure, 1.0);
                    value.maybe.iter().for_each(|value| reading(value, READING));
                }
                None => {
                    let mut worth = [0.9, READING].into_iter();
                    for value in &value.maybe {
                        reading(value, worth.next().unwrap_or(READING));
                    }
                    let written = value
                        .written
                        .iter()
                        .map(|written| (marked(written, WRITTEN), 1.0));
                    alternatives.splice(0..0, written);
                }
            }
            self.ask(1.0, alternatives);
        }
    }

    fn sign(&mut self, _: char) {}
}
