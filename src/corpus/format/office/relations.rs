//! Which part of an Office Open XML package belongs to which (ECMA-376, part 2).

use super::xml::{Piece, Xml, decoded};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;

/// What a part refers to.
pub(super) struct Relation {
    pub(super) id: String,
    /// The last part of its type: `slide`, `footnotes`.
    pub(super) kind: String,
    /// The name of a part.
    pub(super) target: String,
}

/// The relations of a part, or of the package, whose name is empty. Those to other files and to the web are none.
///
/// # Errors
/// Where they cannot be read.
pub(super) fn relations(package: &mut Package<'_>, part: &str) -> Result<Vec<Relation>, Fault> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name = match folder {
        "" => format!("_rels/{file}.rels"),
        folder => format!("{folder}/_rels/{file}.rels"),
    };
    let Some(text) = read(package, &name)? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(&name, &text);
    let mut found = Vec::new();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        if tag.name() != "Relationship" || tag.attr("TargetMode").as_deref() == Some("External") {
            continue;
        }
        let kind = tag.attr("Type").unwrap_or_default();
        found.push(Relation {
            id: tag.attr("Id").unwrap_or_default(),
            kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
            target: resolved(folder, &tag.attr("Target").unwrap_or_default()),
        });
    }
    Ok(found)
}

/// A part as text; `None` where there is none of this name.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn read(package: &mut Package<'_>, name: &str) -> Result<Option<String>, Fault> {
    let bytes = package.read(name)?;
    bytes.map(|bytes| decoded(name, bytes)).transpose()
}

/// The part that the package is about.
///
/// # Errors
/// Where its relations cannot be read, or there is no such part.
pub(super) fn main_part(package: &mut Package<'_>, usual: &str) -> Result<String, Fault> {
    let all = relations(package, "")?;
    let named = all
        .into_iter()
        .find(|relation| relation.kind == "officeDocument")
        .map(|relation| relation.target);
    let found = named.filter(|name| package.has(name));
    found
        .or_else(|| Some(usual.to_owned()).filter(|name| package.has(name)))
        .ok_or_else(|| {
            Fault::unreadable(format!("a damaged document: its part `{usual}` is missing"))
        })
}

/// A target as the name of a part.
fn resolved(folder: &str, target: &str) -> String {
    let (from, target) = match target.strip_prefix('/') {
        Some(absolute) => ("", absolute),
        None => (folder, target),
    };
    let mut path: Vec<&str> = from.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split(['/', '\\']) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_names_of_parts() {
        for (folder, target, expected) in [
            ("word", "footnotes.xml", "word/footnotes.xml"),
            (
                "ppt/slides",
                "../notesSlides/n.xml",
                "ppt/notesSlides/n.xml",
            ),
            ("word", "/xl/a.xml", "xl/a.xml"),
            ("", "../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(resolved(folder, target), expected);
        }
    }
}
