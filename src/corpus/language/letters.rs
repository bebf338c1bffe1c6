//! Languages of one script, told apart by the sequences of letters in their words.
//!
//! `models/languages.py` learns the table and describes its file.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::script::Script;

static TABLE: &[u8] = include_bytes!("../../../models/languages.bin");
const MAGIC: &[u8] = b"TLID0001";
/// Bytes that tell of a language: its code and its scripts.
const ENTRY: usize = 12;
const BUCKET_BITS: u32 = 14;
/// Letters of the longest sequence.
const SEQUENCE: usize = 4;
/// Letters of the longest word that is looked at: longer ones are none, or say no more.
const LONGEST: usize = 32;
/// Most that a word can say against a language, in units of the table: a name or a foreign word is no proof.
const AGAINST: u32 = 800;
/// Units of the table that make one of natural logarithm. The sequences of a word overlap, so that each of its
/// letters is counted about twice.
const UNIT: f32 = 48.0;
/// With fewer letters no language is told, with fewer than enough only one that is better by so much than the next.
const FEWEST: usize = 12;
const ENOUGH: usize = 100;
const BETTER: f32 = 2.0;
/// So much of a text must be words, else it is code.
const PROSE: (usize, usize) = (3, 10);
/// What a letter of Latin script says at least in a text of some language, in units of the table; chance says 340.
const LIKELY: usize = 380;
/// From so many letters on a declared language is doubted, where another one is better by so much a letter.
const DOUBT: usize = 100;
const WORSE: f32 = 0.2;
/// What must speak for the languages that are rarely met, or that hardly differ from one that is met more often.
const RARE: &str = "ast br bs ceb dz eo fo fy gd ha ht ig jv ku la lb mg mi ms mt nn oc om rw sc sm sn so st su ti tk \
    tn tt ug xh yi yo zu";
const RARELY: f32 = 10.0;

struct Table {
    /// Code, scripts (a bit each), and what it must be better by.
    languages: Vec<(&'static str, u32, f32)>,
    starts: &'static [u8],
    records: &'static [u8],
}

static LANGUAGES: LazyLock<Table> = LazyLock::new(|| {
    let number = |at: usize| u32_at(TABLE, at);
    let head = MAGIC.len() + 4;
    let count = number(MAGIC.len()) as usize;
    let rare = |code: &str| RARE.split(' ').any(|rare| rare == code);
    let entry = |at: usize| {
        let code = TABLE.get(at..at + 8).unwrap_or_default();
        let code = std::str::from_utf8(code).unwrap_or_default();
        let code = code.trim_end_matches('\0');
        (code, number(at + 8), if rare(code) { RARELY } else { 0.0 })
    };
    let body = &TABLE[head + count * ENTRY..];
    let (starts, records) = body.split_at(4 * ((1 << BUCKET_BITS) + 1));
    Table {
        languages: (0..count).map(|n| entry(head + n * ENTRY)).collect(),
        starts,
        records,
    }
});

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    u32::from_le_bytes(four.unwrap_or_default())
}

/// How much speaks for each language.
pub struct Scores {
    script: Script,
    /// In natural logarithms, by the number of the language.
    sums: Vec<f32>,
    /// Letters of the words that were counted.
    pub letters: usize,
    /// What speaks for the best language of each word, in units of the table.
    fit: usize,
}

impl Scores {
    /// Of words in small letters of one script.
    pub fn of<'a>(script: Script, words: impl Iterator<Item = &'a str>) -> Self {
        let table = &*LANGUAGES;
        let mut scores = Self {
            script,
            sums: table.languages.iter().map(|language| -language.2).collect(),
            letters: 0,
            fit: 0,
        };
        let mut letters = Vec::with_capacity(LONGEST + 2);
        let mut found = vec![0u32; table.languages.len()];
        for word in words {
            letters.clear();
            letters.push(' ');
            letters.extend(word.chars().take(LONGEST + 1));
            if letters.len() > LONGEST + 1 {
                continue;
            }
            letters.push(' ');
            found.fill(0);
            table.add(&letters, &mut found);
            scores.add(&found, letters.len() - 2);
        }
        scores
    }

    fn add(&mut self, found: &[u32], letters: usize) {
        let best = found.iter().copied().max().unwrap_or_default();
        let least = best.saturating_sub(AGAINST);
        for (sum, found) in self.sums.iter_mut().zip(found) {
            *sum += (*found).max(least) as f32 / UNIT;
        }
        self.letters += letters;
        self.fit += best as usize;
    }

    /// The likeliest language; `None` where the text is too short, or none. `seen`: letters of the whole text, words of
    /// code and addresses included.
    pub fn best(&self, seen: usize) -> Option<&'static str> {
        let ranked = self.ranked();
        let (best, score) = *ranked.first()?;
        let ahead = ranked.get(1).map_or(f32::MAX, |(_, next)| score - next);
        let enough = self.letters >= ENOUGH || (self.letters >= FEWEST && ahead >= BETTER);
        let prose = self.letters * PROSE.1 >= seen * PROSE.0;
        (enough && prose && self.is_language()).then_some(best)
    }

    /// The likeliest language of a short text in a file in which so many other texts are in these languages.
    pub fn best_among(&self, counts: &HashMap<String, usize>) -> Option<&'static str> {
        if self.letters == 0 || self.letters >= ENOUGH {
            return None;
        }
        let mut ranked = self.ranked();
        for (code, score) in &mut ranked {
            *score += (1.0 + counts.get(*code).copied().unwrap_or(0) as f32).ln();
        }
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        match ranked[..] {
            [(best, first), (_, second), ..] if first - second >= BETTER => Some(best),
            _ => None,
        }
    }

    /// Whether the words look like those of any language.
    fn is_language(&self) -> bool {
        self.script != Script::Latin || self.fit >= LIKELY * self.letters
    }

    /// Whether the text may be in a language: no other is much likelier.
    pub fn allows(&self, said: &str) -> bool {
        let ranked = self.ranked();
        let of_said = ranked.iter().find(|(code, _)| *code == said);
        match (ranked.first(), of_said) {
            (Some((_, best)), Some((_, score))) => {
                let doubtful = self.letters >= DOUBT && self.is_language();
                !doubtful || best - score < WORSE * self.letters as f32
            }
            _ => true,
        }
    }

    /// Languages and what speaks for them, the likeliest first.
    pub fn ranked(&self) -> Vec<(&'static str, f32)> {
        let bit = 1 << self.script as u32;
        let languages = LANGUAGES.languages.iter().zip(&self.sums);
        let mut ranked: Vec<_> = languages
            .filter(|((_, scripts, _), _)| scripts & bit != 0)
            .map(|((code, ..), sum)| (*code, *sum))
            .collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        ranked
    }
}

impl Table {
    /// Adds what the sequences of a word say, with its ends as blanks.
    fn add(&self, word: &[char], found: &mut [u32]) {
        for start in 0..word.len() {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64;
            for (end, letter) in word.iter().enumerate().skip(start).take(SEQUENCE) {
                hash = (hash ^ u64::from(u32::from(*letter))).wrapping_mul(0x100_0000_01b3);
                // A blank alone says nothing.
                if end > start || *letter != ' ' {
                    self.look_up(hash, found);
                }
            }
        }
    }

    fn look_up(&self, hash: u64, found: &mut [u32]) {
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let key = (mixed >> 32) as u32;
        let bucket = 4 * (key >> (32 - BUCKET_BITS)) as usize;
        let (start, end) = (
            u32_at(self.starts, bucket) as usize,
            u32_at(self.starts, bucket + 4) as usize,
        );
        let fingerprint = key as u16;
        let bytes = self.records.get(2 * start..2 * end).unwrap_or_default();
        let mut records = bytes
            .chunks_exact(2)
            .map(|two| u16::from_le_bytes([two[0], two[1]]));
        while let Some(record) = records.next() {
            let this = record == fingerprint;
            for entry in records.by_ref() {
                if this && let Some(sum) = found.get_mut(usize::from(entry & 0x7f)) {
                    *sum += u32::from(entry >> 8);
                }
                if entry & 0x80 != 0 {
                    break;
                }
            }
            if this {
                return;
            }
        }
    }
}
