//! Which rows may answer a question; and where none may, why.

use std::cmp::Reverse;

use super::filter::{Condition, Kind, Passing};
use super::language;
use super::phrase::Phrase;
use super::quote::Quoted;
use crate::error::Result;
use crate::search::asking::Search;
use crate::search::question::Late;
use crate::words;

/// Languages that are named at most.
const NAMED: usize = 8;

impl Search<'_> {
    /// For each row whether it may answer; `None` where all may.
    pub(super) fn kept_rows(&self, required: &[Phrase]) -> Result<Option<Vec<bool>>> {
        if self.passing.is_none() && required.is_empty() && self.query.not.is_empty() {
            return Ok(None);
        }
        let mut kept = self.passing_rows();
        for phrase in required {
            let occurs = self.occurs(phrase)?;
            kept.iter_mut()
                .zip(occurs)
                .for_each(|(kept, occurs)| *kept &= occurs);
        }
        for word in &self.query.not {
            for row in Phrase::new(word).rows(self.index, self.asked.rows)? {
                kept[row.get()] = false;
            }
        }
        Ok(Some(kept))
    }

    /// The rows of the articles that the filter lets through.
    fn passing_rows(&self) -> Vec<bool> {
        let index = self.index;
        let mut kept = vec![true; self.asked.rows.len()];
        if let Some(passing) = &self.passing {
            for article in index
                .articles()
                .filter(|article| !passing.articles[article.get()])
            {
                for row in index.rows_of(article) {
                    kept[row.get()] = false;
                }
            }
        }
        kept
    }

    fn occurs(&self, phrase: &Phrase) -> Result<Vec<bool>> {
        let mut occurs = vec![false; self.asked.rows.len()];
        for row in phrase.rows(self.index, self.asked.rows)? {
            occurs[row.get()] = true;
        }
        Ok(occurs)
    }

    /// How many of these rows there still are.
    pub(super) fn count(&self, kept: &[bool]) -> usize {
        let rows = self.asked.rows;
        rows.live_rows().filter(|row| kept[row.get()]).count()
    }

    /// Says which of several languages asked for no article is in.
    pub(super) fn missing_languages(&self) -> Vec<String> {
        let missing = self.passing.iter().flat_map(|passing| &passing.missing);
        missing
            .map(|name| format!("no article is in {name}"))
            .collect()
    }

    /// Why there was no second look, although it was asked for.
    pub(super) fn why_no_second_look(&self) -> Option<String> {
        let asked_for = matches!(self.query.late, Late::Best(_));
        if !asked_for || self.query.late.rows(self.query.mode) == 0 {
            return None;
        }
        let codes = match self.embedder.need_token_codes() {
            Ok(codes) => codes,
            Err(error) => return Some(error.to_string()),
        };
        let segments = self.index.manifest.segments.iter();
        let none = segments
            .map(|entry| entry.with_tokens(&codes.id))
            .sum::<usize>()
            == 0;
        none.then(|| {
            "no passage has the token codes that the second look compares; an update with late interaction computes them"
                .to_owned()
        })
    }

    /// Why no row may answer; and where only quotation marks stand in the way, the rows that may without them.
    pub(super) fn why_nothing(
        &self,
        quoted: &Quoted,
        required: &[Phrase],
    ) -> Result<(Vec<String>, Option<Vec<bool>>)> {
        let passing = self.passing_rows();
        let left = self.count(&passing);
        if left == 0 {
            return Ok((vec![self.why_filtered()], None));
        }
        let mut all = passing.clone();
        let mut counts = Vec::new();
        for phrase in required {
            let occurs = self.occurs(phrase)?;
            let both = |a: &[bool]| -> Vec<bool> {
                a.iter().zip(&occurs).map(|(a, b)| *a && *b).collect()
            };
            counts.push(self.count(&both(&passing)));
            all = both(&all);
        }
        let with = self.count(&all);
        if with > 0 {
            return Ok((
                vec![format!(
                    "{} would do, but for words that must not occur",
                    passages(with)
                )],
                None,
            ));
        }
        let of = if self.passing.is_some() {
            " that the filters leave"
        } else {
            ""
        };
        let strings = || quoted.strings.iter().zip(&counts);
        let mut notes: Vec<String> = strings()
            .filter(|(_, count)| **count == 0)
            .map(|(string, _)| {
                format!(
                    "\"{}\" occurs in none of {}{of}",
                    string.trim(),
                    passages(left)
                )
            })
            .collect();
        let nowhere = !notes.is_empty();
        if !nowhere {
            let all: Vec<String> = strings()
                .map(|(string, count)| format!("\"{}\" ({})", string.trim(), passages(*count)))
                .collect();
            notes.push(format!("no passage{of} has all of {}", all.join(", ")));
        }
        if words::of_question(&quoted.rest).is_empty() {
            return Ok((notes, None));
        }
        // What occurs somewhere is still asked for, unless nothing has all of it.
        let still = |(_, count): &(&Phrase, &usize)| nowhere && **count > 0;
        let still = required.iter().zip(&counts).filter(still);
        let still: Vec<Phrase> = still.map(|(phrase, _)| phrase.clone()).collect();
        let mut without = self.kept_rows(&still)?.unwrap_or(passing);
        if self.count(&without) == 0 {
            without = self.kept_rows(&[])?.unwrap_or_else(|| self.passing_rows());
        }
        if self.count(&without) == 0 {
            return Ok((notes, None));
        }
        notes.push("answered without these quotation marks".to_owned());
        Ok((notes, Some(without)))
    }

    /// Why the filter lets nothing through.
    fn why_filtered(&self) -> String {
        let total = self.asked.rows.live();
        let Some(passing) = self.passing.as_ref().filter(|_| total > 0) else {
            return "the index holds no passages".to_owned();
        };
        let each: Vec<String> = passing
            .conditions
            .iter()
            .map(|condition| format!("{} {}", passages(condition.passages), condition.said))
            .collect();
        let all_of = if each.len() > 1 {
            ", none of all this"
        } else {
            ""
        };
        let no_language = |c: &Condition| c.kind == Kind::Language && c.passages == 0;
        let holds = if passing.conditions.iter().any(no_language) {
            by_language(passing)
        } else {
            passages(total)
        };
        format!("{}{all_of}; the index has {holds}", each.join(", "))
    }
}

/// `120 passages in English, 44 in Japanese`
fn by_language(passing: &Passing) -> String {
    let mut languages: Vec<(&String, &usize)> = passing.languages.iter().collect();
    languages.sort_by_key(|(tag, count)| (Reverse(**count), *tag));
    let named = |(number, (tag, count)): (usize, &(&String, &usize))| {
        let count = if number == 0 {
            passages(**count)
        } else {
            count.to_string()
        };
        format!("{count} in {}", language::said(tag))
    };
    let named: Vec<String> = languages
        .iter()
        .take(NAMED)
        .enumerate()
        .map(named)
        .collect();
    named.join(", ")
}

/// `1 passage`, `3 passages`.
fn passages(count: usize) -> String {
    match count {
        0 => "no passage".to_owned(),
        1 => "1 passage".to_owned(),
        _ => format!("{count} passages"),
    }
}
