//! The map of an index: where every article or passage stands, and what groups they form.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clusters::{self, clusters};
use super::graph::Graph;
use super::layout::{self, layout};
use super::names::{Text, names, without_addresses};
use super::nearest::Nearest;
use super::points::{Of, Points};
use super::principal::principal;
use super::sample::MOST;
use crate::embed::Embedder;
use crate::error::Result;
use crate::index::{ArticleNo, Index};
use crate::passage::{Readable, inside};
use crate::search::JSON_VERSION;

/// Neighbours that a point is held by, as in umap-learn.
pub const NEIGHBOURS: usize = 15;
/// Texts of a cluster that its name is taken from.
const NAMED_BY: usize = 200;
/// Bytes of an article that its cluster's name is taken from.
const NAMED_BY_BYTES: usize = 4000;

/// A map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CorpusMap {
    /// Version of the JSON, the same for every kind of answer.
    pub version: u32,
    /// What a point is.
    pub of: Of,
    /// Generation of the index.
    pub generation: u64,
    /// Points that there are.
    pub total: usize,
    /// Points that are on the map: of more than 100,000 a sample.
    pub shown: usize,
    /// The articles of the points.
    pub articles: Vec<MapArticle>,
    /// The points, each number in a list of its own.
    pub points: MapPoints,
    /// The clusters, the largest first.
    pub clusters: Vec<MapCluster>,
}

/// An article on a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MapArticle {
    /// Unique in the index.
    pub id: String,
    /// Absent where none is known.
    pub title: Option<String>,
    /// ISO 639-1 where there is such a code, else 639-3; null where it could not be told.
    pub lang: Option<String>,
    /// Address of the web page that it came from.
    pub source_url: Option<String>,
    /// `YYYY-MM-DD`
    pub published: Option<String>,
    /// How many passages it was cut in.
    pub passages: usize,
}

/// Points by columns: the lists are equally long.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct MapPoints {
    /// From -1 to 1, to the right.
    pub x: Vec<f32>,
    /// From -1 to 1, upwards.
    pub y: Vec<f32>,
    /// Which of the articles.
    pub article: Vec<usize>,
    /// Which passage of the article, counted from 1; 0 for the whole article.
    pub passage: Vec<u32>,
    /// Which of the clusters; -1 for none.
    pub cluster: Vec<i32>,
}

/// A group of points that are near each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MapCluster {
    /// What is said in it more often than elsewhere, the most telling word first.
    pub words: Vec<String>,
    /// How many points it has.
    pub size: usize,
    /// Its middle (median), from -1 to 1.
    pub x: f32,
    /// Its middle, from -1 to 1.
    pub y: f32,
}

impl CorpusMap {
    /// The cluster of each article that is a point, by its id.
    pub fn cluster_of(&self) -> HashMap<&str, i32> {
        let clusters = self.points.article.iter().zip(&self.points.cluster);
        clusters
            .map(|(article, cluster)| (self.articles[*article].id.as_str(), *cluster))
            .collect()
    }

    /// Whether its parts fit together: what is kept may have been written by anybody.
    pub fn is_sound(&self) -> bool {
        let points = &self.points;
        let lengths = [
            points.x.len(),
            points.y.len(),
            points.article.len(),
            points.passage.len(),
            points.cluster.len(),
        ];
        let clusters = self.clusters.len() as i32;
        lengths.iter().all(|length| *length == self.shown)
            && points
                .article
                .iter()
                .all(|article| *article < self.articles.len())
            && points.cluster.iter().all(|cluster| *cluster < clusters)
    }

    /// Computes the map of an index; the same on any number of threads.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn new(index: &Index, embedder: &Embedder, of: Of) -> Result<Self> {
        let points = Points::new(index, embedder.alignment(), of, MOST)?;
        let nearest = Nearest::new(&points.codes, points.dimension, NEIGHBOURS);
        let graph = Graph::new(points.len(), &nearest.neighbours());
        let start = principal(points.len(), points.dimension, |point| points.vector(point));
        let places = layout(&graph, &start, &layout::Options::default());
        let cluster = clusters(&graph, &clusters::Options::default());
        let words = named(index, &points, &cluster, embedder)?;
        let (articles, article) = articles_of(index, &points.articles)?;
        let of_cluster = words.into_iter().enumerate().map(|(number, words)| {
            let of_it = cluster.iter().zip(&places);
            let of_it = of_it.filter(|(cluster, _)| **cluster == number as i32);
            let (xs, ys): (Vec<f32>, Vec<f32>) =
                of_it.map(|(_, place)| (place[0], place[1])).unzip();
            MapCluster {
                words,
                size: xs.len(),
                x: median(xs),
                y: median(ys),
            }
        });
        Ok(Self {
            version: JSON_VERSION,
            of,
            generation: index.manifest.generation,
            total: points.total,
            shown: points.len(),
            articles,
            clusters: of_cluster.collect(),
            points: MapPoints {
                x: places.iter().map(|place| rounded(place[0])).collect(),
                y: places.iter().map(|place| rounded(place[1])).collect(),
                article,
                passage: points.passages,
                cluster,
            },
        })
    }
}

/// Four digits are a tenth of a pixel on a wide screen, and half of the JSON.
fn rounded(value: f32) -> f32 {
    (value * 1e4).round() / 1e4
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().map_or(0.0, rounded)
}

/// The articles of some points, each once, and which of them is that of each point.
fn articles_of(index: &Index, numbers: &[ArticleNo]) -> Result<(Vec<MapArticle>, Vec<usize>)> {
    let mut places: HashMap<ArticleNo, usize> = HashMap::new();
    let mut articles = Vec::new();
    let mut of_points = Vec::with_capacity(numbers.len());
    for number in numbers {
        let place = match places.get(number) {
            Some(place) => *place,
            None => {
                let record = index.article(*number)?;
                places.insert(*number, articles.len());
                articles.push(MapArticle {
                    id: record.id(),
                    title: record.metadata.title,
                    lang: record.metadata.lang,
                    source_url: record.metadata.source_url,
                    published: record.metadata.published,
                    passages: index.rows_of(*number).len(),
                });
                articles.len() - 1
            }
        };
        of_points.push(place);
    }
    Ok((articles, of_points))
}

/// The words of each cluster.
fn named(
    index: &Index,
    points: &Points,
    cluster: &[i32],
    embedder: &Embedder,
) -> Result<Vec<Vec<String>>> {
    let count = cluster
        .iter()
        .max()
        .map_or(0, |last| (last + 1).max(0) as usize);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (point, cluster) in cluster.iter().enumerate() {
        if let Ok(cluster) = usize::try_from(*cluster) {
            members[cluster].push(point);
        }
    }
    let mut texts: Vec<Vec<Text>> = Vec::with_capacity(count);
    for members in members {
        // Spread over all of them.
        let step = members.len().div_ceil(NAMED_BY).max(1);
        let some = members.into_iter().step_by(step);
        texts.push(
            some.map(|point| text(index, points, point))
                .collect::<Result<_>>()?,
        );
    }
    Ok(names(&texts, &|word| embedder.rarity(word)))
}

/// What a point says.
fn text(index: &Index, points: &Points, point: usize) -> Result<Text> {
    let article = points.articles[point];
    let record = index.article(article)?;
    let text = match points.passages[point].checked_sub(1) {
        Some(place) => {
            let passage = index.passage(index.rows_of(article).start + place as usize)?;
            let omitted = inside(&record.omitted(), &passage.span);
            let read = Readable::new(index.text(article)?, &passage.span, &[], &omitted);
            read.map_or_else(String::new, |read| read.text)
        }
        None => {
            let text = index.read_text(article)?;
            let title = record.metadata.title.unwrap_or_default();
            let end = text.floor_char_boundary(NAMED_BY_BYTES);
            format!("{title}\n{}", &text[..end])
        }
    };
    Ok(Text {
        language: record.metadata.lang,
        text: without_addresses(&text),
    })
}
