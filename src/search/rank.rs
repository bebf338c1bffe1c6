//! The best rows for a question, by vectors, by words, or by both.

use super::confidence::{CONFIDENCE, DENSE_CONFIDENCE, LATE_CONFIDENCE};
use super::lexical::{Lexical, bm25};
use super::second_look::{LEAST_GATE, Look};
use crate::embed::{Embedder, Probe, QuestionTokens};
use crate::index::{
    Hit, Index, LanguageNo, LateQuestion, Row, RowFilter, Rows, Unpacked, Work, scan, scan_rows,
};
use crate::mmap::Zeros;
use crate::search::question::{Late, Mode};

/// Rows that tell how close a question is to what does not answer it.
const BACKGROUND_ROWS: usize = 1024;
/// What is known of that before any row is looked at: mean and spread of aligned cosines with texts that do
/// not answer. It counts as so many rows, because the rows of a small folder are all on its subject.
const PRIOR_MEAN: f32 = 0.45;
const PRIOR_SPREAD: f32 = 0.045;
const PRIOR_ROWS: f32 = 128.0;
/// Spread of the scores of rows that are all the same.
const LEAST_SPREAD: f32 = 0.01;
/// What full coverage is worth, in spreads of the background.
const COVERAGE_WEIGHT: f32 = 11.0;
/// Rows that the graph and the words each propose.
const CANDIDATES: usize = 512;

/// A question, ready to be compared with rows.
pub struct Asked<'a> {
    /// The rows that it is compared with.
    pub rows: &'a Rows<'a>,
    mode: Mode,
    probe: Option<Probe>,
    /// Mean and spread of the scores of rows that do not answer.
    background: (f32, f32),
    /// The question's tokens, and how many rows are compared with them.
    late: Option<(LateQuestion, usize)>,
    /// The question's words, looked up in the rows.
    pub lexical: Lexical,
    /// Only for search by words.
    bm25: Option<Zeros>,
}

/// A row that may answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Which row.
    pub row: Row,
    /// What it is ranked by: the cosine, with what its words add; BM25 where only words were searched.
    pub score: f32,
    /// Cosine with the question, languages aligned.
    pub dense: Option<f32>,
    /// Coverage, or BM25 where only words were searched.
    pub keyword: Option<f32>,
    /// How well its tokens meet the question's; `None` without a second look.
    pub late: Option<f32>,
    /// What that adds to its score.
    pub late_part: f32,
    /// How likely it answers, 0 to 1; unknown without vectors.
    pub confidence: Option<f32>,
}

/// The best rows, best first.
pub struct RankedRows {
    /// At most as many as were asked for.
    pub ranked: Vec<Ranked>,
    /// How they were found: `scan` compared every row, `graph` those that graph and words proposed.
    pub search: &'static str,
}

/// The parts of a hybrid score and of a confidence.
#[derive(Debug, Clone, Copy, serde::Serialize, schemars::JsonSchema)]
pub struct ScoreTerms {
    /// Cosine of question and passage, their languages aligned; null where only words were searched.
    pub dense: Option<f32>,
    /// Weight of the question's terms that the passage has, as a share of the weight of all; 0 to 1.
    pub coverage: f32,
    /// Squared coverage less what chance gives in this language.
    pub excess: f32,
    /// What the excess adds to the score.
    pub keyword_part: f32,
    /// Mean cosine of the question with passages that do not answer, estimated from a sample.
    pub background_mean: f32,
    /// Standard deviation of those cosines.
    pub background_spread: f32,
    /// Spreads that `dense` stands above the background's mean.
    pub z: f32,
    /// The z that the best of as many rows reaches by chance.
    pub z_chance: f32,
}

impl<'a> Asked<'a> {
    /// `probe` is the question's vector; null where only words are searched.
    pub fn new(rows: &'a Rows<'a>, mode: Mode, text: &str, probe: Option<Probe>) -> Self {
        let background = probe
            .as_ref()
            .map_or((0.0, 1.0), |probe| background(rows, probe));
        let lexical = Lexical::new(rows, text);
        Self {
            rows,
            mode,
            background,
            probe,
            bm25: (mode == Mode::Keyword).then(|| bm25(rows, &lexical)),
            late: None,
            lexical,
        }
    }

    /// Gives the best rows a second look by the tokens of the question, where vectors and words are searched.
    pub fn looking_again(
        mut self,
        late: Late,
        tokens: Option<QuestionTokens>,
        embedder: &Embedder,
    ) -> Self {
        let most = late.rows(self.mode);
        let tokens = tokens.filter(|_| most > 0).zip(embedder.token_codes());
        self.late = tokens.map(|(tokens, codes)| (LateQuestion::new(&tokens, codes), most));
        self
    }

    /// The question's tokens, where there is a second look.
    pub fn late(&self) -> Option<&LateQuestion> {
        self.late.as_ref().map(|(question, _)| question)
    }

    /// The least score of a row that answers about as well as one with this score.
    pub fn about(&self, score: f32) -> f32 {
        match self.mode {
            Mode::Keyword => score / 2.0,
            Mode::Dense | Mode::Hybrid => score - 2.0 * self.background.1,
        }
    }

    fn bm25(&self, row: Row) -> f32 {
        self.bm25.as_ref().map_or(0.0, |scores| scores[row.get()])
    }

    /// What a row is worth, from a question `q` and a row `d`:
    ///
    /// ```text
    /// dense:    cos(q, d)
    /// keyword:  BM25(q, d)
    /// hybrid:   cos(q, d) + 11 * spread(q) * excess(q, d)
    /// ```
    ///
    /// `cos` is between vectors whose languages are aligned; `spread` is the standard deviation of the question's cosines
    /// with background rows; for `excess` see `Lexical::excess`.
    pub fn score(&self, row: Row) -> f32 {
        let dense = self
            .probe
            .as_ref()
            .map_or(0.0, |probe| self.rows.score(probe, row));
        match self.mode {
            Mode::Dense => dense,
            Mode::Keyword => self.bm25(row),
            Mode::Hybrid => dense + self.keyword_part(row),
        }
    }

    /// What its words add to a row's cosine.
    fn worth_of_words(&self, row: Row) -> f32 {
        match self.mode {
            Mode::Hybrid => self.keyword_part(row),
            Mode::Dense | Mode::Keyword => 0.0,
        }
    }

    fn keyword_part(&self, row: Row) -> f32 {
        COVERAGE_WEIGHT * self.background.1 * self.lexical.excess(row, self.rows.language(row))
    }

    /// Everything that a row's score and confidence are made of.
    pub fn parts(&self, row: Row) -> ScoreTerms {
        let (mean, spread) = self.background;
        let dense = self.probe.as_ref().map(|probe| self.rows.score(probe, row));
        ScoreTerms {
            dense,
            coverage: self.lexical.coverage(row),
            excess: self.lexical.excess(row, self.rows.language(row)),
            keyword_part: self.keyword_part(row),
            background_mean: mean,
            background_spread: spread,
            z: dense.map_or(0.0, |dense| (dense - mean) / spread),
            z_chance: z_chance(self.rows),
        }
    }

    fn ranked(&self, hit: Hit) -> Ranked {
        let parts = self.parts(hit.row);
        Ranked {
            row: hit.row,
            score: hit.score,
            dense: parts.dense,
            keyword: match self.mode {
                Mode::Hybrid => Some(parts.coverage),
                Mode::Keyword => Some(self.bm25(hit.row)),
                Mode::Dense => None,
            },
            late: None,
            late_part: 0.0,
            confidence: parts
                .dense
                .map(|_| self.confidence(hit.score, parts.z_chance, None)),
        }
    }

    /// How likely a row with this score answers, 0 to 1:
    ///
    /// ```text
    /// s           = (score - mean) / spread - sqrt(2 ln rows) - late chance
    /// log odds    = at_chance + steep * min(s, 1) + flat * max(s - 1, 0)
    /// confidence  = 1 / (1 + exp(-log odds))
    /// ```
    ///
    /// The best of so many rows that do not answer lies `sqrt(2 ln rows)` spreads above their mean (`z_chance`).
    /// `late_chance` is how many of its spreads a second look gives by chance; `None` without one.
    fn confidence(&self, score: f32, z_chance: f32, late_chance: Option<f32>) -> f32 {
        let (mean, spread) = self.background;
        let chance = f64::from(z_chance + late_chance.unwrap_or(0.0));
        let spreads = f64::from(score - mean) / f64::from(spread) - chance;
        let curve = match (self.mode, late_chance) {
            (_, Some(_)) => LATE_CONFIDENCE,
            (Mode::Dense, None) => DENSE_CONFIDENCE,
            (Mode::Hybrid | Mode::Keyword, None) => CONFIDENCE,
        };
        curve.probability(spreads) as f32
    }

    /// What texts outside the index are worth: the score of each, and how likely it answers. All of them get a second look
    /// where there is one.
    pub fn scores_of_texts(&self, texts: &[Outside<'_>]) -> Vec<(f32, f32)> {
        let spread = self.background.1;
        let score = |text: &Outside<'_>| {
            let excess = self.lexical.excess_of(text.text, text.language);
            text.dense + COVERAGE_WEIGHT * spread * excess
        };
        let covered = texts
            .iter()
            .map(|text| self.lexical.coverage_of(text.text, text.language));
        let gate = 1.0 - covered.fold(0.0, f32::max);
        let mut memory = Unpacked::default();
        let met = texts.iter().map(|text| {
            let (question, _) = self.late.as_ref().filter(|_| gate >= LEAST_GATE)?;
            Some(question.score(text.tokens?, &mut memory).max(0.0))
        });
        let met: Vec<Option<f32>> = met.collect();
        let look = Look::new(&met, gate);
        let z_chance = z_chance(self.rows);
        let scores = texts.iter().zip(met).map(|(text, met)| {
            let part = look.map_or(0.0, |look| look.part(met, spread));
            let score = score(text) + part;
            (
                score,
                self.confidence(score, z_chance, look.map(Look::chance)),
            )
        });
        scores.collect()
    }

    /// The best `count` rows among those that `keep` lets through, best first. Rows without any word of
    /// the question are no answer where only words are searched.
    pub fn best(
        &self,
        index: Option<&Index>,
        count: usize,
        keep: Option<RowFilter<'_>>,
    ) -> RankedRows {
        let accepts = |row: Row| keep.is_none_or(|keep| (keep.accepts)(row));
        let wanted = count;
        let count = count.max(self.late.as_ref().map_or(0, |(_, most)| *most));
        let proposed = self.proposed(index, count, keep);
        let search = if proposed.is_some() { "graph" } else { "scan" };
        let hits = match proposed {
            Some(mut proposed) => {
                proposed.sort_unstable();
                proposed.dedup();
                let score = |row| Hit {
                    row,
                    score: self.score(row),
                };
                let mut hits: Vec<Hit> = proposed.into_iter().map(score).collect();
                hits.sort_by(Hit::order);
                hits.truncate(count);
                hits
            }
            None => match &self.probe {
                Some(probe) => scan_rows(self.rows, probe, count, |row| {
                    accepts(row).then(|| self.worth_of_words(row))
                }),
                None => scan(self.rows.len(), count, |row| {
                    Some(self.bm25(row)).filter(|score| *score > 0.0 && accepts(row))
                }),
            },
        };
        let mut ranked: Vec<Ranked> = hits.into_iter().map(|hit| self.ranked(hit)).collect();
        self.look_again(&mut ranked);
        ranked.truncate(wanted);
        RankedRows { ranked, search }
    }

    /// Orders the best rows anew by how well their tokens meet the question's:
    ///
    /// ```text
    /// score  = hybrid + 16 * spread(q) * gate * M(q, d)
    /// gate   = 1 - highest coverage among them
    /// ```
    ///
    /// Where a passage has every word of the question, words tell better than meaning which one answers, and the gate is
    /// shut. Rows after these stay where they are: `M` is never taken as less than 0. A row without token codes, as an
    /// index of an older version has them, gets the mean of the others.
    fn look_again(&self, ranked: &mut [Ranked]) {
        let Some((question, most)) = &self.late else {
            return;
        };
        let most = ranked.len().min(*most);
        let best = &mut ranked[..most];
        let covered = best.iter().filter_map(|ranked| ranked.keyword);
        let gate = 1.0 - covered.fold(0.0, f32::max);
        if gate < LEAST_GATE {
            return;
        }
        let mut memory = Unpacked::default();
        let met = best.iter().map(|ranked| {
            let codes = self.rows.tokens(ranked.row, &question.id)?;
            Some(question.score(&codes, &mut memory).max(0.0))
        });
        let met: Vec<Option<f32>> = met.collect();
        let Some(look) = Look::new(&met, gate) else {
            return;
        };
        for (ranked, met) in best.iter_mut().zip(met) {
            ranked.late = met;
            ranked.late_part = look.part(met, self.background.1);
            ranked.score += ranked.late_part;
        }
        let z_chance = z_chance(self.rows);
        best.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
        let mut least = 1.0;
        for ranked in best {
            let confidence = self.confidence(ranked.score, z_chance, Some(look.chance()));
            ranked.confidence = Some(confidence);
            least = confidence;
        }
        // Those after them are never more likely.
        for ranked in &mut ranked[most..] {
            ranked.confidence = ranked.confidence.map(|confidence| confidence.min(least));
        }
    }

    /// What decides between scan and graph; `None` where only words are searched.
    pub fn work(&self, index: &Index, keep: Option<RowFilter<'_>>) -> Option<Work> {
        let probe = self.probe.as_ref()?;
        Some(index.work(self.rows, probe, keep.map_or(1.0, |keep| keep.share)))
    }

    /// What graph and words propose; `None` where every row is compared.
    fn proposed(
        &self,
        index: Option<&Index>,
        count: usize,
        keep: Option<RowFilter<'_>>,
    ) -> Option<Vec<Row>> {
        let probe = self.probe.as_ref()?;
        let candidates = count.max(CANDIDATES);
        let near = index?
            .nearest(self.rows, probe, count, candidates, keep)
            .ok()?;
        let mut proposed: Vec<Row> = near.iter().map(|hit| hit.row).collect();
        if self.mode == Mode::Hybrid {
            let excess = |row: Row| {
                let covered = self.lexical.coverage(row) > 0.0;
                let kept = covered && keep.is_none_or(|keep| (keep.accepts)(row));
                kept.then(|| self.lexical.excess(row, self.rows.language(row)))
            };
            proposed.extend(
                scan(self.rows.len(), candidates, excess)
                    .iter()
                    .map(|hit| hit.row),
            );
        }
        Some(proposed)
    }
}

/// A text outside the index.
pub struct Outside<'a> {
    /// What stands in it.
    pub text: &'a str,
    /// The language of the index in which its words are weighed.
    pub language: LanguageNo,
    /// Its cosine with the question.
    pub dense: f32,
    /// Its token codes, where the model has any.
    pub tokens: Option<&'a [u8]>,
}

/// The z that the best of all rows reaches by chance.
fn z_chance(rows: &Rows<'_>) -> f32 {
    (2.0 * (rows.live().max(1) as f32).ln()).sqrt()
}

/// Mean and spread of the scores of rows chosen by chance.
fn background(rows: &Rows<'_>, probe: &Probe) -> (f32, f32) {
    let sample = rows.sample(BACKGROUND_ROWS).into_iter();
    let scores: Vec<f32> = sample.map(|row| rows.score(probe, row)).collect();
    // Nothing is known of plain cosines: every model has its own.
    let prior = if probe.aligned { PRIOR_ROWS } else { 0.0 };
    let count = scores.len() as f32;
    let sum: f32 = scores.iter().sum();
    let own = sum / count.max(1.0);
    let squares: f32 = scores.iter().map(|score| (score - own).powi(2)).sum();
    let rows = (count + prior).max(1.0);
    let mean = (sum + prior * PRIOR_MEAN) / rows;
    let spread = ((squares + prior * PRIOR_SPREAD.powi(2)) / rows).sqrt();
    (mean, spread.max(LEAST_SPREAD))
}
