//! An index in which any bytes are changed: opening, asking by words and verifying it end with an answer or an error.
#![no_main]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use tane::embed::{Compute, DEFAULT_MODEL, Embedder, Registry};
use tane::index::{Index, Update, update, verify};
use tane::search::{Mode, Query, query};

/// A sound index, its files, and who made it.
fn made() -> &'static (PathBuf, Vec<(String, Vec<u8>)>, Embedder) {
    static MADE: OnceLock<(PathBuf, Vec<(String, Vec<u8>)>, Embedder)> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = std::env::temp_dir().join(format!("tane-fuzz-{}", std::process::id()));
        let docs = dir.join("docs");
        std::fs::create_dir_all(&docs).unwrap();
        for number in 0..12 {
            let text = format!("The mill number {number} grinds rye. The river runs by it.\n\nA ferry crosses.\n");
            std::fs::write(docs.join(format!("{number}.txt")), text).unwrap();
        }
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let embedder = Embedder::load(model, Compute::default(), None).unwrap();
        let index = dir.join("index");
        let asked = |graph_rows| Update { add: vec![docs.clone()], graph_rows, ..Update::default() };
        update(&index, &embedder, &asked(Some(4)), &()).unwrap();
        std::fs::remove_file(docs.join("3.txt")).unwrap();
        update(&index, &embedder, &asked(Some(4)), &()).unwrap();
        let files = std::fs::read_dir(&index).unwrap().map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
        });
        let files = files.filter(|(_, bytes)| !bytes.is_empty()).collect();
        (index, files, embedder)
    })
}

fn ask(dir: &Path, embedder: &Embedder) {
    if let Ok(index) = Index::open(dir) {
        let asked = Query { text: "river \"mill\"".to_owned(), mode: Mode::Keyword, limit: 5, ..Query::default() };
        let _ = query(&index, embedder, &asked, Instant::now());
    }
    let _ = verify(dir, None);
}

fuzz_target!(|changes: Vec<(u8, u32, u8)>| {
    let (dir, files, embedder) = made();
    let mut touched = Vec::new();
    for (file, at, change) in changes {
        let number = usize::from(file) % files.len();
        let (name, good) = &files[number];
        let path = dir.join(name);
        let mut bytes = std::fs::read(&path).unwrap_or_else(|_| good.clone());
        let at = at as usize % (bytes.len() + 1);
        match bytes.get_mut(at) {
            Some(byte) if change != 0 => *byte ^= change,
            _ => bytes.truncate(at),
        }
        // Never in place: files of an index are mapped.
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, bytes).unwrap();
        touched.push(number);
    }
    ask(dir, embedder);
    for number in touched {
        let (name, good) = &files[number];
        let _ = std::fs::remove_file(dir.join(name));
        std::fs::write(dir.join(name), good).unwrap();
    }
});
