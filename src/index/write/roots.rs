//! Roots: labels, and which of them cover which.

use std::path::{Path, PathBuf};

use crate::corpus::{Globs, ReadOptions};
use crate::error::{Error, IndexError, Result};
use crate::index::store::manifest::Root;
use crate::index::write::report::ProjectGlobs;

/// The roots after `add` and `remove`.
///
/// `exclude` and `read` are for the paths in `add`. A root inside a recorded one changes nothing; one around recorded ones replaces them.
///
/// # Errors
/// [`Error::Io`] where an added path does not exist, [`IndexError::UnknownRoot`] where a removed one was
/// never added.
pub fn resolve(
    recorded: &[Root],
    add: &[PathBuf],
    remove: &[String],
    exclude: &[String],
    read: Option<&ReadOptions>,
) -> Result<Vec<Root>> {
    let mut roots = recorded.to_vec();
    for given in remove {
        // The root's folder may be gone: then its path is compared as it was written.
        let path = dunce::canonicalize(given)
            .or_else(|_| std::path::absolute(given))
            .unwrap_or_default();
        let before = roots.len();
        roots.retain(|root| root.label != *given && root.path != path);
        if roots.len() == before {
            let known: Vec<_> = roots.iter().map(|r| r.label.as_str()).collect();
            return Err(Error::Index(IndexError::UnknownRoot {
                given: given.clone(),
                known: if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                },
            }));
        }
    }
    for path in add {
        let path = dunce::canonicalize(path).map_err(Error::io("open", path))?;
        if let Some(root) = roots.iter_mut().find(|root| path.starts_with(&root.path)) {
            if root.path == path {
                if let Some(read) = read {
                    root.read.clone_from(read);
                }
                for glob in exclude {
                    if !root.exclude.contains(glob) {
                        root.exclude.push(glob.clone());
                    }
                }
            }
            continue;
        }
        roots.retain(|root| !root.path.starts_with(&path));
        let label = label(&path, &roots);
        roots.push(Root {
            label,
            path,
            exclude: exclude.to_vec(),
            read: read.cloned().unwrap_or_default(),
            mounts: Vec::new(),
            project: None,
        });
    }
    roots.sort_by(|a, b| a.label.cmp(&b.label));
    Ok(roots)
}

/// Applies what a project leaves out to the roots that are its own; what other projects leave out of others stays.
pub fn leave_out(roots: &mut [Root], project: &ProjectGlobs) {
    let corpus = project.corpus.iter().map(dunce::canonicalize);
    let corpus: Vec<PathBuf> = corpus.filter_map(std::io::Result::ok).collect();
    let base = dunce::canonicalize(&project.base);
    let base = base.unwrap_or_else(|_| project.base.clone());
    for root in roots {
        let is_below = root.path.starts_with(&base);
        if is_below || corpus.contains(&root.path) {
            let base = if is_below { &base } else { &root.path };
            root.project = (!project.globs.is_empty()).then(|| Globs {
                base: base.clone(),
                globs: project.globs.clone(),
            });
        }
    }
}

/// The shortest end of the path that no other root has.
fn label(path: &Path, taken: &[Root]) -> String {
    let parts: Vec<String> = path
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    (1..=parts.len())
        .map(|count| parts[parts.len() - count..].join("/"))
        .find(|label| taken.iter().all(|root| root.label != *label))
        .unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_leaves_out_of_what_is_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        let [inside, named, foreign] = ["p/docs", "named", "foreign"].map(|name| dir.join(name));
        for path in [&inside, &named, &foreign] {
            std::fs::create_dir_all(path).unwrap();
        }
        let paths = [inside.clone(), named.clone(), foreign.clone()];
        let mut roots = resolve(&[], &paths, &[], &[], None).unwrap();
        let mut project = ProjectGlobs {
            base: dir.join("p"),
            corpus: vec![dir.join("p/../named")],
            globs: vec!["*.log".to_owned()],
        };
        leave_out(&mut roots, &project);
        let bases = |roots: &[Root]| -> Vec<(String, Option<PathBuf>)> {
            let base = |root: &Root| root.project.as_ref().map(|project| project.base.clone());
            roots.iter().map(|r| (r.label.clone(), base(r))).collect()
        };
        let expected = [
            ("docs", Some(dir.join("p"))),
            ("foreign", None),
            ("named", Some(named)),
        ];
        let expected = expected.map(|(label, base)| (label.to_owned(), base));
        assert_eq!(bases(&roots), expected);
        // What the project no longer leaves out comes back.
        project.globs.clear();
        leave_out(&mut roots, &project);
        assert!(roots.iter().all(|root| root.project.is_none()));
    }

    #[test]
    fn labels_are_unique_and_nested_roots_are_one() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().canonicalize().unwrap();
        let [a, b, inner] = ["a/docs", "b/docs", "a/docs/inner"].map(|name| base.join(name));
        for path in [&a, &b, &inner] {
            std::fs::create_dir_all(path).unwrap();
        }
        let labels = |roots: &[Root]| roots.iter().map(|r| r.label.clone()).collect::<Vec<_>>();

        let roots = resolve(&[], std::slice::from_ref(&inner), &[], &[], None).unwrap();
        assert_eq!(labels(&roots), ["inner"]);
        let roots = resolve(&roots, &[a.clone(), b.clone(), inner], &[], &[], None).unwrap();
        assert_eq!(labels(&roots), ["b/docs", "docs"]);
        let again = resolve(
            &roots,
            std::slice::from_ref(&a),
            &[],
            &["*.log".to_owned()],
            None,
        )
        .unwrap();
        assert_eq!(again[1].exclude, ["*.log"]);

        let by_path = resolve(&roots, &[], &[a.to_string_lossy().into_owned()], &[], None).unwrap();
        assert_eq!(labels(&by_path), ["b/docs"]);
        let by_label = resolve(&roots, &[], &["b/docs".to_owned()], &[], None).unwrap();
        assert_eq!(labels(&by_label), ["docs"]);
        let error = resolve(&roots, &[], &["nope".to_owned()], &[], None).unwrap_err();
        assert!(error.to_string().contains("b/docs, docs"), "{error}");
    }
}
