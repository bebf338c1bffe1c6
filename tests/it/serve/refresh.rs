//! Answers while the index changes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::server::{Answer, Server};
use crate::support::{ARTICLES, Folder};

/// A folder whose two articles carry the number of the generation.
fn numbered(folder: &Folder, generation: usize) {
    folder.write(
        "docs/one.txt",
        format!("The lighthouse keeper counts ships. Generation {generation} of the log.\n"),
    );
    folder.write(
        "docs/two.txt",
        format!("The lighthouse keeper paints the door. Generation {generation} of the log.\n"),
    );
}

#[test]
fn every_answer_is_of_one_generation() {
    let folder = Folder::new(&[]);
    numbered(&folder, 0);
    folder.tane(["index", "docs"]).ok();
    let server = Server::start(folder.tane(["serve", "--quiet"]));
    let ended = AtomicBool::new(false);
    let generation_of = |answer: &Answer| -> usize {
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        let texts = answer["results"].as_array().unwrap().iter();
        let numbers: Vec<usize> = texts
            .map(|result| {
                let text = result["passage"]["text"].as_str().unwrap();
                let number = text.split("Generation ").nth(1).unwrap().split(' ').next();
                number.unwrap().parse().unwrap()
            })
            .collect();
        assert_eq!(numbers.len(), 2, "{answer}");
        assert_eq!(
            numbers[0], numbers[1],
            "two generations in one answer: {answer}"
        );
        numbers[0]
    };
    let ask =
        || generation_of(&server.post("/api/v1/query", &json!({"query": "lighthouse keeper log"})));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !ended.load(Ordering::Relaxed) {
                    let generation = ask();
                    assert!(generation >= last, "{generation} after {last}");
                    last = generation;
                }
            });
        }
        // `.ci/serve-heavy` refreshes more often.
        let refreshes = std::env::var("TANE_REFRESHES").map_or(8, |count| count.parse().unwrap());
        for generation in 1..=refreshes {
            numbered(&folder, generation);
            folder.tane(["index"]).ok();
            // Whoever asks after the commit is answered from it.
            assert_eq!(ask(), generation);
        }
        ended.store(true, Ordering::Relaxed);
    });
}

#[test]
fn with_watch_it_refreshes_by_itself() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let server = Server::start(folder.tane(["serve", "--watch", "--quiet"]));
    let total = || {
        server.get("/api/v1/articles").json()["total"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(total(), 3);
    folder.write("docs/new.txt", "A new article about bread and butter.\n");
    let started = Instant::now();
    while total() != 4 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "the new file is not there"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
