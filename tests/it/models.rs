//! Models in folders: the families against what transformers computes (`tests/data/models/make.py`), and what is said of
//! folders that contradict themselves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use serde_json::Value;

use crate::support::{ARTICLES, Folder, Tane, repository};

/// XLM-R and the GGUF file have sizes that the fused engine takes, the BERT has not. Of the others each number is one
/// that hardly a model has.
const FAMILIES: [&str; 9] = [
    "bert",
    "xlm-roberta",
    "modernbert",
    "qwen3",
    "gguf",
    "bert-other",
    "xlm-roberta-other",
    "modernbert-other",
    "qwen3-other",
];

fn folder_of(family: &str) -> PathBuf {
    repository().join("tests/data/models").join(family)
}

/// What `--model` is given.
fn model_of(family: &str) -> PathBuf {
    match family {
        "gguf" => folder_of(family).join("model.gguf"),
        _ => folder_of(family),
    }
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

fn cosine(a: &Value, b: &Value) -> f64 {
    let numbers = |v: &Value| -> Vec<f64> {
        let all = v.as_array().unwrap().iter();
        all.map(|n| n.as_f64().unwrap()).collect()
    };
    let (a, b) = (numbers(a), numbers(b));
    assert_eq!(a.len(), b.len());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}

#[test]
fn families_compute_what_transformers_does() {
    for family in FAMILIES {
        let folder = folder_of(family);
        let expected = lines(&std::fs::read_to_string(folder.join("expected.jsonl")).unwrap());
        assert!(expected.len() >= 5, "{family}");
        let texts = expected
            .iter()
            .map(|e| serde_json::json!({"text": e["text"]}).to_string() + "\n");
        let texts: String = texts.collect();
        for engine in ["auto", "candle"] {
            // Numbers that hardly a model has are lost in fewer digits.
            let (precision, least) = match family.ends_with("-other") {
                true => (&["--precision", "f32"][..], 0.999_999),
                false => (&[][..], 0.9999),
            };
            let printed = Tane::new(["embed", "--ids", "--engine", engine])
                .args(precision)
                .arg("--model")
                .arg(model_of(family))
                .stdin(texts.clone())
                .ok();
            let received = lines(&printed);
            assert_eq!(received.len(), expected.len());
            for (received, expected) in received.iter().zip(&expected) {
                let text = &expected["text"];
                assert_eq!(received["ids"], expected["ids"], "{family}: {text}");
                let cosine = cosine(&received["embedding"], &expected["embedding"]);
                assert!(cosine >= least, "{family} {engine}: {cosine} for {text}");
            }
        }
    }
}

/// A configuration that says the same with the keys of an earlier version, or another with the same weights.
#[test]
fn a_configuration_decides_the_vectors_whatever_is_prepared() {
    let folder = Folder::new(&[]);
    let embed = |name: &str, engine: &str| {
        let embed = Tane::new([
            "embed",
            "--precision",
            "f32",
            "--engine",
            engine,
            "--model",
            name,
        ]);
        let embed = embed.dir(folder.path()).stdin("the mill by the river\n");
        lines(&embed.ok())[0]["embedding"].clone()
    };
    let configure = |name: &str, changes: &[(&str, Value)]| {
        let path = folder.path().join(name).join("config.json");
        let text = std::fs::read_to_string(&path).unwrap();
        let mut config: Value = serde_json::from_str(&text).unwrap();
        for (key, value) in changes {
            config[*key] = value.clone();
        }
        std::fs::write(&path, config.to_string()).unwrap();
    };
    for name in ["xlm-roberta-other", "modernbert-other", "qwen3-other"] {
        copy_all(&folder_of(name), &folder.path().join(name));
    }
    // The same weights and tokenizer have been prepared for other numbers.
    let before = embed("xlm-roberta-other", "auto");
    configure(
        "xlm-roberta-other",
        &[("layer_norm_eps", 1e-5.into()), ("pad_token_id", 1.into())],
    );
    let after = embed("xlm-roberta-other", "auto");
    assert!(cosine(&before, &after) < 0.99);
    assert!(cosine(&after, &embed("xlm-roberta-other", "candle")) > 0.99999);

    for (name, changes) in [
        (
            "modernbert-other",
            &[
                ("rope_parameters", Value::Null),
                ("layer_types", Value::Null),
                ("global_rope_theta", 300.0.into()),
                ("local_rope_theta", 20.0.into()),
            ][..],
        ),
        (
            "qwen3-other",
            &[("rope_parameters", Value::Null), ("rope_theta", 30.into())],
        ),
    ] {
        let before = embed(name, "auto");
        configure(name, changes);
        assert_eq!(embed(name, "auto"), before, "{name}");
    }
    configure("modernbert-other", &[("hidden_activation", "gelu".into())]);
    let gelu = embed("modernbert-other", "auto");
    assert!(cosine(&gelu, &embed_of("modernbert-other")) < 0.999);
}

fn embed_of(name: &str) -> Value {
    let embed = Tane::new(["embed", "--precision", "f32", "--model"]);
    let embed = embed.arg(folder_of(name)).stdin("the mill by the river\n");
    lines(&embed.ok())[0]["embedding"].clone()
}

#[test]
fn what_is_not_computed_is_refused_before_weights_are_looked_for() {
    let folder = Folder::new(&[]);
    let config = folder_of("modernbert").join("config.json");
    let config = std::fs::read_to_string(config).unwrap();
    let config = config.replace("\"gelu\"", "\"laplace\"");
    folder.write("model/config.json", config);
    let refused = |named: &str| {
        let embed = Tane::new(["embed", "--model", "model"]);
        let message = embed.dir(folder.path()).stdin("a\n").fails(2);
        assert!(message.contains(named), "{named}: {message}");
    };
    refused(
        "config.json: `hidden_activation` is \"laplace\", which is not computed here; possible: \"gelu\"",
    );
    let copy = folder.path().join("model");
    copy_all(&folder_of("bert-other"), &copy);
    folder.write("model/adapter_config.json", "{\"peft_type\": \"LORA\"}");
    refused("adapter_config.json: `peft_type` is \"LORA\"");
    std::fs::remove_file(copy.join("adapter_config.json")).unwrap();
    let dense =
        "{\"idx\": 3, \"path\": \"3_Dense\", \"type\": \"sentence_transformers.models.Dense\"}]";
    let modules = std::fs::read_to_string(copy.join("modules.json")).unwrap();
    folder.write(
        "model/modules.json",
        modules.replace("]", &format!(", {dense}")),
    );
    refused("modules.json: `3.type` is \"sentence_transformers.models.Dense\"");
    folder.write("model/modules.json", &modules);
    folder.write("model/tokenizer_config.json", "{\"add_bos_token\": 3}");
    refused("tokenizer_config.json: `add_bos_token` is 3");
    // Small letters, as the file of the whole model wants them, whatever the tokenizer's says.
    let ids = |lower: bool| {
        let tokenizer = "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}";
        folder.write("model/tokenizer_config.json", tokenizer);
        let lengths = format!("{{\"max_seq_length\": 64, \"do_lower_case\": {lower}}}");
        folder.write("model/sentence_bert_config.json", lengths);
        let embed = Tane::new(["embed", "--ids", "--model", "model"]);
        let embed = embed.dir(folder.path()).stdin("The MILL\n").ok();
        lines(&embed)[0]["ids"].to_string()
    };
    folder.write("model/sentence_bert_config.json", "{\"max_seq_length\": 3}");
    refused("longest input in tokens: expected at least 8, received 3");
    assert_eq!(ids(false), "[2,1,1,3]");
    assert_eq!(ids(true), "[2,141,142,3]");
}

#[test]
fn the_bundled_file_is_a_gguf_file_like_any_other() {
    let file = repository().join("models/multilingual-e5-small-q4_0.gguf");
    let text = "The mill by the river grinds rye. 川のほとりの水車。\n";
    let embed = |model: &Path| {
        let embed = Tane::new(["embed", "--as", "raw", "--model"]);
        lines(&embed.arg(model).stdin(text).ok())[0]["embedding"].clone()
    };
    let bundled = embed(Path::new("multilingual-e5-small"));
    assert!(cosine(&embed(&file), &bundled) > 0.999_999);
}

#[test]
fn damaged_gguf_files_are_errors() {
    let folder = Folder::new(&[]);
    let whole = std::fs::read(model_of("gguf")).unwrap();
    let embed = |bytes: &[u8]| {
        folder.write("model.gguf", bytes);
        Tane::new(["embed", "--model", "model.gguf"])
            .dir(folder.path())
            .stdin("a\n")
    };
    embed(&whole).ok();
    for length in [0, 4, 40, 3000, whole.len() / 2, whole.len() - 1] {
        let message = embed(&whole[..length]).fails(2);
        assert!(message.contains("model"), "{length}: {message}");
    }
    // Sizes whose product is too large a number.
    let name = b"blk.0.ffn_up.weight";
    let at = whole.windows(name.len()).position(|w| w == name).unwrap();
    let mut bytes = whole.clone();
    bytes[at + name.len() + 4 + 7] = 0x80;
    let message = embed(&bytes).fails(2);
    assert!(message.contains("than the file has room for"), "{message}");
    for (from, to, expected) in [
        (
            "general.architecture",
            "general.architectura",
            "general.architecture",
        ),
        (
            "token_embd.weight",
            "token_embd.weighs",
            "token_embd.weighs",
        ),
        (
            "tokenizer.ggml.tokens",
            "tokenizer.ggml.tokenz",
            "tokenizer.ggml.tokenz",
        ),
    ] {
        let at = whole.windows(from.len()).position(|w| w == from.as_bytes());
        let mut bytes = whole.clone();
        bytes[at.unwrap()..][..to.len()].copy_from_slice(to.as_bytes());
        let message = embed(&bytes).fails(2);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn an_index_is_asked_with_its_own_model() {
    let folder = Folder::new(&ARTICLES);
    let model = folder_of("bert");
    let given = format!("--model={}", model.display());
    folder.tane(["index", "docs", &given]).ok();
    // The model is the one it was built with.
    let found = folder.tane(["query", "--json", "railway"]).json();
    assert_eq!(
        found["model"],
        model.canonicalize().unwrap().to_str().unwrap()
    );
    let message = folder
        .tane(["query", "railway", "--model", "multilingual-e5-small"])
        .fails(2);
    assert!(
        message.contains("multilingual-e5-small") && message.contains("bert"),
        "{message}"
    );
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
    let other = format!("--model={}", folder_of("modernbert").display());
    let message = folder.tane(["index", "docs", &other]).fails(2);
    assert!(
        message.contains("modernbert") && message.contains("--rebuild"),
        "{message}"
    );
}

#[test]
fn contradictions_and_missing_files_are_named() {
    let folder = Folder::new(&[]);
    let copy = folder.path().join("model");
    let fresh = || {
        let _ = std::fs::remove_dir_all(&copy);
        copy_all(&folder_of("bert"), &copy);
    };
    let embed = || {
        Tane::new(["embed", "--model", "model"])
            .dir(folder.path())
            .stdin("a\n")
    };
    fresh();
    embed().ok();
    let entry = |change: (&str, &str)| {
        let entry = "[[model]]\nname = 'mine'\nfolder = 'FOLDER'\nfamily = 'bert'\ndimension = 32\nmax_tokens = 128\n\
                     pooling = 'mean'\nquery_prefix = ''\npassage_prefix = ''\nnormalize = true\nlicence = 'MIT'\n";
        folder.write(
            "models.toml",
            entry
                .replace("FOLDER", copy.to_str().unwrap())
                .replace(change.0, change.1),
        );
        Tane::new(["embed", "--model", "mine", "--models", "models.toml"])
            .dir(folder.path())
            .stdin("a\n")
    };
    entry(("", "")).ok();
    for (from, to, expected) in [
        (
            "pooling = 'mean'",
            "pooling = 'cls'",
            "expected mean, received cls",
        ),
        (
            "dimension = 32",
            "dimension = 64",
            "expected 32, received 64",
        ),
        ("max_tokens = 128", "max_tokens = 512", "at most 128"),
        (
            "family = 'bert'",
            "family = 'modernbert'",
            "expected bert, received modernbert",
        ),
    ] {
        let message = entry((from, to)).fails(2);
        assert!(message.contains(expected), "{message}");
    }
    for (file, text, expected) in [
        ("config.json", "{\"model_type\":\"gpt2\"}", "gpt2"),
        ("config.json", "{", "config.json"),
        ("tokenizer.json", "{}", "tokenizer.json"),
        ("model.safetensors", "not tensors", "cannot read the model"),
        (
            "1_Pooling/config.json",
            "{\"pooling_mode_max_tokens\":true}",
            "mean, cls or lasttoken pooling",
        ),
    ] {
        fresh();
        folder.write(&format!("model/{file}"), text);
        let message = embed().fails(2);
        assert!(message.contains(expected), "{file}: {message}");
    }
    fresh();
    std::fs::remove_file(copy.join("model.safetensors")).unwrap();
    let message = embed().fails(2);
    assert!(message.contains("model.safetensors"), "{message}");
    let message = embed().arg("--precision").arg("int8").fails(2);
    assert!(!message.contains("int8"), "{message}");
    fresh();
    let message = embed().arg("--precision").arg("int8").fails(2);
    assert!(message.contains("does not compute in int8"), "{message}");
}

/// What `torch.save` writes of some tensors: an archive, not compressed, of a pickle and of their numbers.
fn save_as_torch(path: &Path, tensors: &HashMap<String, Tensor>) {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let text = |text: &str| {
        let length = (text.len() as u32).to_le_bytes();
        [b"X", &length[..], text.as_bytes()].concat()
    };
    let tuple = |numbers: &[usize]| {
        let parts = numbers.iter();
        let parts = parts.flat_map(|n| [b"J", &(*n as u32).to_le_bytes()[..]].concat());
        [b"(", &parts.collect::<Vec<u8>>()[..], b"t"].concat()
    };
    let mut pickle = b"\x80\x02}q\x00(".to_vec();
    for (number, (name, tensor)) in tensors.iter().enumerate() {
        let numbers: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
        let key = number.to_string();
        let (shape, strides) = (tensor.dims(), tensor.stride());
        for part in [
            &text(name)[..],
            b"ctorch._utils\n_rebuild_tensor_v2\n((",
            &text("storage"),
            b"ctorch\nFloatStorage\n",
            &text(&key),
            &text("cpu"),
            &tuple(&[numbers.len()])[1..6],
            b"tQK\x00",
            &tuple(shape),
            &tuple(strides),
            b"\x89ccollections\nOrderedDict\n)RtR",
        ] {
            pickle.extend(part);
        }
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        archive
            .start_file(format!("archive/data/{key}"), options)
            .unwrap();
        archive.write_all(&bytes).unwrap();
    }
    pickle.extend(b"u.");
    archive.start_file("archive/data.pkl", options).unwrap();
    archive.write_all(&pickle).unwrap();
    archive.finish().unwrap();
}

#[test]
fn weights_are_read_from_other_files_and_from_several() {
    for family in ["bert", "xlm-roberta", "modernbert"] {
        let folder = Folder::new(&[]);
        let copy = folder.path().join("model");
        copy_all(&folder_of(family), &copy);
        let embed = || {
            let tane = Tane::new(["embed", "--model"]).arg(&copy);
            tane.stdin("the mill by the river\n").dir(folder.path())
        };
        let expected = embed().ok();
        let whole = copy.join("model.safetensors");
        let tensors = candle_core::safetensors::load(&whole, &candle_core::Device::Cpu).unwrap();
        std::fs::remove_file(&whole).unwrap();

        let torch = copy.join("pytorch_model.bin");
        save_as_torch(&torch, &tensors);
        assert_eq!(embed().ok(), expected, "{family}");
        let bytes = std::fs::read(&torch).unwrap();
        std::fs::write(&torch, &bytes[..bytes.len() / 2]).unwrap();
        let message = embed().fails(2);
        assert!(
            message.contains("cannot read the model's weights"),
            "{message}"
        );
        std::fs::write(&torch, b"\x80\x02.").unwrap();
        let message = embed().fails(2);
        assert!(message.contains("before version 1.6"), "{message}");
        std::fs::remove_file(&torch).unwrap();

        let (mut first, mut second) = (tensors.clone(), tensors);
        first.retain(|name, _| name.len() % 2 == 0);
        second.retain(|name, _| name.len() % 2 == 1);
        let part = |number: u32| copy.join(format!("model-0000{number}-of-00002.safetensors"));
        candle_core::safetensors::save(&first, part(1)).unwrap();
        candle_core::safetensors::save(&second, part(2)).unwrap();
        assert_eq!(embed().ok(), expected, "{family}");
        std::fs::remove_file(part(2)).unwrap();
        let message = embed().fails(2);
        assert!(
            message.contains("model-00002-of-00002.safetensors"),
            "{message}"
        );
    }
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &to);
        } else {
            std::fs::copy(path, to).unwrap();
        }
    }
}

#[test]
fn an_index_of_another_space_is_told_what_differs() {
    let folder = Folder::new(&ARTICLES);
    let copy = folder.path().join("model");
    copy_all(&folder_of("xlm-roberta"), &copy);
    let entry = |change: (&str, &str)| {
        let entry = "[[model]]\nname = 'mine'\nfolder = 'FOLDER'\nfamily = 'xlm-roberta'\ndimension = 64\n\
                     max_tokens = 128\npooling = 'cls'\nquery_prefix = 'q: '\npassage_prefix = 'p: '\n\
                     normalize = true\nlicence = 'MIT'\n";
        let entry = entry
            .replace("FOLDER", copy.to_str().unwrap())
            .replace(change.0, change.1);
        folder.write("models.toml", entry);
    };
    entry(("", ""));
    let with = ["--models", "models.toml", "--model", "mine"];
    folder.tane(["index", "docs"]).args(with).ok();
    let ask = || folder.tane(["query", "railway"]).args(with);
    ask().ok();
    let refused = |expected: &str| {
        let message = ask().fails(2);
        assert!(message.contains(expected), "{expected}: {message}");
    };
    entry(("query_prefix = 'q: '", "query_prefix = ''"));
    refused("query prefix \"q: \" and \"\"");
    entry(("pooling = 'cls'", "pooling = 'mean'"));
    std::fs::remove_dir_all(copy.join("1_Pooling")).unwrap();
    refused("pooling cls and mean");
    entry(("", ""));
    copy_all(&folder_of("xlm-roberta"), &copy);
    ask().ok();
    for (file, expected) in [
        ("tokenizer.json", "tokenizer "),
        ("model.safetensors", "weights "),
    ] {
        let path = copy.join(file);
        let whole = std::fs::read(&path).unwrap();
        let mut changed = whole.clone();
        let at = whole.len() - 20;
        match file {
            "tokenizer.json" => changed.push(b'\n'),
            _ => changed[at] ^= 1,
        }
        std::fs::write(&path, changed).unwrap();
        refused(expected);
        std::fs::write(&path, whole).unwrap();
    }
}
