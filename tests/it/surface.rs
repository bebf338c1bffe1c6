//! `passages`, `show`, `status`, `models`, `completions`, and filters.

use crate::support::{ARTICLES, Folder, Tane};

#[test]
fn passages_of_a_file_and_what_was_left_out() {
    let folder = Folder::new(&[(
        "a.txt",
        "見出し\n一つ目の文です。二つ目の文です。\n![]() |\nコメント (0)\n出典: https://example.com/a\n",
    )]);
    let cut = folder.tane(["passages", "--json", "a.txt"]).json();
    assert_eq!(cut["article"]["title"], "見出し");
    assert_eq!(cut["article"]["source_url"], "https://example.com/a");
    assert_eq!(cut["passages"].as_array().unwrap().len(), 1);
    let passage = &cut["passages"][0];
    assert_eq!(
        (passage["start_line"].as_u64(), passage["end_line"].as_u64()),
        (Some(1), Some(2))
    );
    assert_eq!(passage["sentences"].as_array().unwrap().len(), 2);
    let reasons: Vec<&str> = cut["omitted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["image-markup", "comment-form", "source-line"]);
    let piped = folder
        .tane(["passages", "--json", "-"])
        .stdin("A text.\n")
        .json();
    assert_eq!(piped["passages"][0]["text"], "A text.");
    assert_eq!(
        folder.tane(["passages", "-"]).stdin("\n").run().code,
        Some(1)
    );
}

#[test]
fn show_a_passage_with_its_surroundings() {
    let passage = Tane::on_seeds([
        "show",
        "--json",
        "--context",
        "1",
        "001_89299e0010fc7634.txt#3",
    ])
    .json();
    let text = passage["passage"]["text"].as_str().unwrap();
    assert_eq!(passage["passage"]["id"], "seeds/001_89299e0010fc7634.txt#3");
    let context = &passage["context"];
    for side in ["before", "after"] {
        let side = context[side].as_str().unwrap();
        assert!(!side.is_empty() && !text.contains(side));
    }
    let article = Tane::on_seeds(["show", "seeds/001_89299e0010fc7634.txt"]).ok();
    assert!(article.starts_with("Meta CEO マーク・ザッカーバーグ氏からの 10 億ドルのオファー\n"));
}

#[test]
fn filters_and_limits() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let ids = |args: &[&str]| -> Vec<String> {
        let answer = folder
            .tane(["query", "--json", "food and sleep"].iter().chain(args))
            .json();
        let results = answer["results"].as_array().unwrap();
        results
            .iter()
            .map(|r| r["article"]["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&[]).len(), 3);
    assert_eq!(ids(&["--lang", "ja"]), ["docs/cats.txt"]);
    assert_eq!(ids(&["--article", "docs/r*"]), ["docs/rail.txt"]);
    assert_eq!(ids(&["--article", "soup.*"]), ["docs/soup.txt"]);
    assert_eq!(ids(&["--source", "example.com"]), ["docs/soup.txt"]);
    let lines = folder.tane(["query", "--jsonl", "-n", "2", "sleep"]).ok();
    assert_eq!(lines.lines().count(), 2);
    let one = Tane::on_seeds(["query", "--json", "-n", "5", "--per-article", "1", "Meta"]).json();
    let mut articles: Vec<&str> = one["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["article"]["id"].as_str().unwrap())
        .collect();
    articles.sort_unstable();
    articles.dedup();
    assert_eq!(articles.len(), 5);
}

#[test]
fn models_are_listed_with_what_runs() {
    let list = Tane::new(["models", "list", "--json"]).json();
    let models = list["models"].as_array().unwrap();
    assert!(models.len() >= 12);
    for model in models {
        let bundled = model["name"] == "multilingual-e5-small";
        assert_eq!(model["runnable"], bundled, "{model}");
        assert_eq!(model["pinned"], bundled, "{model}");
        assert_eq!(model["reason"].is_null(), bundled, "{model}");
    }
    let plain = Tane::new(["models", "list"]).ok();
    assert!(plain.lines().any(|line| line.contains("ruri-v3-30m")
        && line.contains("unpinned")
        && line.contains("to be pulled")
        && line.starts_with('~')));
    let shown = Tane::new(["models", "show", "bge-m3"]).ok();
    assert!(shown.contains("8192") && shown.contains("cls"));
    assert!(
        Tane::new(["models", "show", "nope"])
            .fails(2)
            .contains("unknown model `nope`")
    );
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            Tane::new(["completions", shell]).ok().contains("similar"),
            "{shell}"
        );
    }
}
