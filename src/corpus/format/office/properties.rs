//! Title, author, date and language as office documents state them.

use super::relations::read;
use super::xml::{Piece, Xml};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;
use crate::corpus::format::properties::{author, day, title};
use crate::corpus::format::reader::Parsed;

/// Of an Office Open XML package. Damaged ones are no reason to lose the text.
pub(super) fn of_package(package: &mut Package<'_>) -> Parsed {
    let known = package_properties(package);
    known.unwrap_or_else(|_| Parsed {
        notes: vec!["its properties (title, author, date) cannot be read".into()],
        ..Parsed::default()
    })
}

fn package_properties(package: &mut Package<'_>) -> Result<Parsed, Fault> {
    let all = super::relations::relations(package, "")?;
    let core = all
        .iter()
        .find(|relation| relation.kind == "core-properties");
    let part = core
        .map_or("docProps/core.xml", |relation| &relation.target)
        .to_owned();
    match read(package, &part)? {
        Some(text) => of_part(&part, &text),
        None => Ok(Parsed::default()),
    }
}

/// Of a part whose elements name them: `dc:title`, `dc:creator`, `dcterms:created`, `dc:language`, and those of
/// OpenDocument.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn of_part(part: &str, text: &str) -> Result<Parsed, Fault> {
    let mut xml = Xml::new(part, text);
    let mut found = Found::default();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        // The text of an OpenDocument file may follow in the same part.
        if tag.name() == "body" {
            break;
        }
        let name = tag.name().to_owned();
        found.element(&name, &mut xml)?;
    }
    Ok(found.parsed())
}

/// What is found so far. Who made a document comes before who changed it last.
#[derive(Default)]
pub(super) struct Found {
    title: String,
    creator: String,
    initial_creator: String,
    created: String,
    changed: String,
    language: String,
}

impl Found {
    /// Reads the element that was begun last, if it is one of these.
    fn element(&mut self, name: &str, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let field = match name {
            "title" => &mut self.title,
            "creator" => &mut self.creator,
            "initial-creator" => &mut self.initial_creator,
            "created" | "creation-date" => &mut self.created,
            "modified" | "date" => &mut self.changed,
            "language" => &mut self.language,
            _ => return Ok(()),
        };
        let text = xml.text()?;
        if field.is_empty() {
            *field = text;
        }
        Ok(())
    }

    fn parsed(self) -> Parsed {
        let language = self.language.trim();
        Parsed {
            title: title(&self.title),
            author: author(&self.initial_creator).or_else(|| author(&self.creator)),
            published: day(self.created.trim()).or_else(|| day(self.changed.trim())),
            lang: Some(language.to_owned())
                .filter(|lang| (2..=12).contains(&lang.len()) && lang.is_ascii()),
            ..Parsed::default()
        }
    }
}
