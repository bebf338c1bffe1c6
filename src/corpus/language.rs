//! The language of a text: what it says of itself, unless its letters say otherwise.

mod letters;
mod prose;
mod script;
mod tag;

use encoding_rs::{BIG5, Encoding, SHIFT_JIS};
use letters::Scores;
use prose::Words;
use script::Script;
pub use tag::of_tag;

use super::layout::Block;

/// A text is Japanese where one in so many of its letters is kana.
const KANA: usize = 10;
/// What a letter of a syllabic script weighs, and one of another script than Latin: names and words in Latin letters
/// stand in texts of every language.
const SYLLABLE: usize = 4;
const LETTER: usize = 2;
/// Characters that are looked at to tell Chinese from Japanese without kana, and how many of them may be rare.
const HAN: usize = 100;
const ODD: usize = 20;
/// So many characters that are common to both are more likely Chinese.
const NO_KANA: usize = 12;
/// A script alone tells the language from so many letters on.
const SIGNS: usize = 4;
/// A language that is declared is found in a text that has so many letters of its script, one in.
const DECLARED: usize = 10;
/// What is known of a text's language.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Language {
    /// ISO 639-1 (639-3 where there is no shorter code); `None` where the text is too short or no language.
    pub code: Option<String>,
    /// What the text says of itself and is not.
    pub overruled: Option<String>,
}

/// The language of a text that says, or does not, what it is in.
pub fn of(text: &str, blocks: &[Block], said: Option<&str>) -> Language {
    let said = said.and_then(of_tag);
    let found = Found::of(&Words::of(text, blocks));
    match said {
        None => Language {
            code: found.language(),
            overruled: None,
        },
        Some(said) if found.allows(&said) => Language {
            code: Some(said),
            overruled: None,
        },
        Some(said) => Language {
            code: found.language(),
            overruled: Some(said),
        },
    }
}

/// The language of a text by its letters.
pub fn detect_language(text: &str) -> Option<String> {
    Found::of(&Words::of_text(text)).language()
}

/// What the words of a text say.
struct Found {
    /// Letters of each script.
    letters: [usize; script::COUNT],
    /// The script that weighs most.
    script: Script,
    /// Letters of all that was looked at.
    seen: usize,
    /// The languages of the script, where it has several.
    scores: Option<Scores>,
    /// Some of the Han characters, and the letters of Assamese that Bengali lacks.
    han: String,
    assamese: bool,
}

impl Found {
    fn of(words: &Words) -> Self {
        let mut letters = [0; script::COUNT];
        for c in words.words.iter().flat_map(|word| word.chars()) {
            letters[script::of(c) as usize] += usize::from(c.is_alphabetic());
        }
        let script = heaviest(&letters);
        let of_script = |word: &&str| word.chars().next().is_some_and(|c| script::of(c) == script);
        let of_script = words.words.iter().map(String::as_str).filter(of_script);
        let han = words.words.iter().flat_map(|word| word.chars());
        let han = han.filter(|c| script::of(*c) == Script::Han);
        let shared = (script as usize) < script::SHARED;
        Self {
            letters,
            script,
            seen: words.letters,
            scores: shared.then(|| Scores::of(script, of_script)),
            han: han.take(HAN).collect(),
            assamese: words
                .words
                .iter()
                .any(|word| word.contains(['\u{9f0}', '\u{9f1}'])),
        }
    }

    fn count(&self, script: Script) -> usize {
        self.letters[script as usize]
    }

    /// Kana stand in no other language's texts, however much Latin script stands between them.
    fn is_japanese(&self) -> bool {
        let kana = self.count(Script::Kana);
        let all = kana + self.count(Script::Han) + self.count(Script::Latin);
        kana > 0 && kana * KANA >= all
    }

    fn language(&self) -> Option<String> {
        if self.is_japanese() {
            return Some("ja".to_owned());
        }
        let code = match self.script {
            Script::Han | Script::Kana => self.of_han()?,
            Script::Bengali if self.assamese => "as",
            _ => match &self.scores {
                Some(scores) => scores.best(self.seen)?,
                None if self.count(self.script) < SIGNS => return None,
                None => tag::main_language(self.script)?,
            },
        };
        Some(code.to_owned())
    }

    /// Whether the text may be in the language that it declares.
    fn allows(&self, said: &str) -> bool {
        let all: usize = self.letters.iter().sum();
        let written = |script| tag::is_written_in(said, script);
        match written(self.script) {
            _ if all == 0 => true,
            None => self.script != Script::Han || !self.is_japanese(),
            Some(true) if self.script == Script::Han => self
                .of_han()
                .is_none_or(|found| (found == "ja") == (said == "ja")),
            Some(true) => self
                .scores
                .as_ref()
                .is_none_or(|scores| scores.allows(said)),
            Some(false) => {
                let theirs = Script::ALL
                    .iter()
                    .filter(|script| written(**script) == Some(true));
                let theirs: usize = theirs.map(|script| self.count(*script)).sum();
                self.script == Script::Latin && theirs * DECLARED >= all
            }
        }
    }

    /// Japanese or Chinese; `None` where the characters are too few and common to both.
    fn of_han(&self) -> Option<&'static str> {
        if self.is_japanese() {
            return Some("ja");
        }
        // What no Japanese encoding has is Chinese; what has been simplified, and not as in China, is Japanese.
        let lacking = |encoding: &'static Encoding| {
            let mut characters = self.han.chars();
            let mut bytes = [0; 4];
            let lacks = |c: char| encoding.encode(c.encode_utf8(&mut bytes)).2;
            characters.by_ref().filter(lacks).count()
        };
        let count = self.han.chars().count();
        let odd = lacking(SHIFT_JIS);
        if odd > 0 && odd * ODD >= count {
            return Some("zh");
        }
        let japanese = self.count(Script::Kana) > 0 || lacking(BIG5) * ODD >= count.max(1);
        if japanese {
            return Some("ja");
        }
        (count >= NO_KANA).then_some("zh")
    }
}

/// The script that weighs most; Han for kana too.
fn heaviest(letters: &[usize; script::COUNT]) -> Script {
    let mut weights = *letters;
    for script in Script::ALL {
        weights[script as usize] *= match script {
            Script::Latin | Script::Other => 1,
            Script::Han | Script::Kana | Script::Hangul => SYLLABLE,
            _ => LETTER,
        };
    }
    weights[Script::Han as usize] += std::mem::take(&mut weights[Script::Kana as usize]);
    let heaviest = Script::ALL
        .iter()
        .rev()
        .max_by_key(|script| weights[**script as usize]);
    heaviest.copied().unwrap_or(Script::Other)
}

pub fn stats(text: &str) -> String {
    let words = Words::of_text(text);
    let f = Found::of(&words);
    let s = f.scores.as_ref();
    let r = s.map(|s| s.ranked()).unwrap_or_default();
    format!(
        "{:?}\t{}\t{}\t{:?}\t{:?}",
        f.script,
        f.seen,
        f.letters.iter().sum::<usize>(),
        s.map(|s| s.letters),
        r.iter().take(3).collect::<Vec<_>>()
    )
}
