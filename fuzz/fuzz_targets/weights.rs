//! A model folder whose `pytorch_model.bin` holds any pickle, or what torch 2.15 wrote with bytes changed: loading it
//! and embedding with it end with a vector or an error.
#![no_main]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tane::embed::{Compute, Embedder, Role, describe_path};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const PICKLE: &[u8] = include_bytes!("../data/torch.pkl");
/// Storages of the model, and a size that the largest of them has room in.
const STORAGES: usize = 40;
const STORAGE: usize = 1 << 15;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("tane-fuzz-{}", std::process::id()));
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/models/bert");
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["config.json", "tokenizer.json"] {
        std::fs::copy(model.join(file), folder.join(file)).unwrap();
    }
    folder
});

fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut add = |name: &str, bytes: &[u8]| {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    };
    add("model/data.pkl", pickle);
    for storage in 0..STORAGES {
        add(&format!("model/data/{storage}"), &vec![0; STORAGE]);
    }
    archive.finish().unwrap().into_inner()
}

fuzz_target!(|input: (Vec<(u16, u8)>, Option<Vec<u8>>)| {
    let (changes, whole) = input;
    let mut pickle = whole.unwrap_or_else(|| PICKLE.to_vec());
    for (at, change) in changes {
        let length = pickle.len().max(1);
        if let Some(byte) = pickle.get_mut(at as usize % length) {
            *byte ^= change;
        }
    }
    // Never in place: the file is mapped.
    let file = FOLDER.join("pytorch_model.bin");
    let _ = std::fs::remove_file(&file);
    std::fs::write(&file, archive(&pickle)).unwrap();
    let Ok(model) = describe_path("fuzzed", &FOLDER) else {
        return;
    };
    if let Ok(embedder) = Embedder::load(&model, Compute::default(), None) {
        let _ = embedder.embed_one("the mill by the river", Role::Passage);
    }
});
