//! After any sequence of edits an index answers as one built from nothing does.

use std::path::Path;
use std::time::Instant;

use proptest::prelude::*;

use super::{Answers, Mode, Query, query};
use crate::embed::{Compute, DEFAULT_MODEL, Embedder, Registry};
use crate::index::{Index, Update, update};

const SENTENCES: [&str; 11] = [
    "The mill by the river grinds rye.",
    "Snow closed the pass in March.",
    "A ferry crosses the bay at noon.",
    "The old bridge was sold for $3 million.",
    "猫は屋根の上で眠る。",
    "市場は朝六時に開く。",
    "その橋は三百万ドルで売られた。",
    "Chuyến phà rời bến lúc trưa.",
    "Cối xay bên sông xay lúa mạch.",
    "東京の図書館には古い地図が多い。",
    "鴎外の<ruby>舞姫<rt>まいひめ</rt></ruby>を読む。舞姫は短い。",
];

const QUESTIONS: [&str; 5] = [
    "まいひめ",
    "When does the ferry leave?",
    "橋はいくらで売られたか",
    "mill river rye",
    "図書館 \"地図\"",
];

/// What is done to a file: written with these sentences, or removed where there are none.
type Edit = (u8, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Vec<Edit>>> {
    let edit = (0u8..8, prop::collection::vec(0u8..11, 0..7));
    prop::collection::vec(prop::collection::vec(edit, 1..4), 1..6)
}

fn answers(dir: &Path, embedder: &Embedder) -> Vec<Answers> {
    let index = Index::open(dir).unwrap();
    let asked = |(text, mode): (&&str, Mode)| {
        let asked = Query {
            text: (*text).to_owned(),
            mode,
            limit: 8,
            ..Query::default()
        };
        query(&index, embedder, &asked, Instant::now()).unwrap()
    };
    let modes = |text| Mode::ALL.into_iter().map(move |mode| (text, mode));
    QUESTIONS.iter().flat_map(modes).map(asked).collect()
}

/// Edits an index round by round, and compares its answers with those of one that is built anew.
fn compare(rounds: Vec<Vec<Edit>>) -> Result<(), TestCaseError> {
    let registry = Registry::load(None).unwrap();
    let model = registry.get(DEFAULT_MODEL).unwrap();
    let embedder = Embedder::load(model, Compute::default(), None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let docs = folder.path().join("docs");
    std::fs::create_dir_all(&docs).unwrap();
    std::fs::write(
        docs.join("always.txt"),
        "Somebody keeps the lamp burning.\n",
    )
    .unwrap();
    let asked = Update {
        add: vec![docs.clone()],
        ..Update::default()
    };
    for round in rounds {
        for (file, sentences) in round {
            // Tags are text in the one and mark-up in the other.
            let extension = if file % 2 == 0 { "txt" } else { "md" };
            let path = docs.join(format!("{file}.{extension}"));
            let text: Vec<&str> = sentences
                .iter()
                .map(|n| SENTENCES[usize::from(*n)])
                .collect();
            if text.is_empty() {
                let _ = std::fs::remove_file(&path);
            } else {
                std::fs::write(&path, text.join("\n\n") + "\n").unwrap();
            }
        }
        update(&folder.path().join("edited"), &embedder, &asked, &()).unwrap();
    }
    update(&folder.path().join("anew"), &embedder, &asked, &()).unwrap();
    let edited = answers(&folder.path().join("edited"), &embedder);
    let anew = answers(&folder.path().join("anew"), &embedder);
    for (edited, anew) in edited.iter().zip(&anew) {
        let ids = |answers: &Answers| -> Vec<(String, Vec<String>)> {
            let results = answers.results.iter();
            results
                .map(|r| (r.passage.id.clone(), r.duplicates.clone()))
                .collect()
        };
        prop_assert_eq!(ids(edited), ids(anew), "{} {:?}", edited.query, edited.mode);
        for (a, b) in edited.results.iter().zip(&anew.results) {
            prop_assert!((a.score - b.score).abs() < 1e-5);
            prop_assert!((a.confidence.unwrap_or(0.0) - b.confidence.unwrap_or(0.0)).abs() < 1e-5);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edited_or_built_anew(rounds in edits()) {
        compare(rounds)?;
    }
}

/// Passages with the same text have the same score, and other rows in either index.
#[test]
fn passages_of_one_score_stand_in_one_order() {
    let rounds = vec![
        vec![(1, vec![0, 0, 0, 8, 9])],
        vec![(2, vec![0, 8, 1, 9])],
        vec![(0, vec![5, 3, 3, 8, 9])],
    ];
    compare(rounds).unwrap();
}
