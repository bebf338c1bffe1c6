//! Rich text in JSON: a text that editors and messengers cut into runs of one style, as a list. The runs of a paragraph
//! are one text again, and its paragraphs are parted by blank lines.
//!
//! Forms: the nodes of ProseMirror and Slate (`type`, `content` or `children`, `text`), the operations of Quill's Delta
//! (`insert`), the `rich_text` of Notion (`plain_text`), and the texts of Telegram (strings and objects with a `text`).

use std::borrow::Cow;

use super::json_text::{Value, elements, members};

/// What holds the words of a run.
const WORDS: [&str; 3] = ["plain_text", "text", "insert"];
/// What holds the runs of a paragraph, or the paragraphs of a text.
const PARTS: [&str; 2] = ["content", "children"];
/// How a run looks. What else it may say where its `type` or its words tell that it is one.
const LOOKS: [&str; 13] = [
    "marks",
    "attributes",
    "annotations",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "code",
    "color",
    "style",
    "styles",
    "type",
    "attrs",
];
const MORE: [&str; 11] = [
    "href",
    "link",
    "url",
    "format",
    "mode",
    "detail",
    "version",
    "language",
    "user_id",
    "document_id",
    "key",
];

/// What the `type` of a run says, where it says something.
const RUNS: [&str; 22] = [
    "text",
    "plain",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
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
    "equation",
];

/// What a member of a list is in a text.
enum Part<'v> {
    Run(Cow<'v, str>),
    /// An object with a text and nothing else: a run among runs, else an entry of a list.
    Bare(Cow<'v, str>),
    Paragraph(String),
}

/// Whether a list may be a rich text, by its first element.
pub fn may_be_rich(text: &str, start: usize) -> bool {
    let Some(first) = elements(text, start).next() else {
        return false;
    };
    let (mut typed, mut parts, mut words) = (false, false, false);
    if text.as_bytes()[first] == b'{' {
        for (name, _) in members(text, first) {
            typed |= name == "type";
            parts |= PARTS.contains(&name.as_ref());
            words |= WORDS.contains(&name.as_ref());
        }
    }
    words || (typed && parts)
}

/// The text of a list of runs or of paragraphs; `None`: it is another list.
pub fn rich_text(list: &[Value<'_>]) -> Option<String> {
    // A list of texts alone is a list.
    if !list.iter().any(|part| matches!(part, Value::Object(_))) {
        return None;
    }
    let (text, is_rich) = joined(list)?;
    is_rich.then_some(text)
}

/// The parts of a list as one text, and whether some of them can be nothing else than parts of a text.
fn joined(list: &[Value<'_>]) -> Option<(String, bool)> {
    let (mut text, mut is_rich) = (String::new(), false);
    let mut after_run = false;
    let begin = |text: &mut String| {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
    };
    for part in list {
        let part = part_of(part)?;
        is_rich |= !matches!(part, Part::Bare(_));
        match part {
            Part::Run(run) | Part::Bare(run) => {
                if !after_run {
                    begin(&mut text);
                }
                text.push_str(&run);
                after_run = true;
            }
            Part::Paragraph(paragraph) => {
                begin(&mut text);
                text.push_str(&paragraph);
                after_run = false;
            }
        }
    }
    Some((text, is_rich))
}

fn part_of<'v>(value: &'v Value<'_>) -> Option<Part<'v>> {
    let members = match value {
        Value::Text(text) => return Some(Part::Run(Cow::Borrowed(text.as_ref()))),
        Value::Object(members) => members,
        _ => return None,
    };
    let text_of = |name: &str| {
        members.iter().find_map(|(member, value)| match value {
            Value::Text(text) if member == name => Some(text.as_ref()),
            _ => None,
        })
    };
    let kind = text_of("type");
    let only = |also: &[&[&str]]| {
        let mut names = members.iter().map(|(name, _)| name.as_ref());
        names.all(|name| LOOKS.contains(&name) || also.iter().any(|also| also.contains(&name)))
    };
    if let Some(words) = WORDS.into_iter().find_map(text_of) {
        let words = Cow::Borrowed(words);
        // Notion gives the words of a run twice.
        let is_told = text_of("plain_text").or(text_of("insert")).is_some();
        let is_run = match kind {
            Some(kind) => RUNS.contains(&kind) && only(&[&WORDS, &RUNS, &MORE]),
            None if is_told => only(&[&WORDS, &RUNS, &MORE]),
            None => only(&[&["text"]]),
        };
        return is_run.then_some(match members.len() {
            1 if !is_told => Part::Bare(words),
            _ => Part::Run(words),
        });
    }
    let kind = kind.filter(|_| only(&[&PARTS, &MORE]))?;
    let parts = members
        .iter()
        .find(|(name, _)| PARTS.contains(&name.as_ref()));
    match parts {
        Some((_, Value::List(parts))) => Some(Part::Paragraph(joined(parts)?.0)),
        Some((_, Value::Figures(_))) => Some(Part::Paragraph(String::new())),
        Some(_) => None,
        None if matches!(kind, "hardBreak" | "hard_break" | "linebreak") => {
            Some(Part::Run(Cow::Borrowed("\n")))
        }
        // An empty paragraph, a rule.
        None => Some(Part::Paragraph(String::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_text::value;
    use super::*;

    #[test]
    fn runs_are_joined_and_paragraphs_parted() {
        for (json, expected) in [
            (
                r#"["Bring ", {"type": "bold", "text": "both oars"}, ", please."]"#,
                Some("Bring both oars, please."),
            ),
            (
                r#"[{"insert": "Both "}, {"insert": "oars", "attributes": {"bold": true}}, {"insert": ".\n"}]"#,
                Some("Both oars.\n"),
            ),
            (
                r#"[{"type": "paragraph", "content": [{"type": "text", "text": "Both "}, {"type": "text", "marks": [{"type": "strong"}], "text": "oars"}, {"type": "hardBreak"}, {"type": "text", "text": "now."}]},
                    {"type": "paragraph"}, {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Then"}]}]"#,
                Some("Both oars\nnow.\n\n\n\nThen"),
            ),
            (
                r#"[{"type": "text", "text": {"content": "Both ", "link": null}, "annotations": {"bold": false}, "plain_text": "Both ", "href": null}, {"type": "text", "text": {"content": "oars"}, "plain_text": "oars"}]"#,
                Some("Both oars"),
            ),
            (
                r#"[{"text": "Nice.", "user": "Anna"}, {"text": "No.", "user": "Ben"}]"#,
                None,
            ),
            (
                r#"[{"type": "paragraph", "children": [{"text": "Both "}, {"text": "oars", "bold": true}]}]"#,
                Some("Both oars"),
            ),
            (r#"[{"text": "Mix."}, {"text": "Bake."}]"#, None),
            (
                r#"[{"text": "Mix.", "url": "https://example.com/a"}]"#,
                None,
            ),
            (
                r#"[{"type": "step", "text": "Mix."}, {"type": "step", "text": "Bake."}]"#,
                None,
            ),
            (r#"[{"type": "boat", "name": "Gull"}]"#, None),
            (r#"["Anna", "Ben"]"#, None),
            ("[[\"a\"]]", None),
        ] {
            let Value::List(list) = value(json, 0).0 else {
                panic!("{json}");
            };
            assert_eq!(rich_text(&list).as_deref(), expected, "{json}");
        }
    }
}
