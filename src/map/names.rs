//! What clusters are called: the words that occur in them more often than elsewhere.

use std::collections::{HashMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

/// Words of a name.
const WORDS: usize = 3;
/// Letters of a word that is written without spaces: longer ones are phrases.
const LONGEST_RUN: usize = 8;

/// The words that name each cluster, the most telling first. `texts` are those of a cluster's members, or of some.
pub fn names(texts: &[Vec<String>]) -> Vec<Vec<String>> {
    // Of how many texts a word is, in all clusters and in each.
    let mut all: HashMap<&str, usize> = HashMap::new();
    let mut own: Vec<HashMap<&str, usize>> = vec![HashMap::new(); texts.len()];
    // As it is written most of the time.
    for (members, own) in texts.iter().zip(&mut own) {
        for text in members {
            for word in words(text).into_iter().collect::<HashSet<_>>() {
                *all.entry(word).or_default() += 1;
                *own.entry(word).or_default() += 1;
            }
        }
    }
    let total: usize = texts.iter().map(Vec::len).sum();
    let named = texts.iter().zip(&own).map(|(members, own)| {
        let mut scored: Vec<(f64, &str)> = own
            .iter()
            .filter(|(_, inside)| **inside > 1 || members.len() == 1)
            .map(|(word, inside)| {
                let outside = all[word] - inside;
                (
                    telling(*inside, members.len(), outside, total - members.len()),
                    *word,
                )
            })
            .filter(|(score, _)| *score > 0.0)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut chosen: Vec<String> = Vec::new();
        for (_, word) in scored {
            if chosen.len() == WORDS {
                break;
            }
            let folded = word.to_lowercase();
            // A part of a word that is there already says nothing new.
            let is_new = chosen.iter().all(|known| {
                let known = known.to_lowercase();
                !known.contains(&folded) && !folded.contains(&known)
            });
            if is_new {
                chosen.push(word.to_owned());
            }
        }
        chosen
    });
    named.collect()
}

/// How much it tells of a cluster that a word is in `inside` of its `members` texts and in `outside` of `others`: the
/// log-likelihood ratio (Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", 1993); 0 where the word
/// is not more frequent inside.
fn telling(inside: usize, members: usize, outside: usize, others: usize) -> f64 {
    let [a, c, b, d] = [inside, members, outside, others].map(|count| count as f64);
    // Where there is no other cluster, the most frequent words name it.
    if d == 0.0 {
        return a;
    }
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
                letters.clone().count() >= 3
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

    #[test]
    fn a_cluster_is_named_by_what_the_others_do_not_have() {
        let texts = |all: &[&str]| {
            all.iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let named = names(&[
            texts(&[
                "図書館は静かだ。Readers come early.",
                "図書館とカフェの話",
                "町の図書館",
            ]),
            texts(&[
                "The harbour is busy.",
                "Ships leave the harbour.",
                "町の話 of a harbour",
            ]),
        ]);
        assert_eq!(named[0][0], "図書館");
        assert_eq!(named[1][0], "harbour");
        assert!(
            named
                .iter()
                .flatten()
                .all(|word| word != "町" && word != "は")
        );
        // One cluster alone is named by what it says most.
        assert_eq!(
            names(&[texts(&["mills and mills", "old mills"])]),
            [["mills"]]
        );
        assert_eq!(names(&[Vec::new()]), [Vec::<String>::new()]);
    }
}
