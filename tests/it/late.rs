//! The second look: what it needs is stored, taken away and computed later, and every index like it gives the same answers.

use serde_json::Value;

use crate::support::{ARTICLES, Folder, Tane, resigned};

/// No passage has its words.
const QUESTION: &str = "When do cats go hunting?";

fn indexed(how: &[&str]) -> Folder {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).args(how).ok();
    folder
}

fn results(folder: &Folder, how: &[&str]) -> Vec<Value> {
    let asked = folder.tane(["query", "--json", QUESTION]).args(how);
    asked.json()["results"].as_array().unwrap().clone()
}

/// Scores, without what a name of a folder decides.
fn scores(folder: &Folder) -> Vec<Value> {
    let view = |result: Value| {
        let id = &result["passage"]["id"];
        serde_json::json!([
            id,
            result["score"],
            result["confidence"],
            result["scores"],
            result["met"]
        ])
    };
    results(folder, &[]).into_iter().map(view).collect()
}

fn sections(folder: &Folder) -> Value {
    let text = std::fs::read(folder.path().join("ix/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    manifest["segments"][0].clone()
}

#[test]
fn the_best_passages_are_compared_token_by_token_unless_that_is_switched_off() {
    let folder = indexed(&[]);
    let best = results(&folder, &[]).swap_remove(0);
    assert_eq!(best["article"]["id"], "docs/cats.txt");
    assert!(best["scores"]["late"].as_f64().unwrap() > 0.3, "{best}");
    // Each word that met is where it says.
    let asked = folder.tane(["query", "--json", "how long are onions boiled"]);
    let soup = asked.json()["results"][0].take();
    assert_eq!(soup["article"]["id"], "docs/soup.txt");
    let (_, text) = ARTICLES[2];
    let mut met = Vec::new();
    for word in soup["met"].as_array().unwrap() {
        let at = |end: &str| usize::try_from(word[end].as_u64().unwrap()).unwrap();
        let stands = text.get(at("start_byte")..at("end_byte"));
        assert_eq!(stands, word["text"].as_str());
        met.push((word["question"].as_str().unwrap(), stands.unwrap()));
    }
    assert!(met.contains(&("onions", "onions")), "{met:?}");
    assert!(met.contains(&("boiled", "Boil")), "{met:?}");
    for off in ["off", "0"] {
        let without = results(&folder, &["--late", off]);
        assert!(
            without
                .iter()
                .all(|result| result["scores"]["late"].is_null())
        );
        assert!(
            without
                .iter()
                .all(|result| result["met"] == serde_json::json!([]))
        );
    }
    let one = results(&folder, &["--late", "1"]);
    let looked = one
        .iter()
        .filter(|result| !result["scores"]["late"].is_null());
    assert_eq!(looked.count(), 1);
    // Words tell enough where one passage has them all; vectors and words alone are what they were.
    for how in [
        ["railway", "--mode", "hybrid"],
        [QUESTION, "--mode", "dense"],
    ] {
        let found = folder.tane(["query", "--json"]).args(how).json();
        assert!(found["results"][0]["scores"]["late"].is_null(), "{found}");
    }
    let message = folder.tane(["query", "--late", "some", "cats"]).fails(2);
    assert!(message.contains("auto, off or a number"), "{message}");
}

#[test]
fn what_it_needs_is_left_out_on_request_and_computed_later() {
    let whole = indexed(&[]);
    let folder = indexed(&["--no-late"]);
    assert!(sections(&folder)["late"].is_null());
    assert_eq!(
        sections(&folder)["sections"]["tokens"]["start"],
        sections(&folder)["sections"]["tokens"]["end"]
    );
    assert!(
        results(&folder, &[])
            .iter()
            .all(|result| result["scores"]["late"].is_null())
    );

    // The choice is remembered, and nothing is said to be lacking.
    folder.write("docs/owl.txt", "The owl hoots at night.\n");
    let report = folder.tane(["index", "--json"]).json();
    assert_eq!(
        (&report["embedded"], &report["without_tokens"]),
        (&1.into(), &0.into())
    );
    folder.remove("docs/owl.txt");
    folder.tane(["index"]).ok();

    // Vectors are kept, tokens computed; then the index is as one that had them from the start.
    let report = folder.tane(["index", "--late", "--json"]).json();
    assert_eq!(
        (&report["articles"], &report["without_tokens"]),
        (&3.into(), &0.into())
    );
    assert_eq!(report["embedded"], sections(&folder)["passages"]);
    assert_eq!(
        sections(&folder)["late"]["passages"],
        sections(&folder)["passages"]
    );
    assert_eq!(scores(&folder), scores(&whole));
    folder.tane(["verify"]).ok();
    let again = folder.tane(["index", "--late", "--json"]).json();
    assert_eq!(again["embedded"], 0);

    // And they go again.
    let report = folder.tane(["index", "--no-late", "--json"]).json();
    assert_eq!(report["embedded"], 0);
    assert!(sections(&folder)["late"].is_null());
    folder.tane(["verify"]).ok();
}

#[test]
fn the_stored_text_is_enough_where_the_files_are_gone() {
    let whole = indexed(&[]);
    let folder = indexed(&["--no-late"]);
    std::fs::rename(folder.path().join("docs"), folder.path().join("away")).unwrap();
    folder.tane(["index"]).fails(2);
    let ran = folder.tane(["index", "--late", "--json"]).run();
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        (&report["kept"], &report["without_tokens"]),
        (&3.into(), &0.into())
    );
    assert_eq!(report["embedded"], sections(&folder)["passages"]);
    // As if they had been there; but for paths, which are ids where there is no file.
    assert_eq!(scores(&folder), scores(&whole));
    folder.tane(["verify"]).ok();
}

#[test]
fn damaged_codes_cost_no_article_whose_file_is_gone() {
    // Enough of them that a block of the file holds nothing else.
    let sentence = |n: usize| format!("Mill number {n} turns by the river {}.", n * 7);
    let mills: Vec<String> = (0..300).map(sentence).collect();
    let folder = Folder::new(&[("docs/mills.txt", &mills.join(" ")), ARTICLES[1]]);
    folder.tane(["index", "docs"]).ok();
    let before = scores(&folder);
    std::fs::rename(folder.path().join("docs"), folder.path().join("away")).unwrap();
    let section = sections(&folder)["sections"]["tokens"].clone();
    let at = |end: &str| usize::try_from(section[end].as_u64().unwrap()).unwrap();
    let path = folder.path().join("ix/00000001.segment");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[usize::midpoint(at("start"), at("end"))] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    folder.tane(["verify"]).fails(1);
    let ran = folder.tane(["index", "--late", "--json"]).run();
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        (&report["articles"], &report["without_tokens"]),
        (&2.into(), &0.into())
    );
    // Only what lay in that block is computed again.
    let embedded = report["embedded"].as_u64().unwrap();
    assert!(0 < embedded && embedded < report["passages"].as_u64().unwrap());
    folder.tane(["verify"]).ok();
    assert_eq!(scores(&folder), before);
}

#[test]
fn what_needs_a_layer_says_that_the_model_names_none() {
    let folder = Folder::new(&ARTICLES);
    let model = format!("{}/tests/data/models/bert", env!("CARGO_MANIFEST_DIR"));
    for args in [
        &["index", "docs", "--late", "--model", &model][..],
        &["embed", "--tokens", "--model", &model],
    ] {
        let said = folder.tane(args.iter().copied()).fails(2);
        assert!(said.contains("late_layer"), "{said}");
    }
    folder.tane(["index", "docs", "--model", &model]).ok();
    let asked = |how: &[&str]| {
        let found = folder.tane(["query", "--json", QUESTION]).args(how).json();
        found["notes"].to_string()
    };
    assert!(asked(&["--late", "20"]).contains("late_layer"));
    assert!(!asked(&[]).contains("late_layer"));
}

#[test]
fn an_index_that_lacks_some_of_it_says_so_and_answers() {
    let folder = indexed(&["--no-late"]);
    // As an index that an older program made: nothing is said of token codes.
    let path = folder.path().join("ix/manifest.json");
    let manifest = std::fs::read_to_string(&path).unwrap();
    let older = manifest.replace("  \"no_late\": true,\n", "");
    assert_ne!(manifest, older);
    std::fs::write(&path, resigned(&older)).unwrap();

    folder.write("docs/dogs.txt", "犬は朝と夕方に散歩に行く。\n");
    let ran = folder.tane(["index", "--json"]).run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        (&report["embedded"], &report["passages"]),
        (&1.into(), &4.into())
    );
    assert_eq!(report["without_tokens"], 3);
    let said = folder.tane(["index"]).run().stderr;
    assert!(
        said.contains("3 of 4 passages") && said.contains("`tane --index ix index --late`"),
        "{said}"
    );
    let found = results(&folder, &[]);
    assert_eq!(found[0]["article"]["id"], "docs/cats.txt");
    let looked = found
        .iter()
        .filter(|result| !result["scores"]["late"].is_null());
    assert_eq!(looked.count(), 1);
    folder.tane(["verify"]).ok();
    assert_eq!(
        folder.tane(["index", "--late", "--json"]).json()["embedded"],
        3
    );
    assert!(
        results(&folder, &[])
            .iter()
            .all(|result| !result["scores"]["late"].is_null())
    );
}

#[test]
fn shards_that_are_merged_bring_theirs_along() {
    let folder = indexed(&[]);
    let here = |args: &[&str]| Tane::new(args).dir(folder.path());
    for (part, index) in [("1/2", "s1"), ("2/2", "s2")] {
        here(&["index", "docs", "--shard", part, "--index", index]).ok();
    }
    here(&["merge", "s1", "s2", "--index", "m"]).ok();
    let before = scores(&folder);
    std::fs::rename(folder.path().join("ix"), folder.path().join("old")).unwrap();
    std::fs::rename(folder.path().join("m"), folder.path().join("ix")).unwrap();
    assert_eq!(scores(&folder), before);
}

#[test]
fn words_that_met_are_those_of_the_passage_that_is_shown() {
    let same = "市場は朝六時に開く。魚と野菜が並び、多くの客が集まる。\n";
    let english = format!(
        "Notes of a traveller\n\nThe town is old. Its streets are narrow and steep.\n\n{same}"
    );
    let japanese = format!("ある町の暮らし\n\n{same}");
    let folder = Folder::new(&[("docs/a.txt", &english), ("docs/b.txt", &japanese)]);
    folder.tane(["index", "docs"]).ok();
    let asked = ["query", "--json", "マーケットの営業は何時からですか"];
    let found = folder.tane(asked).json();
    let results = found["results"].as_array().unwrap();
    assert!(
        results
            .iter()
            .any(|result| !result["met"].as_array().unwrap().is_empty())
    );
    for result in results {
        let passage = &result["passage"];
        let at = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        let start = at(&passage["start_byte"]);
        for met in result["met"].as_array().unwrap() {
            let place = at(&met["start_byte"]) - start..at(&met["end_byte"]) - start;
            assert_eq!(
                passage["text"].as_str().unwrap().get(place),
                met["text"].as_str()
            );
        }
    }
    folder.tane(["query", "--color", "always", asked[2]]).ok();
}

#[test]
fn words_that_met_are_told_where_some_of_the_text_is_not_read() {
    let page = "# Market\n\nThe market [opens](https://example.com/hours) at **six** in the morning.\n\n\
        | Stall | Goods |\n| --- | --- |\n| 1 | fish and mussels |\n";
    let folder = Folder::new(&[("docs/a.md", page)]);
    folder.tane(["index", "docs"]).ok();
    let mut told = Vec::new();
    for question in [
        "When in the morning does the fair open?",
        "Which stand sells seafood?",
    ] {
        let found = folder.tane(["query", "--json", question]).json();
        for result in found["results"].as_array().unwrap() {
            for met in result["met"].as_array().unwrap() {
                let at = |end: &str| usize::try_from(met[end].as_u64().unwrap()).unwrap();
                let (stands, read) = (&page[at("start_byte")..at("end_byte")], &met["text"]);
                assert_eq!(stands, read.as_str().unwrap());
                told.push(stands.to_owned());
            }
        }
    }
    for word in ["morning", "Goods"] {
        assert!(told.iter().any(|told| told == word), "{told:?}");
    }
}

#[test]
fn in_a_folder_of_one_passage_a_better_meeting_is_more_likely() {
    let folder = Folder::new(&ARTICLES[..1]);
    folder.tane(["index", "docs"]).ok();
    let likely = |question: &str| {
        let found = folder.tane(["query", "--json", question]).json();
        found["results"][0]["confidence"].as_f64().unwrap()
    };
    assert!(likely(QUESTION) > 2.0 * likely("How much is a train ticket?"));
}
