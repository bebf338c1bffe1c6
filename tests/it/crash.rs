//! The program is killed at any moment, written to by two, read while it is written.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::Folder;

/// Kills in a run of the tests; more with `TANE_KILLS`.
const KILLS: u64 = 15;

/// A sequence of numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A few articles: texts by id, written to `docs`.
fn edit(
    folder: &Folder,
    articles: &BTreeMap<String, String>,
    random: &mut Random,
) -> BTreeMap<String, String> {
    let mut edited = articles.clone();
    for _ in 0..1 + random.below(4) {
        let name = format!("docs/{}.txt", random.below(12));
        if random.below(4) == 0 && edited.len() > 2 {
            if edited.remove(&name).is_some() {
                folder.remove(&name);
            }
        } else {
            let text = format!("The lamp number {} was lit.\n", random.below(200));
            folder.write(&name, &text);
            edited.insert(name, text);
        }
    }
    edited
}

/// What the index holds: texts by id.
fn held(folder: &Folder) -> BTreeMap<String, String> {
    let status = folder.tane(["status", "--json", "--articles"]).run();
    if status.code != Some(0) {
        assert!(status.stderr.contains("no index"), "{}", status.stderr);
        return BTreeMap::new();
    }
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    let ids = status["article_list"].as_array().unwrap().iter();
    let ids = ids.map(|article| article["id"].as_str().unwrap().to_owned());
    ids.map(|id| {
        let text = folder.tane(["show", "--text", &id]).ok();
        (id, text)
    })
    .collect()
}

#[test]
fn a_kill_at_any_moment_loses_nothing_committed() {
    let kills = std::env::var("TANE_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let folder = Folder::new(&[]);
    let mut random = Random(kills);
    let mut committed = edit(&folder, &BTreeMap::new(), &mut random);
    folder.tane(["index", "docs"]).ok();
    // Moments are spread over what a run takes on this machine, and a little beyond.
    let started = Instant::now();
    folder.tane(["index", "--rebuild"]).ok();
    let longest = started.elapsed().as_micros() as u64 * 5 / 4;
    for kill in 0..kills {
        let edited = edit(&folder, &committed, &mut random);
        let args: &[&str] = match random.below(3) {
            0 => &["index", "--compact"],
            1 => &["index", "--rebuild"],
            _ => &["index"],
        };
        let mut child = folder.tane(args).spawn();
        std::thread::sleep(Duration::from_micros(random.below(longest)));
        let _ = child.kill();
        let finished = child.wait().unwrap().success();
        let now = held(&folder);
        assert!(
            now == edited || (!finished && now == committed),
            "kill {kill}, finished {finished}: {now:?} is neither {committed:?} nor {edited:?}"
        );
        let verified: Value =
            serde_json::from_slice(&folder.tane(["verify", "--json"]).run().stdout).unwrap();
        let faults = verified["faults"].as_array().unwrap();
        assert!(
            faults.iter().all(|fault| fault["kind"] == "source"),
            "kill {kill}: {faults:?}"
        );
        folder.tane(["query", "lamp"]).ok();
        if now == edited || random.below(2) == 0 {
            folder.tane(["index"]).ok();
            assert_eq!(held(&folder), edited, "after kill {kill}");
            assert_eq!(folder.tane(["verify"]).run().code, Some(0));
            committed = edited;
        } else {
            // The next run is killed over the same articles with other edits.
            edited.keys().for_each(|name| folder.remove(name));
            committed
                .iter()
                .for_each(|(name, text)| folder.write(name, text));
        }
    }
}

#[test]
fn readers_see_whole_generations_and_writers_take_turns() {
    let folder = Folder::new(&[("docs/a.txt", "The lamp number 0 was lit.\n")]);
    folder.tane(["index", "docs"]).ok();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (started, mut answers) = (Instant::now(), 0);
            while answers < 40 && started.elapsed() < Duration::from_secs(60) {
                let found = folder.tane(["query", "--json", "lamp"]).json();
                let text = found["results"][0]["passage"]["text"].as_str().unwrap();
                assert!(text.starts_with("The lamp number"), "{text}");
                answers += 1;
            }
            answers
        });
        for commit in 1..=10 {
            folder.write("docs/a.txt", format!("The lamp number {commit} was lit.\n"));
            let runs: Vec<_> = (0..2).map(|_| folder.tane(["index"]).spawn()).collect();
            let ended: Vec<_> = runs
                .into_iter()
                .map(|run| run.wait_with_output().unwrap())
                .collect();
            assert!(ended.iter().any(|run| run.status.success()));
            for run in ended.iter().filter(|run| !run.status.success()) {
                let message = String::from_utf8_lossy(&run.stderr);
                assert!(message.contains("another tane"), "{message}");
            }
        }
        assert!(reader.join().unwrap() >= 10);
    });
    let generation = folder.tane(["status", "--json"]).json()["generation"].as_u64();
    assert!(generation >= Some(11), "{generation:?}");
    let text = folder.tane(["show", "--text", "docs/a.txt"]).ok();
    assert_eq!(text, "The lamp number 10 was lit.\n");
}
