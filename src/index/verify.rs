//! Checks an index: its files, its citations, its sources, its graphs, its space.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::corpus::Span;
use crate::embed::{Embedder, LEAST_COSINE, cosines, explain};
use crate::error::Result;
use crate::index::nearest::measure::Questions;
use crate::index::open_segment::OpenSegment;
use crate::index::reader::Index;
use crate::index::sample;
use crate::index::store::damage::Damage;
use crate::index::store::format::ArticleRecord;
use crate::index::store::position::{ArticleNo, LocalArticle, LocalRow};
use crate::kernel::dot::dot;
use crate::passage::LineIndex;
use crate::sha256;

/// The least share of the nearest rows that a graph finds.
const LEAST_RECALL: f32 = 0.95;
/// Faults of one kind that are told one by one.
const TOLD: usize = 20;

/// What was checked, and what is wrong.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verified {
    /// All is well.
    pub sound: bool,
    /// How many commits the index has had.
    pub generation: u64,
    /// Articles of the index, removed ones left out.
    pub articles: usize,
    /// Passages of the index, removed ones left out.
    pub passages: usize,
    /// Length of all its files but the manifest.
    pub bytes: u64,
    /// Everything that is wrong, in words.
    pub faults: Vec<Fault>,
    /// What has become of the files that articles were read from.
    pub sources: Sources,
    /// One for each segment that has a graph which can be opened.
    pub graphs: Vec<GraphCheck>,
    /// Cosines of the stored canaries with what is computed here; empty where nothing was computed.
    pub canaries: Vec<f32>,
    /// Cosines of a sample of the stored vectors with what is computed here.
    pub sample: Vec<f32>,
}

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// `file`, `article`, `passage`, `source`, `count`, `graph` or `space`.
    pub kind: &'static str,
    /// File, article or passage; for `space` the name of the model.
    pub place: String,
    /// What is wrong, in words.
    pub message: String,
}

/// The files that articles were read from.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Sources {
    /// The same bytes.
    pub same: usize,
    /// Ids of articles whose files have changed since.
    pub changed: Vec<String>,
    /// Not on this machine: not checked.
    pub absent: usize,
}

/// How well a graph leads.
#[derive(Debug, Clone, Serialize)]
pub struct GraphCheck {
    pub file: String,
    pub rows: usize,
    /// Rows that no path leads to.
    pub unreachable: usize,
    /// Share of the 10 nearest rows of some questions that the graph finds; absent where none could be embedded.
    pub recall: Option<f32>,
}

/// Checks an index. `embedder` computes the canaries again; without one they are not checked.
///
/// # Errors
/// As [`Index::open`]; what is found wrong inside is no error.
pub fn verify(dir: &Path, embedder: Option<&Embedder>) -> Result<Verified> {
    let (index, unread) = Index::open_damaged(dir)?;
    let mut verified = Verified {
        generation: index.manifest.generation,
        articles: index.articles().count(),
        passages: index.rows().live(),
        bytes: index.manifest.files().map(|file| file.bytes).sum(),
        ..Verified::default()
    };
    for error in unread {
        verified.fault("file", dir.display().to_string(), error.to_string());
    }
    for part in index.parts() {
        verified.files(&index, part)?;
        verified.graph(part, embedder)?;
    }
    verified.counts(&index);
    verified.articles(&index);
    if let Some(embedder) = embedder {
        verified.canaries = cosines(embedder, &index.manifest.canaries)?;
        verified.sample = sample::cosines(&index, embedder)?;
        let least = verified.sample.iter().copied().fold(1.0, f32::min);
        if least < LEAST_COSINE {
            let message = format!(
                "a passage's vector has a cosine of {least:.4} with what is computed here, at least {LEAST_COSINE} is needed"
            );
            verified.fault("space", index.manifest.space.model.clone(), message);
        }
        let least = verified.canaries.iter().copied().fold(1.0, f32::min);
        if least < LEAST_COSINE {
            let why = explain(embedder, &index.manifest.canaries)?;
            let message = format!(
                "a canary has a cosine of {least:.4} with what is computed here, at least {LEAST_COSINE} is needed; {why}"
            );
            verified.fault("space", index.manifest.space.model.clone(), message);
        }
    }
    verified.sound = verified.faults.is_empty();
    Ok(verified)
}

impl Verified {
    fn fault(&mut self, kind: &'static str, place: String, message: String) {
        self.faults.push(Fault {
            kind,
            place,
            message,
        });
    }

    /// Checksums of a segment and its graph; which articles are affected.
    fn files(&mut self, index: &Index, part: &OpenSegment) -> Result<()> {
        let damage = Damage::of(&part.segment);
        let name = part.segment.name();
        if !damage.is_none() {
            let sections: Vec<&str> = damage.sections.iter().copied().collect();
            let message = format!(
                "{} of its blocks are not what was written (first at byte {}); in {}",
                damage.bytes.len(),
                damage.bytes[0].start,
                sections.join(", "),
            );
            self.fault("file", name.clone(), message);
            let affected = damage.articles.union(&damage.token_articles);
            let affected: Vec<LocalArticle> =
                affected.filter(|a| part.is_live(**a)).copied().collect();
            for article in affected.iter().take(TOLD) {
                let id = index.article(part.article(*article));
                let id = id.map_or_else(
                    |_| format!("article {} of {name}", article.get()),
                    |a| a.id(),
                );
                self.fault("article", id, format!("damaged in {name}"));
            }
            if affected.len() > TOLD {
                let message = format!("{} more articles are damaged", affected.len() - TOLD);
                self.fault("article", name, message);
            }
        }
        if !part.graph_is_sound(index.dir())? {
            let graph = part.graph_name().unwrap_or_default().to_owned();
            let message = "not what was written; every passage is compared instead".to_owned();
            self.fault("file", graph, message);
        }
        Ok(())
    }

    /// Whether the graph leads everywhere, and how much of the nearest it finds.
    fn graph(&mut self, part: &OpenSegment, embedder: Option<&Embedder>) -> Result<()> {
        let (Some(graph), Some(file)) = (&part.graph, part.graph_name()) else {
            return Ok(());
        };
        let live = |row: LocalRow| part.row_is_live(row);
        let recall = embedder.map(|embedder| {
            let questions = Questions::to_check_with(&part.segment, &live, embedder)?;
            let asked = questions.ask(graph, &graph.effort, &live);
            Ok(asked.map(|(recall, _)| recall))
        });
        let check = GraphCheck {
            file: file.to_owned(),
            rows: part.segment.passages,
            unreachable: graph.unreachable(),
            recall: recall.transpose()?.flatten(),
        };
        if check.unreachable > 0 {
            let message = format!("no path leads to {} of its rows", check.unreachable);
            self.fault("graph", check.file.clone(), message);
        }
        if let Some(recall) = check.recall.filter(|recall| *recall < LEAST_RECALL) {
            let message = format!(
                "it finds {recall:.3} of the nearest rows, at least {LEAST_RECALL} is expected"
            );
            self.fault("graph", check.file.clone(), message);
        }
        self.graphs.push(check);
        Ok(())
    }

    /// What the manifest counts against what there is.
    fn counts(&mut self, index: &Index) {
        let rows = index.rows();
        let live = rows.live_rows().count();
        if live != rows.live() {
            let message = format!(
                "the manifest counts {} passages, there are {live}",
                rows.live()
            );
            self.fault("count", "manifest.json".to_owned(), message);
        }
        for (entry, part) in index.manifest.segments.iter().zip(index.parts()) {
            let tokens = part.segment.tokens();
            let expected = entry.late.as_ref().map_or(0, |late| late.passages);
            let received = part
                .segment
                .row_run()
                .into_iter()
                .filter(|row| tokens.place(*row).is_some());
            let received = received.count();
            if received != expected {
                let message = format!(
                    "the manifest counts {expected} passages with token codes, there are {received}"
                );
                self.fault("count", entry.file.name.clone(), message);
            }
        }
    }

    /// Every span, and every source that is on this machine.
    fn articles(&mut self, index: &Index) {
        let numbers: Vec<ArticleNo> = index.articles().collect();
        let checked: Vec<(Vec<Fault>, Option<SourceState>)> = numbers
            .par_iter()
            .map(|number| match index.article(*number) {
                Ok(record) => (
                    article_faults(index, *number, &record),
                    Some(source(index, &record)),
                ),
                // Told with the file that is damaged.
                Err(_) => (Vec::new(), None),
            })
            .collect();
        for (faults, source) in checked {
            self.faults.extend(faults);
            match source {
                Some(SourceState::Same) => self.sources.same += 1,
                Some(SourceState::Absent) => self.sources.absent += 1,
                Some(SourceState::Changed(id)) => {
                    let message = "its file has changed since";
                    self.fault("source", id.clone(), message.to_owned());
                    self.sources.changed.push(id);
                }
                None => {}
            }
        }
    }
}

enum SourceState {
    Same,
    Changed(String),
    Absent,
}

fn source(index: &Index, record: &ArticleRecord) -> SourceState {
    let path: Option<PathBuf> = index.source_path(record).filter(|path| path.is_file());
    match path.map(|path| sha256::of_file(&path)) {
        Some(Ok(sha256)) if sha256 == record.metadata.sha256 => SourceState::Same,
        Some(Ok(_)) => SourceState::Changed(record.id()),
        Some(Err(_)) | None => SourceState::Absent,
    }
}

/// Whether every passage is where it says, in lines that it says, with sentences inside it.
fn article_faults(index: &Index, number: ArticleNo, record: &ArticleRecord) -> Vec<Fault> {
    let mut faults = Vec::new();
    let Ok(text) = index.text(number) else {
        return faults;
    };
    let lines = LineIndex::new(text);
    for (row, place) in index.rows_of(number).iter().zip(1..) {
        let Ok(passage) = index.passage(row) else {
            continue;
        };
        let fault = |message: String| Fault {
            kind: "passage",
            place: format!("{}#{place}", record.id()),
            message,
        };
        let span = &passage.span;
        if passage.article != number || text.get(span.clone()).is_none_or(str::is_empty) {
            let inside = format!("no text at {span:?} of {} bytes", text.len());
            faults.push(fault(inside));
            continue;
        }
        let cited = (lines.line(span.start), lines.line(span.end - 1));
        if cited != passage.lines {
            let message = format!("cited as lines {:?}, stands in {cited:?}", passage.lines);
            faults.push(fault(message));
        }
        let sentences = index.sentences(&passage).unwrap_or_default();
        let inside = |s: &Span| span.start <= s.start && s.end <= span.end;
        if let Some(outside) = sentences.iter().find(|s| !inside(&s.span)) {
            let message = format!("its sentence {:?} lies outside {span:?}", outside.span);
            faults.push(fault(message));
        }
        let length = dot(index.vector(row), index.vector(row));
        if (length - 1.0).abs() > 1e-3 {
            faults.push(fault(format!(
                "its vector has a length of {}",
                length.sqrt()
            )));
        }
    }
    faults
}
