//! Markdown (CommonMark with tables), by pulldown-cmark, and the HTML and MDX in it. Front matter gives title, date,
//! author, source and language; headings give the path of what follows; code stands apart from prose. The text is the
//! file: what of it is no text is left out where it stands.

mod containers;
mod fence;
mod html;
mod mdx;
mod state;
mod table;
mod tags;
mod walk;

pub(super) use tags::{begins_with_tag, is_marked_up, unseen};

use std::borrow::Cow;

use pulldown_cmark::{Options, Parser};

use super::super::data::data;
use super::super::left_out::{leave_out, merge};
use super::front_matter::front_matter;
use crate::corpus::Span;
use crate::corpus::block::{Block, Omission, Omitted};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::markdown::state::Walk;
use crate::corpus::format::reader::{Format, Parsed};
use crate::corpus::plain::layout::layout;
use crate::corpus::read_options::Fields;

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
    let marks = body.bytes().filter(|byte| MARKS.contains(byte)).count();
    if marks > MOST_MARKS {
        return read_as_plain(body, start, marks, parsed);
    }
    let mut beside = data(body);
    let mut shown = Cow::Borrowed(body.as_bytes());
    beside.extend(containers::mask(body, &mut shown));
    if mdx {
        beside.extend(mdx::mask(body, &mut shown));
    }
    // Whole characters are covered up, each byte by one of ASCII.
    let shown = std::str::from_utf8(&shown).unwrap_or(body);
    for omitted in &mut beside {
        omitted.span = omitted.span.start + start..omitted.span.end + start;
    }
    merge(&mut beside);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let mut walk = Walk::new(text, &beside);
    for (event, range) in Parser::new_ext(shown, options).into_offset_iter() {
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

/// Marks that pulldown-cmark keeps a node or two for until all is read.
const MARKS: &[u8] = b"*_[]!<>`&|~\\";
/// More of them are read as plain text. A mark takes about 100 bytes of memory, so that the most take 200 MB; a text of
/// words and links has so many in 50 MB.
const MOST_MARKS: usize = 2_000_000;

/// A text with so many marks that reading them would take all memory.
fn read_as_plain(body: &str, start: usize, marks: usize, parsed: &mut Parsed) {
    let (blocks, omitted) = layout(body);
    let moved = |span: Span| span.start + start..span.end + start;
    parsed.blocks.extend(blocks.into_iter().map(|block| Block {
        span: moved(block.span),
        kind: block.kind,
    }));
    parsed
        .omitted
        .extend(omitted.into_iter().map(|omitted| Omitted {
            span: moved(omitted.span),
            reason: omitted.reason,
        }));
    let note =
        format!("it has {marks} marks of Markdown, more than {MOST_MARKS}: read as plain text");
    parsed.notes.push(note.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::block::BlockKind;

    type Blocks<'a> = Vec<(BlockKind, &'a str)>;

    fn read(text: &str, mdx: bool) -> (Parsed, Blocks<'_>) {
        let read = Markdown { mdx }.read(text, &Fields::default());
        let parsed = read.unwrap().remove(0);
        let blocks = parsed.blocks.iter();
        let blocks = blocks.map(|b| (b.kind, &text[b.span.clone()])).collect();
        (parsed, blocks)
    }

    /// The blocks without what is left out inside them.
    fn readable(text: &str, mdx: bool) -> Vec<(BlockKind, String)> {
        let (parsed, _) = read(text, mdx);
        let read = |span| super::super::super::left_out::read_of(text, span, &parsed.omitted);
        parsed
            .blocks
            .iter()
            .map(|b| (b.kind, read(&b.span)))
            .collect()
    }

    fn repeated(text: &str) -> Vec<(String, String)> {
        let (parsed, _) = read(text, false);
        let of = |r: &crate::corpus::block::Repeated| {
            (
                text[r.text.clone()].to_owned(),
                text[r.before.clone()].to_owned(),
            )
        };
        parsed.repeated.iter().map(of).collect()
    }

    #[test]
    fn so_many_marks_are_plain_text() {
        let dense =
            |count: usize| format!("---\ntitle: T\n---\n# A\n\n{}\n", "*a*\n".repeat(count));
        let few = dense(1000);
        let (parsed, blocks) = read(&few, false);
        assert!(parsed.notes.is_empty());
        assert_eq!(blocks[0], (BlockKind::Heading, "A"));
        let many = dense(MOST_MARKS / 2 + 1);
        let (parsed, blocks) = read(&many, false);
        assert_eq!(
            parsed.notes[0].text,
            "it has 2000002 marks of Markdown, more than 2000000: read as plain text"
        );
        assert_eq!(parsed.title.as_deref(), Some("T"));
        assert!(blocks.iter().any(|(_, text)| text.ends_with("*a*")));
        assert_eq!(
            parsed.blocks.last().unwrap().span.end,
            many.trim_end().len()
        );
    }

    #[test]
    fn front_matter_headings_code_and_lists() {
        use BlockKind::{Code, Heading, ListItem, Paragraph, Row};
        let text = "---\ntitle: 種まき\ndate: 2024-05-03\nauthor: [花子]\n---\n\n# 畑\n\n春の**仕事**です。\n続きの行です。\n\n\
                    ## 道具\n\n- 鍬\n- 鎌\n\n3. Mai\n\n```sh\nls -l\n```\n\n![img](a.png)\n\n| a | b |\n| - | - |\n| 1 | 2 |\n";
        let (parsed, blocks) = read(text, false);
        assert_eq!(
            blocks,
            [
                (Heading, "畑"),
                (Paragraph, "春の**仕事**です。\n続きの行です。"),
                (Heading, "道具"),
                (ListItem, "鍬"),
                (ListItem, "鎌"),
                (ListItem, "3. Mai"),
                (Code, "ls -l"),
                (Row, "| 1 | 2 |"),
            ]
        );
        let reasons: Vec<Omission> = parsed.omitted.iter().map(|o| o.reason).collect();
        assert_eq!(
            reasons,
            [
                Omission::FrontMatter,
                Omission::Markup,
                Omission::ImageMarkup
            ]
        );
        assert_eq!(parsed.locators[1].1, "畑 > 道具");
        assert_eq!(
            (
                parsed.title.as_deref(),
                parsed.author.as_deref(),
                parsed.published.as_deref()
            ),
            (Some("種まき"), Some("花子"), Some("2024-05-03"))
        );
    }

    #[test]
    fn the_marks_of_quotations_are_no_text() {
        use BlockKind::{Code, Heading, ListItem, Paragraph};
        let text = "> Water is *life,\n> said* the\n>> miller.\n> ## Wells\n>\n> - deep\n>   ones\n>\n> > inner\n\n\
                    > ```\n> a > b\n> c\n> ```\n> end\nlazy\n\na\n> b > c\n";
        let found = readable(text, false);
        let found: Vec<(BlockKind, &str)> = found.iter().map(|(k, t)| (*k, t.as_str())).collect();
        assert_eq!(
            found,
            [
                (Paragraph, "Water is *life,\nsaid* the"),
                (Paragraph, "miller."),
                (Heading, "Wells"),
                (ListItem, "deep\n  ones"),
                (Paragraph, "inner"),
                (Code, "a > b\nc"),
                (Paragraph, "end\nlazy"),
                (Paragraph, "a"),
                (Paragraph, "b > c"),
            ]
        );
        let (parsed, _) = read(text, false);
        assert_eq!(parsed.locators[0].1, "Wells");
        let marks = parsed.omitted.iter().map(|o| &text[o.span.clone()]);
        assert!(
            marks
                .clone()
                .all(|mark| mark.trim_matches(['>', ' ', '\n']).is_empty())
        );
        assert_eq!(
            marks.map(|mark| mark.matches('>').count()).sum::<usize>(),
            17
        );
    }

    #[test]
    fn what_no_page_has_is_text() {
        for text in [
            "If x<y and y>z then stop.",
            "Use Vec<String> here.",
            "Type <your name>.",
        ] {
            assert_eq!(
                readable(text, false),
                [(BlockKind::Paragraph, text.to_owned())]
            );
        }
        for (text, read) in [
            ("A <b>b</b> c.", "A b c."),
            ("A <Tab>b</Tab> c.", "A b c."),
            ("A <my-a>b c.", "A b c."),
            ("A<X/>.", "A."),
        ] {
            assert_eq!(
                readable(text, false),
                [(BlockKind::Paragraph, read.to_owned())]
            );
        }
    }

    #[test]
    fn a_heading_without_an_end_is_text() {
        let text = format!("# {}\n\nText.\n", "word ".repeat(100).trim_end());
        let (parsed, _) = read(&text, false);
        assert_eq!((parsed.title, parsed.locators.len()), (None, 0));
    }

    #[test]
    fn html_is_read_without_its_tags() {
        use BlockKind::{Code, Heading, ListItem, Paragraph, Row};
        let text = "<h1 align=center>\n<img src=a.png alt=Logo><br>\nTiny <b>Queue</b></h1>\n\n<details>\n<summary>How?</summary>\nPull the lever.\n</details>\n\n\
                    <ul><li>one</li><li>two</li></ul>\n\n<pre>\na <i>b</i>\n</pre>\n\n<dl><dt>Mill</dt><dd>It grinds.</dd></dl>\n\nPress <kbd>F1</kbd><!-- x -->.<br>Next.\n";
        let blocks = readable(text, false);
        let expected = [
            (Heading, "Tiny Queue"),
            (Heading, "How?"),
            (Paragraph, "Pull the lever."),
            (ListItem, "one"),
            (ListItem, "two"),
            (Code, "a b"),
            (Row, "MillIt grinds."),
            (Paragraph, "Press F1."),
            (Paragraph, "Next."),
        ];
        let blocks: Vec<(BlockKind, &str)> = blocks.iter().map(|(k, t)| (*k, t.as_str())).collect();
        assert_eq!(blocks, expected);
        let (parsed, _) = read(text, false);
        assert_eq!(parsed.title.as_deref(), Some("Tiny Queue"));
        // Cells are parted by more than a tag inside a word is.
        assert!(
            parsed
                .omitted
                .iter()
                .any(|o| o.reason == Omission::TableFragment
                    && text[o.span.clone()].contains("</dt>"))
        );
    }

    #[test]
    fn what_programs_add_to_markdown_is_no_text() {
        use BlockKind::{Heading, ListItem, Paragraph};
        let text = "# 導入 {#intro}\n\n:::message\nこの記事は古い版です。\n:::\n\n:::note Read this\n- One {{< ref \"a\" >}} item.\n:::\n\n\
                    {% hint %}Press it.{% endhint %}\n";
        let blocks = readable(text, false);
        let blocks: Vec<(BlockKind, &str)> = blocks.iter().map(|(k, t)| (*k, t.as_str())).collect();
        assert_eq!(
            blocks,
            [
                (Heading, "導入"),
                (Paragraph, "この記事は古い版です。"),
                (Paragraph, "Read this"),
                (ListItem, "One  item."),
                (Paragraph, "Press it."),
            ]
        );
        let (parsed, _) = read(text, false);
        assert_eq!(parsed.title.as_deref(), Some("導入"));
    }

    #[test]
    fn rows_are_read_with_the_names_of_their_columns() {
        let text = "## Piers\n\n| Pier | Keeper |\n| - | - |\n| North | Sato |\n| South | Ito |\n\nEnd.\n\n| Alone |\n| - |\n";
        let (_, blocks) = read(text, false);
        assert_eq!(
            blocks[1..3],
            [
                (BlockKind::Row, "| North | Sato |"),
                (BlockKind::Row, "| South | Ito |")
            ]
        );
        assert_eq!(blocks[4], (BlockKind::Row, "| Alone |"));
        let names = repeated(text);
        assert_eq!(names.len(), 1);
        assert_eq!(names[0].0, "| Pier | Keeper |");
        // The passage of the first row begins with the heading above it.
        assert!(names[0].1.starts_with("Piers") && names[0].1.ends_with("| South | Ito |"));

        let html = "<table><thead><tr><th>Pier</th><th>Keeper</th></tr></thead>\n<tr><td>North</td><td>Sato</td></tr>\n<tr>\n<td>\n\nSouth\n\n</td>\n<td>\n\n*Ito*\n\n</td>\n</tr></table>\n";
        let (_, blocks) = read(html, false);
        assert_eq!(blocks.len(), 2);
        assert!(blocks[1].1.starts_with("South") && blocks[1].1.ends_with("*Ito*"));
        let names: Vec<String> = repeated(html).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Pier", "Keeper"]);
    }

    #[test]
    fn a_long_row_is_cut_between_cells_and_says_its_key_again() {
        let value = "v".repeat(120);
        let text = format!(
            "| Id | B | C | D |\n| - | - | - | - |\n| a7 | {value} | {value} | {value} |\n"
        );
        let (_, blocks) = read(&text, false);
        assert_eq!(blocks.len(), 2);
        assert!(blocks.iter().all(|block| block.0 == BlockKind::RowPart));
        let keys: Vec<String> = repeated(&text).into_iter().map(|(text, _)| text).collect();
        assert_eq!(keys, ["| Id | B | C | D |", "a7"]);
        // A picture in a cell makes no row long.
        let data = "A1b2".repeat(200);
        let text =
            format!("| Id | B |\n| - | - |\n| a7 | ![x](data:image/png;base64,{data}) b |\n");
        assert_eq!(
            readable(&text, false),
            [(BlockKind::Row, "| a7 |  b |".to_owned())]
        );
    }

    #[test]
    fn mdx_is_read_without_its_programs() {
        let text = "import A from './a'\n\n# <Icon/> Limits\n\n<Note type={x}>\n- At most **40**.\n</Note>\n\n{/* no */}\n\n<Card title=\"How?\">Text.</Card>\n";
        let (parsed, _) = read(text, true);
        assert_eq!(parsed.title.as_deref(), Some("Limits"));
        let blocks: Vec<String> = readable(text, true)
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(blocks, ["Limits", "At most **40**.", "How?Text."]);
        assert!(
            Markdown { mdx: true }.accepts("mdx", "")
                && !Markdown { mdx: false }.accepts("mdx", "")
        );
    }

    #[test]
    fn every_line_end_and_every_head() {
        let (parsed, blocks) = read("\u{feff}---\rtitle: A: b\r---\rText.\r\r# Head\r", false);
        assert_eq!(parsed.title.as_deref(), Some("A: b"));
        assert_eq!(
            blocks,
            [
                (BlockKind::Paragraph, "Text."),
                (BlockKind::Heading, "Head")
            ]
        );
        let (parsed, blocks) = read("---\nBetween rules.\n\n---\nText.\n", false);
        assert_eq!((parsed.omitted.len(), blocks.len()), (0, 2));
    }
}
