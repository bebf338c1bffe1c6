//! How much every article resembles every other one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corpus::{CorpusMap, MapCluster};
use super::nearest::inverse_length;
use super::order::order;
use super::points::{Of, Points};
use crate::embed::{Alignment, Role};
use crate::error::Result;
use crate::index::{ArticleNo, Index, encode};
use crate::kernel::Isa;
use crate::kernel::dot_i8::dots_i8;
use crate::search::{Duplicate, JSON_VERSION, Shingles};

/// Articles that are shown; of more a sample is.
const MOST: usize = 3000;
/// Passages that are compared with each other, all with all. Of more, articles are compared by the means of their passages.
const MOST_PASSAGES: usize = 60_000;
/// Pairs that are listed.
const PAIRS: usize = 100;

/// The similarities of articles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Similarities {
    /// Version of the JSON, the same for every kind of answer.
    pub version: u32,
    /// Generation of the index.
    pub generation: u64,
    /// Articles that there are.
    pub total: usize,
    /// Articles that are shown: of more than 3,000 a sample.
    pub shown: usize,
    /// What was compared: all passages of two articles, or the means of their passages.
    pub compared: Of,
    /// In the order of rows and columns: by cluster, and within one like beside like.
    pub articles: Vec<MatrixArticle>,
    /// The clusters of the map of articles, in the order of the articles.
    pub clusters: Vec<MatrixCluster>,
    /// `[shown, shown]`, row-major, base64 of a byte each: 0 for `low`, 255 for `high` and for an article with itself.
    pub values: String,
    /// The least similarity of two articles.
    pub low: f32,
    /// The highest similarity of two articles.
    pub high: f32,
    /// The most alike pairs of the articles that are shown, the most alike first: 100 at most.
    pub pairs: Vec<AlikePair>,
}

/// Two articles that are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlikePair {
    /// Places among the articles.
    pub articles: [usize; 2],
    /// How much they resemble each other.
    pub score: f32,
    /// The same text, or most of the shorter one.
    pub duplicate: Option<Duplicate>,
}

/// An article of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatrixArticle {
    /// Unique in the index.
    pub id: String,
    /// Absent where none is known.
    pub title: Option<String>,
    /// ISO 639-1 where there is such a code, else 639-3; null where it could not be told.
    pub lang: Option<String>,
    /// Which of the clusters; -1 for none.
    pub cluster: i32,
}

/// A run of articles that resemble one another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatrixCluster {
    /// Its place among the clusters of the map of articles.
    pub number: usize,
    /// What is said in it more often than elsewhere, the most telling word first.
    pub words: Vec<String>,
    /// Its first article.
    pub from: usize,
    /// The one after its last.
    pub to: usize,
}

impl Similarities {
    /// Compares the articles of an index; the same on any number of threads. `map` is that of its articles, whose clusters
    /// these are too.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn new(index: &Index, alignment: &Alignment, map: &CorpusMap) -> Result<Self> {
        let points = Points::new(index, alignment, Of::Articles, MOST)?;
        let passages = points
            .articles
            .iter()
            .map(|number| index.rows_of(*number).len());
        let compared = match passages.sum::<usize>() <= MOST_PASSAGES {
            true => Of::Passages,
            false => Of::Articles,
        };
        let scores = match compared {
            Of::Passages => scores(&passage_codes(index, alignment, &points), points.dimension),
            Of::Articles => {
                let each = points
                    .codes
                    .chunks_exact(points.dimension)
                    .map(<[i8]>::to_vec);
                scores(&each.collect::<Vec<_>>(), points.dimension)
            }
        };
        let count = points.len();
        let similarity = |a: usize, b: usize| scores[a * count + b];
        let records = points.articles.iter().map(|number| index.article(*number));
        let records = records.collect::<Result<Vec<_>>>()?;
        let clusters = map.cluster_of();
        let cluster = records.iter().map(|record| {
            let known = clusters.get(record.id().as_str());
            known.copied().unwrap_or(-1)
        });
        let cluster: Vec<i32> = cluster.collect();
        let order = order(count, &cluster, similarity);
        let articles = order.iter().map(|place| MatrixArticle {
            id: records[*place].id(),
            title: records[*place].metadata.title.clone(),
            lang: records[*place].metadata.lang.clone(),
            cluster: cluster[*place],
        });
        let (articles, clusters) = in_order(articles.collect(), &map.clusters);
        let numbers: Vec<ArticleNo> = order.iter().map(|place| points.articles[*place]).collect();
        let pairs = most_alike(index, &numbers, |a, b| similarity(order[a], order[b]))?;
        let cells = scores.iter().enumerate();
        let cells = cells.filter(|(at, _)| at / count != at % count);
        let (low, high) = cells.fold((1.0f32, 0.0f32), |(low, high), (_, score)| {
            (low.min(*score), high.max(*score))
        });
        // With one article there is no pair.
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let step = (high - low).max(f32::EPSILON) / 255.0;
        let bytes = order.iter().flat_map(|a| {
            let row = order.iter().map(|b| similarity(*a, *b));
            row.map(|score| ((score - low) / step).round().clamp(0.0, 255.0) as u8)
        });
        Ok(Self {
            version: JSON_VERSION,
            generation: index.manifest.generation,
            total: points.total,
            shown: count,
            compared,
            articles,
            clusters,
            values: STANDARD.encode(bytes.collect::<Vec<u8>>()),
            low,
            high,
            pairs,
        })
    }

    /// Whether its parts fit together: what is kept may have been written by anybody.
    pub fn is_sound(&self) -> bool {
        let inside =
            |cluster: &MatrixCluster| cluster.from <= cluster.to && cluster.to <= self.shown;
        self.articles.len() == self.shown
            && self.bytes().len() == self.shown * self.shown
            && self.clusters.iter().all(inside)
            && self
                .pairs
                .iter()
                .flat_map(|pair| pair.articles)
                .all(|article| article < self.shown)
    }

    /// `values` as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = STANDARD.decode(&self.values);
        bytes.unwrap_or_default()
    }
}

/// Clusters are numbered again, as they come.
fn in_order(
    mut articles: Vec<MatrixArticle>,
    known: &[MapCluster],
) -> (Vec<MatrixArticle>, Vec<MatrixCluster>) {
    let mut clusters = Vec::new();
    let mut from = 0;
    let lengths: Vec<usize> = articles
        .chunk_by(|a, b| a.cluster == b.cluster)
        .map(<[_]>::len)
        .collect();
    for length in lengths {
        let run = from..from + length;
        if let Ok(number) = usize::try_from(articles[from].cluster) {
            for article in &mut articles[run.clone()] {
                article.cluster = clusters.len() as i32;
            }
            let words = known.get(number).map(|cluster| cluster.words.clone());
            clusters.push(MatrixCluster {
                number,
                words: words.unwrap_or_default(),
                from: run.start,
                to: run.end,
            });
        }
        from = run.end;
    }
    (articles, clusters)
}

/// The pairs of articles with the highest similarities; of equal ones the first. `numbers` are those of the articles.
fn most_alike(
    index: &Index,
    numbers: &[ArticleNo],
    similarity: impl Fn(usize, usize) -> f32,
) -> Result<Vec<AlikePair>> {
    let mut best: Vec<(f32, [usize; 2])> = Vec::with_capacity(PAIRS + 1);
    for a in 0..numbers.len() {
        for b in a + 1..numbers.len() {
            let score = similarity(a, b);
            if best.len() < PAIRS || best.last().is_some_and(|(least, _)| *least < score) {
                let place = best.partition_point(|(known, _)| *known >= score);
                best.insert(place, (score, [a, b]));
                best.truncate(PAIRS);
            }
        }
    }
    let pairs = best.into_par_iter().map(|(score, articles)| {
        let [a, b] = articles.map(|article| numbers[article]);
        Ok(AlikePair {
            articles,
            score,
            duplicate: duplicate(index, a, b)?,
        })
    });
    pairs.collect()
}

/// Whether two articles hold the same text.
fn duplicate(index: &Index, a: ArticleNo, b: ArticleNo) -> Result<Option<Duplicate>> {
    let (one, other) = (index.article(a)?, index.article(b)?);
    let is_copy = one.metadata.is_copy_of(&other.metadata);
    let [a, b] = [index.read_text(a)?, index.read_text(b)?].map(|text| Shingles::new(&text));
    Ok(Duplicate::of(is_copy, &a, &b))
}

/// The codes of each article's passages.
fn passage_codes(index: &Index, alignment: &Alignment, points: &Points) -> Vec<Vec<i8>> {
    let numbers = points.articles.par_iter();
    let codes = numbers.map(|number| {
        let mut codes = Vec::new();
        for row in index.rows_of(*number) {
            encode(
                &alignment.align(index.vector(row), Role::Passage),
                &mut codes,
            );
        }
        codes
    });
    codes.collect()
}

/// For every two articles the mean over both directions of the best cosine of each passage, as `tane similar` has it but for
/// the rounding of codes; 1 with itself. `[articles, articles]`, row-major.
fn scores(codes: &[Vec<i8>], dimension: usize) -> Vec<f32> {
    let isa = Isa::current();
    let count = codes.len();
    let inverse: Vec<Vec<f32>> = codes
        .iter()
        .map(|own| own.chunks_exact(dimension).map(inverse_length).collect())
        .collect();
    let rows: Vec<Vec<f32>> = (0..count)
        .into_par_iter()
        .map(|a| {
            let mut products = Vec::new();
            let mut row = vec![1.0; count - a];
            for (b, score) in (a..count).zip(&mut row).skip(1) {
                let mut there = vec![-1.0f32; inverse[b].len()];
                products.resize(there.len(), 0);
                let mut here_sum = 0.0;
                for (own, length) in codes[a].chunks_exact(dimension).zip(&inverse[a]) {
                    dots_i8(isa, own, &codes[b], &mut products);
                    let mut here = -1.0f32;
                    let each = products.iter().zip(&inverse[b]).zip(&mut there);
                    for ((product, other), there) in each {
                        let cosine = *product as f32 * length * other;
                        here = here.max(cosine);
                        *there = there.max(cosine);
                    }
                    here_sum += here;
                }
                let here = here_sum / inverse[a].len().max(1) as f32;
                let there = there.iter().sum::<f32>() / there.len().max(1) as f32;
                *score = f32::midpoint(here, there).min(1.0);
            }
            row
        })
        .collect();
    let mut scores = vec![1.0; count * count];
    for (a, row) in rows.iter().enumerate() {
        for (b, score) in (a..count).zip(row) {
            scores[a * count + b] = *score;
            scores[b * count + a] = *score;
        }
    }
    scores
}
