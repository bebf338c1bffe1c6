//! What the fields of a request may hold.

use serde::Deserialize;

use crate::corpus::parse_date;
use crate::serve::limits::MOST_ITEMS;
use crate::serve::problem::{Field, Problem};

/// Refuses a text without letters, or one that is too long.
pub fn text(field: Field<'_>, given: &str, most: usize) -> Result<(), Problem> {
    if given.trim().is_empty() {
        return Err(Problem::bad(
            field,
            "expected a text, received an empty one",
        ));
    }
    length(field, given, most)
}

pub fn length(field: Field<'_>, given: &str, most: usize) -> Result<(), Problem> {
    // Characters are counted only where there can be too many.
    if given.len() <= most || given.chars().count() <= most {
        return Ok(());
    }
    let received = given.chars().count();
    let detail = format!("expected at most {most} characters, received {received}");
    Err(Problem::bad(field, detail))
}

pub fn number(field: Field<'_>, given: usize, least: usize, most: usize) -> Result<(), Problem> {
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let detail = format!("expected {least} to {most}, received {given}");
    Err(Problem::bad(field, detail))
}

pub fn number_of_items(pointer: &str, count: usize) -> Result<(), Problem> {
    if count <= MOST_ITEMS {
        return Ok(());
    }
    let detail = format!("expected at most {MOST_ITEMS} items, received {count}");
    Err(Problem::bad(Field::Body(pointer), detail))
}

/// A day, `YYYY-MM-DD`.
pub fn day(field: Field<'_>, given: Option<String>) -> Result<Option<String>, Problem> {
    given
        .map(|given| {
            // Any year will do: no article was published before those that are known as dates.
            let is_day = chrono::NaiveDate::parse_from_str(&given, "%Y-%m-%d").is_ok();
            let day = (is_day && given.len() == 10).then(|| given.clone());
            day.or_else(|| parse_date(&given)).ok_or_else(|| {
                let shown: String = given.chars().take(40).collect();
                Problem::bad(
                    field,
                    format!("expected a day (YYYY-MM-DD), received `{shown}`"),
                )
            })
        })
        .transpose()
}

/// A whole number, or `null`. JSON knows one kind of number: 5.0 is 5.
pub fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    use serde::de::{Error, Unexpected};
    let given: Option<serde_json::Number> = Option::deserialize(deserializer)?;
    let Some(given) = given else {
        return Ok(None);
    };
    let integer = given
        .as_u64()
        .and_then(|number| usize::try_from(number).ok());
    let integral = || {
        let float = given.as_f64()?;
        // Floats count by ones up to here.
        let counts = float.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&float);
        counts.then_some(float as usize)
    };
    let number = integer.or_else(integral);
    number.map(Some).ok_or_else(|| {
        let received = given
            .as_f64()
            .map_or(Unexpected::Other("a number"), Unexpected::Float);
        D::Error::invalid_value(received, &"a whole number")
    })
}
