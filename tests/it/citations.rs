//! Every citation of every answer verifies: bytes, lines, text.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Tane, repository};

/// Checks every result against the files themselves, by other means than the program's.
fn verify(answer: &Value) {
    for result in answer["results"].as_array().unwrap() {
        let (passage, article) = (&result["passage"], &result["article"]);
        let number = |v: &Value| v.as_u64().unwrap() as usize;
        let file = std::fs::read(repository().join(article["path"].as_str().unwrap())).unwrap();
        let span = number(&passage["start_byte"])..number(&passage["end_byte"]);
        let text = std::str::from_utf8(&file[span.clone()]).unwrap();
        assert_eq!(text, passage["text"].as_str().unwrap());
        let line_of = |byte: usize| 1 + file[..byte].iter().filter(|b| **b == b'\n').count();
        let (first, last) = (line_of(span.start), line_of(span.end - 1));
        assert_eq!(
            (number(&passage["start_line"]), number(&passage["end_line"])),
            (first, last)
        );
        let lines = if first == last {
            format!("{first}")
        } else {
            format!("{first}-{last}")
        };
        let path = article["path"].as_str().unwrap();
        assert_eq!(result["citation"], format!("{path}:{lines}"));
        let digest: String = Sha256::digest(&file)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(article["sha256"], digest);
        assert_eq!(article["text_source"], "file");
        let best = &passage["best"];
        let best_span = number(&best["start_byte"])..number(&best["end_byte"]);
        assert!(span.start <= best_span.start && best_span.end <= span.end);
        assert_eq!(&file[best_span], best["text"].as_str().unwrap().as_bytes());
        for omitted in passage["omitted"].as_array().unwrap() {
            assert!(
                span.start <= number(&omitted["start_byte"])
                    && number(&omitted["end_byte"]) <= span.end
            );
        }
    }
}

fn ask(question: &str, limit: &str) -> Value {
    let answer = Tane::on_seeds(["query", "--json", "-n", limit, question]).json();
    verify(&answer);
    answer
}

#[test]
fn one_question_in_three_languages() {
    for question in [
        "10億ドルのオファーを断った研究者は誰?",
        "Who turned down Zuckerberg's billion-dollar offer?",
        "Ai đã từ chối 1 tỷ USD của Zuckerberg?",
    ] {
        let answer = ask(question, "3");
        assert_eq!(answer["version"], 1);
        assert_eq!(answer["model"], "multilingual-e5-small");
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        let right = results.iter().find(|r| {
            r["article"]["id"] == "seeds/001_89299e0010fc7634.txt"
                && r["passage"]["start_line"].as_u64() <= Some(7)
                && r["passage"]["end_line"].as_u64() >= Some(5)
        });
        let right = right.unwrap_or_else(|| panic!("{question}: {answer}"));
        assert_eq!(
            right["article"]["source_url"],
            "https://vietnamnet.vn/nguoi-tu-choi-1-ty-usd-cua-mark-zuckerberg-2428207.html"
        );
    }
}

#[test]
fn many_answers_verify_and_do_not_overlap() {
    for question in ["Metaの人材流出の理由", "xAI recruiting party", "コメント"] {
        let answer = ask(question, "60");
        let results = answer["results"].as_array().unwrap();
        assert!(results.len() > 30, "{}", results.len());
        let mut spans: Vec<(&str, u64, u64)> = results
            .iter()
            .map(|r| {
                let at = |name: &str| r["passage"][name].as_u64().unwrap();
                (
                    r["article"]["id"].as_str().unwrap(),
                    at("start_byte"),
                    at("end_byte"),
                )
            })
            .collect();
        spans.sort_unstable();
        for pair in spans.windows(2) {
            assert!(pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1, "{pair:?}");
        }
        let scores: Vec<f64> = results
            .iter()
            .map(|r| r["score"].as_f64().unwrap())
            .collect();
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]));
    }
}

#[test]
fn the_seeds_are_what_they_were() {
    let titles_and_sources = [
        (
            "000_aeedbf9545c623bb.txt",
            Some("https://znews.vn/cuoc-choi-lon-cua-mark-zuckerberg-post1556369.html"),
        ),
        (
            "001_89299e0010fc7634.txt",
            Some("https://vietnamnet.vn/nguoi-tu-choi-1-ty-usd-cua-mark-zuckerberg-2428207.html"),
        ),
        ("002_702c3cd4823db23c.txt", None),
        (
            "003_011a7778ad0114a8.txt",
            Some(
                "https://techcrunch.com/2025/07/30/zuckerberg-says-meta-likely-wont-open-source-all-of-its-superintelligence-ai-models/",
            ),
        ),
        ("004_9fe99a0436b8c0bb.txt", None),
    ];
    let status = Tane::on_seeds(["status", "--articles", "--json"]).json();
    let articles = status["article_list"].as_array().unwrap();
    assert_eq!(articles.len(), titles_and_sources.len());
    for (article, (name, source)) in articles.iter().zip(titles_and_sources) {
        assert_eq!(article["id"], format!("seeds/{name}"));
        assert_eq!(article["source_url"].as_str(), source);
        assert_eq!(article["lang"], "ja");
        assert!(article["title"].as_str().unwrap().chars().count() >= 10);
        let text = Tane::on_seeds(["show", "--text", &format!("seeds/{name}")]).ok();
        assert_eq!(
            text.as_bytes(),
            std::fs::read(repository().join("seeds").join(name)).unwrap()
        );
    }
}
