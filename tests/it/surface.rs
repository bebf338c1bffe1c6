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
fn a_passage_is_marked_among_the_sentences_around_it() {
    let folder = Folder::new(&[(
        "docs/soup.md",
        "The soup.\n\nBoil onions for twenty minutes. Add salt at the end. Serve it hot.\n\n\n\n\
         Eat it with bread. It is good for the winter. Keep it for two days.\n",
    )]);
    folder.tane(["index", "docs"]).ok();
    let shown = folder.tane(["show", "soup.md#1"]).ok();
    let expected = "\
The soup.
   docs/soup.md:1-3
   passage 1 of 3

 │ The soup.
 │
 │ Boil onions for twenty minutes. Add salt at the end.
   Serve it hot.

   Eat it with bread.
";
    assert_eq!(shown, expected);
    let several = folder.tane(["show", "soup.md#1-2"]).ok();
    assert!(several.contains("passages 1-2 of 3"), "{several}");
    // The paragraphs of an article stay apart, by one line.
    let article = folder.tane(["show", "soup.md"]).ok();
    assert!(article.contains("hot.\n\n   Eat it"), "{article}");
}

#[test]
fn part_of_an_id_is_enough_where_only_one_has_it() {
    let folder = Folder::new(&[
        ("docs/2024-report.txt", "The report is about the harbour.\n"),
        ("docs/2024-letter.txt", "The letter is about the bridge.\n"),
        ("docs/note.txt", "The first line of a note.\n"),
        ("docs/note.txt#12", "The hut lies above the lake.\n"),
    ]);
    folder.tane(["index", "docs"]).ok();
    let show = |id: &str| folder.tane(["show", id]).ok();
    assert!(show("report").contains("harbour"));
    assert!(show("4-let").contains("bridge"));
    assert!(show("report#1").contains("passage 1 of 1"));
    assert!(show("report.t:1").contains("passage 1 of 1"));
    assert!(show("#12").contains("above the lake"));
    // A whole name comes first: passage 1 of `note.txt`, not part of `note.txt#12`.
    assert!(show("note.txt#1").contains("first line of a note"));
    assert!(show("note.txt").contains("first line of a note"));
    let several = folder.tane(["show", "2024"]).fails(2);
    assert!(
        several.contains("several ids contain it: docs/2024-letter.txt, docs/2024-report.txt"),
        "{several}"
    );
    let passage = folder.tane(["show", "2024#1"]).fails(2);
    assert!(passage.contains("docs/2024-letter.txt"), "{passage}");
    let none = folder.tane(["show", "2025"]).fails(2);
    assert!(
        none.contains("`tane --index ix status --articles`"),
        "{none}"
    );
    folder.tane(["show", ""]).fails(2);
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
fn every_id_that_is_printed_can_be_shown() {
    let folder = Folder::new(&[
        (
            "docs/rows.jsonl",
            "{\"id\":\"part#1\",\"text\":\"Oil the hinge.\"}\n{\"id\":\"part#2\",\"text\":\"Wash the lid.\"}\n",
        ),
        ("docs/note#9", "The pump was mended on Friday.\n"),
        (
            "docs/note",
            "The first line of a note.\n\n# Two\n\nThe second line of a note.\n",
        ),
    ]);
    folder.tane(["index", "docs"]).ok();
    let answer = folder
        .tane(["query", "--json", "-n", "9", "the hinge and the pump"])
        .json();
    for result in answer["results"].as_array().unwrap() {
        let text = result["passage"]["text"].as_str().unwrap();
        for id in [
            &result["passage"]["id"],
            &result["article"]["id"],
            &result["citation"],
        ] {
            let shown = folder.tane(["show"]).arg(id.as_str().unwrap()).ok();
            assert!(
                shown.contains(text.lines().next().unwrap()),
                "{id}: {shown}"
            );
        }
    }
    let show = |id: &str| folder.tane(["show", id]).ok();
    assert!(show("docs/rows.jsonl@part#2").contains("Wash the lid."));
    assert!(show("rows.jsonl@part#2#1").contains("Wash the lid."));
    assert!(show("docs/note#9").contains("The pump"));
    assert!(show("note#9").contains("The pump"));
    assert!(show("docs/note#1").contains("The first line"));
    let several = folder.tane(["show", "./docs/rows.jsonl"]).fails(2);
    assert!(
        several.contains("rows.jsonl@part#1, docs/rows.jsonl@part#2"),
        "{several}"
    );
    let outside = folder.tane(["show", "docs/note#9#7"]).fails(2);
    assert!(outside.contains("passages 1 to 1"), "{outside}");
}

#[test]
fn names_in_either_unicode_form() {
    let folder = Folder::new(&[
        (
            "docs/cafe\u{301} か\u{3099}.txt",
            "The hut lies above the lake.\n",
        ),
        ("docs/b.txt", "Another hut.\n"),
    ]);
    folder.tane(["index", "docs"]).ok();
    for name in [
        "docs/café が.txt",
        "café が.txt",
        "./docs/café が.txt",
        "docs/cafe\u{301} が.txt#1",
    ] {
        assert!(
            folder.tane(["show", name]).ok().contains("above the lake"),
            "{name}"
        );
    }
    for given in [
        "café が.txt",
        "café*",
        "./docs/café が.txt",
        "docs/cafe\u{301} か\u{3099}.txt",
    ] {
        let answer = folder
            .tane(["query", "--json", "--article", given, "hut"])
            .json();
        assert_eq!(answer["results"].as_array().unwrap().len(), 1, "{given}");
    }
    let similar = folder
        .tane(["similar", "--json", "./docs/café が.txt"])
        .json();
    assert_eq!(similar["results"][0]["article"]["id"], "docs/b.txt");
}

#[test]
fn an_article_by_its_name_before_a_glob() {
    let folder = Folder::new(&[
        ("docs/[a] plan.md", "The fence is green.\n"),
        ("docs/a plan.md", "The fence is white.\n"),
        ("docs/{x,y}.txt", "The fence is high.\n"),
        ("docs/x.txt", "The fence is low.\n"),
        (
            "docs/rows.csv",
            "id,text\n1,The fence is old.\n2,The fence is new.\n",
        ),
    ]);
    folder.tane(["index", "docs"]).ok();
    for (given, found) in [
        ("[a] plan.md", 1),
        ("docs/[a] plan.md", 1),
        ("{x,y}.txt", 1),
        ("[ab] plan.md", 1),
        ("x*", 1),
        ("*.txt", 2),
        ("rows.csv", 2),
        ("docs/rows.csv", 2),
        ("docs/rows.csv@2", 1),
        ("docs/*", 6),
    ] {
        let answer = folder
            .tane(["query", "--json", "-n", "9", "--article", given, "fence"])
            .json();
        assert_eq!(
            answer["results"].as_array().unwrap().len(),
            found,
            "{given}"
        );
    }
    let bad = folder.tane(["query", "--article", "[x", "fence"]).fails(2);
    assert!(bad.contains("bad pattern `[x`"), "{bad}");
}

#[test]
fn languages_and_sources_as_they_are_meant() {
    let page = "---\nlang: ja-JP\nurl: https://Sub.Example.com/Path\n---\n\n港の船は九時に出る。\n";
    let folder = Folder::new(&[
        ("docs/a.md", page),
        ("docs/b.md", "---\nlang: en\n---\n\nThe ship is late.\n"),
    ]);
    folder.tane(["index", "docs"]).ok();
    let ids = |flag: &str, given: &str| -> Vec<String> {
        let answer = folder.tane(["query", "--json", flag, given, "ship"]).json();
        let results = answer["results"].as_array().unwrap().iter();
        results
            .map(|r| r["article"]["id"].as_str().unwrap().to_owned())
            .collect()
    };
    for lang in ["ja", "JA", "ja-JP", "ja_JP", "Japanese", "日本語", "fr,ja"] {
        assert_eq!(ids("--lang", lang), ["docs/a.md"], "{lang}");
    }
    for source in [
        "example.com",
        "EXAMPLE.COM/path",
        "https://www.example.com/",
        "sub.example.com",
    ] {
        assert_eq!(ids("--source", source), ["docs/a.md"], "{source}");
    }
    let message = folder.tane(["query", "--lang", "Klingon", "ship"]).fails(2);
    assert!(
        message.contains("no language `Klingon`")
            && message.contains("English (en), Japanese (ja)"),
        "{message}"
    );
    let partly = folder.tane(["query", "--lang", "fr,ja", "ship"]).run();
    assert!(
        partly.stderr.contains("no article is in French"),
        "{}",
        partly.stderr
    );
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
    let plain = Tane::new(["models", "list"]).env("TANE_OFFLINE", "1").ok();
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
