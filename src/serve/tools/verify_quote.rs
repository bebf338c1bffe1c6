//! The tool that says whether a text stands in an article.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::search::{Names, Standing, find, stands};
use crate::serve::fields::length;
use crate::serve::limits::{MOST_NAME, MOST_QUESTION};
use crate::serve::problem::{Field, Problem};
use crate::serve::service::Open;
use crate::serve::tools::called::{Budget, CHARS, Called, shortened, value_of};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteInput {
    /// Id of an article or of a passage, or a citation.
    id: String,
    /// The text that should stand there.
    quote: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct QuoteOutput {
    article: String,
    /// `exact`: byte for byte. `same_letters`: but for white space, line breaks, upper case, width of letters, quotation
    /// marks or dashes. `absent`: it does not stand there.
    standing: Standing,
    /// How often.
    count: usize,
    places: Vec<QuotePlace>,
    /// Where it does not stand there.
    nearest: Option<QuotePlace>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct QuotePlace {
    citation: String,
    start_byte: usize,
    end_byte: usize,
    start_line: usize,
    end_line: usize,
    text: String,
    /// 1 where it is the quotation.
    similarity: f32,
}

pub fn verify_quote(open: &Open, input: &QuoteInput) -> Result<Called, Problem> {
    const SHOWN: usize = 600;
    length(Field::Body("/id"), &input.id, MOST_NAME)?;
    length(Field::Body("/quote"), &input.quote, MOST_QUESTION)?;
    let found = find(&open.index, &input.id, Names::AsCited)
        .map_err(|error| Problem::of(&error, Field::Body("/id")))?;
    let found = stands(&open.index, found.0, &input.quote)
        .map_err(|error| Problem::of(&error, Field::Body("/quote")))?;
    let place_of = |place: crate::search::Place, similarity| QuotePlace {
        citation: place.citation,
        start_byte: place.start_byte,
        end_byte: place.end_byte,
        start_line: place.start_line,
        end_line: place.end_line,
        text: shortened(&place.text, SHOWN),
        similarity,
    };
    let nearest = found
        .nearest
        .map(|nearest| place_of(nearest.place, nearest.similarity));
    let output = QuoteOutput {
        article: found.article.id,
        standing: found.standing,
        count: found.count,
        places: found
            .places
            .into_iter()
            .map(|place| place_of(place, 1.0))
            .collect(),
        nearest,
    };
    let mut told = match output.standing {
        Standing::Exact => format!("It stands in {}, byte for byte:\n", output.article),
        Standing::SameLetters => format!(
            "It stands in {} with the same letters; white space, case, width, quotation marks or dashes differ:\n",
            output.article
        ),
        Standing::Absent => format!("It does not stand in {}.\n", output.article),
    };
    let mut budget = Budget::new(CHARS - 400);
    for place in &output.places {
        let (start, end) = (place.start_byte, place.end_byte);
        let line = format!(
            "{} (bytes {start}-{end})\n> {}\n",
            place.citation, place.text
        );
        if !budget.add(&line) {
            break;
        }
    }
    told.push_str(&budget.text);
    if output.count > output.places.len() {
        let _ = writeln!(told, "{} places in all.", output.count);
    }
    match &output.nearest {
        Some(near) => {
            let _ = write!(
                told,
                "Nearest ({:.0} % alike): {}\n> {}\n",
                100.0 * near.similarity,
                near.citation,
                near.text
            );
        }
        None if output.standing == Standing::Absent => told.push_str("Nothing there is like it.\n"),
        None => {}
    }
    Ok(Called {
        text: told,
        structured: value_of(&output),
    })
}
