//! The words of a question in the rows of an index: coverage for hybrid search, BM25 for keyword search.

use rayon::prelude::*;

use crate::index::Rows;
use crate::mmap::Zeros;
use crate::words;

/// Rows that every language is thought to have besides its own, with terms as frequent as in the whole
/// index: languages of a few rows say little about which of their words are common.
const PRIOR_ROWS: f32 = 32.0;
/// Share of the attainable coverage that passages of the question's language reach by chance.
const CHANCE: f32 = 0.4;
/// Terms that one thread looks up.
const TERMS_TOGETHER: usize = 16;
/// BM25's saturation and length normalisation, as Lucene has them.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// The terms of a question and how much each weighs.
pub struct Lexical {
    terms: Vec<Term>,
    /// For each row the weight of the question's terms in it over the weight of them all.
    coverage: Zeros,
    /// For each language the squared coverage that chance gives.
    chance: Vec<f32>,
}

/// A term of the question.
struct Term {
    text: String,
    rows: usize,
    /// For each language its share of the question's weight there.
    weights: Vec<f32>,
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
        let mut terms = Vec::new();
        let mut weights_sum = vec![0f32; languages];
        let mut attainable = vec![0f32; languages];
        let texts = words::of_question(question).into_par_iter();
        let counted: Vec<(String, Vec<usize>)> = texts
            .map(|text| {
                let by_language = rows.frequencies(&text);
                (text, by_language)
            })
            .collect();
        for (text, by_language) in counted {
            let frequency: usize = by_language.iter().sum();
            let everywhere = frequency as f32 / total;
            let weight = |(occurs, rows): (&usize, &f32)| {
                idf(*occurs as f32 + PRIOR_ROWS * everywhere, rows + PRIOR_ROWS)
            };
            let weights: Vec<f32> = by_language.iter().zip(&language_rows).map(weight).collect();
            for (language, weight) in weights.iter().enumerate() {
                weights_sum[language] += weight;
                if by_language[language] > 0 {
                    attainable[language] += weight;
                }
            }
            terms.push(Term {
                text,
                rows: frequency,
                weights,
            });
        }
        for term in &mut terms {
            for (weight, sum) in term.weights.iter_mut().zip(&weights_sum) {
                *weight /= sum.max(f32::MIN_POSITIVE);
            }
        }
        // Groups of terms are fixed: sums do not depend on how many threads there are.
        let sums = terms.par_chunks(TERMS_TOGETHER).map(|terms| {
            let mut coverage = Zeros::new(rows.len());
            let sums = &mut *coverage;
            for term in terms {
                rows.visit(&term.text, |row, language| {
                    sums[row] += term.weights[language];
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
            terms,
            coverage,
            chance,
        }
    }

    /// Share of the question's weight that occurs in a row, 0 to 1.
    pub fn coverage(&self, row: usize) -> f32 {
        self.coverage[row]
    }

    /// Squared coverage beyond what chance gives in this language, which is the same for all rows of it:
    /// it keeps passages that only share the question's language from passing those that answer.
    pub fn excess(&self, row: usize, language: usize) -> f32 {
        self.coverage[row].powi(2) - self.chance[language]
    }

    /// Coverage of a text in a row's language.
    pub fn coverage_of(&self, text: &str, language: usize) -> f32 {
        let there = words::counts(text);
        self.terms
            .iter()
            .filter(|term| there.contains_key(&term.text))
            .map(|term| term.weights[language])
            .sum()
    }

    /// The terms: text, rows it occurs in, share of the weight in a language.
    pub fn terms(&self, language: usize) -> impl Iterator<Item = (&str, usize, f32)> {
        self.terms
            .iter()
            .map(move |term| (term.text.as_str(), term.rows, term.weights[language]))
    }
}

/// BM25 of every row for the terms of a question.
pub fn bm25(rows: &Rows<'_>, lexical: &Lexical) -> Zeros {
    let lengths: u64 = rows.languages.iter().map(|language| language.terms).sum();
    let total = rows.live().max(1) as f32;
    let mean = (lengths as f32 / total).max(1.0);
    let mut all = Zeros::new(rows.len());
    let scores = &mut *all;
    for term in &lexical.terms {
        let weight = idf(term.rows as f32, total);
        for (row, count) in rows.find(&term.text) {
            let length = rows.terms(row) as f32 / mean;
            let count = count as f32;
            scores[row] += weight * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length));
        }
    }
    all
}

/// Robertson and Sparck Jones's weight, never negative.
fn idf(occurs: f32, rows: f32) -> f32 {
    (1.0 + (rows - occurs + 0.5) / (occurs + 0.5)).ln()
}
