//! Canaries: fixed texts whose vectors travel with an index, to prove that another machine, device or
//! precision computes the same space.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::embedder::{Embedder, Input, Role};
use crate::error::{Error, Result};
use crate::kernel::dot::dot;

/// The least cosine between two vectors of one canary. Precisions of one space lie above 0.999; a wrong
/// pooling, prefix, tokenizer or weight file far below.
pub const LEAST_COSINE: f32 = 0.998;

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
    pub role: Role,
    pub text: String,
    /// `[dimension]` f32, of length 1; in JSON the bits of each as eight hex digits.
    #[serde(serialize_with = "to_hex", deserialize_with = "from_hex")]
    pub vector: Vec<f32>,
}

/// The canaries as this embedder computes them.
///
/// # Errors
/// As [`Embedder::embed`].
pub fn canaries(embedder: &Embedder) -> Result<Vec<Canary>> {
    let vectors = vectors(embedder, TEXTS.into_iter())?;
    let texts = TEXTS.into_iter().zip(vectors);
    let canary = |((role, text), vector): ((Role, &str), _)| Canary {
        role,
        text: text.to_owned(),
        vector,
    };
    Ok(texts.map(canary).collect())
}

/// For each canary the cosine between its vector and what this embedder computes now.
///
/// # Errors
/// As [`Embedder::embed`]; [`Error::BadModel`] where a vector has another length.
pub fn cosines(embedder: &Embedder, canaries: &[Canary]) -> Result<Vec<f32>> {
    let texts = canaries.iter().map(|c| (c.role, c.text.as_str()));
    let vectors = vectors(embedder, texts)?;
    let cosine = |(canary, vector): (&Canary, Vec<f32>)| {
        if canary.vector.len() == vector.len() {
            return Ok(dot(&canary.vector, &vector));
        }
        Err(Error::BadModel {
            model: embedder.space().model.clone(),
            what: "length of a canary's vector".to_owned(),
            expected: canary.vector.len().to_string(),
            received: vector.len().to_string(),
        })
    };
    canaries.iter().zip(vectors).map(cosine).collect()
}

fn vectors<'t>(
    embedder: &Embedder,
    texts: impl Iterator<Item = (Role, &'t str)>,
) -> Result<Vec<Vec<f32>>> {
    let inputs: Vec<Input> = texts
        .map(|(role, text)| embedder.input(text, role))
        .collect::<Result<_>>()?;
    let embeddings = embedder.embed(&inputs)?;
    Ok(embeddings.into_iter().map(|e| e.vector).collect())
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
