//! Canaries: fixed texts whose vectors travel with an index, to prove that another machine, device or
//! precision computes the same space.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::embed::embedder::Embedder;
use crate::embed::input::{Embedding, Input, Role};
use crate::embed::model::Pooling;
use crate::error::{EmbedError, Error, Result};
use crate::kernel::dot::dot;

/// The least cosine between two vectors of one canary. Precisions of one space lie above 0.999; a wrong
/// pooling, prefix, tokenizer or weight file far below.
pub const LEAST_COSINE: f32 = 0.998;

/// Bytes from which on the tokens of a text tell a prefix from a tokenizer.
const LONG_TEXT: usize = 40;

/// Both roles, so that a missing prefix shows; several scripts, widths and unknown signs, for the tokenizer;
/// one short and one longer text, for the pooling.
const TEXTS: [(Role, &str); 6] = [
    (
        Role::Query,
        "Who opened the first railway between the two cities?",
    ),
    (Role::Query, "いつ"),
    (
        Role::Passage,
        "縄文時代の遺跡からは、土器や石器のほかに、クルミやクリなどの種が見つかっている。２０２５年の調査では①号住居跡の炉のそばから約1,200粒が出土した。",
    ),
    (
        Role::Passage,
        "Nhà ga đầu tiên được khánh thành năm 1885; mười năm sau, đường sắt đã nối liền hai thành phố.",
    ),
    (
        Role::Passage,
        "Seeds need water, warmth and air. When a seed takes up water it swells, its coat splits, and the root is \
         the first part to leave it; the shoot follows once the root holds the soil. 🌱 Some seeds wait for years.",
    ),
    (Role::Passage, "Зерно прорастает весной."),
];

/// A text and the vector that its index was built with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Canary {
    /// What the text is to the model: it decides the prefix.
    pub role: Role,
    /// As it is given to the tokenizer, without prefix.
    pub text: String,
    /// Its token ids, prefix and special tokens included.
    #[serde(default)]
    pub ids: Vec<u32>,
    /// `[dimension]` f32, of length 1; in JSON the bits of each as eight hex digits.
    #[serde(serialize_with = "to_hex", deserialize_with = "from_hex")]
    pub vector: Vec<f32>,
}

/// The canaries as this embedder computes them.
///
/// # Errors
/// As [`Embedder::embed`].
pub fn canaries(embedder: &Embedder) -> Result<Vec<Canary>> {
    let inputs = inputs(embedder, TEXTS.into_iter())?;
    let embeddings = embedder.embed(&inputs)?;
    let computed = inputs.into_iter().zip(embeddings);
    let canary = |((role, text), (input, embedding)): ((Role, &str), (Input, Embedding))| Canary {
        role,
        text: text.to_owned(),
        ids: input.ids,
        vector: embedding.vector,
    };
    Ok(TEXTS.into_iter().zip(computed).map(canary).collect())
}

/// For each canary the cosine between its vector and what this embedder computes now.
///
/// # Errors
/// As [`Embedder::embed`]; [`EmbedError::BadModel`] where a vector has another length.
pub fn cosines(embedder: &Embedder, canaries: &[Canary]) -> Result<Vec<f32>> {
    let texts = canaries.iter().map(|c| (c.role, c.text.as_str()));
    let embeddings = embedder.embed(&inputs(embedder, texts)?)?;
    let cosine = |(canary, embedding): (&Canary, Embedding)| {
        if canary.vector.len() == embedding.vector.len() {
            return Ok(dot(&canary.vector, &embedding.vector));
        }
        Err(Error::Embed(EmbedError::BadModel {
            model: embedder.space().model.clone(),
            what: "length of a canary's vector".to_owned(),
            expected: canary.vector.len().to_string(),
            received: embedding.vector.len().to_string(),
        }))
    };
    canaries.iter().zip(embeddings).map(cosine).collect()
}

/// Why canaries are not what this embedder computes, as far as they can tell.
///
/// # Errors
/// As [`Embedder::embed`].
pub fn explain(embedder: &Embedder, canaries: &[Canary]) -> Result<String> {
    let texts = canaries.iter().map(|c| (c.role, c.text.as_str()));
    let inputs = inputs(embedder, texts)?;
    for (canary, input) in canaries.iter().zip(&inputs) {
        if canary.ids.is_empty() || canary.ids == input.ids {
            continue;
        }
        // With another prefix the rest of the text is the same tokens; long texts tell best.
        let (theirs, ours) = (canary.ids.iter().rev(), input.ids.iter().rev());
        let common = theirs.zip(ours).take_while(|(a, b)| a == b).count();
        if canary.text.len() < LONG_TEXT {
            continue;
        }
        let same_text = 2 * common >= canary.ids.len().min(input.ids.len());
        let count = |ids: &[u32]| ids.len() - common;
        return Ok(if same_text {
            format!(
                "its texts begin otherwise: another prefix ({} tokens before the text there, {} here)",
                count(&canary.ids),
                count(&input.ids)
            )
        } else {
            "its texts are other tokens: another tokenizer".to_owned()
        });
    }
    // The way to pool with which the worst canary is best.
    let mut least = [f32::INFINITY; 3];
    let mut kinds = [Pooling::Mean; 3];
    for (canary, input) in canaries.iter().zip(&inputs) {
        let pooled = embedder.by_each_pooling(input)?;
        for (at, (kind, vector)) in pooled.iter().enumerate() {
            kinds[at] = *kind;
            least[at] = least[at].min(dot(&canary.vector, vector));
        }
    }
    let best = kinds.iter().zip(least).max_by(|a, b| a.1.total_cmp(&b.1));
    Ok(match best {
        Some((kind, least)) if least >= LEAST_COSINE => format!(
            "its vectors are pooled otherwise: {kind:?} there, {:?} here",
            embedder.space().pooling
        )
        .to_lowercase(),
        _ => "its tokens and its pooling are these: other weights".to_owned(),
    })
}

fn inputs<'t>(
    embedder: &Embedder,
    texts: impl Iterator<Item = (Role, &'t str)>,
) -> Result<Vec<Input>> {
    texts
        .map(|(role, text)| embedder.input(text, role))
        .collect()
}

fn to_hex<S: Serializer>(vector: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    let digits: String = vector
        .iter()
        .map(|v| format!("{:08x}", v.to_bits()))
        .collect();
    serializer.serialize_str(&digits)
}

fn from_hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    let digits = String::deserialize(deserializer)?;
    let (numbers, rest) = digits.as_bytes().as_chunks::<8>();
    let number = |digits: &[u8; 8]| {
        let digits = std::str::from_utf8(digits).ok()?;
        Some(f32::from_bits(u32::from_str_radix(digits, 16).ok()?))
    };
    let vector: Option<Vec<f32>> = numbers.iter().map(number).collect();
    vector
        .filter(|_| rest.is_empty())
        .ok_or_else(|| serde::de::Error::custom("a vector is eight hex digits for each number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::Compute;
    use crate::embed::DEFAULT_MODEL;
    use crate::embed::Model;
    use crate::embed::Precision;
    use crate::embed::describe_path;
    use crate::embed::models::registry::Registry;

    /// The small GGUF model, its file changed, as an entry that is changed.
    fn changed(bytes: impl FnOnce(&mut Vec<u8>), entry: impl FnOnce(&mut Model)) -> Embedder {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/data/models/gguf/model.gguf"
        );
        let mut content = std::fs::read(file).unwrap();
        bytes(&mut content);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.gguf");
        std::fs::write(&path, content).unwrap();
        let mut model = describe_path("small", &path).unwrap();
        model.query_prefix = "query: ".to_owned();
        model.passage_prefix = "passage: ".to_owned();
        entry(&mut model);
        Embedder::load(&model, Compute::default(), None).unwrap()
    }

    fn find(bytes: &[u8], text: &[u8]) -> usize {
        let found = bytes.windows(text.len()).position(|w| w == text);
        found.unwrap()
    }

    #[test]
    fn faults_are_told_by_name() {
        let right = changed(|_| (), |_| ());
        let recorded = canaries(&right).unwrap();
        assert!(
            cosines(&right, &recorded)
                .unwrap()
                .iter()
                .all(|c| *c > 0.9999)
        );
        // An entry may not contradict its file.
        let cls = |bytes: &mut Vec<u8>| {
            let key = b"bert.pooling_type";
            let at = find(bytes, key) + key.len() + 4;
            bytes[at] = 2;
        };
        let pooling = changed(cls, |model| model.pooling = Pooling::Cls);
        let prefix = changed(
            |_| (),
            |model| {
                model.query_prefix.clear();
                model.passage_prefix.clear();
            },
        );
        // The pieces of two letters change places.
        let swap = |bytes: &mut Vec<u8>| {
            for (letter, other) in [(b"e", b"x"), (b"t", b"q"), (b"a", b"z"), (b"s", b"j")] {
                let piece = |letter: &[u8]| [&1u64.to_le_bytes()[..], letter].concat();
                let (a, b) = (find(bytes, &piece(letter)), find(bytes, &piece(other)));
                bytes.swap(a + 8, b + 8);
            }
        };
        let tokenizer = changed(swap, |_| ());
        let weights = changed(
            |bytes| {
                let end = bytes.len();
                // Numbers of the last tensors change places.
                let numbers = bytes[end - 16_384..].chunks_exact_mut(64);
                numbers.for_each(|part| part.rotate_left(16));
            },
            |_| (),
        );
        for (embedder, expected) in [
            (pooling, "mean there, cls here"),
            (prefix, "another prefix"),
            (tokenizer, "another tokenizer"),
            (weights, "other weights"),
        ] {
            let least = cosines(&embedder, &recorded).unwrap();
            let least = least.into_iter().fold(1.0, f32::min);
            assert!(least < LEAST_COSINE, "{expected}: {least}");
            let told = explain(&embedder, &recorded).unwrap();
            assert!(told.contains(expected), "{expected}: {told}");
        }
    }

    #[test]
    fn precisions_of_one_space_pass() {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let load = |precision| {
            let compute = Compute {
                precision: Some(precision),
                ..Compute::default()
            };
            Embedder::load(model, compute, None)
        };
        let recorded = canaries(&load(Precision::F32).unwrap()).unwrap();
        // bf16 only where the CPU has it.
        for precision in [Precision::Int8, Precision::Bf16] {
            let Ok(embedder) = load(precision) else {
                assert_eq!(precision, Precision::Bf16);
                continue;
            };
            for cosine in cosines(&embedder, &recorded).unwrap() {
                assert!(cosine >= LEAST_COSINE, "{precision}: {cosine}");
            }
        }
    }
}
