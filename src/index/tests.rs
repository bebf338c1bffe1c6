//! The writer on a disk that fails, and graphs through many updates.

use std::collections::BTreeMap;
use std::path::Path;

use crate::embed::{Compute, DEFAULT_MODEL, Embedder, Registry};
use crate::error::{Error, IndexError};
use crate::index::store::disk::fault;
use crate::index::write::update;
use crate::index::{Index, MadeBy, Update, verify};

fn embedder() -> Embedder {
    let registry = Registry::load(None).unwrap();
    let model = registry.get(DEFAULT_MODEL).unwrap();
    Embedder::load(model, Compute::default(), None).unwrap()
}

/// Texts of articles by id.
fn held(dir: &Path) -> BTreeMap<String, String> {
    let Ok(index) = Index::open(dir) else {
        return BTreeMap::new();
    };
    let article = |number| {
        let id = index.article(number).unwrap().id();
        (id, index.text(number).unwrap().to_owned())
    };
    index.articles().map(article).collect()
}

/// A folder `docs` of these articles, and no more.
fn write(root: &Path, articles: &[(&str, &str)]) -> BTreeMap<String, String> {
    let docs = root.join("docs");
    let _ = std::fs::remove_dir_all(&docs);
    std::fs::create_dir_all(&docs).unwrap();
    for (name, text) in articles {
        std::fs::write(docs.join(name), text).unwrap();
    }
    let held = articles.iter();
    held.map(|(name, text)| (format!("docs/{name}"), (*text).to_owned()))
        .collect()
}

#[test]
fn a_disk_that_fails_at_any_step_loses_nothing() {
    let embedder = embedder();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ix");
    let first = [
        ("a.txt", "The mill by the river grinds rye.\n"),
        ("b.txt", "Snow closed the pass in March.\n"),
        ("c.txt", "猫は屋根の上で眠る。\n"),
    ];
    // With new text, which is embedded, and with known text in other files.
    let new_text = [
        ("a.txt", "The mill by the river burned down.\n"),
        ("c.txt", "猫は屋根の上で眠る。\n"),
        ("d.txt", "A ferry crosses at noon.\n"),
    ];
    let moved_text = [
        ("a.txt", "Snow closed the pass in March.\n"),
        ("c.txt", "猫は屋根の上で眠る。\n"),
        ("d.txt", "The mill by the river grinds rye.\n"),
    ];
    let add = |compact| Update {
        add: vec![folder.path().join("docs")],
        compact,
        ..Update::default()
    };
    for compact in [false, true] {
        for forever in [false, true] {
            let _ = std::fs::remove_dir_all(&dir);
            let old = write(folder.path(), &first);
            update(&dir, &embedder, &add(false), &()).unwrap();
            let second = if compact || forever {
                moved_text
            } else {
                new_text
            };
            let new = write(folder.path(), &second);
            let kept = folder.path().join("kept");
            let mut step = 0;
            loop {
                // From the same generation each time.
                let _ = std::fs::remove_dir_all(&kept);
                copy(&dir, &kept);
                fault::clear();
                fault::plan(step, forever);
                let result = update(&kept, &embedder, &add(compact), &());
                let steps = fault::clear();
                let held_now = held(&kept);
                assert!(
                    held_now == old || held_now == new,
                    "step {step}: {held_now:?}"
                );
                match result {
                    Ok(_) => assert_eq!(held_now, new, "step {step}"),
                    Err(error) => {
                        assert!(matches!(error, Error::Io { .. }), "step {step}: {error}");
                    }
                }
                assert!(verify_files(&kept), "step {step}");
                // The next run goes on.
                update(&kept, &embedder, &add(compact), &()).unwrap();
                assert_eq!(held(&kept), new, "step {step}");
                assert!(verify_files(&kept), "step {step}");
                let left = std::fs::read_dir(&kept).unwrap().count();
                assert!(left <= 6, "step {step}: {left} files");
                if steps <= step {
                    assert!(step > 30, "only {step} steps");
                    break;
                }
                step += 1;
            }
        }
    }
}

/// Everything but sources that were changed on purpose.
fn verify_files(dir: &Path) -> bool {
    let verified = verify(dir, None).unwrap();
    verified.faults.iter().all(|fault| fault.kind == "source")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn an_index_of_an_older_program_is_renewed_without_its_sources() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ix");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/old-index/format3-recipe2");
    copy(&kept, &dir);
    let texts = held(&dir);
    assert!(!texts.is_empty());
    assert_eq!(Index::open(&dir).unwrap().made_by(), MadeBy::Older);
    let embedder = embedder();
    let report = update(&dir, &embedder, &Update::default(), &()).unwrap();
    assert_eq!(report.missing_roots, ["docs"]);
    assert_eq!((report.embedded, report.removed), (0, 0));
    assert_eq!((report.kept, report.renewed), (texts.len(), texts.len()));
    let index = Index::open(&dir).unwrap();
    assert_eq!(index.made_by(), MadeBy::This);
    // Cut by the older program, and cut again once their sources are there.
    for number in index.articles() {
        assert_eq!(index.article(number).unwrap().recipe, Some(2));
    }
    assert_eq!(held(&dir), texts);
    assert!(verify_files(&dir));
    let again = update(&dir, &embedder, &Update::default(), &());
    assert!(matches!(
        again,
        Err(Error::Index(IndexError::RootMissing { .. }))
    ));
}

#[test]
fn graphs_find_what_is_left_and_what_is_new() {
    let embedder = embedder();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ix");
    let names = [
        "mill", "pass", "ferry", "bridge", "tower", "garden", "school", "market",
    ];
    let file = |number: usize| folder.path().join("docs").join(format!("{number}.txt"));
    let text = |number: usize| {
        let (a, b) = (names[number % 8], names[number / 8 % 8]);
        format!("The {a} number {number} stands near the {b}.\n")
    };
    std::fs::create_dir_all(folder.path().join("docs")).unwrap();
    let run = |compact| {
        let asked = Update {
            add: vec![folder.path().join("docs")],
            compact,
            graph_rows: Some(50),
            ..Update::default()
        };
        update(&dir, &embedder, &asked, &()).unwrap();
        let verified = verify(&dir, Some(&embedder)).unwrap();
        assert_eq!(verified.faults, []);
        verified.graphs
    };
    (0..240).for_each(|number| std::fs::write(file(number), text(number)).unwrap());
    assert_eq!(run(false).len(), 1);
    for round in 0..3usize {
        for number in (round..240).step_by(11) {
            let _ = std::fs::remove_file(file(number));
        }
        (240 + 10 * round..250 + 10 * round)
            .for_each(|number| std::fs::write(file(number), text(number)).unwrap());
        for graph in run(false) {
            let finds = graph.recall.is_some_and(|recall| recall >= 0.99);
            assert!(graph.unreachable == 0 && finds, "{graph:?}");
        }
        let status = Index::open(&dir).unwrap();
        assert!(
            status.manifest.segments.len() > 1,
            "small changes stay beside the graph"
        );
    }
    let compact = run(true);
    assert_eq!(compact.len(), 1);
    assert_eq!(compact[0].rows, Index::open(&dir).unwrap().rows().live());
    // A graph that is gone costs no answer, and the next run makes it again.
    std::fs::remove_file(dir.join(&compact[0].file)).unwrap();
    let index = Index::open(&dir).unwrap();
    assert!(index.graph_fault.is_some() && !index.has_graph());
    assert_eq!(run(false).len(), 1);
}
