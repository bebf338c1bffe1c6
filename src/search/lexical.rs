//! The words of a question in the rows of an index: coverage for hybrid search, BM25 for keyword search.

use rayon::prelude::*;

use crate::index::{LanguageNo, Row, Rows};
use crate::mmap::Zeros;
use crate::words::{self, Asked};

/// Rows that every language is thought to have besides its own, with terms as frequent as in the whole
/// index: languages of a few rows say little about which of their words are common.
const PRIOR_ROWS: f32 = 32.0;
/// Share of the attainable coverage that passages of the question's language reach by chance.
const CHANCE: f32 = 0.4;
/// Parts of a question that one thread looks up.
const PARTS_TOGETHER: usize = 16;
/// BM25's saturation and length normalisation, as Lucene has them.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// What a question asks for and how much each part of it weighs.
pub struct Lexical {
    parts: Vec<Part>,
    /// For each row the weight of the question's terms in it over the weight of them all.
    coverage: Zeros,
    /// For each language the squared coverage that chance gives.
    chance: Vec<f32>,
}

/// Something that the question asks for: a word, a pair of characters, a number.
struct Part {
    /// What was asked for, and what will do in its place.
    terms: Vec<Term>,
    /// How much it weighs beside others as rare.
    weight: f32,
    /// Rows that have it, those that have only what will do in its place counted for less.
    rows: f32,
    /// For each language its share of the question's weight there.
    weights: Vec<f32>,
}

/// A term and what it is worth to the question.
struct Term {
    text: String,
    rows: usize,
    worth: f32,
}

impl Lexical {
    /// Looks up the terms of a question.
    ///
    /// A term weighs its inverse document frequency (BM25's) among the rows of one language: `the` is rare
    /// in a Japanese folder with ten English articles and says nothing about them. Coverage has no length
    /// normalisation, because passages have one length.
    pub fn new(rows: &Rows<'_>, question: &str) -> Self {
        let language_rows: Vec<f32> = rows.languages.iter().map(|l| l.rows as f32).collect();
        let languages = language_rows.len();
        let total = rows.live().max(1) as f32;
        let mut parts = Vec::new();
        let mut weights_sum = vec![0f32; languages];
        let mut attainable = vec![0f32; languages];
        let asked = words::of_question(question).into_par_iter();
        let counted: Vec<(Part, Vec<f32>, Vec<f32>)> =
            asked.map(|asked| count(rows, asked)).collect();
        for (mut part, by_language, best) in counted {
            // A row that has several of the alternatives is counted for each: never more than all rows.
            let everywhere = (part.rows / total).min(1.0);
            let weight = |(occurs, rows): (&f32, &f32)| {
                let occurs = occurs.min(*rows) + PRIOR_ROWS * everywhere;
                part.weight * idf(occurs, rows + PRIOR_ROWS)
            };
            let weights: Vec<f32> = by_language.iter().zip(&language_rows).map(weight).collect();
            for (language, weight) in weights.iter().enumerate() {
                weights_sum[language] += weight;
                attainable[language] += best[language] * weight;
            }
            part.weights = weights;
            parts.push(part);
        }
        for part in &mut parts {
            for (weight, sum) in part.weights.iter_mut().zip(&weights_sum) {
                *weight /= sum.max(f32::MIN_POSITIVE);
            }
        }
        // Groups of parts are fixed: sums do not depend on how many threads there are.
        let sums = parts.par_chunks(PARTS_TOGETHER).map(|parts| {
            let mut coverage = Zeros::new(rows.len());
            let sums = &mut *coverage;
            for part in parts {
                part.visit(rows, |row, language, worth| {
                    sums[row.get()] += worth * part.weights[language.get()];
                });
            }
            coverage
        });
        let sums: Vec<Zeros> = sums.collect();
        let mut sums = sums.into_iter();
        let mut coverage = sums.next().unwrap_or_else(|| Zeros::new(rows.len()));
        for sum in sums {
            for (all, part) in coverage.iter_mut().zip(&*sum) {
                *all += part;
            }
        }
        let chance = attainable
            .iter()
            .zip(&weights_sum)
            .map(|(attainable, sum)| (CHANCE * attainable / sum.max(f32::MIN_POSITIVE)).powi(2))
            .collect();
        Self {
            parts,
            coverage,
            chance,
        }
    }

    /// Share of the question's weight that occurs in a row, 0 to 1.
    pub fn coverage(&self, row: Row) -> f32 {
        self.coverage[row.get()]
    }

    /// Squared coverage beyond what chance gives in the row's language:
    ///
    /// ```text
    /// coverage(q, d)  = idf(terms of q in d) / idf(all terms of q)        0 to 1
    /// excess(q, d)    = coverage(q, d)^2 - (0.4 * attainable(q, language of d))^2
    /// ```
    ///
    /// `idf` sums over terms, counted in the language of the row. `attainable` is the coverage of a row with every term that
    /// occurs in that language. It is the same for all rows of a language, so it changes no order there. It keeps passages
    /// that only share the question's language from ranking above those that answer.
    pub fn excess(&self, row: Row, language: LanguageNo) -> f32 {
        self.coverage[row.get()].powi(2) - self.chance[language.get()]
    }

    /// The same of a text.
    pub fn excess_of(&self, text: &str, language: LanguageNo) -> f32 {
        let chance = self.chance.get(language.get()).copied().unwrap_or_default();
        self.coverage_of(text, language).powi(2) - chance
    }

    /// Coverage of a text in a row's language.
    pub fn coverage_of(&self, text: &str, language: LanguageNo) -> f32 {
        let there = words::counts(text);
        let worth = |part: &Part| {
            let terms = part.terms.iter();
            let found = terms.filter(|term| there.contains_key(&term.text));
            found.map(|term| term.worth).fold(0.0, f32::max)
        };
        let parts = self.parts.iter();
        parts
            .map(|part| worth(part) * part.weights[language.get()])
            .sum()
    }

    /// The terms that occur, and those that were asked for: text, rows it occurs in, share of the weight in
    /// a language.
    pub fn terms(&self, language: LanguageNo) -> impl Iterator<Item = (&str, usize, f32)> {
        self.parts.iter().flat_map(move |part| {
            let terms = part.terms.iter().zip(0..);
            let shown = terms.filter(|(term, number)| *number == 0 || term.rows > 0);
            shown.map(move |(term, _)| {
                let weight = term.worth * part.weights[language.get()];
                (term.text.as_str(), term.rows, weight)
            })
        })
    }
}

/// Looks up something asked for: with it for each language the rows that have it, and what the best of
/// its terms there is worth.
fn count(rows: &Rows<'_>, asked: Asked) -> (Part, Vec<f32>, Vec<f32>) {
    let languages = rows.languages.len().max(1);
    let (mut occurs, mut best) = (vec![0f32; languages], vec![0f32; languages]);
    let mut terms = Vec::with_capacity(asked.alternatives.len());
    for (text, worth) in asked.alternatives {
        let by_language = rows.frequencies(&text);
        for (language, rows) in by_language
            .iter()
            .enumerate()
            .filter(|(_, rows)| **rows > 0)
        {
            occurs[language] += worth * *rows as f32;
            best[language] = worth.max(best[language]);
        }
        terms.push(Term {
            text,
            rows: by_language.iter().sum(),
            worth,
        });
    }
    let part = Part {
        terms,
        weight: asked.weight,
        rows: occurs.iter().sum(),
        weights: Vec::new(),
    };
    (part, occurs, best)
}

impl Part {
    /// Terms that occur somewhere.
    fn occurring(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| term.rows > 0)
    }

    /// Calls `see` with every row that has it, once, its language, and what the best of its terms there is
    /// worth.
    fn visit(&self, rows: &Rows<'_>, mut see: impl FnMut(Row, LanguageNo, f32)) {
        let mut occurring = self.occurring();
        let (Some(only), None) = (occurring.next(), occurring.next()) else {
            let mut found: Vec<(Row, LanguageNo, f32)> = Vec::new();
            for term in self.occurring() {
                rows.visit(&term.text, |row, language| {
                    found.push((row, language, term.worth));
                });
            }
            found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)));
            found.dedup_by_key(|(row, ..)| *row);
            found
                .into_iter()
                .for_each(|(row, language, worth)| see(row, language, worth));
            return;
        };
        rows.visit(&only.text, |row, language| see(row, language, only.worth));
    }
}

/// BM25 of every row for the terms of a question.
pub fn bm25(rows: &Rows<'_>, lexical: &Lexical) -> Zeros {
    let lengths: u64 = rows.languages.iter().map(|language| language.terms).sum();
    let total = rows.live().max(1) as f32;
    let mean = (lengths as f32 / total).max(1.0);
    let mut all = Zeros::new(rows.len());
    let scores = &mut *all;
    for part in &lexical.parts {
        let weight = part.weight * idf(part.rows.min(total), total);
        let mut score = |row: Row, count: f32| {
            let length = rows.terms(row) as f32 / mean;
            scores[row.get()] +=
                weight * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length));
        };
        let mut occurring = part.occurring();
        if let (Some(only), None) = (occurring.next(), occurring.next()) {
            for (row, count) in rows.find(&only.text) {
                score(row, only.worth * count as f32);
            }
            continue;
        }
        // What will do in the place of a term counts as so much of one.
        let mut found: Vec<(Row, f32)> = Vec::new();
        for term in part.occurring() {
            found.extend(
                rows.find(&term.text)
                    .map(|(row, count)| (row, term.worth * count as f32)),
            );
        }
        found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for same in found.chunk_by(|a, b| a.0 == b.0) {
            score(same[0].0, same.iter().map(|(_, count)| count).sum());
        }
    }
    all
}

/// Robertson and Sparck Jones's weight, never negative.
fn idf(occurs: f32, rows: f32) -> f32 {
    (1.0 + (rows - occurs + 0.5) / (occurs + 0.5)).ln()
}
