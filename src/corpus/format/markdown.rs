//! Markdown (CommonMark with tables), by pulldown-cmark. Front matter gives title, date, author, source and
//! language; headings give the path of what follows; code stands apart from prose.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::super::clutter::{Omission, Omitted, is_image};
use super::super::decode::Fault;
use super::super::layout::{Block, BlockKind};
use super::{Fields, Format, Parsed};

pub struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        matches!(
            extension,
            "md" | "markdown" | "mdown" | "mkd" | "mdx" | "qmd"
        ) || (extension.is_empty() && head.starts_with("---\n") && head[4..].contains("\n---\n"))
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        let mut parsed = Parsed::default();
        let mut body = text.len() - text.trim_start_matches('\u{feff}').len();
        if let Some(matter) = front_matter(&text[body..]) {
            about(&matter, &mut parsed);
            let span = body..body + matter.length;
            parsed.omitted.push(Omitted {
                span: trimmed(text, span.clone()).unwrap_or(span.clone()),
                reason: Omission::FrontMatter,
            });
            body = span.end;
        }
        blocks(text, body, &mut parsed);
        Ok(vec![parsed])
    }
}

/// The blocks of Markdown from byte `start` on, added to what was found before.
pub(super) fn blocks(text: &str, start: usize, parsed: &mut Parsed) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(&text[start..], options).into_offset_iter();
    let mut walk = Walk {
        text,
        parsed,
        path: Vec::new(),
        open: None,
        items: 0,
    };
    for (event, range) in events {
        walk.event(&event, start + range.start..start + range.end);
    }
    walk.close();
}

/// A block that is being read.
struct Open {
    kind: BlockKind,
    /// What of it was seen so far; `None`: nothing.
    span: Option<Range<usize>>,
    level: Option<HeadingLevel>,
}

struct Walk<'a> {
    text: &'a str,
    parsed: &'a mut Parsed,
    /// The headings that the next block stands under.
    path: Vec<(HeadingLevel, String)>,
    open: Option<Open>,
    /// Lists that are open.
    items: usize,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.begin(BlockKind::Heading, Some(*level));
            }
            Event::Start(Tag::CodeBlock(_)) => self.begin(BlockKind::Code, None),
            Event::Start(Tag::Paragraph) => self.begin(self.prose(), None),
            Event::Start(Tag::TableRow | Tag::TableHead) => self.begin(BlockKind::ListItem, None),
            Event::Start(Tag::Item) => {
                self.close();
                self.items += 1;
            }
            Event::Start(Tag::HtmlBlock) => {
                self.close();
                self.omit(range, Omission::Markup);
            }
            Event::End(TagEnd::Item) => {
                self.close();
                self.items = self.items.saturating_sub(1);
            }
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::CodeBlock
                | TagEnd::Paragraph
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => self.close(),
            Event::Text(_)
            | Event::Code(_)
            | Event::InlineHtml(_)
            | Event::Start(
                Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough,
            )
            | Event::FootnoteReference(_) => self.take(range),
            _ => {}
        }
    }

    fn prose(&self) -> BlockKind {
        if self.items > 0 {
            BlockKind::ListItem
        } else {
            BlockKind::Paragraph
        }
    }

    fn begin(&mut self, kind: BlockKind, level: Option<HeadingLevel>) {
        self.close();
        self.open = Some(Open {
            kind,
            span: None,
            level,
        });
    }

    /// Text of the open block, or of a list item without a paragraph.
    fn take(&mut self, range: Range<usize>) {
        let kind = self.prose();
        let open = self.open.get_or_insert(Open {
            kind,
            span: None,
            level: None,
        });
        let span = open.span.get_or_insert(range.clone());
        *span = span.start.min(range.start)..span.end.max(range.end);
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let Some(span) = open.span.and_then(|span| trimmed(self.text, span)) else {
            return;
        };
        let content = &self.text[span.clone()];
        if is_image(content) {
            self.omit(span, Omission::ImageMarkup);
            return;
        }
        if let Some(level) = open.level {
            self.path.retain(|(above, _)| *above < level);
            self.path.push((
                level,
                content.split_whitespace().collect::<Vec<_>>().join(" "),
            ));
            let path: Vec<&str> = self
                .path
                .iter()
                .map(|(_, heading)| heading.as_str())
                .collect();
            self.parsed.locators.push((span.start, path.join(" > ")));
            if self.parsed.title.is_none() && level == HeadingLevel::H1 {
                self.parsed.title = path.last().map(|&heading| heading.to_owned());
            }
        }
        let last = self.parsed.blocks.last().map_or(0, |block| block.span.end);
        // Blocks are in order and never overlap, whatever the parser makes of odd nesting.
        if span.start >= last {
            self.parsed.blocks.push(Block {
                span,
                kind: open.kind,
            });
        }
    }

    fn omit(&mut self, range: Range<usize>, reason: Omission) {
        let last = self
            .parsed
            .omitted
            .last()
            .map_or(0, |omitted| omitted.span.end);
        if let Some(span) = trimmed(self.text, range).filter(|span| span.start >= last) {
            self.parsed.omitted.push(Omitted { span, reason });
        }
    }
}

/// A span without the white space around it; `None` where nothing is left.
fn trimmed(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let content = &text[span.clone()];
    let start = span.start + content.len() - content.trim_start().len();
    let length = content.trim().len();
    (length > 0).then_some(start..start + length)
}

/// The head of a file between two lines of `---` (YAML) or `+++` (TOML).
struct FrontMatter {
    fields: HashMap<String, String>,
    /// Bytes, both lines included.
    length: usize,
}

fn front_matter(text: &str) -> Option<FrontMatter> {
    let mark = ["---", "+++"].into_iter().find(|mark| {
        let after = text.strip_prefix(mark);
        after.is_some_and(|after| after.starts_with(['\n', '\r']))
    })?;
    let mut at = 0;
    let end = text
        .split_inclusive('\n')
        .enumerate()
        .find_map(|(number, line)| {
            let start = at;
            at += line.len();
            let ends = line.trim_end() == mark || (mark == "---" && line.trim_end() == "...");
            (number > 0 && ends).then_some(start)
        })?;
    let head = &text[mark.len()..end];
    let fields: HashMap<String, serde_json::Value> = if mark == "---" {
        serde_saphyr::from_str(head).ok()?
    } else {
        toml::from_str(head).ok()?
    };
    let one = |(name, value): (String, serde_json::Value)| {
        let value = match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Array(all) => all.first()?.as_str()?.to_owned(),
            // A date of TOML is a table with one text.
            serde_json::Value::Object(all) => all.into_iter().next()?.1.as_str()?.to_owned(),
            other => other.to_string(),
        };
        Some((name.to_lowercase(), value))
    };
    Some(FrontMatter {
        fields: fields.into_iter().filter_map(one).collect(),
        length: at,
    })
}

fn about(matter: &FrontMatter, parsed: &mut Parsed) {
    let first = |names: &[&str]| {
        let found = names.iter().find_map(|name| matter.fields.get(*name));
        found.filter(|value| !value.trim().is_empty()).cloned()
    };
    parsed.title = first(&["title"]);
    parsed.author = first(&["author", "authors", "creator"]);
    parsed.published = first(&["date", "published", "published_at", "pubdate", "created"]);
    parsed.lang = first(&["lang", "language", "locale"]);
    parsed.source_url = first(&[
        "url",
        "source",
        "canonical",
        "canonical_url",
        "link",
        "permalink",
    ])
    .filter(|url| url.starts_with("http"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_headings_code_and_lists() {
        let text = "---\ntitle: 種まき\ndate: 2024-05-03\nauthor: [花子]\n---\n\n# 畑\n\n春の**仕事**です。\n続きの行です。\n\n\
                    ## 道具\n\n- 鍬\n- 鎌\n\n```sh\nls -l\n```\n\n![img](a.png)\n\n<div>x</div>\n\n| a | b |\n| - | - |\n| 1 | 2 |\n";
        let parsed = Markdown.read(text, &Fields::default()).unwrap().remove(0);
        let kinds: Vec<(BlockKind, &str)> = parsed
            .blocks
            .iter()
            .map(|block| (block.kind, &text[block.span.clone()]))
            .collect();
        assert_eq!(
            kinds,
            [
                (BlockKind::Heading, "畑"),
                (BlockKind::Paragraph, "春の**仕事**です。\n続きの行です。"),
                (BlockKind::Heading, "道具"),
                (BlockKind::ListItem, "鍬"),
                (BlockKind::ListItem, "鎌"),
                (BlockKind::Code, "ls -l"),
                (BlockKind::ListItem, "a | b"),
                (BlockKind::ListItem, "1 | 2"),
            ]
        );
        let reasons: Vec<Omission> = parsed.omitted.iter().map(|o| o.reason).collect();
        assert_eq!(
            reasons,
            [
                Omission::FrontMatter,
                Omission::ImageMarkup,
                Omission::Markup
            ]
        );
        assert_eq!(parsed.locators[1].1, "畑 > 道具");
        assert_eq!(parsed.title.as_deref(), Some("種まき"));
        assert_eq!(
            (parsed.author.as_deref(), parsed.published.as_deref()),
            (Some("花子"), Some("2024-05-03"))
        );
        let toml = Markdown.read(
            "+++\ntitle = \"T\"\ndate = 2024-05-03\n+++\nText.\n",
            &Fields::default(),
        );
        let toml = toml.unwrap().remove(0);
        assert_eq!(
            (toml.title.as_deref(), toml.published.as_deref()),
            (Some("T"), Some("2024-05-03"))
        );
    }
}
