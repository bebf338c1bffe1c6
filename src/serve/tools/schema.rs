//! Parameters of tools: their schemas, and how they are read.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::serve::fields::whole;
use crate::serve::openapi::inlined;
use crate::serve::problem::{Field, Problem};

/// The schema of a type without references.
pub fn schema<T: JsonSchema>(output: bool) -> Map<String, Value> {
    let settings = if output {
        inlined().for_serialize()
    } else {
        inlined().for_deserialize()
    };
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    simplify(&mut schema);
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// Takes out what strict clients stumble over: formats of Rust's numbers, and defaults that are `null`.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if object
                .get("format")
                .is_some_and(|format| RUST_FORMATS.iter().any(|f| format == f))
            {
                object.remove("format");
            }
            object.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// What schemars calls Rust's numbers.
const RUST_FORMATS: [&str; 5] = ["uint", "uint32", "uint64", "float", "double"];

pub fn input_of<T: serde::de::DeserializeOwned>(input: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(input).map_err(|error| {
        let name = error.path().to_string();
        // The whole has no name of its own.
        let name = if name == "." { "" } else { &name };
        Problem::bad(Field::Body(name), error.inner().to_string())
    })
}

/// A whole number, however it is written.
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = whole(deserializer)?;
    number.ok_or_else(|| serde::de::Error::custom("expected a whole number"))
}

/// A list, or one item of it.
pub fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(one) => Ok(vec![one]),
        list => Vec::deserialize(list).map_err(serde::de::Error::custom),
    }
}
