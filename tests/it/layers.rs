//! Data flows one way: a module uses only what stands to its left, `error`, `mmap` and `sha256`; so do the rooms of a
//! module, and no file uses one that uses it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::imports::{Imports, circles};
use crate::support::repository;

const ORDER: [&str; 12] = [
    "kernel", "corpus", "words", "passage", "embed", "index", "search", "eval", "map", "advice",
    "serve", "cli",
];

/// The rooms of a module and the files beside them: each uses only those before it.
const ROOMS: [(&str, &[&str]); 3] = [
    (
        "embed",
        &[
            "unit",
            "device",
            "compute",
            "cache_file",
            "model",
            "models",
            "config",
            "weights",
            "tokenizer",
            "input",
            "alignment",
            "late",
            "space",
            "engine",
            "loading",
            "embedder",
            "canary",
        ],
    ),
    (
        "index",
        &[
            "store",
            "same_space",
            "nearest",
            "open_segment",
            "reader",
            "sample",
            "write",
            "transfer",
            "verify",
        ],
    ),
    (
        "corpus",
        &[
            "block",
            "readings",
            "lines",
            "locator",
            "left_out",
            "data",
            "months",
            "date",
            "file_name",
            "readers",
            "ocr",
            "read_options",
            "time_limit",
            "decode",
            "language",
            "plain",
            "format",
            "gaps",
            "page_view",
            "recognition",
            "article",
            "globs",
            "walk",
        ],
    ),
];

fn sources(dir: &Path, out: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(read(&path));
        }
    }
}

fn read(path: &Path) -> (String, String) {
    let text = std::fs::read_to_string(path).unwrap();
    (path.display().to_string(), text)
}

#[test]
fn no_module_looks_upwards() {
    for (rank, module) in ORDER.iter().enumerate() {
        let mut files = Vec::new();
        let place = repository().join("src").join(module);
        match place.is_dir() {
            true => sources(&place, &mut files),
            false => files.push(read(&place.with_extension("rs"))),
        }
        assert!(!files.is_empty(), "{module}");
        for (path, text) in files {
            for (at, _) in text.match_indices("crate::") {
                let name: String = text[at + 7..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let used = ORDER.iter().position(|m| *m == name);
                let allowed = name == *module
                    || ["error", "mmap", "sha256"].contains(&name.as_str())
                    || name.ends_with("Error")
                    || used.is_some_and(|used| used < rank);
                assert!(allowed, "{path}: `{module}` may not use `{name}`");
            }
        }
    }
}

#[test]
fn no_room_looks_upwards() {
    let imports = Imports::of(&repository().join("src"));
    let edges = imports.edges();
    for (module, rooms) in ROOMS {
        let rank = |path: &str| {
            let room = path
                .strip_prefix(module)?
                .strip_prefix("::")?
                .split("::")
                .next()?;
            let rank = rooms.iter().position(|known| *known == room);
            assert!(rank.is_some(), "`{path}` is in no room that ROOMS lists");
            rank
        };
        let mut compared = 0;
        for (file, used) in &edges {
            let Some(own) = rank(file) else { continue };
            for other in used {
                let Some(others) = rank(other) else { continue };
                assert!(others <= own, "`{file}` may not use `{other}`");
                compared += 1;
            }
        }
        assert!(compared > rooms.len(), "{module}: {compared}");
    }
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let imports = Imports::of(&repository().join("src"));
    let edges = imports.edges();
    // What is known of the code, so that a reader of it that finds nothing fails.
    for (file, used) in [
        ("index::nearest::scan", "index::store::rows"),
        ("embed::embedder", "embed::engine"),
        ("search::query", "index::reader"),
        ("cli", "cli::query"),
    ] {
        assert!(edges[file].contains(used), "{file}: {:?}", edges[file]);
    }
    let circles = circles(&edges);
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn third_parties_stay_behind_their_file() {
    let mut files = Vec::new();
    sources(&repository().join("src"), &mut files);
    for (word, allowed) in [
        ("hnsw_rs::", "src/index/nearest/hnsw.rs"),
        ("hayro", "src/corpus/format/pdf/"),
        ("quick_xml", "src/corpus/format/office/xml.rs"),
        ("calamine::", "src/corpus/format/office/excel"),
        ("rustix::", "src/corpus/readers.rs|src/corpus/ocr.rs"),
        ("clap", "src/cli/"),
        ("Device::Cpu", "src/embed/device.rs"),
        ("anyhow", "src/cli/"),
        ("tokio::", "src/serve/"),
        ("async fn", "src/serve/"),
        ("rmcp::", "src/serve/mcp.rs"),
        ("unsafe {", "src/kernel/|src/mmap.rs"),
        ("std::arch", "src/kernel/"),
    ] {
        for (path, text) in &files {
            let used = code(text).any(|line| line.contains(word));
            let here = allowed.split('|').any(|allowed| path.contains(allowed));
            assert!(!used || here, "{path} uses `{word}`");
        }
    }
}

/// Lines before the tests, without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"));
    lines.filter(|line| !line.trim_start().starts_with("//"))
}

/// What helps is said by `advice`, `serve` and `cli`, each to its own users.
#[test]
fn the_library_names_no_command_and_no_flag() {
    let mut files = Vec::new();
    let front = ["advice", "serve", "cli"];
    for module in ORDER.iter().filter(|module| !front.contains(module)) {
        sources(&repository().join("src").join(module), &mut files);
    }
    sources(&repository().join("src/error"), &mut files);
    files.retain(|(path, _)| !path.contains("tests") && !path.contains("passage/accounted/"));
    assert!(files.len() > 200);
    // Flags of Cargo, and the head of a file that a command writes.
    let allowed = ["`--features ", "# Written by `tane "];
    for (path, text) in &files {
        for line in code(text) {
            let flag = line.match_indices("--").any(|(at, _)| {
                let before = line[..at].ends_with([' ', '`', '(']);
                before && line[at + 2..].starts_with(|c: char| c.is_ascii_lowercase())
            });
            let named = flag || line.contains("`tane ");
            let known = allowed.iter().any(|allowed| line.contains(allowed));
            assert!(!named || known, "{path}: {line}");
        }
    }
}

/// Lines of a file before its tests.
fn own_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    });
    tests.unwrap_or(lines.len())
}

#[test]
fn no_file_is_longer_than_450_lines() {
    let mut files = Vec::new();
    sources(&repository().join("src"), &mut files);
    for (path, text) in files {
        // Compiled for tests alone.
        let is_test = ["/tests.rs", "/tests/", "/passage/accounted"]
            .iter()
            .any(|part| path.contains(part));
        let lines = own_lines(&text);
        assert!(is_test || lines <= 450, "{path}: {lines} lines");
    }
    assert_eq!(own_lines("a\n#[cfg(test)]\nmod tests;\nb\n"), 4);
    assert_eq!(own_lines("a\n#[cfg(test)]\nmod tests {\n}\n"), 1);
}

/// On other processors these files must not be compiled, and nothing that CI runs on is another.
#[test]
fn files_of_an_instruction_set_are_compiled_for_it_alone() {
    const ONLY: &str = "#[cfg(target_arch = \"x86_64\")]\n";
    let mut files = Vec::new();
    sources(&repository().join("src/kernel"), &mut files);
    let mut looked_at = 0;
    for (path, text) in &files {
        let Some(at) = text.find("\nuse std::arch::") else {
            continue;
        };
        if text[..=at].ends_with(ONLY) {
            continue;
        }
        let path = Path::new(path);
        let name = path.file_stem().unwrap().to_str().unwrap();
        let parent = path.with_file_name("mod.rs");
        let parent = std::fs::read_to_string(parent).unwrap();
        let declared = ["", "pub "].map(|public| format!("{ONLY}{public}mod {name};"));
        assert!(
            declared.iter().any(|declared| parent.contains(declared)),
            "{}: its `mod` is for every processor",
            path.display()
        );
        looked_at += 1;
    }
    assert!(looked_at >= 6, "{looked_at}");
}

#[test]
fn a_circle_is_found_over_any_way() {
    let edges = [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("e", "e")];
    let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, other) in edges {
        used.entry(file).or_default().insert(other);
        used.entry(other).or_default();
    }
    assert_eq!(
        circles(&used),
        [BTreeSet::from(["b", "c"]), BTreeSet::from(["e"])]
    );
}
