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
fn weak_answers_are_counted() {
    let folder = folder();
    let question = "When did the first railway between the two cities open?";
    let ask = |args: &[&str]| folder.tane(["query", question].iter().chain(args)).ok();
    let few = ask(&[]);
    let counted = few.lines().last().unwrap();
    assert!(
        counted.starts_with("2 more under ") && counted.ends_with(" %, --all shows them"),
        "{few}"
    );
    let shown = |out: &str| out.matches("docs/").count();
    assert_eq!(shown(&few), 1, "{few}");
    // All of them: asked for, by a least confidence of one's own, and where nothing says what is weak.
    for args in [
        &["--all"][..],
        &["--min-confidence", "0"],
        &["--mode", "keyword"],
    ] {
        let out = ask(args);
        assert!(!out.contains(" more under "), "{args:?}: {out}");
    }
    assert_eq!(shown(&ask(&["--all"])), 3);
    let json: Value = serde_json::from_str(&ask(&["--json"])).unwrap();
    assert_eq!(ids(&json).len(), 3);
    assert_eq!(ask(&["--jsonl"]).lines().count(), 3);
    // The first answer is printed, however weak.
    let doubtful = folder
        .tane(["query", "-n", "1", "Wie hoch ist der Eiffelturm?"])
        .ok();
    assert_eq!(shown(&doubtful), 1, "{doubtful}");
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
        let sum =
            number(&parts["dense"]) + number(&parts["keyword_part"]) + number(&parts["late_part"]);
        assert!(number(&parts["late_part"]) > 0.0, "{parts}");
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
    assert!(printed.contains("second look: 0."), "{printed}");
    assert!(printed.contains("boiled met Boil"), "{printed}");
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
fn what_differs_in_one_word_is_an_answer_of_its_own() {
    let notice = |hall: &str, day: &str, rule: &str| {
        format!(
            "The {hall} hall is swept on {day}, its windows are opened for two hours, and visitors may{rule} bring \
             their dogs as long as the caretaker is in the house."
        )
    };
    let texts = [
        notice("north", "3 May", ""),
        notice("north", "4 May", ""),
        notice("north", "3 May", " not"),
        notice("south", "3 May", ""),
    ];
    let folder = Folder::new(&[]);
    for (number, text) in texts.iter().enumerate() {
        folder.write(&format!("docs/{number}.txt"), text);
    }
    let reprint = texts[3].replace(", ", " – ").replace('3', "３");
    folder.write("docs/reprint.txt", reprint);
    folder.tane(["index", "docs"]).ok();
    let answer = folder
        .tane(["query", "--json", "-n", "9", "When is the hall swept?"])
        .json();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 4, "{answer}");
    for result in results {
        let cited = format!("{} {}", result["citation"], result["duplicates"]);
        let is_south = cited.contains("3.txt");
        assert_eq!(cited.contains("reprint.txt"), is_south, "{cited}");
        let duplicates = result["duplicates"].as_array().unwrap().len();
        assert_eq!(duplicates, usize::from(is_south), "{cited}");
    }
}

#[test]
fn of_copies_the_one_in_the_language_of_the_question_is_shown() {
    let text = "The lighthouse keeper climbs the tower every evening and lights the lamp before the night falls.";
    let folder = Folder::new(&[]);
    for (name, lang) in [("a", "sv"), ("b", "en"), ("c", "sv")] {
        let page = format!("---\nlang: {lang}\n---\n\n{text}\n");
        folder.write(&format!("docs/{name}.md"), page);
    }
    folder.tane(["index", "docs"]).ok();
    let question =
        "When does the lighthouse keeper climb the tower to light the lamp in the evening?";
    let answer = folder.tane(["query", "--json", question]).json();
    assert_eq!(ids(&answer), ["docs/b.md"], "{answer}");
    assert_eq!(
        answer["results"][0]["duplicates"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn no_result_shows_a_higher_percentage_than_one_above_it() {
    for question in [
        "10億ドルのオファーを断った研究者は誰?",
        "Who turned down the offer of a billion dollars?",
        "Ai đã từ chối 1 tỷ USD?",
        "Meta AI",
        "スケール AIに140億ドルを投資",
    ] {
        for mode in ["hybrid", "dense"] {
            let answer =
                Tane::on_seeds(["query", "--json", "-n", "40", "--mode", mode, question]).json();
            let confidences: Vec<f64> = answer["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| r["confidence"].as_f64().unwrap())
                .collect();
            assert!(confidences.len() > 10);
            assert!(
                confidences.is_sorted_by(|a, b| a >= b),
                "{question} {mode} {confidences:?}"
            );
        }
    }
}

#[test]
fn nothing_found_says_why() {
    let folder = folder();
    let why = |args: &[&str]| {
        let ran = folder.tane(["query", "--json"].iter().chain(args)).run();
        assert_eq!(ran.code, Some(1), "{args:?} {}", ran.stderr);
        let answers: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(answers["results"], Value::Array(Vec::new()));
        let notes = answers["notes"].as_array().unwrap();
        assert!(ran.stderr.starts_with("nothing found: "), "{}", ran.stderr);
        assert!(
            notes
                .iter()
                .all(|note| ran.stderr.contains(note.as_str().unwrap()))
        );
        ran.stderr
    };
    for (args, said) in [
        (
            vec!["\"onion rings\""],
            vec!["\"onion rings\" occurs in none of 3 passages"],
        ),
        (
            vec!["\"onions\" \"mail\""],
            vec!["\"onions\" (1 passage)", "\"mail\" (1 passage)"],
        ),
        (
            vec!["--lang", "fr", "soup"],
            vec!["no passage in French", "1 in Japanese"],
        ),
        (
            vec!["--source", "example.org", "soup"],
            vec!["no passage from a source `example.org`", "3 passages"],
        ),
        (
            vec!["--lang", "ja", "--article", "soup.txt", "soup"],
            vec![
                "1 passage of article `soup.txt`",
                "1 passage in Japanese",
                "none of all this",
            ],
        ),
        (
            vec!["--since", "2020-01-01", "soup"],
            vec!["no passage published since 2020-01-01"],
        ),
        (
            vec![
                "--article",
                "soup.txt",
                "soup",
                "--not",
                "salt",
                "--not",
                "onions",
            ],
            vec!["1 passage would do"],
        ),
        (
            vec!["--mode", "keyword", "xylophone"],
            vec!["no passage has a word of the question"],
        ),
    ] {
        let stderr = why(&args);
        for said in said {
            assert!(stderr.contains(said), "{args:?}: {stderr}");
        }
    }
    let quiet = folder.tane(["query", "-q", "\"onion rings\""]).run();
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(1), ""));
}

#[test]
fn quotation_marks_that_stand_in_the_way_are_left_out() {
    let folder = folder();
    let ask = |args: &[&str]| {
        let ran = folder.tane(["query", "--json"].iter().chain(args)).run();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let answers: Value = serde_json::from_slice(&ran.stdout).unwrap();
        (ids(&answers)[0].to_owned(), ran.stderr)
    };
    let (id, stderr) = ask(&["how long are \"onion rings\" boiled"]);
    assert_eq!(id, "docs/soup.txt");
    assert!(
        stderr.contains("\"onion rings\" occurs in none of 3 passages"),
        "{stderr}"
    );
    assert!(stderr.contains("answered without"), "{stderr}");
    // What does occur is still asked for.
    let (id, _) = ask(&["how long are \"onion rings\" boiled with \"mail\""]);
    assert_eq!(id, "docs/rail.txt");
    // Filters are kept.
    let (id, stderr) = ask(&["--lang", "ja", "which \"onions\" sleep"]);
    assert_eq!(id, "docs/cats.txt");
    assert!(
        stderr.contains("none of 1 passage that the filters leave"),
        "{stderr}"
    );
    // Inches are no quotation marks.
    let (id, stderr) = ask(&["is a 5\" onion boiled longer than a 7\" onion?"]);
    assert_eq!((id.as_str(), stderr.as_str()), ("docs/soup.txt", ""));
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
