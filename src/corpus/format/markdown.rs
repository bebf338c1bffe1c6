//! Markdown (CommonMark with tables), by pulldown-cmark, and the HTML and MDX in it. Front matter gives title, date,
//! author, source and language; headings give the path of what follows; code stands apart from prose. The text is the
//! file: what of it is no text is left out where it stands.

mod html;
mod mdx;
mod table;
mod tags;
mod walk;

use std::borrow::Cow;

use pulldown_cmark::{Options, Parser};

use super::super::clutter::{Omission, Omitted};
use super::super::data::data;
use super::super::decode::Fault;
use super::super::left_out::{leave_out, merge};
use super::front_matter::front_matter;
use super::{Fields, Format, Parsed};
use walk::Walk;

/// Markdown, or MDX, whose components and imports are no text.
pub struct Markdown {
    pub mdx: bool,
}

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        let has_head = || head.starts_with(['-', '+']) && front_matter(head).is_some();
        match extension {
            "mdx" => self.mdx,
            "md" | "markdown" | "mdown" | "mkd" | "qmd" => !self.mdx,
            "" => !self.mdx && has_head(),
            _ => false,
        }
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        let mut parsed = Parsed::default();
        let mut body = text.len() - text.trim_start_matches('\u{feff}').len();
        if let Some(matter) = front_matter(text) {
            matter.about(&mut parsed);
            body = matter.span.end;
            parsed.omitted.push(Omitted {
                span: matter.span,
                reason: Omission::FrontMatter,
            });
        }
        read_blocks(text, body, self.mdx, &mut parsed);
        Ok(vec![parsed])
    }
}

/// The blocks of Markdown from byte `start` on, added to what was found before.
pub(super) fn blocks(text: &str, start: usize, parsed: &mut Parsed) {
    read_blocks(text, start, false, parsed);
}

fn read_blocks(text: &str, start: usize, mdx: bool, parsed: &mut Parsed) {
    let body = &text[start..];
    let mut beside = data(body);
    let mut shown = Cow::Borrowed(body);
    if mdx {
        let (masked, components) = mdx::mask(body);
        shown = Cow::Owned(masked);
        beside.extend(components);
    }
    for omitted in &mut beside {
        omitted.span = omitted.span.start + start..omitted.span.end + start;
    }
    merge(&mut beside);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let mut walk = Walk::new(text, &beside);
    for (event, range) in Parser::new_ext(&shown, options).into_offset_iter() {
        walk.event(&event, start + range.start..start + range.end);
    }
    let mut found = walk.finish();
    leave_out(text, &mut found.blocks, &mut found.omitted, beside);
    parsed.blocks.append(&mut found.blocks);
    parsed.omitted.append(&mut found.omitted);
    parsed.repeated.append(&mut found.repeated);
    parsed.locators.append(&mut found.locators);
    parsed.title = parsed.title.take().or(found.title);
}
