//! Maps and matrices as files that a browser shows.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::corpus::CorpusMap;
use super::html::map_html;
use super::matrix::{Matrix, matrix_svg};
use super::points::Of;
use super::sample::{Sample, grouped};
use super::similarities::{MatrixArticle, Similarities};
use super::svg::{Map, Point, map_svg};
use crate::error::{Error, Result};

/// Folders and languages that have a colour of their own.
const COLOURS: usize = 12;

/// What the colours of a map mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Groups of points that are near each other.
    #[default]
    Cluster,
    /// The folders that the files lie in.
    Folder,
    /// The languages of the articles.
    Language,
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "cluster" => Ok(Self::Cluster),
            "folder" => Ok(Self::Folder),
            "language" => Ok(Self::Language),
            _ => Err(format!(
                "expected cluster, folder or language, received `{text}`"
            )),
        }
    }
}

/// A form that a map can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A picture.
    Svg,
    /// A page on which one can move and look closer.
    Html,
}

/// The map as a file.
///
/// # Errors
/// [`Error::Io`]; no map is known that cannot be written.
pub fn map_picture(map: &CorpusMap, colour: Colour, form: Form) -> Result<String> {
    let (labels, group_of) = groups(map, colour);
    let points: Vec<(String, &str)> = map
        .points
        .article
        .iter()
        .zip(&map.points.passage)
        .map(|(article, passage)| {
            let article = &map.articles[*article];
            let id = match passage {
                0 => article.id.clone(),
                number => format!("{}#{number}", article.id),
            };
            (id, article.title.as_deref().unwrap_or(&article.id))
        })
        .collect();
    let shown: Vec<Point<'_>> = points
        .iter()
        .enumerate()
        .map(|(at, (id, title))| Point {
            place: [map.points.x[at], map.points.y[at]],
            group: group_of[at],
            title,
            id,
        })
        .collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let sample = Sample {
        points: (0..map.shown as u32).collect(),
        of: map.total,
    };
    let picture = Map {
        title: &format!("{} {}", grouped(map.total), map.of),
        note: &sample.note().unwrap_or_default(),
        points: &shown,
        groups: &labels,
        labelled: colour == Colour::Cluster,
        rest: match colour {
            Colour::Cluster => "in no cluster",
            Colour::Folder => "other folders",
            Colour::Language => "other languages",
        },
    };
    match form {
        Form::Svg => Ok(map_svg(&picture)),
        Form::Html => map_html(&picture).map_err(|error| {
            Error::io("write", std::path::Path::new("the map"))(std::io::Error::other(error))
        }),
    }
}

/// The labels of the groups, and the group of each point; -1 for none.
fn groups(map: &CorpusMap, colour: Colour) -> (Vec<String>, Vec<i32>) {
    if colour == Colour::Cluster {
        let labels = map.clusters.iter().map(|cluster| cluster.words.join(" · "));
        return (labels.collect(), map.points.cluster.clone());
    }
    let name = |article: &super::MapArticle| match colour {
        Colour::Language => article.lang.clone().unwrap_or_else(|| "?".to_owned()),
        _ => article
            .id
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned(),
    };
    let names: Vec<String> = map.articles.iter().map(name).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for article in &map.points.article {
        *counts.entry(names[*article].as_str()).or_default() += 1;
    }
    let mut frequent: Vec<(&str, usize)> = counts.into_iter().collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    frequent.truncate(COLOURS);
    let place = |article: &usize| {
        let name = names[*article].as_str();
        let place = frequent.iter().position(|(known, _)| *known == name);
        place.map_or(-1, |place| place as i32)
    };
    let of_points = map.points.article.iter().map(place).collect();
    let labels = frequent
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    (labels, of_points)
}

/// The matrix as an SVG.
pub fn matrix_picture(similarities: &Similarities) -> String {
    let count = similarities.shown;
    let bytes = similarities.bytes();
    // Numbered as on the map, so that they have its colours.
    let count_of_map = similarities.clusters.iter().map(|cluster| cluster.number);
    let mut labels = vec![String::new(); count_of_map.max().map_or(0, |last| last + 1)];
    for cluster in &similarities.clusters {
        labels[cluster.number] = cluster.words.join(" · ");
    }
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let titles = similarities.articles.iter();
    let titles: Vec<&str> = titles
        .map(|article| article.title.as_deref().unwrap_or(&article.id))
        .collect();
    let number_of = |article: &MatrixArticle| {
        let place = usize::try_from(article.cluster).ok()?;
        Some(similarities.clusters.get(place)?.number as i32)
    };
    let clusters = similarities.articles.iter();
    let clusters: Vec<i32> = clusters
        .map(|article| number_of(article).unwrap_or(-1))
        .collect();
    let sample = Sample {
        points: (0..count as u32).collect(),
        of: similarities.total,
    };
    let mut note = sample.note().unwrap_or_default();
    if similarities.compared == Of::Articles {
        note.push_str(if note.is_empty() { "" } else { "; " });
        note.push_str("means of passages compared");
    }
    let step = (similarities.high - similarities.low) / 255.0;
    matrix_svg(&Matrix {
        title: &format!(
            "How much {} articles resemble each other",
            grouped(similarities.total)
        ),
        note: &note,
        order: &(0..count).collect::<Vec<_>>(),
        clusters: &clusters,
        labels: &labels,
        titles: &titles,
        similarity: |a: usize, b: usize| {
            let byte = bytes.get(a * count + b).copied().unwrap_or_default();
            similarities.low + f32::from(byte) * step
        },
        unit: "cosine",
    })
}
