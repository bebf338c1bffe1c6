//! Rich text in JSON: a text that editors and messengers cut into runs of one style, as a list. The runs of a paragraph
//! are one text again, and its paragraphs are parted by blank lines.
//!
//! Forms: the nodes of ProseMirror and Slate (`type`, `content` or `children`, `text`), the operations of Quill's Delta
//! (`insert`), the `rich_text` of Notion (`plain_text`), and the texts of Telegram (strings and objects with a `text`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::json_text::{Value, elements, members};

/// What holds the runs of a paragraph, or the paragraphs of a text.
const PARTS: [&str; 2] = ["content", "children"];
/// How a run without a type looks: yes, or as an object says.
const LOOKS: [&str; 8] = [
    "marks",
    "attributes",
    "annotations",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "code",
];
/// What else a run or a paragraph with a type may say.
const MORE: [&str; 14] = [
    "type",
    "attrs",
    "href",
    "link",
    "url",
    "style",
    "format",
    "mode",
    "detail",
    "version",
    "language",
    "user_id",
    "document_id",
    "key",
];
/// What the `type` of a run says that looks otherwise than the text around it.
const STYLED: [&str; 18] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "link",
    "text_link",
    "url",
    "email",
    "phone",
    "mention",
    "mention_name",
    "hashtag",
    "cashtag",
    "bot_command",
    "custom_emoji",
];
/// Where a run or a node leads to.
const ADDRESSES: [&str; 4] = ["href", "url", "link", "src"];
/// What stands for the words of a node that has none.
const LABELS: [&str; 7] = [
    "text",
    "label",
    "alt",
    "title",
    "formula",
    "shortName",
    "url",
];
/// Nodes that hold paragraphs, runs or other such nodes.
const BLOCKS: [&str; 42] = [
    "doc",
    "root",
    "paragraph",
    "p",
    "heading",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "block-quote",
    "quote",
    "bulletList",
    "bullet_list",
    "bulleted-list",
    "ul",
    "orderedList",
    "ordered_list",
    "numbered-list",
    "ol",
    "list",
    "listItem",
    "list_item",
    "list-item",
    "li",
    "listitem",
    "taskList",
    "taskItem",
    "codeBlock",
    "code_block",
    "table",
    "tableRow",
    "tableCell",
    "tableHeader",
    "panel",
    "expand",
    "layoutSection",
    "layoutColumn",
    "callout",
    "details",
];
/// Nodes that may be empty.
const EMPTY: [&str; 7] = [
    "paragraph",
    "heading",
    "horizontalRule",
    "horizontal_rule",
    "rule",
    "divider",
    "thematicBreak",
];

/// A text, and the addresses in it that it does not show.
#[derive(Debug, Default, PartialEq)]
pub struct RichText {
    pub text: String,
    pub addresses: BTreeSet<String>,
}

/// What speaks for a list that is a text.
#[derive(Default)]
struct Signs {
    /// Runs or paragraphs that are in no other list.
    certain: bool,
    /// Runs that look otherwise, and runs that do not.
    styled: bool,
    plain: bool,
}

/// Whether a list may be a rich text, by its first elements.
pub fn may_be_rich(text: &str, start: usize) -> bool {
    let Some(first) = elements(text, start).next() else {
        return false;
    };
    if text.as_bytes()[first] != b'{' {
        return false;
    }
    let known =
        |name: &str| ["text", "plain_text", "insert"].contains(&name) || PARTS.contains(&name);
    members(text, first).any(|(name, _)| known(&name))
}

/// The text of a list of runs or of paragraphs; `None`: it is another list.
pub fn rich_text(list: &[Value<'_>]) -> Option<RichText> {
    // A list of texts alone is a list.
    if !list.iter().any(|part| matches!(part, Value::Object(_))) {
        return None;
    }
    let (mut rich, mut signs) = (RichText::default(), Signs::default());
    read(list, &mut rich, &mut signs, &mut false)?;
    let is_rich = signs.certain || signs.styled && signs.plain;
    is_rich.then_some(rich)
}

/// Reads the parts of a list behind each other. `after_run`: a paragraph is open.
fn read(
    list: &[Value<'_>],
    rich: &mut RichText,
    signs: &mut Signs,
    after_run: &mut bool,
) -> Option<()> {
    for part in list {
        let members = match part {
            Value::Text(text) => {
                run(text, after_run, rich);
                signs.plain = true;
                continue;
            }
            Value::Object(members) => members.as_slice(),
            _ => return None,
        };
        if let Some(words) = words(members, signs) {
            run(words, after_run, rich);
            addresses(members, words, &mut rich.addresses);
        } else {
            node(members, rich, signs, after_run)?;
        }
    }
    Some(())
}

/// Reads a node: a paragraph, a link with its runs, what has no words of its own.
fn node(
    members: &[(Cow<'_, str>, Value<'_>)],
    rich: &mut RichText,
    signs: &mut Signs,
    after_run: &mut bool,
) -> Option<()> {
    let kind = text_of(members, "type").filter(|_| only(members, &[&MORE, &PARTS]))?;
    let mut parts = members
        .iter()
        .filter(|(name, _)| PARTS.contains(&name.as_ref()));
    let label = label(members);
    match (parts.next(), parts.next()) {
        (Some((_, Value::List(parts))), None) if STYLED.contains(&kind) => {
            read(parts, rich, &mut Signs::default(), after_run)?;
        }
        (Some((_, Value::List(parts))), None) if BLOCKS.contains(&kind) => {
            begin(after_run, rich);
            // The title of a box that can be opened.
            if let Some(label) = label {
                run(label, after_run, rich);
                begin(after_run, rich);
            }
            // Runs of one paragraph need no other sign.
            read(parts, rich, &mut Signs::default(), after_run)?;
            *after_run = false;
            signs.certain = true;
        }
        (Some((_, Value::Figures(_))) | None, None) if EMPTY.contains(&kind) => {
            begin(after_run, rich);
        }
        (None, None) if matches!(kind, "hardBreak" | "hard_break" | "linebreak") => {
            rich.text.push('\n');
        }
        (None, None) => run(label?, after_run, rich),
        _ => return None,
    }
    addresses(members, label.unwrap_or_default(), &mut rich.addresses);
    Some(())
}

/// Whether an object has no other members than these.
fn only(members: &[(Cow<'_, str>, Value<'_>)], names: &[&[&str]]) -> bool {
    let mut own = members.iter().map(|(name, _)| name.as_ref());
    own.all(|name| names.iter().any(|names| names.contains(&name)))
}

fn run(words: &str, after_run: &mut bool, rich: &mut RichText) {
    if !*after_run {
        begin(after_run, rich);
    }
    rich.text.push_str(words);
    *after_run = true;
}

/// Begins a paragraph.
fn begin(after_run: &mut bool, rich: &mut RichText) {
    if !rich.text.is_empty() && !rich.text.ends_with("\n\n") {
        rich.text.push_str("\n\n");
    }
    *after_run = false;
}

fn text_of<'v>(members: &'v [(Cow<'_, str>, Value<'_>)], name: &str) -> Option<&'v str> {
    members.iter().find_map(|(member, value)| match value {
        Value::Text(text) if member == name => Some(text.as_ref()),
        _ => None,
    })
}

/// The words of a run; `None` where an object is none.
fn words<'v>(members: &'v [(Cow<'_, str>, Value<'_>)], signs: &mut Signs) -> Option<&'v str> {
    let only = |names: &[&[&str]]| only(members, names);
    if let Some(words) = text_of(members, "insert").filter(|_| only(&[&["insert", "attributes"]])) {
        signs.certain = true;
        return Some(words);
    }
    // Notion gives the words of a run twice.
    let twice = ["plain_text", "text", "mention", "equation"];
    if let Some(words) = text_of(members, "plain_text").filter(|_| only(&[&twice, &LOOKS, &MORE])) {
        signs.certain = true;
        return Some(words);
    }
    let words = text_of(members, "text")?;
    let looks = |value: &Value<'_>| match value {
        Value::Text(_) => false,
        Value::Word(word) => ["true", "false"].contains(word),
        _ => true,
    };
    match text_of(members, "type") {
        Some("plain") if only(&[&["type", "text"]]) => signs.certain = true,
        Some("text") if only(&[&["text"], &LOOKS, &MORE]) => match only(&[&["type", "text"]]) {
            true => signs.plain = true,
            false => signs.styled = true,
        },
        Some(kind) if STYLED.contains(&kind) && only(&[&["text"], &MORE]) => signs.styled = true,
        None if members.len() == 1 => {}
        None if only(&[&["text"], &LOOKS])
            && members
                .iter()
                .all(|(name, value)| name == "text" || looks(value)) =>
        {
            signs.styled = true;
            signs.plain |= members.len() > 1;
        }
        _ => return None,
    }
    Some(words)
}

/// What a node without words shows: who is mentioned, what a picture is called.
fn label<'v>(members: &'v [(Cow<'_, str>, Value<'_>)]) -> Option<&'v str> {
    let attributes = members.iter().find_map(|(name, value)| match value {
        Value::Object(inner) if name == "attrs" => Some(inner.as_slice()),
        _ => None,
    });
    LABELS.into_iter().find_map(|name| {
        let own = attributes.and_then(|inner| text_of(inner, name));
        own.or_else(|| text_of(members, name))
            .filter(|label| !label.trim().is_empty())
    })
}

/// The addresses in what a run says beside its words.
fn addresses(members: &[(Cow<'_, str>, Value<'_>)], words: &str, found: &mut BTreeSet<String>) {
    for (name, value) in members {
        match value {
            Value::Text(text)
                if ADDRESSES.contains(&name.as_ref()) && !text.is_empty() && text != words =>
            {
                found.insert(text.clone().into_owned());
            }
            Value::Object(inner) => addresses(inner, words, found),
            Value::List(list) if !PARTS.contains(&name.as_ref()) => {
                for part in list {
                    if let Value::Object(inner) = part {
                        addresses(inner, words, found);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_text::value;
    use super::*;

    fn read(json: &str) -> Option<RichText> {
        let Value::List(list) = value(json, 0).0 else {
            panic!("{json}");
        };
        rich_text(&list)
    }

    #[test]
    fn runs_are_joined_and_paragraphs_parted() {
        for (json, expected) in [
            (
                r#"["Bring ", {"type": "bold", "text": "both oars"}, ", please."]"#,
                "Bring both oars, please.",
            ),
            (r#"[{"type": "plain", "text": "Both oars."}]"#, "Both oars."),
            (
                r#"[{"insert": "Both "}, {"insert": "oars", "attributes": {"bold": true}}, {"insert": ".\n"}]"#,
                "Both oars.\n",
            ),
            (
                r#"[{"type": "paragraph", "content": [{"type": "text", "text": "Both "}, {"type": "text", "marks": [{"type": "strong"}], "text": "oars"}, {"type": "hardBreak"}, {"type": "text", "text": "now."}]},
                    {"type": "paragraph"}, {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Then"}]}]"#,
                "Both oars\nnow.\n\nThen",
            ),
            (
                r#"[{"type": "paragraph", "content": [{"type": "text", "text": "Ask "}, {"type": "mention", "attrs": {"id": "5", "text": "@Anna Koch"}}, {"type": "text", "text": " first."}]}]"#,
                "Ask @Anna Koch first.",
            ),
            (
                r#"[{"type": "paragraph", "children": [{"text": "Look "}, {"type": "link", "url": "/plan", "children": [{"text": "here"}]}, {"text": " now."}]}]"#,
                "Look here now.",
            ),
            (
                r#"[{"type": "expand", "attrs": {"title": "The pump"}, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Drain it."}]}]}]"#,
                "The pump\n\nDrain it.",
            ),
            (
                r#"[{"type": "text", "text": {"content": "Both ", "link": null}, "annotations": {"bold": false}, "plain_text": "Both ", "href": null}, {"type": "text", "text": {"content": "oars"}, "plain_text": "oars"}]"#,
                "Both oars",
            ),
            (
                r#"[{"type": "paragraph", "children": [{"text": "Both "}, {"text": "oars", "bold": true}]}]"#,
                "Both oars",
            ),
        ] {
            assert_eq!(
                read(json).map(|rich| rich.text).as_deref(),
                Some(expected),
                "{json}"
            );
        }
    }

    #[test]
    fn addresses_of_links_are_kept() {
        let rich = read(
            r#"["Look ", {"type": "text_link", "text": "here", "href": "https://boats.example/plan"}]"#,
        );
        assert!(
            rich.unwrap()
                .addresses
                .contains("https://boats.example/plan")
        );
        let rich = read(r#"[{"insert": "plan", "attributes": {"link": "https://a.example/"}}]"#);
        assert!(rich.unwrap().addresses.contains("https://a.example/"));
    }

    #[test]
    fn entries_of_a_list_are_no_runs() {
        for json in [
            r#"[{"text": "Mix."}, {"text": "Bake."}]"#,
            r#"[{"text": "Mix.", "url": "https://example.com/a"}]"#,
            r#"[{"type": "step", "text": "Mix."}, {"type": "step", "text": "Bake."}]"#,
            r#"[{"text": "Nice.", "user": "Anna"}, {"text": "No.", "user": "Ben"}]"#,
            r#"[{"code": "E1", "text": "Pump is blocked"}, {"code": "E2", "text": "Water is missing"}]"#,
            r#"[{"code": 17, "text": "Pump is blocked"}, {"code": 18, "text": "Water is missing"}]"#,
            r#"[{"type": "user", "content": [{"type": "text", "text": "Why?"}]}]"#,
            r##"[{"text": "urgent", "color": "#f00"}, {"text": "garden", "color": "#0f0"}]"##,
            r#"[{"type": "email", "text": "anna@e.example"}, {"type": "phone", "text": "030 1234"}]"#,
            r#"[{"type": "link", "text": "Home page", "url": "/home"}, {"type": "link", "text": "About us", "url": "/about"}]"#,
            r#"[{"type": "text", "text": "What is this?"}, {"type": "text", "text": "Answer in German."}]"#,
            r#"["red", {"text": "blue"}, "green"]"#,
            r#"[{"insert": "Anna Koch", "key": "a1"}]"#,
            r#"[{"type": "paragraph", "content": [{"type": "date", "attrs": {"timestamp": "1714953600000"}}]}]"#,
            r#"[{"type": "boat", "name": "Gull"}]"#,
            r#"["Anna", "Ben"]"#,
            "[[\"a\"]]",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
