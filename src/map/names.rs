//! What clusters are called: the words that occur in them more often than elsewhere.

use std::collections::{BTreeMap, HashMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

/// Words of a name.
const WORDS: usize = 3;
/// Letters of a word that is written without spaces: longer ones are phrases.
const LONGEST_RUN: usize = 8;
/// Letters of any other word. What is longer is an address, a name of a variable or noise.
const LONGEST_WORD: usize = 24;
/// Less surprise than this is chance in one of twenty cases (the distribution of chi-squared, one side of it). Such a word
/// names a cluster only if there is no better one.
const SURE: f64 = 2.71;
/// Words of a cluster that are looked up in the language at large, at most.
const LOOKED_UP: usize = 500;
/// Bytes of a token, about: a word of English, or two characters of Japanese.
const BYTES_OF_TOKEN: f64 = 5.0;
/// The share of a language's tokens that a word of rarity 0 is, about. `the` has rarity 1.3.
const MOST_FREQUENT: f64 = 0.1;

/// A text of a cluster, and the language that it is in.
pub struct Text {
    pub language: Option<String>,
    pub text: String,
}

/// How rare a word is in texts at large, as [`crate::embed::Embedder::rarity`] has it.
pub type Rarity<'a> = dyn Fn(&str) -> Option<f32> + 'a;

/// The words that name each cluster, the most telling first. `texts` are those of a cluster's members, or of some.
///
/// A word tells something of a cluster if it is in more of its texts than in others of the same language: in those of
/// the other clusters, and in as many of the language at large. The first alone would name a cluster that has all the
/// texts of a language by the words that every sentence of it needs.
pub fn names(texts: &[Vec<Text>], rarity: &Rarity<'_>) -> Vec<Vec<String>> {
    let mut all = Counts::default();
    let own: Vec<Counts<'_>> = texts.iter().map(|members| Counts::of(members)).collect();
    for own in &own {
        all.add(own);
    }
    let letters: usize = texts.iter().flatten().map(|text| text.text.len()).sum();
    let tokens = letters as f64 / BYTES_OF_TOKEN / all.texts().max(1) as f64;
    let at_large = |word: &str| rarity(word).map_or(0.0, |rarity| share_at_large(rarity, tokens));
    let named = texts.iter().zip(&own).map(|(members, own)| {
        let frequent = own.words().into_iter();
        let frequent = frequent.filter(|(_, inside)| *inside > 1 || members.len() == 1);
        let mut scored = sorted(frequent.map(|(word, _)| (telling(word, own, &all, 0.0), word)));
        // The language at large only takes from what a word tells.
        scored.truncate(LOOKED_UP);
        let whole = |(_, word)| (telling(word, own, &all, at_large(word)), word);
        let mut scored = sorted(scored.into_iter().map(whole));
        let sure = scored.partition_point(|(score, _)| *score >= SURE);
        scored.truncate(sure.max(1));
        chosen(scored.into_iter().map(|(_, word)| word))
    });
    named.collect()
}

/// Words that tell something, the most telling first.
fn sorted<'a>(words: impl Iterator<Item = (f64, &'a str)>) -> Vec<(f64, &'a str)> {
    let mut words: Vec<(f64, &str)> = words.filter(|(score, _)| *score > 0.0).collect();
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    words
}

/// The first words, without those that are a part of one that is there already: they say nothing new.
fn chosen<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    for word in words {
        if chosen.len() == WORDS {
            break;
        }
        let folded = word.to_lowercase();
        let is_new = chosen.iter().all(|known| {
            let known = known.to_lowercase();
            !known.contains(&folded) && !folded.contains(&known)
        });
        if is_new {
            chosen.push(word.to_owned());
        }
    }
    chosen
}

/// In how many texts of a language words are, as they are written.
#[derive(Default)]
struct Counts<'a> {
    languages: BTreeMap<Option<&'a str>, (usize, HashMap<&'a str, usize>)>,
}

impl<'a> Counts<'a> {
    fn of(texts: &'a [Text]) -> Self {
        let mut counts = Self::default();
        for Text { language, text } in texts {
            let (texts, with) = counts.languages.entry(language.as_deref()).or_default();
            *texts += 1;
            for word in words(text).into_iter().collect::<HashSet<_>>() {
                *with.entry(word).or_default() += 1;
            }
        }
        counts
    }

    fn add(&mut self, other: &Self) {
        for (language, (texts, with)) in &other.languages {
            let own = self.languages.entry(*language).or_default();
            own.0 += texts;
            for (word, count) in with {
                *own.1.entry(word).or_default() += count;
            }
        }
    }

    fn texts(&self) -> usize {
        self.languages.values().map(|(texts, _)| texts).sum()
    }

    /// Each word, and in how many texts it is.
    fn words(&self) -> BTreeMap<&'a str, usize> {
        let mut words = BTreeMap::new();
        for (_, with) in self.languages.values() {
            for (word, count) in with {
                *words.entry(*word).or_default() += count;
            }
        }
        words
    }
}

/// In what share of the texts of a language a word is, if they have so many tokens.
fn share_at_large(rarity: f32, tokens: f64) -> f64 {
    let expected = tokens * MOST_FREQUENT * f64::from(-rarity).exp();
    1.0 - (-expected).exp()
}

/// How much it tells of a cluster that a word is in so many of its texts: the sum over its languages.
fn telling(word: &str, own: &Counts<'_>, all: &Counts<'_>, at_large: f64) -> f64 {
    let with = |(_, with): &(usize, HashMap<&str, usize>)| with.get(word).copied().unwrap_or(0);
    let part = |(language, here): (&Option<&str>, &(usize, HashMap<&str, usize>))| {
        let (inside, members) = (with(here) as f64, here.0 as f64);
        let there = all.languages.get(language).unwrap_or(here);
        let outside = with(there) as f64 - inside + members * at_large;
        surprise(inside, members, outside, there.0 as f64)
    };
    own.languages.iter().map(part).sum()
}

/// The log-likelihood ratio (Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", 1993) of a word in
/// `a` of `c` texts here and in `b` of `d` there; 0 where it is not more frequent here.
fn surprise(a: f64, c: f64, b: f64, d: f64) -> f64 {
    if a / c <= b / d {
        return 0.0;
    }
    let share = (a + b) / (c + d);
    let part = |seen: f64, of: f64| {
        let missing = of - seen;
        let log = |count: f64, expected: f64| {
            if count > 0.0 {
                count * (count / expected).ln()
            } else {
                0.0
            }
        };
        log(seen, of * share) + log(missing, of * (1.0 - share))
    };
    2.0 * (part(a, c) + part(b, d))
}

/// A text without web addresses: they are not said, and their parts are no words.
pub fn without_addresses(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
        kept.push_str(scheme);
        let is_part = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | ')' | ']');
        rest = rest[at..].trim_start_matches(is_part);
    }
    kept + rest
}

/// Words that may name something: in scripts without spaces runs of Chinese characters or of katakana, else words of
/// three letters and more.
fn words(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Han,
        Katakana,
        Other,
    }
    let kind = |c: char| match c {
        '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '々' => {
            Kind::Han
        }
        '\u{30a1}'..='\u{30fa}' | 'ー' => Kind::Katakana,
        _ => Kind::Other,
    };
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let own = kind(first);
        let end = rest.find(|c| kind(c) != own).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        let length = run.chars().count();
        match own {
            Kind::Han if (2..=LONGEST_RUN).contains(&length) => found.push(run),
            Kind::Katakana if (3..=2 * LONGEST_RUN).contains(&length) => found.push(run),
            Kind::Han | Kind::Katakana => {}
            Kind::Other => found.extend(run.unicode_words().filter(|word| {
                let letters = word.chars();
                let is_kana = |c: char| matches!(c, '\u{3040}'..='\u{309f}');
                (3..=LONGEST_WORD).contains(&letters.clone().count())
                    && letters.clone().any(char::is_alphabetic)
                    && !letters.clone().any(|c| is_kana(c) || c.is_numeric())
            })),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(language: &str, all: &[&str]) -> Vec<Text> {
        let text = |text: &&str| Text {
            language: Some(language.to_owned()),
            text: (*text).to_owned(),
        };
        all.iter().map(text).collect()
    }

    /// Words of three letters are frequent everywhere, all others rare.
    fn rarity(word: &str) -> Option<f32> {
        Some(if word.len() == 3 { 1.0 } else { 8.0 })
    }

    #[test]
    fn a_cluster_is_named_by_what_the_others_do_not_have() {
        let named = names(
            &[
                texts(
                    "ja",
                    &[
                        "図書館は静かだ。Readers come early.",
                        "図書館とカフェの話",
                        "町の図書館",
                    ],
                ),
                texts(
                    "ja",
                    &[
                        "The harbour is busy.",
                        "Ships leave the harbour.",
                        "町の話 of a harbour",
                    ],
                ),
            ],
            &|_| None,
        );
        assert_eq!(named[0][0], "図書館");
        assert_eq!(named[1][0], "harbour");
        let mut all = named.iter().flatten();
        assert!(all.all(|word| word != "町" && word != "は"));
        assert_eq!(names(&[Vec::new()], &rarity), [Vec::<String>::new()]);
    }

    #[test]
    fn addresses_say_nothing() {
        let text = "図書館は[ここ](https://example.com/a?b=c#d)と<http://example.org>、http://例.jp/ にある。";
        assert_eq!(
            without_addresses(text),
            "図書館は[ここ]()と<>、例.jp/ にある。"
        );
        assert_eq!(without_addresses("://"), "");
        assert_eq!(without_addresses(""), "");
    }

    #[test]
    fn words_that_every_text_of_a_language_needs_name_nothing() {
        // The and and are in all of them, as they are in every text of some length.
        let english = [
            "The harbour and the ships of the town. ".repeat(20),
            "The mills and the harbour. ".repeat(20),
            "The rain fell and the harbour was empty. ".repeat(20),
        ];
        let english = english.each_ref().map(String::as_str);
        let japanese = ["図書館は静かだ。", "図書館とカフェの話", "町の図書館"];
        // The one cluster in English has all that is English; with it alone there is nothing to compare it with.
        let together = names(&[texts("en", &english), texts("ja", &japanese)], &rarity);
        assert_eq!(together, [["harbour"], ["図書館"]]);
        assert_eq!(names(&[texts("en", &english)], &rarity), [["harbour"]]);
        // Two clusters in English: what both have tells little, however rare it is.
        let two = [
            "Mills grind wheat beside rivers.",
            "Rivers turn the mills.",
            "Old mills on rivers.",
        ];
        let ships = [
            "Ships sail rivers.",
            "Ships leave on rivers.",
            "Rivers carry ships.",
        ];
        let apart = names(&[texts("en", &two), texts("en", &ships)], &rarity);
        assert_eq!((&*apart[0][0], &*apart[1][0]), ("mills", "Ships"));
    }
}
