//! Our side of `benches/ann/compare.py`: builds a graph over raw f32 vectors, or searches through one.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking and prints what it measured"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use tane::embed::{Alignment, Probe};
use tane::index::{
    FileEntry, Keyword, LanguageRows, MappedGraph, Part, RowRecord, Rows, build_graph, encode,
    scan_rows, through_graph,
};

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
        ["search", base, queries, dimension, dir, threads, efs @ ..] => {
            let threads = threads.parse().unwrap();
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build_global()
                .unwrap();
            let efs: Vec<usize> = efs.iter().map(|ef| ef.parse().unwrap()).collect();
            search(
                Path::new(base),
                Path::new(queries),
                dimension.parse().unwrap(),
                dir,
                &efs,
            );
        }
        _ => println!(
            "usage: ann build BASE DIMENSION DIR | ann search BASE QUERIES DIMENSION DIR THREADS EF..."
        ),
    }
}

fn read(path: &Path) -> Vec<f32> {
    let mut numbers =
        vec![0f32; usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap() / 4];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut numbers);
    std::io::Read::read_exact(&mut std::fs::File::open(path).unwrap(), bytes).unwrap();
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
    println!(
        "{{\"build_s\":{seconds:.2},\"graph_bytes\":{},\"peak_mb\":{}}}",
        entry.bytes,
        peak_mb()
    );
}

/// Answers all queries by the exact scan and through the graph with each `ef`.
fn search(base: &Path, queries: &Path, dimension: usize, dir: &str, efs: &[usize]) {
    let (base, queries) = (read(base), read(queries));
    let count = base.len() / dimension;
    let (codes_file, graph_file) = files(dir);
    let bytes = std::fs::read(codes_file).unwrap();
    let codes: &[i8] = bytemuck::cast_slice(&bytes);
    let (entry, code_error): (FileEntry, f32) =
        serde_json::from_slice(&std::fs::read(graph_file).unwrap()).unwrap();
    let opening = Instant::now();
    let graph = MappedGraph::open(Path::new(dir), &entry, count).unwrap();
    let open_ms = opening.elapsed().as_secs_f64() * 1e3;
    let record = RowRecord {
        inverse_length: 1.0,
        terms: 0,
        language: 0,
    };
    let part = Part {
        vectors: &base,
        codes,
        code_error,
        records: &vec![record; count],
        keyword: Keyword::new(&[], &[], count),
        keys: &[],
        order: &[],
        languages: vec![0],
        dead: None,
        first: 0,
    };
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
        scan_rows(&rows, probe, 10, &|_| Some(0.0))
            .iter()
            .map(|hit| hit.row)
            .collect()
    });
    for ef in efs {
        let found = timed(&format!("graph ef={ef}"), &probes, &mut results, &|probe| {
            let hits = through_graph(&rows, &rows.parts()[0], &graph, probe, *ef, 10, None);
            hits.iter().map(|hit| hit.row).collect()
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
