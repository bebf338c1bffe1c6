//! The parts of a document of WordprocessingML beside its text: notes, drawings, heads and feet of pages, comments.

use std::collections::HashSet;

use super::content::plain;
use super::drawing;
use super::relations::{Relation, read};
use super::story::Story;
use super::word::Reader;
use super::xml::{Ns, Piece, Xml};
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;

impl Reader {
    pub(super) fn shapes(
        &mut self,
        package: &mut Package<'_>,
        related: &[Relation],
    ) -> Result<(), Fault> {
        for relation in related {
            let items = match relation.kind.as_str() {
                "diagramData" => drawing::diagram(package, &relation.target)?,
                "chart" => drawing::chart(package, &relation.target)?,
                _ => continue,
            };
            self.shapes.insert(relation.id.clone(), items);
        }
        Ok(())
    }

    pub(super) fn all_notes(
        &mut self,
        package: &mut Package<'_>,
        related: &[Relation],
    ) -> Result<(), Fault> {
        for relation in related {
            let kind = match relation.kind.as_str() {
                "footnotes" => "footnote",
                "endnotes" => "endnote",
                _ => continue,
            };
            let Some(text) = read(package, &relation.target)? else {
                continue;
            };
            let mut xml = Xml::new(&relation.target, &text);
            while let Some(piece) = xml.next(0)? {
                let Piece::Start(tag) = piece else { continue };
                if tag.is(Ns::Word, kind) {
                    let name = format!("{kind} {}", tag.attr("id").unwrap_or_default());
                    let mut items = Vec::new();
                    self.blocks(&mut xml, &mut items)?;
                    if !plain(&items).is_empty() {
                        self.notes.insert(name, items);
                    }
                }
            }
        }
        Ok(())
    }

    /// What stands beside the text: heads and feet of pages, and comments.
    pub(super) fn beside(
        &mut self,
        package: &mut Package<'_>,
        related: &[Relation],
        story: &mut Story,
    ) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for relation in related {
            let reason = match relation.kind.as_str() {
                "header" | "footer" => Omission::RunningHead,
                "comments" => Omission::Surroundings,
                _ => continue,
            };
            let Some(text) = read(package, &relation.target)? else {
                continue;
            };
            let mut xml = Xml::new(&relation.target, &text);
            let mut items = Vec::new();
            self.blocks(&mut xml, &mut items)?;
            let text = plain(&items);
            if seen.insert(text.clone()) {
                self.leave(reason, &text);
            }
        }
        self.hand_over(&mut Vec::new(), story)
    }
}
