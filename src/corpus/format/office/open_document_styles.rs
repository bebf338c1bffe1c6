//! Styles of OpenDocument: what they are based on, and what they hide.

use std::collections::HashMap;

use super::content::Role;
use super::word_styles::by_name;
use super::xml::{Ns, Piece, Tag, Xml};
use crate::corpus::decode::decoded::Fault;

/// Styles are based on others no further than this.
const BASES: usize = 20;

#[derive(Default)]
struct Style {
    parent: String,
    hides: bool,
}

/// Styles by their family and name.
#[derive(Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    /// Reads `style:style`, which was begun.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub(super) fn add(&mut self, tag: &Tag<'_>, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let family = tag.attr("family").unwrap_or_default();
        let name = tag.attr("name").unwrap_or_default();
        let mut style = Style {
            parent: tag.attr("parent-style-name").unwrap_or_default(),
            hides: false,
        };
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            style.hides |= match (tag.ns, tag.name()) {
                (Ns::Style, "text-properties") => tag.attr("display").as_deref() == Some("none"),
                (Ns::Style, "table-properties") => tag.attr("display").as_deref() == Some("false"),
                (Ns::Style, "drawing-page-properties") => {
                    tag.attr("visibility").as_deref() == Some("hidden")
                }
                _ => false,
            };
        }
        self.0.insert(key(&family, &name), style);
        Ok(())
    }

    /// Whether what has a style is not shown.
    pub(super) fn hides(&self, family: &str, name: Option<String>) -> bool {
        let mut name = name.unwrap_or_default();
        for _ in 0..BASES {
            match self.0.get(&key(family, &name)) {
                Some(style) if style.hides => return true,
                Some(style) => name.clone_from(&style.parent),
                None => return false,
            }
        }
        false
    }

    /// What a paragraph of a style is.
    pub(super) fn role(&self, name: Option<String>) -> Option<Role> {
        let mut name = name?;
        for _ in 0..BASES {
            // `Heading_20_1`
            let readable = name.replace("_20_", " ");
            match by_name(&readable) {
                // A heading is an element of its own; what only looks like one is text.
                Some(Role::Heading(level)) if level > 0 => {}
                Some(role) => return Some(role),
                None => {}
            }
            name.clone_from(&self.0.get(&key("paragraph", &name))?.parent);
        }
        None
    }
}

fn key(family: &str, name: &str) -> String {
    format!("{family} {name}")
}
