//! Token ids and vectors against the reference implementation's, as recorded in
//! `tests/data/golden.jsonl` (ids: Hugging Face tokenizers 0.23; vectors: onnxruntime f32 on the same
//! dequantised weights). `TANE_GOLDEN` names a longer file of the same form.

use serde_json::{Value, json};

use crate::support::{Tane, repository};

fn golden() -> Vec<Value> {
    let path = std::env::var_os("TANE_GOLDEN")
        .map_or_else(|| repository().join("tests/data/golden.jsonl"), Into::into);
    let text = std::fs::read_to_string(&path).expect("the golden inputs are committed");
    let golden: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(golden.len() >= 20, "only {} golden inputs", golden.len());
    golden
}

/// Checks ids; the cosine of every vector to the reference's.
fn cosines(golden: &[Value], flags: &[&str]) -> Vec<f64> {
    let lines: String = golden
        .iter()
        .map(|g| json!({"id": "x", "text": g["input"]}).to_string() + "\n")
        .collect();
    let args = ["embed", "--as", "raw", "--truncate", "--ids"];
    let out = Tane::new(args.iter().chain(flags)).stdin(lines).ok();
    let results: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(results.len(), golden.len());
    let compare = |(golden, result): (&Value, &Value)| {
        assert_eq!(result["ids"], golden["ids"], "{}", golden["input"]);
        assert_eq!(
            result["tokens"].as_u64().unwrap() as usize,
            golden["ids"].as_array().unwrap().len()
        );
        cosine(&golden["embedding"], &result["embedding"])
    };
    golden.iter().zip(&results).map(compare).collect()
}

#[test]
fn raw_is_what_the_reference_gives() {
    let golden = golden();
    for flags in [&[][..], &["--engine", "candle"]] {
        for (golden, cosine) in golden.iter().zip(cosines(&golden, flags)) {
            assert!(cosine >= 0.999_99, "{cosine}: {}", golden["input"]);
        }
    }
}

#[test]
fn bf16_loses_less() {
    let flags = ["--precision", "bf16"];
    let ran = Tane::new(["embed"].iter().chain(&flags)).stdin("a").run();
    if ran.code == Some(2) {
        let why = "does not compute in bf16; possible: int8, f32";
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        return;
    }
    let golden = golden();
    for (golden, cosine) in golden.iter().zip(cosines(&golden, &flags)) {
        assert!(cosine >= 0.9999, "{cosine}: {}", golden["input"]);
    }
}

#[test]
fn eight_bits_lose_little() {
    let golden = golden();
    let cosines = cosines(&golden, &["--precision", "int8"]);
    let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
    let least = cosines.iter().copied().fold(1.0, f64::min);
    assert!(
        mean >= 0.999 && least >= 0.998,
        "mean {mean}, least {least}"
    );
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
