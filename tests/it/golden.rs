//! Token ids and vectors against the reference implementation's, as recorded in
//! `tests/data/golden.jsonl` (ids: Hugging Face tokenizers 0.23; vectors: onnxruntime f32 on the same
//! dequantised weights). `TANE_GOLDEN` names a longer file of the same form.

use serde_json::{Value, json};

use crate::support::{Tane, repository};

#[test]
fn ids_are_identical_and_vectors_agree() {
    let path = std::env::var_os("TANE_GOLDEN")
        .map_or_else(|| repository().join("tests/data/golden.jsonl"), Into::into);
    let text = std::fs::read_to_string(&path).expect("the golden inputs are committed");
    let golden: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(golden.len() >= 20, "only {} golden inputs", golden.len());
    let lines: String = golden
        .iter()
        .map(|g| json!({"id": "x", "text": g["input"]}).to_string() + "\n")
        .collect();
    let out = Tane::new(["embed", "--as", "raw", "--truncate", "--ids"])
        .stdin(lines)
        .ok();
    let results: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(results.len(), golden.len());
    for (golden, result) in golden.iter().zip(&results) {
        assert_eq!(result["ids"], golden["ids"], "{}", golden["input"]);
        assert_eq!(
            result["tokens"].as_u64().unwrap() as usize,
            golden["ids"].as_array().unwrap().len()
        );
        let cosine = cosine(&golden["embedding"], &result["embedding"]);
        assert!(cosine >= 0.9999, "{cosine}: {}", golden["input"]);
    }
}

pub fn cosine(a: &Value, b: &Value) -> f64 {
    let floats = |v: &Value| {
        v.as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    let (a, b) = (floats(a), floats(b));
    assert_eq!(a.len(), b.len());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}
