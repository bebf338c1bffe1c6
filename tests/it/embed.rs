//! `tane embed`.

use serde_json::Value;

use crate::golden::cosine;
use crate::support::Tane;

fn embed(args: &[&str], input: &str) -> Vec<Value> {
    let out = Tane::new(["embed"].iter().chain(args)).stdin(input).ok();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn order_and_prefixes() {
    let int8 = ["--precision", "int8"];
    let lines = embed(&int8, "東京\n{\"id\":{\"k\":7},\"text\":\"東京\"}\n\n");
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["id"], &lines[1]["id"], &lines[2]["id"]),
        (&1.into(), &serde_json::json!({"k": 7}), &3.into())
    );
    assert_eq!(lines[0]["embedding"], lines[1]["embedding"]);
    let raw = embed(
        &["--as", "raw", "--precision", "int8"],
        "passage: 東京\nquery: 東京\n",
    );
    assert!(cosine(&lines[0]["embedding"], &raw[0]["embedding"]) > 0.999_999);
    let query = embed(&["--as", "query", int8[0], int8[1]], "東京\n");
    assert!(cosine(&query[0]["embedding"], &raw[1]["embedding"]) > 0.999_999);
    assert!(cosine(&query[0]["embedding"], &lines[0]["embedding"]) < 0.999);
}

#[test]
fn decomposed_text_and_special_strings_are_text() {
    let lines = embed(
        &["--ids"],
        "<s> literal </s> <mask>\nがぎ\nか\u{3099}き\u{3099}\n",
    );
    let ids: Vec<u64> = lines[0]["ids"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_u64().unwrap())
        .collect();
    let inner = &ids[1..ids.len() - 1];
    assert!(
        inner.iter().all(|id| ![0, 1, 2, 250_001].contains(id)),
        "{inner:?}"
    );
    assert_eq!(lines[1]["ids"], lines[2]["ids"]);
}

#[test]
fn long_text_is_windowed_not_cut_off() {
    let long = "長い文章が続く。".repeat(400);
    let tail = format!("{long}最後にだけ現れる言葉は紫陽花です。");
    let input = format!("{long}\n{tail}\n");
    let whole = embed(&[], &input);
    assert!(whole[0]["windows"].as_u64().unwrap() > 1);
    assert!(whole[0]["tokens"].as_u64().unwrap() > 512);
    assert!(cosine(&whole[0]["embedding"], &whole[1]["embedding"]) < 0.999_99);
    let cut = embed(&["--truncate"], &input);
    assert_eq!(
        (&cut[0]["windows"], &cut[0]["tokens"]),
        (&1.into(), &512.into())
    );
    assert!(cosine(&cut[0]["embedding"], &cut[1]["embedding"]) > 0.999_999_9);
}

#[test]
fn a_bad_line_stops_nothing() {
    let ran = Tane::new(["embed"])
        .stdin(b"good\n{\"id\":5}\n{broken\n\xff\xfe\n{\"id\":\"a\",\"text\":3}\nlast\n".to_vec())
        .run();
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("4 of 6 lines failed"), "{}", ran.stderr);
    let lines: Vec<Value> = String::from_utf8(ran.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let errors: Vec<bool> = lines
        .iter()
        .map(|line| line.get("error").is_some())
        .collect();
    assert_eq!(errors, [false, true, true, true, true, false]);
    assert_eq!((&lines[1]["id"], &lines[4]["id"]), (&5.into(), &"a".into()));
}

/// Rounding differs between kernels in the last bit, and a flipped rounding to eight bits grows over the
/// layers: the vectors are equally good, not equal.
#[test]
fn every_kernel_is_as_close_to_f32() {
    let text = "東京は日本の首都であり、人口は約1400万人である。\n";
    let exact = embed(&["--precision", "f32"], text);
    for kernel in ["portable", "avx2", "avx512"] {
        let out = Tane::new(["embed"])
            .env("TANE_KERNEL", kernel)
            .stdin(text)
            .ok();
        let line: Value = serde_json::from_str(&out).unwrap();
        let cosine = cosine(&line["embedding"], &exact[0]["embedding"]);
        assert!((0.999..0.999_999).contains(&cosine), "{kernel}: {cosine}");
    }
}

#[test]
fn unknown_kernels_are_refused() {
    let ran = Tane::new(["embed"])
        .env("TANE_KERNEL", "avx1024")
        .stdin("text\n")
        .run();
    assert_eq!(ran.code, Some(2));
    let expected = "tane: TANE_KERNEL: unknown kernels `avx1024`; \
                    known: portable, avx2, avx512, avx512bf16, amx\n";
    assert_eq!(ran.stderr, expected);
}
