//! What the JSON API answers.

use serde_json::{Value, json};

use super::server::{Server, encoded, timeless};
use crate::support::{Folder, Tane};

#[test]
fn it_answers_as_the_command_line_does() {
    let server = Server::on_seeds();
    let question = "ジョエル・ピノーはなぜ辞職したのか";
    let asked =
        json!({"query": question, "limit": 3, "context": 1, "explain": true, "lang": ["ja"]});
    let answer = server.post("/api/v1/query", &asked);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let line = Tane::on_seeds([
        "query",
        question,
        "-n3",
        "--context=1",
        "--explain",
        "--lang=ja",
    ]);
    let expected = timeless(line.arg("--json").json());
    assert_eq!(timeless(answer.json()), expected);
    let best = &expected["results"][0];

    let article = best["article"]["id"].as_str().unwrap();
    let answer = server.post(
        "/api/v1/similar",
        &json!({"article": article, "limit": 2, "pairs": 1.0}),
    );
    let expected = Tane::on_seeds(["similar", article, "-n2", "--pairs=1", "--json"]).json();
    assert_eq!(answer.json(), expected);
    let answer = server.post(
        "/api/v1/similar",
        &json!({"text": "メタの研究者が会社を去った。"}),
    );
    assert!(
        answer.json()["results"].as_array().unwrap().len() == 5,
        "{answer:?}"
    );

    // What would be no text in a file, or several: a text in JSON is one.
    for text in [
        "\u{1}\u{81}\u{0}Meta\u{1} lost\u{2} a researcher",
        "{\"id\": 1, \"text\": \"Soup needs onions.\"}\n{\"id\": 2, \"text\": \"Meta lost a researcher.\"}\n",
        "\u{fffe}}",
    ] {
        let answer = server.post("/api/v1/similar", &json!({"text": text, "limit": 1}));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    let passage = best["passage"]["id"].as_str().unwrap();
    let answer = server.get(&format!(
        "/api/v1/passage?id={}&context=2",
        encoded(passage)
    ));
    assert_eq!(
        answer.json(),
        Tane::on_seeds(["show", passage, "--json"]).json()
    );
    let answer = server
        .get(&format!("/api/v1/article?id={}", encoded(article)))
        .json();
    let text = Tane::on_seeds(["show", article, "--text"]).ok();
    assert_eq!(answer["text"], text);
    for passage in answer["passages"].as_array().unwrap() {
        let bytes = |name: &str| passage[name].as_u64().unwrap() as usize;
        assert_eq!(
            passage["text"],
            text[bytes("start_byte")..bytes("end_byte")]
        );
    }
    let status = Tane::on_seeds(["status", "--articles", "--json"]).json();
    let answer = server.get("/api/v1/articles").json();
    assert_eq!(answer["articles"], status["article_list"]);
    assert_eq!(answer["total"], 5);
    let page = server.get("/api/v1/articles?limit=2&offset=4").json();
    assert_eq!(page["articles"].as_array().unwrap().len(), 1);
    let mut answer = server.get("/api/v1/status").json();
    answer["article_list"] = status["article_list"].clone();
    assert_eq!(answer, status);

    let texts = ["一行目", "the second line"];
    let answer = server
        .post("/api/v1/embed", &json!({"texts": texts, "ids": true}))
        .json();
    let lines = Tane::on_seeds(["embed", "--ids"])
        .stdin(texts.join("\n"))
        .ok();
    for (line, embedded) in lines.lines().zip(answer["embeddings"].as_array().unwrap()) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["ids"], embedded["ids"]);
        assert_eq!(line["embedding"], embedded["embedding"]);
    }
}

#[test]
fn documents_are_ranked_by_their_best_passage() {
    let server = Server::on_seeds();
    let documents = [
        "The soup needs onions.",
        "Joelle Pineau left Meta in May.",
        "猫は眠る。",
    ];
    let asked = json!({"query": "メタを辞めたのは誰か", "documents": documents, "top_n": 2, "return_documents": true});
    for path in ["/v1/rerank", "/v2/rerank", "/rerank"] {
        let answer = server.post(path, &asked);
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        assert_eq!(results[0]["index"], 1, "{answer}");
        assert_eq!(results[0]["document"]["text"], documents[1]);
        assert!(results[0]["relevance_score"].as_f64() > results[1]["relevance_score"].as_f64());
        assert!(
            answer["meta"]["score"]
                .as_str()
                .unwrap()
                .starts_with("tane's own")
        );
    }
    let objects = json!({"query": "猫", "documents": [{"text": "犬"}, {"text": "猫は眠る。"}]});
    assert_eq!(
        server.post("/rerank", &objects).json()["results"][0]["index"],
        1
    );
}

#[test]
fn two_articles_are_compared_and_an_article_has_its_outline() {
    let folder = Folder::new(&[
        (
            "docs/a.md",
            "# Mills\n\n## Wind\n\nThe wind mill turns all day.\n\n![a](b.png)\n\n## Water\n\nThe water mill turns at night.\n",
        ),
        ("docs/b.txt", "The water mill grinds flour at night.\n"),
        ("docs/c.txt", "Cats sleep most of the day.\n"),
    ]);
    folder.tane(["index", "docs"]).ok();
    let server = Server::start(folder.tane(["serve", "--quiet"]));
    let article = server.get("/api/v1/article?id=docs%2Fa.md").json();
    let outline: Vec<(u64, &str)> = article["outline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|heading| {
            (
                heading["level"].as_u64().unwrap(),
                heading["text"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(outline, [(1, "Mills"), (2, "Wind"), (2, "Water")]);
    assert!(
        article["omitted"].to_string().contains("image-markup"),
        "{article}"
    );
    let with = |other: &str| {
        let asked = json!({"article": "docs/a.md", "with": other, "pairs": 2});
        server.post("/api/v1/similar", &asked)
    };
    let two = with("docs/c.txt").json();
    assert_eq!(two["results"].as_array().unwrap().len(), 1);
    assert_eq!(two["results"][0]["article"]["id"], "docs/c.txt");
    assert!(!two["results"][0]["pairs"].as_array().unwrap().is_empty());
    assert_eq!(with("docs/a.md").json()["results"], json!([]));
    assert_eq!(with("docs/none.txt").status, 404);
}
