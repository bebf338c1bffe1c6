//! Styles of WordprocessingML: which paragraphs are headings, items, captions and entries of a table of contents.

use std::collections::HashMap;

use super::content::Role;
use super::relations::read;
use super::word_numbers::Numbering;
use super::xml::{Ns, Piece, Xml};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;

/// Styles are based on others no further than this.
const BASES: usize = 20;

/// Names of headings, as programs in different languages write them before the level.
const HEADINGS: [&str; 12] = [
    "heading",
    "見出し",
    "标题",
    "標題",
    "제목",
    "titre",
    "überschrift",
    "título",
    "titolo",
    "kop",
    "заголовок",
    "tiêu đề",
];

#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: String,
    outline: Option<usize>,
    numbering: Numbering,
    hidden: Option<bool>,
}

/// The styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    /// Reads the part that has them.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn read(package: &mut Package<'_>, part: &str) -> Result<Self, Fault> {
        let Some(text) = read(package, part)? else {
            return Ok(Self::default());
        };
        let mut xml = Xml::new(part, &text);
        let mut styles = HashMap::new();
        while let Some(piece) = xml.next(0)? {
            if let Piece::Start(tag) = piece
                && tag.is(Ns::Word, "style")
            {
                let id = tag.attr("styleId").unwrap_or_default();
                styles.insert(id, style(&mut xml)?);
            }
        }
        Ok(Self(styles))
    }

    /// The first answer along the styles that one is based on.
    fn first<T>(&self, id: &str, answer: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut id = id;
        for _ in 0..BASES {
            let style = self.0.get(id)?;
            if let Some(found) = answer(style) {
                return Some(found);
            }
            id = &style.based_on;
        }
        None
    }

    /// Whether text of a style is hidden.
    pub(super) fn is_hidden(&self, id: &str) -> bool {
        self.first(id, |style| style.hidden).unwrap_or(false)
    }

    /// How a paragraph of a style is numbered. `own`: what it says itself.
    pub(super) fn numbering(&self, id: &str, own: Numbering) -> Numbering {
        let list = |style: &Style| style.numbering.list;
        let level = |style: &Style| style.numbering.level;
        Numbering {
            list: own.list.or_else(|| self.first(id, list)),
            level: own.level.or_else(|| self.first(id, level)),
        }
    }

    /// What a paragraph of a style is. `outline`: what it says itself; `numbered`: it is in a list.
    pub(super) fn role(&self, id: &str, outline: Option<usize>, numbered: bool) -> Role {
        let named = self.first(id, |style| by_name(&style.name));
        let named = named.or_else(|| by_name(id));
        if let Some(role) = named {
            return role;
        }
        let outline = outline.or_else(|| self.first(id, |style| style.outline));
        if let Some(level) = outline.filter(|level| *level < 9) {
            return Role::Heading(level + 1);
        }
        match numbered {
            true => Role::Item,
            false => Role::Text,
        }
    }
}

fn style(xml: &mut Xml<'_>) -> Result<Style, Fault> {
    let depth = xml.depth();
    let mut style = Style::default();
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        if tag.ns != Ns::Word {
            continue;
        }
        match tag.name() {
            "name" => style.name = tag.attr("val").unwrap_or_default(),
            "basedOn" => style.based_on = tag.attr("val").unwrap_or_default(),
            "outlineLvl" => style.outline = tag.number("val"),
            "numId" => style.numbering.list = tag.number("val"),
            "ilvl" => style.numbering.level = tag.number("val"),
            "vanish" => style.hidden = Some(tag.is_on()),
            // What a style says of the parts of a table.
            "tblStylePr" => xml.skip()?,
            _ => {}
        }
    }
    Ok(style)
}

/// What the name of a style says.
pub(super) fn by_name(name: &str) -> Option<Role> {
    let name = name.trim().to_lowercase();
    let bare: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    match bare.as_str() {
        "title" | "表題" | "标题" | "標題" | "제목" => return Some(Role::Heading(0)),
        "caption" | "図表番号" | "题注" | "標號" | "캡션" => return Some(Role::Caption),
        "tocheading" | "目次の見出し" | "contentsheading" => return Some(Role::Contents),
        _ => {}
    }
    let stem = bare.trim_end_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let level: String = bare[stem.len()..]
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c
            } else {
                char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
            }
        })
        .collect();
    let level: usize = level.parse().ok().filter(|level| (1..=9).contains(level))?;
    let is = |names: &[&str]| names.iter().any(|name| name.replace(' ', "") == stem);
    if is(&["toc", "目次", "contents", "목차"]) {
        return Some(Role::Contents);
    }
    is(&HEADINGS).then_some(Role::Heading(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_known_by_their_names() {
        for (name, expected) in [
            ("heading 1", Some(Role::Heading(1))),
            ("Heading2", Some(Role::Heading(2))),
            ("見出し 3", Some(Role::Heading(3))),
            ("見出し１", Some(Role::Heading(1))),
            ("Tiêu đề 2", Some(Role::Heading(2))),
            ("Title", Some(Role::Heading(0))),
            ("toc 2", Some(Role::Contents)),
            ("図表番号", Some(Role::Caption)),
            ("heading 10", None),
            ("heading", None),
            ("10", None),
            ("Normal", None),
            ("", None),
        ] {
            assert_eq!(by_name(name), expected, "{name}");
        }
    }
}
