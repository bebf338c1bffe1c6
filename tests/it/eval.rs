//! `tane eval` on sets made here.

use crate::support::{Folder, Tane};

fn set() -> Folder {
    let folder = Folder::new(&[]);
    folder.write(
        "set/corpus.jsonl",
        "{\"_id\":\"a\",\"title\":\"\",\"text\":\"Onion soup is boiled for twenty minutes. It is served hot.\",\"lang\":\"en\"}\n\
         {\"_id\":\"b\",\"title\":\"\",\"text\":\"鉄道は1872年に開業した。\",\"lang\":\"ja\"}\n\
         {\"_id\":\"c\",\"title\":\"\",\"text\":\"Cats sleep for most of the day.\",\"lang\":\"en\"}\n",
    );
    folder.write(
        "set/queries.jsonl",
        "{\"_id\":\"1\",\"text\":\"how long to boil onions\"}\n{\"_id\":\"2\",\"text\":\"when did the railway open\"}\n{\"_id\":\"3\",\"text\":\"not judged\"}\n",
    );
    folder.write(
        "set/qrels.tsv",
        "query-id\tcorpus-id\tscore\n1\ta\t1\n2\tb\t1\n3\ta\t0\n",
    );
    folder
}

#[test]
fn retrieval_with_and_without_the_chunker() {
    let folder = set();
    for args in [vec![], vec!["--no-chunk"]] {
        let result = Tane::new(["eval", "--json", "set"].iter().chain(&args))
            .dir(folder.path())
            .json();
        assert_eq!(
            (&result["set"], &result["queries"], &result["passages"]),
            (&"set".into(), &2.into(), &3.into())
        );
        assert_eq!(result["modes"]["dense"]["mrr@10"], 1.0);
        assert_eq!(result["modes"]["dense"]["ndcg@10"], 1.0);
    }
    let english = Tane::new(["eval", "--json", "set", "--lang", "en"])
        .dir(folder.path())
        .json();
    assert_eq!(
        (&english["queries"], &english["passages"]),
        (&1.into(), &2.into())
    );
    folder.write(
        "other/queries.jsonl",
        "{\"_id\":\"2\",\"text\":\"railway\"}\n",
    );
    let other = Tane::new(["eval", "--json", "other", "--corpus", "set"])
        .dir(folder.path())
        .json();
    assert_eq!(other["queries"], 1);
}

#[test]
fn pairs_and_questions() {
    let folder = Folder::new(&[]);
    folder.write(
        "sts/pairs.jsonl",
        "{\"id\":\"1\",\"s1\":\"a cat sleeps\",\"s2\":\"the cat is asleep\",\"score\":5}\n\
         {\"id\":\"2\",\"s1\":\"a cat sleeps\",\"s2\":\"an animal rests\",\"score\":3}\n\
         {\"id\":\"3\",\"s1\":\"a cat sleeps\",\"s2\":\"stock prices fell sharply\",\"score\":0}\n",
    );
    let sts = Tane::new(["eval", "--json", "sts"])
        .dir(folder.path())
        .json();
    assert!(sts["spearman"].as_f64().unwrap() > 0.99, "{sts}");
    folder.write(
        "bitext/pairs.jsonl",
        "{\"id\":\"1\",\"ja\":\"猫が眠る\",\"en\":\"the cat sleeps\",\"split\":\"dev\"}\n{\"id\":\"2\",\"ja\":\"株価が下がった\",\"en\":\"stock prices fell\",\"split\":\"dev\"}\n",
    );
    let bitext = Tane::new(["eval", "--json", "bitext"])
        .dir(folder.path())
        .json();
    assert_eq!(
        (
            bitext["accuracy_forward"].as_f64(),
            bitext["accuracy_backward"].as_f64()
        ),
        (Some(1.0), Some(1.0))
    );

    folder.write(
        "questions.jsonl",
        "{\"id\":\"1\",\"query\":\"Who turned down the billion-dollar offer?\",\"answers\":[{\"article\":\"001_89299e0010fc7634.txt\",\"text\":\"タロック氏はこれを断った\"}]}\n",
    );
    let questions = Tane::on_seeds(["eval", "--json"])
        .arg(folder.path().join("questions.jsonl"))
        .json();
    let dense = &questions["modes"]["dense"];
    assert_eq!(
        (&questions["queries"], dense["hit@3"].as_f64()),
        (&1.into(), Some(1.0))
    );
    let median = dense["median_passage_chars"].as_u64().unwrap();
    assert!((100..=300).contains(&median), "{median}");
}

#[test]
fn a_faulty_set_is_named_with_its_line() {
    let folder = set();
    folder.write("set/qrels.tsv", "query-id\tcorpus-id\tscore\n1\ta\n");
    let message = Tane::new(["eval", "set"]).dir(folder.path()).fails(2);
    assert!(
        message.contains("qrels.tsv:2: expected 3 fields, received 2"),
        "{message}"
    );
    folder.write("set/corpus.jsonl", "{\"_id\":3}\n");
    let message = Tane::new(["eval", "set"]).dir(folder.path()).fails(2);
    assert!(message.contains("corpus.jsonl:1:"), "{message}");
    let message = Tane::new(["eval", "nothing"]).dir(folder.path()).fails(2);
    assert!(message.contains("nothing"), "{message}");
}

#[test]
fn runs_are_compared_query_by_query() {
    let folder = set();
    let eval = |args: &[&str]| {
        let args = ["eval", "--json", "--no-chunk", "--per-query", "set"]
            .iter()
            .chain(args);
        Tane::new(args).dir(folder.path())
    };
    let old = eval(&["--mode", "hybrid"]).ok();
    folder.write("old.json", &old);
    let same = eval(&["--mode", "hybrid", "--against", "old.json"]).json();
    let difference = &same["against"][0];
    assert_eq!(
        (
            &difference["mode"],
            &difference["mrr@10_difference"],
            &difference["better"]
        ),
        (&"hybrid".into(), &0.0.into(), &serde_json::json!([]))
    );
    folder.write("old.json", old.replace("\"rank\":1", "\"rank\":2"));
    let better = eval(&["--mode", "hybrid", "--against", "old.json"]).json();
    let difference = &better["against"][0];
    assert_eq!(difference["mrr@10_difference"], 0.5);
    assert_eq!(difference["better"].as_array().unwrap().len(), 2);
}

#[test]
fn a_users_own_folder_without_labels() {
    let folder = Folder::new(&crate::support::ARTICLES);
    folder.write("docs/soup2.txt", crate::support::ARTICLES[2].1);
    folder.tane(["index", "docs"]).ok();
    let found = folder.tane(["eval", "--self", "--json"]).json();
    assert_eq!(
        (&found["articles"], &found["identical_duplicates"]),
        (&4.into(), &1.into())
    );
    assert_eq!(found["graph_recall@10"], serde_json::Value::Null);
    assert!(found["titles"].as_u64().unwrap() >= 2, "{found}");
}
