//! Elements that are read in a way of their own: code, terms and their meanings, folded answers, panels.

use super::{Open, Walk};
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::format::html::context::heading_level;
use crate::corpus::format::html::text::{end_line, is_block, shown_chars, without_data};
use crate::corpus::plain::layout::ROW_CHARS;

impl Walk<'_> {
    /// Lines of a program.
    pub(super) fn code(&mut self, at: usize) {
        self.close();
        let tree = self.page.tree;
        let mut code = String::new();
        let mut ends: Vec<usize> = Vec::new();
        let end = tree.node(at).end;
        let mut inner = at + 1;
        while inner < end {
            while ends.pop_if(|end| *end <= inner).is_some() {
                end_line(&mut code);
            }
            let node = tree.node(inner);
            let read = node.is_text() && self.page.content.reads(inner);
            if read {
                code.push_str(&without_data(&node.text, &mut self.left));
            } else if node.is_text() {
                self.left.push(Omission::Surroundings, &node.text);
            } else if !self.enters(inner) {
                inner = node.end;
                continue;
            } else if node.name == "br" {
                code.push('\n');
            } else if is_block(tree, inner) {
                end_line(&mut code);
                ends.push(node.end);
            }
            let label = self.label(inner);
            code.push_str(&label);
            inner += 1;
        }
        let lines = code.trim_end().trim_start_matches(['\n', '\r']);
        self.text.push_str(lines);
        self.push_block(BlockKind::Code);
    }

    /// A term and what it means are a row, where they are short; else the term is read again with what follows.
    pub(super) fn term(&mut self, at: usize) -> usize {
        let tree = self.page.tree;
        self.close();
        let mut parts = vec![at];
        let mut last = at;
        while let Some(next) = tree.next_element(last) {
            let goes_on =
                tree.name(next) == "dd" || (tree.name(next) == "dt" && tree.name(last) == "dt");
            if !goes_on {
                break;
            }
            parts.push(next);
            last = next;
        }
        let end = tree.node(last).end;
        let letters: usize = parts
            .iter()
            .map(|part| tree.letters(tree.whole(*part)))
            .sum();
        let meaning = parts.iter().position(|part| tree.name(*part) == "dd");
        let Some(meaning) = meaning.filter(|_| letters == tree.letters(at..end)) else {
            self.enter(at);
            return at + 1;
        };
        let short = letters <= ROW_CHARS && parts.iter().all(|part| self.is_plain(*part));
        let row = short
            && parts
                .iter()
                .map(|part| shown_chars(&tree.raw(*part)))
                .sum::<usize>()
                <= ROW_CHARS;
        let said = if row { parts.len() } else { meaning };
        let lines: Vec<String> = parts[..said].iter().map(|part| self.line(*part)).collect();
        let lines: Vec<&str> = lines
            .iter()
            .map(String::as_str)
            .filter(|line| !line.is_empty())
            .collect();
        self.text.push_str(&lines.join("\n"));
        let kind = if row {
            BlockKind::Row
        } else {
            BlockKind::Heading
        };
        let term = self.push_block(kind);
        if row {
            return end;
        }
        let kind = BlockKind::ListItem;
        let term = term.filter(|term| term.len() <= ROW_CHARS);
        self.open.push(Open {
            end,
            kind,
            path: None,
            term,
            block: true,
        });
        parts[meaning]
    }

    pub(super) fn summary(&mut self, at: usize) {
        self.close();
        let title = self.line(at);
        self.heading(self.below(), &title);
    }

    /// A panel with a label that stands elsewhere.
    pub(super) fn panel(&mut self, at: usize, label: usize) {
        let tree = self.page.tree;
        self.labelled.insert(at);
        self.close();
        let (end, kind) = (tree.node(at).end, self.kind());
        let path = Some(self.path.clone());
        let level = self.below();
        self.open.push(Open {
            end,
            kind,
            path,
            term: None,
            block: true,
        });
        let title = self.line(label);
        let heading = tree
            .whole(at)
            .find(|inner| heading_level(tree, *inner).is_some());
        let said = heading.is_some_and(|heading| {
            let first = tree.letters(at..heading) == 0 && self.is_one_heading(heading);
            first
                && tree
                    .raw(heading)
                    .split_whitespace()
                    .eq(title.split_whitespace())
        });
        if said {
            self.left.push(Omission::Form, &title);
        } else {
            self.heading(level, &title);
        }
    }
}
