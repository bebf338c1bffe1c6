//! Labelled sets as they lie on disk.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::eval::options::RetrievalOptions;

/// A labelled set of any kind.
pub enum Set {
    /// A folder with a corpus, queries and judgements of which rows answer which.
    Retrieval(RetrievalSet),
    /// A folder with pairs of texts, judged or translated.
    Pairs(PairSet),
    /// A file of questions, one JSON object a line, to ask of an index.
    Questions(Vec<Question>),
}

/// `corpus.jsonl`, `queries.jsonl`, `qrels.tsv`.
pub struct RetrievalSet {
    pub corpus: Vec<Row>,
    pub queries: Vec<Row>,
    /// For each query, corpus ids and grades.
    pub relevant: HashMap<String, HashMap<String, f64>>,
}

/// A row of a corpus, or a query.
#[derive(Debug, Deserialize)]
pub struct Row {
    #[serde(rename = "_id")]
    pub id: String,
    #[serde(default)]
    pub title: String,
    pub text: String,
    pub lang: Option<String>,
    /// The article it is from.
    doc: Option<String>,
}

impl Row {
    /// The article it is from: as it says; else its title; else its id without the last part.
    pub fn article(&self) -> String {
        match (&self.doc, self.title.as_str()) {
            (Some(doc), _) => doc.clone(),
            (None, "") => {
                let cut = self.id.rfind(['-', '#', '_']).unwrap_or(self.id.len());
                self.id[..cut].to_owned()
            }
            (None, title) => title.to_owned(),
        }
    }
}

/// `pairs.jsonl`.
pub struct PairSet {
    pub pairs: Vec<(String, String)>,
    /// Human judgements, where the set has them.
    pub scores: Option<Vec<f64>>,
}

/// A question with the strings that answer it.
#[derive(Debug, Deserialize)]
pub struct Question {
    pub query: String,
    pub answers: Vec<AnswerString>,
}

#[derive(Debug, Deserialize)]
pub struct AnswerString {
    /// File name of the article.
    pub article: String,
    pub text: String,
}

impl Set {
    /// Reads a set: a folder, or a file of questions.
    ///
    /// # Errors
    /// [`Error::EvalSet`], [`Error::Io`].
    pub fn load(path: &Path, options: &RetrievalOptions) -> Result<Self> {
        if path.is_file() {
            return load_questions(path).map(Self::Questions);
        }
        let pairs = path.join("pairs.jsonl");
        if pairs.is_file() {
            return load_pairs(&pairs).map(Self::Pairs);
        }
        let shared = options.corpus.as_deref().unwrap_or(path);
        for (folder, name) in [
            (path, "queries.jsonl"),
            (shared, "corpus.jsonl"),
            (shared, "qrels.tsv"),
        ] {
            if !folder.join(name).is_file() {
                let what = match folder.is_dir() {
                    true => format!("there is no {name} in it"),
                    false => "there is no such file or folder".to_owned(),
                };
                return Err(fault(folder, 0, format!("not a set: {what}; {SETS}")));
            }
        }
        let mut corpus: Vec<Row> = json_lines(&shared.join("corpus.jsonl"))?;
        let mut queries: Vec<Row> = json_lines(&path.join("queries.jsonl"))?;
        let mut relevant = load_qrels(&shared.join("qrels.tsv"))?;
        if let Some(lang) = &options.lang {
            corpus.retain(|row| row.lang.as_ref() == Some(lang));
            let kept: HashSet<&str> = corpus.iter().map(|row| row.id.as_str()).collect();
            for grades in relevant.values_mut() {
                grades.retain(|id, _| kept.contains(id.as_str()));
            }
        }
        queries.retain(|query| {
            relevant
                .get(&query.id)
                .is_some_and(|grades| !grades.is_empty())
        });
        let nothing = |what: &str| Error::EvalSet {
            path: path.to_path_buf(),
            line: 0,
            message: format!("no {what}"),
        };
        if corpus.is_empty() {
            return Err(nothing("corpus rows (of this language)"));
        }
        if queries.is_empty() {
            return Err(nothing("queries with relevant rows"));
        }
        Ok(Self::Retrieval(RetrievalSet {
            corpus,
            queries,
            relevant,
        }))
    }
}

/// What sets are, for whoever named something else.
const SETS: &str = "a set is a file of questions, a folder with pairs.jsonl, or one with corpus.jsonl, queries.jsonl and \
                    qrels.tsv";

/// A file of questions.
fn load_questions(path: &Path) -> Result<Vec<Question>> {
    let questions: Vec<Question> = json_lines(path).map_err(|error| match error {
        Error::EvalSet {
            path,
            line,
            message,
        } => Error::EvalSet {
            path,
            line,
            message: format!(
                "expected a question with its answers, as {QUESTION}; received something else ({message})"
            ),
        },
        other => other,
    })?;
    if questions.is_empty() {
        let what = format!("it holds no question; expected one a line, as {QUESTION}");
        return Err(fault(path, 0, what));
    }
    Ok(questions)
}

/// A line of a file of questions.
const QUESTION: &str =
    r#"{"query": "Who?", "answers": [{"article": "a.txt", "text": "the answer"}]}"#;

/// The lines of a file as objects.
fn json_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            serde_json::from_str(line).map_err(|error| fault(path, number + 1, error.to_string()))
        })
        .collect()
}

fn fault(path: &Path, line: usize, message: String) -> Error {
    Error::EvalSet {
        path: PathBuf::from(path),
        line,
        message,
    }
}

/// `query-id <tab> corpus-id <tab> score`, perhaps with a heading.
fn load_qrels(path: &Path) -> Result<HashMap<String, HashMap<String, f64>>> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let mut relevant: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[query, row, grade] = fields.as_slice() else {
            return Err(fault(
                path,
                number + 1,
                format!("expected 3 fields, received {}", fields.len()),
            ));
        };
        match grade.trim().parse::<f64>() {
            Ok(grade) if grade > 0.0 => {
                relevant
                    .entry(query.to_owned())
                    .or_default()
                    .insert(row.to_owned(), grade);
            }
            Ok(_) => {}
            Err(_) if number == 0 => {}
            Err(_) => {
                return Err(fault(
                    path,
                    number + 1,
                    format!("expected a number, received `{grade}`"),
                ));
            }
        }
    }
    Ok(relevant)
}

/// `s1`, `s2` and `score`; or the two languages of a translation, in the order of the line.
fn load_pairs(path: &Path) -> Result<PairSet> {
    /// Fields that are no side of a pair.
    const OTHER: [&str; 6] = ["id", "_id", "doc", "split", "src", "lang"];
    let rows: Vec<serde_json::Map<String, Value>> = json_lines(path)?;
    let mut set = PairSet {
        pairs: Vec::new(),
        scores: None,
    };
    for (number, row) in rows.iter().enumerate() {
        let sides: Vec<&str> = row
            .iter()
            .filter(|(key, _)| !OTHER.contains(&key.as_str()))
            .filter_map(|(_, value)| value.as_str())
            .collect();
        let &[a, b] = sides.as_slice() else {
            return Err(fault(
                path,
                number + 1,
                format!("expected two texts, received {}", sides.len()),
            ));
        };
        set.pairs.push((a.to_owned(), b.to_owned()));
        if let Some(score) = row.get("score").and_then(Value::as_f64) {
            set.scores.get_or_insert_default().push(score);
        }
    }
    let scores = set.scores.as_ref().map_or(set.pairs.len(), Vec::len);
    if scores != set.pairs.len() || set.pairs.is_empty() {
        return Err(fault(
            path,
            0,
            format!("{} pairs, {scores} of them with a score", set.pairs.len()),
        ));
    }
    Ok(set)
}
