//! Which file of `src` uses which: read from `use` declarations and from paths in the code, through re-exports. Tests in the
//! files are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

/// Modules by their path, `embed::weights::gguf`; the root is empty.
pub struct Imports {
    sources: BTreeMap<String, String>,
    /// What a module passes on under a name.
    passed_on: BTreeMap<(String, String), Vec<String>>,
}

impl Imports {
    pub fn of(src: &Path) -> Self {
        let mut sources = BTreeMap::new();
        read(src, &mut Vec::new(), &mut sources);
        let mut imports = Self {
            sources,
            passed_on: BTreeMap::new(),
        };
        let public = Regex::new(r"pub(?:\([^)]*\))?\s+use\s+([^;]+);").unwrap();
        for (module, text) in &imports.sources {
            for found in public.captures_iter(text) {
                for path in leaves(&found[1]) {
                    let (path, name) = named(&path);
                    let parts = Self::absolute(module, &path);
                    imports.passed_on.insert((module.clone(), name), parts);
                }
            }
        }
        imports
    }

    /// For each module those that it uses.
    pub fn edges(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let declared = Regex::new(r"(pub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);").unwrap();
        let in_code = Regex::new(r"(?:\b|^)((?:crate|super|self|[a-z_0-9]+)(?:::\w+)+)").unwrap();
        let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, text) in &self.sources {
            let mut used = Vec::new();
            for found in declared.captures_iter(text) {
                if found.get(1).is_none() {
                    used.extend(leaves(&found[2]).iter().map(|path| named(path).0));
                }
            }
            let code = declared.replace_all(text, "");
            for found in in_code.captures_iter(&code) {
                let restricts = code[..found.get(0).unwrap().start()].ends_with("pub(in ");
                if !restricts {
                    used.push(found[1].to_owned());
                }
            }
            let used = used.iter().filter_map(|path| {
                let parts = Self::absolute(module, path);
                self.file(&parts, 0)
            });
            let others = used.filter(|file| file != module && !file.is_empty());
            edges.entry(module).or_default().extend(others);
        }
        edges
    }

    /// A path from the root of the crate. One that begins with another crate's name ends in the module itself.
    fn absolute(module: &str, path: &str) -> Vec<String> {
        let mut base: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
        let mut parts = path.split("::").map(str::trim).peekable();
        if parts.next_if_eq(&"crate").is_some() {
            base.clear();
        }
        while parts.next_if_eq(&"super").is_some() {
            base.pop();
        }
        parts.next_if_eq(&"self");
        base.into_iter().chain(parts).map(str::to_owned).collect()
    }

    /// The file in which a path ends, through what modules pass on.
    fn file(&self, parts: &[String], depth: usize) -> Option<&str> {
        let longest = (1..=parts.len()).rev().find_map(|length| {
            let (module, _) = self.sources.get_key_value(&parts[..length].join("::"))?;
            Some((module, length))
        });
        let (module, length) = longest?;
        let passed_on = parts
            .get(length)
            .and_then(|name| self.passed_on.get(&(module.clone(), name.clone())));
        match passed_on {
            Some(path) if depth < 8 => {
                let path: Vec<String> = [path, &parts[length + 1..]].concat();
                self.file(&path, depth + 1)
            }
            _ => Some(module),
        }
    }
}

/// Circles: modules that use each other, over whatever way.
pub fn circles<'a>(edges: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = edges
        .keys()
        .map(|start| {
            let mut seen = BTreeSet::new();
            let mut open: Vec<&str> = edges[start].iter().copied().collect();
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(edges.get(next).into_iter().flatten().copied());
                }
            }
            (*start, seen)
        })
        .collect();
    let together = |a: &str, b: &str| reached[a].contains(b) && reached[b].contains(a);
    let mut circles: Vec<BTreeSet<&str>> = Vec::new();
    for module in edges.keys().filter(|module| together(module, module)) {
        match circles
            .iter_mut()
            .find(|circle| together(circle.first().unwrap(), module))
        {
            Some(circle) => {
                circle.insert(module);
            }
            None => circles.push(BTreeSet::from([*module])),
        }
    }
    circles
}

/// The sources below a folder, without comments and tests.
fn read(dir: &Path, path: &mut Vec<String>, sources: &mut BTreeMap<String, String>) {
    let comment = Regex::new(r"//[^\n]*").unwrap();
    let tests = Regex::new(
        r"(?m)^#\[cfg\((?:test|all\(test[^\n]*)\)\]\n(?:#\[[^\n]*\]\n)*(?:pub )?mod \w+ \{",
    )
    .unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let file = entry.unwrap().path();
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        if file.is_dir() {
            path.push(stem);
            read(&file, path, sources);
            path.pop();
            continue;
        }
        if file.extension().is_none_or(|extension| extension != "rs")
            || ["main", "tests"].contains(&stem.as_str())
        {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let text = comment.replace_all(&text, "");
        let end = tests.find(&text).map_or(text.len(), |found| found.start());
        let own = Some(stem).filter(|stem| !["mod", "lib"].contains(&stem.as_str()));
        let module: Vec<String> = path.iter().cloned().chain(own).collect();
        sources.insert(module.join("::"), text[..end].to_owned());
    }
}

/// `a::{b, c::{d, self}}` as `a::b`, `a::c::d`, `a::c`.
fn leaves(tree: &str) -> Vec<String> {
    let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((before, inside)) = tree.split_once('{') else {
        return vec![tree.trim().trim_end_matches("::self").to_owned()];
    };
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    let joined = parts.map(|part| format!("{}{part}", before.trim()));
    joined.flat_map(|part| leaves(&part)).collect()
}

/// A path and the name under which it is known.
fn named(path: &str) -> (String, String) {
    let (path, name) = match path.split_once(" as ") {
        Some((path, name)) => (path, name),
        None => (path, path.rsplit("::").next().unwrap_or(path)),
    };
    (path.trim().to_owned(), name.trim().to_owned())
}
