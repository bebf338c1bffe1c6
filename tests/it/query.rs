//! `tane query`: what must and must not occur, doubt, duplicates, explanations.

use serde_json::Value;

use crate::support::{ARTICLES, Folder, Tane};

fn folder() -> Folder {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    folder
}

fn ids(answer: &Value) -> Vec<&str> {
    let results = answer["results"].as_array().unwrap();
    results
        .iter()
        .map(|r| r["article"]["id"].as_str().unwrap())
        .collect()
}

#[test]
fn quoted_strings_must_occur_and_others_must_not() {
    let folder = folder();
    let ask = |args: &[&str]| {
        folder
            .tane(["query", "--json"].iter().chain(args))
            .run()
            .stdout
    };
    let parse = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
    let quoted = parse(ask(&["where do cats hunt \"onions\""]));
    assert_eq!(ids(&quoted), ["docs/soup.txt"]);
    let without = parse(ask(&["soup with onions", "--not", "ONIONS"]));
    assert!(!ids(&without).is_empty() && !ids(&without).contains(&"docs/soup.txt"));
    for result in without["results"].as_array().unwrap() {
        assert!(
            !result["passage"]["text"]
                .as_str()
                .unwrap()
                .contains("onions")
        );
    }
    assert_eq!(ids(&parse(ask(&["\"no such words\""]))), [""; 0]);
}

#[test]
fn what_does_not_convince_is_left_out_or_said_to_be_doubtful() {
    let folder = folder();
    let question = "Wie hoch ist der Eiffelturm?";
    let ran = folder
        .tane(["query", "--min-confidence", "0.5", question])
        .run();
    assert_eq!((ran.code, ran.stdout.as_slice()), (Some(1), b"".as_slice()));
    assert!(ran.stderr.contains("--min-confidence"), "{}", ran.stderr);
    let doubtful = folder.tane(["query", question]).ok();
    assert!(doubtful.starts_with("Nothing here is likely"), "{doubtful}");
    let sure = folder
        .tane(["query", "--json", "--min-confidence", "0.5"])
        .arg("When did the first railway between the two cities open?")
        .json();
    assert_eq!(ids(&sure), ["docs/rail.txt"]);
}

#[test]
fn an_explanation_adds_up() {
    let folder = folder();
    let question = "how long are onions boiled";
    let answer = folder
        .tane(["query", "--json", "--explain", question])
        .json();
    let number = |v: &Value| v.as_f64().unwrap();
    for result in answer["results"].as_array().unwrap() {
        let parts = &result["explanation"];
        let sum = number(&parts["dense"]) + number(&parts["keyword_part"]);
        assert!((sum - number(&result["score"])).abs() < 1e-5, "{result}");
        let terms = parts["terms"].as_array().unwrap();
        let weights: f64 = terms.iter().map(|t| number(&t["weight"])).sum();
        assert!((weights - 1.0).abs() < 1e-4, "{weights}");
        assert_eq!(parts["search"], "scan");
        assert_eq!(parts["work"]["scan"], parts["passages"]);
        assert!(parts["work"]["graph"].is_null(), "{parts}");
    }
    let printed = folder.tane(["query", "--explain", question]).ok();
    assert!(printed.contains("+ onions"), "{printed}");
}

#[test]
fn the_same_text_elsewhere_is_one_answer() {
    let folder = folder();
    let copy = format!(
        "Reprinted with permission\n\n{}",
        ARTICLES[1].1.replace(". ", ".  ")
    );
    folder.write("docs/reprint.txt", copy);
    folder.tane(["index"]).ok();
    let answer = folder
        .tane(["query", "--json", "When did the first railway open?"])
        .json();
    let shown = ids(&answer);
    assert_eq!(
        shown
            .iter()
            .filter(|id| id.contains('r') && !id.contains("soup"))
            .count(),
        1
    );
    let duplicates = answer["results"][0]["duplicates"].as_array().unwrap();
    assert_eq!(duplicates.len(), 1, "{answer}");
    let both = format!("{} {}", answer["results"][0]["citation"], duplicates[0]);
    assert!(
        both.contains("rail.txt") && both.contains("reprint.txt"),
        "{both}"
    );
}

#[test]
fn neighbouring_hits_are_one_passage_that_can_be_shown() {
    let question = "10億ドルのオファーを断った研究者は誰?";
    let answer = Tane::on_seeds(["query", "--json", "-n", "10", question]).json();
    let results = answer["results"].as_array().unwrap();
    let merged = results
        .iter()
        .map(|r| &r["passage"])
        .find(|p| {
            p["id"]
                .as_str()
                .unwrap()
                .rsplit('#')
                .next()
                .unwrap()
                .contains('-')
        })
        .expect("some neighbours answer about as well");
    assert!(merged["text"].as_str().unwrap().chars().count() <= 300);
    let shown = Tane::on_seeds(["show", "--json", merged["id"].as_str().unwrap()]).json();
    for field in [
        "id",
        "text",
        "start_byte",
        "end_byte",
        "start_line",
        "end_line",
    ] {
        assert_eq!(shown["passage"][field], merged[field]);
    }
    let message = Tane::on_seeds(["show", "seeds/001_89299e0010fc7634.txt#4-3"]).fails(2);
    assert!(message.contains("passages 1 to"), "{message}");
}
