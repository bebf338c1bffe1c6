//! Data flows one way: a module uses only what stands to its left, `error`, `mmap` and `sha256`.

use std::path::Path;

use crate::support::repository;

const ORDER: [&str; 10] = [
    "kernel", "corpus", "words", "passage", "embed", "index", "search", "eval", "serve", "cli",
];

fn sources(dir: &Path, out: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push((
                path.display().to_string(),
                std::fs::read_to_string(&path).unwrap(),
            ));
        }
    }
}

#[test]
fn no_module_looks_upwards() {
    for (rank, module) in ORDER.iter().enumerate() {
        let mut files = Vec::new();
        sources(&repository().join("src").join(module), &mut files);
        assert!(!files.is_empty(), "{module}");
        for (path, text) in files {
            for (at, _) in text.match_indices("crate::") {
                let name: String = text[at + 7..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let used = ORDER.iter().position(|m| *m == name);
                let allowed = name == *module
                    || ["error", "Error", "mmap", "sha256"].contains(&name.as_str())
                    || used.is_some_and(|used| used < rank);
                assert!(allowed, "{path}: `{module}` may not use `{name}`");
            }
        }
    }
}

#[test]
fn third_parties_stay_behind_their_file() {
    let mut files = Vec::new();
    sources(&repository().join("src"), &mut files);
    for (word, allowed) in [
        ("hnsw_rs::", "src/index/hnsw.rs"),
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
            let code = text
                .lines()
                .take_while(|line| !line.starts_with("#[cfg(test)]"))
                .filter(|line| !line.trim_start().starts_with("//"));
            let used = code.clone().any(|line| line.contains(word));
            let here = allowed.split('|').any(|allowed| path.contains(allowed));
            assert!(!used || here, "{path} uses `{word}`");
        }
    }
}
