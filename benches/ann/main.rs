//! Our side of `benches/ann/compare.py`: builds a graph over raw f32 vectors, or searches through one.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking and prints what it measured"
)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use tane::corpus::{Article, ReadOptions, WalkOptions, walk};
use tane::embed::{Alignment, Compute, DEFAULT_MODEL, Embedder, Probe, Registry, Role};
use tane::index::{
    Beam, CodeRows, Effort, FileEntry, Index, Journal, LanguageRows, MappedGraph, RowRecord, Rows,
    SegmentRows, Update, Vectors, build_graph, encode, input_key, quantize, scan_rows,
    through_graph, update,
};
use tane::kernel::dot_i8::dot_i8;
use tane::passage::passages;

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match args
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["build", base, dimension, dir] => build(Path::new(base), dimension.parse().unwrap(), dir),
        ["search", base, queries, dimension, dir, threads, beams @ ..] => {
            let threads = threads.parse().unwrap();
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build_global()
                .unwrap();
            let beams: Vec<Beam> = beams.iter().map(|beam| beam_of(beam)).collect();
            search(
                Path::new(base),
                Path::new(queries),
                dimension.parse().unwrap(),
                dir,
                &beams,
            );
        }
        ["fill", base, texts, index] => fill(Path::new(base), Path::new(texts), Path::new(index)),
        ["flat", texts, index] => flat(texts, Path::new(index)),
        ["export", index, dir] => export(Path::new(index), dir),
        ["align", role, from, to] => align(role, Path::new(from), Path::new(to)),
        _ => println!(
            "usage: ann build BASE DIMENSION DIR | ann search BASE QUERIES DIMENSION DIR THREADS NEAREST*SLACK... | \
             ann fill BASE TEXTS INDEX | ann flat TEXTS INDEX | ann export INDEX DIR | ann align passage|query FROM TO"
        ),
    }
}

/// `64*1.15`.
fn beam_of(text: &str) -> Beam {
    let (nearest, slack) = text.split_once('*').unwrap();
    Beam {
        nearest: nearest.parse().unwrap(),
        slack: slack.parse().unwrap(),
    }
}

fn read(path: &Path) -> Vec<f32> {
    let mut numbers =
        vec![0f32; usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap() / 4];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut numbers);
    std::io::Read::read_exact(&mut File::open(path).unwrap(), bytes).unwrap();
    numbers
}

fn codes(base: &[f32], dimension: usize) -> (Vec<i8>, f32) {
    let mut codes = Vec::with_capacity(base.len());
    let errors = base
        .chunks_exact(dimension)
        .map(|row| encode(row, &mut codes));
    let error = errors.fold(0f32, f32::max);
    (codes, error)
}

fn files(dir: &str) -> (PathBuf, PathBuf) {
    let dir = Path::new(dir);
    (dir.join("codes"), dir.join("graph.json"))
}

/// Writes codes and graph, and says how long that took.
fn build(base: &Path, dimension: usize, dir: &str) {
    std::fs::create_dir_all(dir).unwrap();
    let base = read(base);
    let started = Instant::now();
    let (codes, error) = codes(&base, dimension);
    drop(base);
    let entry = build_graph(&codes, dimension)
        .write(Path::new(dir), 1)
        .unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let (codes_file, graph_file) = files(dir);
    std::fs::write(codes_file, bytemuck::cast_slice(&codes)).unwrap();
    std::fs::write(graph_file, serde_json::to_vec(&(&entry, error)).unwrap()).unwrap();
    let peak = peak_mb();
    let rows = codes.len() / dimension;
    let graph = MappedGraph::open(Path::new(dir), &entry, rows, Effort::default()).unwrap();
    println!(
        "{}",
        serde_json::json!({
            "build_s": seconds,
            "graph_bytes": entry.bytes,
            "peak_mb": peak,
            "rows": rows,
            "find_themselves": find_themselves(&graph, &codes, dimension),
            "unreachable": graph.unreachable(),
        })
    );
}

/// Rows for whose codes a search with 64 candidates finds them, or others with the same score.
fn find_themselves(graph: &MappedGraph, codes: &[i8], dimension: usize) -> usize {
    let beam = Beam::of_candidates(64);
    let found = codes.par_chunks_exact(dimension).filter(|own| {
        let found = graph.search(CodeRows::in_memory(codes), own, 1, beam, None);
        let found = found.unwrap();
        found.rows.first().is_some_and(|row| {
            let other = &codes[*row as usize * dimension..][..dimension];
            dot_i8(own, other) >= dot_i8(own, own)
        })
    });
    found.count()
}

/// Answers all queries by the exact scan and through the graph with each beam.
fn search(base: &Path, queries: &Path, dimension: usize, dir: &str, beams: &[Beam]) {
    let (base, queries) = (read(base), read(queries));
    let count = base.len() / dimension;
    let (codes_file, graph_file) = files(dir);
    let bytes = std::fs::read(codes_file).unwrap();
    let codes: &[i8] = bytemuck::cast_slice(&bytes);
    let (entry, code_error): (FileEntry, f32) =
        serde_json::from_slice(&std::fs::read(graph_file).unwrap()).unwrap();
    let opening = Instant::now();
    let graph = MappedGraph::open(Path::new(dir), &entry, count, Effort::default()).unwrap();
    let open_ms = opening.elapsed().as_secs_f64() * 1e3;
    let record = RowRecord {
        inverse_length: 1.0,
        terms: 0,
        language: 0,
    };
    let records = vec![record; count];
    let part = SegmentRows::of_vectors(&base, codes, code_error, &records);
    let languages = vec![LanguageRows {
        rows: count,
        terms: 0,
    }];
    let rows = Rows::new(dimension, vec![part], languages, false);
    let probes: Vec<Probe> = queries
        .chunks_exact(dimension)
        .map(Alignment::plain_probe)
        .collect();

    let mut results = Vec::new();
    let exact = timed("scan", &probes, &mut results, &|probe| {
        scan_rows(&rows, probe, 10, |_| Some(0.0))
            .iter()
            .map(|hit| hit.row.get())
            .collect()
    });
    for beam in beams {
        let name = format!("graph ef={}*{}", beam.nearest, beam.slack);
        let found = timed(&name, &probes, &mut results, &|probe| {
            let hits = through_graph(&rows, &rows.parts()[0], &graph, probe, *beam, 10, None);
            hits.unwrap().iter().map(|hit| hit.row.get()).collect()
        });
        let common: usize = exact
            .iter()
            .zip(&found)
            .map(|(exact, found)| found.iter().filter(|row| exact.contains(row)).count())
            .sum();
        results.last_mut().unwrap()["recall"] = (common as f64 / (10 * probes.len()) as f64).into();
    }
    println!(
        "{}",
        serde_json::json!({ "open_ms": open_ms, "results": results, "ids": exact })
    );
}

/// Gives every passage of the articles in a folder one of the vectors, as if it had been embedded: what is left
/// of an interrupted `tane index`, which goes on from there.
fn fill(base: &Path, texts: &Path, index: &Path) {
    let base = read(base);
    let embedder = embedder();
    let dimension = embedder.space().dimension;
    let mut vectors = base.chunks_exact(dimension).cycle();
    std::fs::create_dir_all(index).unwrap();
    let path = index.join("embedding.journal");
    let codes = embedder.token_codes().unwrap();
    let token_bytes = codes.spreads.len() / 4 + 1;
    let precision = embedder.precision();
    let mut journal = Journal::open(&path, dimension, precision, Some(&codes.id)).unwrap();
    let files = walk(texts, &WalkOptions::default(), &|| false)
        .unwrap()
        .files;
    let mut count = 0usize;
    for file in files {
        let mut articles = Article::read(&file.path, &ReadOptions::default()).unwrap();
        let article = articles.remove(0);
        for passage in passages(&article, embedder.counter()) {
            let (readable, parts) = passage.readable(&article.text);
            let input = embedder.input_with_parts(&readable, Role::Passage, &parts);
            let vector = vectors.next().unwrap().to_vec();
            let vectors = Vectors {
                parts: vec![quantize(&vector); parts.len()],
                vector,
                // As large as those of the passage would be.
                tokens: Some(vec![count as u8; passage.tokens * token_bytes]),
            };
            let key = input_key(embedder.space(), &input.unwrap());
            journal.append(key, &vectors).unwrap();
            count += 1;
        }
    }
    journal.flush().unwrap();
    println!("{{\"passages\":{count}}}");
}

/// What `tane index` does, without a graph: every passage is compared.
fn flat(texts: &str, index: &Path) {
    let asked = Update {
        add: vec![texts.into()],
        graph_rows: Some(usize::MAX),
        ..Update::default()
    };
    let report = update(index, &embedder(), &asked, &()).unwrap();
    println!("{}", serde_json::to_string(&report).unwrap());
}

/// Vectors as the model makes them to vectors as they are compared.
fn align(role: &str, from: &Path, to: &Path) {
    let embedder = embedder();
    let role = if role == "query" {
        Role::Query
    } else {
        Role::Passage
    };
    let mut aligned = BufWriter::new(File::create(to).unwrap());
    for vector in read(from).chunks_exact(embedder.space().dimension) {
        let vector = embedder.alignment().align(vector, role);
        aligned.write_all(bytemuck::cast_slice(&vector)).unwrap();
    }
    aligned.flush().unwrap();
}

/// Writes what an index of one segment compares, as vectors for `compare.py`, with its codes and its graph.
fn export(index: &Path, dir: &str) {
    let embedder = embedder();
    let opened = Index::open(index).unwrap();
    let rows = opened.rows();
    let part = &rows.parts()[0];
    let folder = Path::new(dir);
    let own = folder.join("tane");
    std::fs::create_dir_all(&own).unwrap();
    let mut base = BufWriter::new(File::create(folder.join("base.f32")).unwrap());
    for row in rows.run() {
        let aligned = embedder.alignment().align(rows.vector(row), Role::Passage);
        base.write_all(bytemuck::cast_slice(&aligned)).unwrap();
    }
    base.flush().unwrap();
    let entry = opened.manifest.segments[0].graph.as_ref().unwrap();
    std::fs::copy(index.join(&entry.name), own.join(&entry.name)).unwrap();
    let (codes_file, graph_file) = files(own.to_str().unwrap());
    std::fs::write(codes_file, bytemuck::cast_slice(part.codes)).unwrap();
    std::fs::write(
        graph_file,
        serde_json::to_vec(&(entry, part.code_error)).unwrap(),
    )
    .unwrap();
}

fn embedder() -> Embedder {
    let registry = Registry::load(None).unwrap();
    Embedder::load(
        registry.get(DEFAULT_MODEL).unwrap(),
        Compute::default(),
        None,
    )
    .unwrap()
}

fn timed(
    name: &str,
    probes: &[Probe],
    results: &mut Vec<serde_json::Value>,
    answer: &dyn Fn(&Probe) -> Vec<usize>,
) -> Vec<Vec<usize>> {
    probes.iter().take(20).for_each(|probe| drop(answer(probe)));
    let started = Instant::now();
    let found: Vec<Vec<usize>> = probes.iter().map(answer).collect();
    let ms = started.elapsed().as_secs_f64() * 1e3 / probes.len() as f64;
    results.push(serde_json::json!({ "name": name, "ms": ms }));
    found
}

/// Most memory this process has had, in MB (Linux).
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kb.unwrap_or(0) / 1000
}
