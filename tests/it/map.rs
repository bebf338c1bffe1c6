//! The map of a corpus: like beside like, the same every time, in words and in files.

use serde_json::Value;

use crate::support::{ARTICLES, Folder};

/// Articles about ships, and about bread.
fn folder() -> Folder {
    let folder = Folder::new(&[]);
    let ships = [
        "harbour",
        "lighthouse",
        "captain",
        "anchor",
        "ferry",
        "dock",
        "sailor",
        "cargo",
    ];
    let bread = [
        "flour", "oven", "yeast", "baker", "dough", "crust", "rye", "loaf",
    ];
    for (subject, words) in [("ships", ships), ("bread", bread)] {
        for word in words {
            let text = match subject {
                "ships" => format!(
                    "The {word} and the sea\n\nShips reach the port at dawn. The {word} is ready when they come in from the sea.\n"
                ),
                _ => format!(
                    "The {word} and the kitchen\n\nFresh bread is baked before breakfast. The {word} matters most for a good taste.\n"
                ),
            };
            folder.write(&format!("docs/{subject}/{word}.txt"), &text);
        }
    }
    folder.tane(["index", "docs"]).ok();
    folder
}

fn subject(article: &Value) -> &str {
    article["id"].as_str().unwrap().split('/').nth(1).unwrap()
}

#[test]
fn like_articles_are_one_group_and_the_map_is_the_same_on_any_number_of_threads() {
    let folder = folder();
    let on = |threads: &str| {
        // Another cache, so that it is computed anew.
        let map = folder.tane(["map", "--json", "--threads", threads]);
        map.env("XDG_CACHE_HOME", folder.path().join(threads))
            .json()
    };
    let map = on("1");
    assert_eq!(map, on("2"));
    assert_eq!((&map["total"], &map["shown"]), (&16.into(), &16.into()));
    let articles = map["articles"].as_array().unwrap();
    let points = &map["points"];
    let middle = |wanted: &str, axis: &str| {
        let of = (0..16).filter(|at| subject(&articles[*at]) == wanted);
        of.map(|at| points[axis][at].as_f64().unwrap()).sum::<f64>() / 8.0
    };
    let apart = |axis| middle("ships", axis) - middle("bread", axis);
    assert!(apart("x").hypot(apart("y")) > 0.3, "{map}");
    // No group has articles of both.
    let mut of_group = std::collections::BTreeMap::new();
    for (at, article) in articles.iter().enumerate() {
        let cluster = points["cluster"][at].as_i64().unwrap();
        let known = of_group.entry(cluster).or_insert_with(|| subject(article));
        assert!(cluster < 0 || *known == subject(article), "{map}");
    }
    let words = map["clusters"].to_string();
    assert!(
        words.contains("bread") || words.contains("Fresh"),
        "{words}"
    );
    assert!(
        words.contains("ships") || words.contains("Ships") || words.contains("sea"),
        "{words}"
    );
}

#[test]
fn map_and_matrix_have_the_same_clusters() {
    let folder = folder();
    let map = folder.tane(["map", "--json"]).json();
    folder
        .tane(["similar", "--all", "--out", "matrix.json"])
        .ok();
    let matrix = std::fs::read(folder.path().join("matrix.json")).unwrap();
    let matrix: Value = serde_json::from_slice(&matrix).unwrap();
    let clusters = matrix["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), map["clusters"].as_array().unwrap().len());
    for (at, article) in map["articles"].as_array().unwrap().iter().enumerate() {
        let own = matrix["articles"].as_array().unwrap().iter();
        let mut own = own.filter(|own| own["id"] == article["id"]);
        let there = own.next().unwrap()["cluster"].as_u64().unwrap() as usize;
        let number = &clusters[there]["number"];
        assert_eq!(*number, map["points"]["cluster"][at]);
        let words = &map["clusters"][number.as_u64().unwrap() as usize]["words"];
        assert_eq!(clusters[there]["words"], *words);
    }
    let pairs = matrix["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 100);
    let scores = pairs.iter().map(|pair| pair["score"].as_f64().unwrap());
    assert!(scores.clone().is_sorted_by(|a, b| a >= b));
    assert_eq!(scores.fold(0.0, f64::max), matrix["high"].as_f64().unwrap());
}

#[test]
fn it_is_printed_in_words_and_written_as_files() {
    let folder = folder();
    let said = folder.tane(["map"]).ok();
    assert!(
        said.starts_with("16 articles in ") && said.contains(" cluster"),
        "{said}"
    );
    assert!(said.contains(" and the kitchen"), "{said}");
    for (args, file, begins) in [
        (&["map", "--of", "passages"][..], "map.svg", "<svg"),
        (&["map", "--by", "folder"], "map.html", "<!doctype html>"),
        (&["map"], "map.json", "{\"version\":1"),
        (&["similar", "--all"], "matrix.svg", "<svg"),
        (&["similar", "--all"], "matrix.json", "{\"version\":1"),
    ] {
        folder.tane(args.iter().copied()).args(["--out", file]).ok();
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.starts_with(begins), "{file}: {}", &text[..80]);
        assert!(
            begins == "{\"version\":1" || text.contains("kitchen"),
            "{file}"
        );
    }
    for args in [
        &["map", "--out", "map.png"][..],
        &["map", "--of", "files"],
        &["similar", "--all", "--out", "matrix.html"],
    ] {
        let said = folder.tane(args.iter().copied()).fails(2);
        let told = [
            "ends in .svg, .html or .json",
            "expected articles or passages",
            "written as .svg or .json",
        ];
        assert!(told.iter().any(|told| said.contains(told)), "{said}");
    }
}

#[test]
fn it_is_kept_until_the_index_changes() {
    let folder = folder();
    let cache = folder.path().join("cache");
    let map = || {
        folder
            .tane(["map", "--json"])
            .env("XDG_CACHE_HOME", &cache)
            .json()
    };
    let first = map();
    assert_eq!(first, map());
    let kept = std::fs::read_dir(cache.join("tane/maps")).unwrap();
    assert_eq!(kept.count(), 1);
    // What is kept is what is given, as long as its parts fit together.
    let file = std::fs::read_dir(cache.join("tane/maps"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let text = std::fs::read_to_string(&file).unwrap();
    let word = first["clusters"][0]["words"][0].as_str().unwrap();
    let changed = text.replacen(&format!("\"{word}\""), "\"kept\"", 1);
    std::fs::write(&file, &changed).unwrap();
    assert_eq!(map()["clusters"][0]["words"][0], "kept");
    for broken in [
        "{".to_owned(),
        changed.replacen("\"shown\":16", "\"shown\":17", 1),
    ] {
        std::fs::write(&file, broken).unwrap();
        assert_eq!(first, map());
    }
    folder.write(
        "docs/bread/toast.txt",
        "Toast\n\nBread that is a day old is toasted.\n",
    );
    folder.tane(["index"]).ok();
    let next = map();
    assert_eq!(next["total"], 17);
    assert_ne!(first["generation"], next["generation"]);
}

#[test]
fn few_articles_have_a_map_too() {
    for count in 1..=3 {
        let folder = Folder::new(&ARTICLES[..count]);
        folder.tane(["index", "docs"]).ok();
        let map = folder.tane(["map", "--json"]).json();
        assert_eq!(map["shown"], count);
        folder.tane(["map"]).ok();
        folder
            .tane(["map", "--of", "passages", "--out", "m.svg"])
            .ok();
        folder.tane(["similar", "--all", "--out", "s.svg"]).ok();
    }
}
