//! Packs in which any bytes are changed or that are any bytes at all: taking them in ends with an index or an error,
//! and writes nothing outside.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use tane::embed::{Compute, DEFAULT_MODEL, Embedder, Registry};
use tane::index::{Corpus, Index, Update, pack, unpack, update};

/// A folder to work in and a good pack.
fn made() -> &'static (PathBuf, Vec<u8>) {
    static MADE: OnceLock<(PathBuf, Vec<u8>)> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = std::env::temp_dir().join(format!("tane-fuzz-pack-{}", std::process::id()));
        let docs = dir.join("docs");
        std::fs::create_dir_all(&docs).unwrap();
        std::fs::write(docs.join("a.txt"), "The mill grinds rye. The river runs by it.\n").unwrap();
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let embedder = Embedder::load(model, Compute::default(), None).unwrap();
        let index = dir.join("index");
        let asked = Update { add: vec![docs], ..Update::default() };
        update(&index, &embedder, &asked, &()).unwrap();
        let file = dir.join("good.pack");
        pack(&index, Some(&Corpus::default()), &embedder, &file).unwrap();
        let good = std::fs::read(&file).unwrap();
        (dir, good)
    })
}

fuzz_target!(|input: (bool, Vec<(u32, u8)>, &[u8])| {
    let (dir, good) = made();
    let (from_good, changes, any) = input;
    let mut bytes = if from_good { good.clone() } else { any.to_vec() };
    for (at, change) in changes {
        let at = at as usize % (bytes.len() + 1);
        match bytes.get_mut(at) {
            Some(byte) if change != 0 => *byte ^= change,
            _ => bytes.truncate(at),
        }
    }
    let file = dir.join("bad.pack");
    std::fs::write(&file, bytes).unwrap();
    let into = dir.join("into");
    let _ = std::fs::remove_dir_all(&into);
    if unpack(&file, &into, Some(&into), None).is_ok() {
        let _ = Index::open(&into.join("index"));
    }
    let known = ["docs", "index", "good.pack", "bad.pack", "into"];
    for entry in std::fs::read_dir(dir).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(known.iter().any(|known| name == *known), "{name:?} was written outside");
    }
});
