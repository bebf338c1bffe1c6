//! `tane similar`.

use crate::support::{ARTICLES, Folder, Tane};

#[test]
fn articles_resemble_through_cited_pairs() {
    let id = "seeds/000_aeedbf9545c623bb.txt";
    let found = Tane::on_seeds(["similar", "--json", "-n", "9", "000_aeedbf9545c623bb.txt"]).json();
    assert_eq!(found["article"]["id"], id);
    let results = found["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        assert_ne!(result["article"]["id"], id);
        assert_eq!(result["duplicate"], serde_json::Value::Null);
        let pairs = result["pairs"].as_array().unwrap();
        assert_eq!(pairs.len(), 3);
        assert!(
            pairs
                .windows(2)
                .all(|p| p[0]["score"].as_f64() >= p[1]["score"].as_f64())
        );
        assert!(pairs[0]["from"]["id"].as_str().unwrap().starts_with(id));
    }
    let all = Tane::on_seeds(["similar", "--all", "--json"]).json();
    let row = &all["scores"][0];
    for result in results {
        let column = all["articles"]
            .as_array()
            .unwrap()
            .iter()
            .position(|id| *id == result["article"]["id"])
            .unwrap();
        assert!((row[column].as_f64().unwrap() - result["score"].as_f64().unwrap()).abs() < 1e-6);
        let back = all["scores"][column][0].as_f64().unwrap();
        assert!(
            (back - row[column].as_f64().unwrap()).abs() < 1e-6,
            "not symmetric"
        );
    }
}

#[test]
fn a_file_that_is_not_indexed() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    folder.write("outside.txt", ARTICLES[1].1);
    let found = folder.tane(["similar", "--json", "outside.txt"]).json();
    assert_eq!(found["article"]["id"], "outside.txt");
    let best = &found["results"][0];
    assert_eq!(
        (&best["article"]["id"], &best["duplicate"]),
        (&"docs/rail.txt".into(), &"identical".into())
    );
    assert!(best["score"].as_f64().unwrap() > 0.9999);
    let piped = folder
        .tane(["similar", "--json", "-"])
        .stdin("Onion soup needs salt.\n")
        .json();
    assert_eq!(piped["results"][0]["article"]["id"], "docs/soup.txt");
}

#[test]
fn a_file_comes_before_part_of_an_id() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let subject = |given: &str| {
        let found = folder.tane(["similar", "--json", given]).json();
        found["article"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(subject("soup"), "docs/soup.txt");
    folder.write("soup", ARTICLES[1].1);
    assert_eq!(subject("soup"), "soup");
    assert_eq!(subject("soup.txt"), "docs/soup.txt");
}

#[test]
fn copies_are_told_from_what_is_merely_related() {
    let original = include_str!("../../seeds/001_89299e0010fc7634.txt");
    let lines: Vec<&str> = original.lines().collect();
    let cut = lines[..lines.len() / 2].join("\n");
    let reordered: Vec<&str> = lines.iter().rev().copied().collect();
    let edited = format!("Syndicated.\n{}", original.replace("。", "。\n"));
    let folder = Folder::new(&[
        ("docs/original.txt", original),
        ("docs/cut.txt", &cut),
        ("docs/reordered.txt", &reordered.join("\n")),
        ("docs/edited.txt", &edited),
        (
            "docs/related.txt",
            include_str!("../../seeds/000_aeedbf9545c623bb.txt"),
        ),
        ("docs/same.txt", original),
    ]);
    folder.tane(["index", "docs"]).ok();
    let found = folder
        .tane(["similar", "--json", "-n", "9", "original.txt"])
        .json();
    for result in found["results"].as_array().unwrap() {
        let expected = match result["article"]["id"].as_str().unwrap() {
            "docs/same.txt" => Some("identical"),
            "docs/related.txt" => None,
            _ => Some("near"),
        };
        assert_eq!(
            result["duplicate"].as_str(),
            expected,
            "{}",
            result["article"]["id"]
        );
    }
    let all = folder.tane(["similar", "--all", "--json"]).json();
    let pairs = all["duplicates"].as_array().unwrap();
    assert!(
        pairs
            .iter()
            .all(|pair| !pair.to_string().contains("related"))
    );
    let with = |id: &str| pairs.iter().filter(|p| p.to_string().contains(id)).count();
    assert_eq!((with("original.txt"), with("cut.txt")), (4, 4));

    // For people: the most alike pairs first, marked, and how to get the rest.
    let said = folder.tane(["similar", "--all", "--limit", "2"]).ok();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("1  1.000  "), "{said}");
    let title = lines[0].trim_start_matches("1  1.000  ");
    assert_eq!(lines[1], format!("{}{title}", " ".repeat(10)), "{said}");
    assert_eq!(lines[2], "   identical duplicates", "{said}");
    assert_eq!(
        lines[3..5],
        ["   docs/original.txt", "   docs/same.txt"],
        "{said}"
    );
    let ranks = lines
        .iter()
        .filter(|line| line.starts_with(char::is_numeric));
    assert_eq!(ranks.count(), 3, "two pairs and their number: {said}");
    assert!(
        said.contains("\n2 of 15 pairs; 10 pairs of all hold the same text\n"),
        "{said}"
    );
    assert!(
        said.contains("--json") && said.contains("--out matrix.svg"),
        "{said}"
    );
    // Without a limit there are twenty, or all.
    let whole = folder.tane(["similar", "--all"]).ok();
    assert!(
        whole.contains("\n15 of 15 pairs") && whole.len() < 5_000,
        "{whole}"
    );
}
