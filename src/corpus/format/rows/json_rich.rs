//! Rich text in JSON: a text that editors and messengers cut into runs of one style, as a list. The runs of a paragraph
//! are one text again, and its paragraphs are parted by blank lines.
//!
//! Forms: the nodes of ProseMirror and Slate (`type`, `content` or `children`, `text`), the operations of Quill's Delta
//! (`insert`), the `rich_text` of Notion (`plain_text`) and of Slack (`elements`), the documents of Lexical, of Atlassian and of
//! Markdown's syntax trees (mdast), and the texts of Telegram (strings and objects with a `text`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::json_rich_nodes::{
    BLOCKS, EMPTY, INLINE, LABELS, LOOKS, MORE, OF_NODES, PARTS, STYLED, UNSAID,
};
use super::json_text::{Value, elements, members};
use crate::corpus::date;

/// A text, and what it does not show.
#[derive(Debug, Default, PartialEq)]
pub struct RichText {
    pub text: String,
    /// Where links lead, and what else nodes say.
    pub left: BTreeSet<String>,
}

/// Reads a rich text.
#[derive(Default)]
struct Reader {
    found: RichText,
    /// A paragraph is open.
    after_run: bool,
    /// Nodes around what is read.
    depth: usize,
    /// Runs that were read.
    runs: usize,
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
    let (mut reader, mut signs) = (Reader::default(), Signs::default());
    reader.read(list, &mut signs)?;
    let is_rich = signs.certain || signs.styled && signs.plain;
    is_rich.then_some(reader.found)
}

impl Reader {
    /// Reads the parts of a list behind each other.
    fn read(&mut self, list: &[Value<'_>], signs: &mut Signs) -> Option<()> {
        // Several texts in a node are a list.
        let is_text = |part: &Value<'_>| matches!(part, Value::Text(_));
        if self.depth > 0 && list.len() > 1 && list.iter().all(is_text) {
            return None;
        }
        for part in list {
            let members = match part {
                Value::Text(text) => {
                    self.run(text);
                    self.runs += usize::from(self.depth > 0);
                    signs.plain = true;
                    continue;
                }
                Value::Object(members) => members.as_slice(),
                _ => return None,
            };
            if let Some(words) = words(members, signs) {
                self.run(words);
                self.runs += 1;
                unsaid(members, words, &mut self.found.left);
            } else {
                self.node(members, signs)?;
            }
        }
        Some(())
    }

    /// Reads what is inside a node; it needs no other sign.
    fn inside(&mut self, parts: &[Value<'_>]) -> Option<()> {
        self.depth += 1;
        self.read(parts, &mut Signs::default())?;
        self.depth -= 1;
        Some(())
    }

    /// Reads a node: a paragraph, a link with its runs, what has no words of its own.
    fn node(&mut self, members: &[(Cow<'_, str>, Value<'_>)], signs: &mut Signs) -> Option<()> {
        let kind =
            text_of(members, "type").filter(|_| only(members, &[&MORE, &OF_NODES, &PARTS]))?;
        let mut parts = members
            .iter()
            .filter(|(name, _)| PARTS.contains(&name.as_ref()));
        // A block that says something itself is an entry: who is quoted, what is asked.
        let is_block = BLOCKS.contains(&kind) || EMPTY.contains(&kind);
        let is_said = |name: &str| text_of(members, name).is_some_and(|said| !said.is_empty());
        if is_block && ["name", "title", "label", "value"].into_iter().any(is_said) {
            return None;
        }
        let attributes = attributes(members);
        let own = || label(members, kind).filter(|_| INLINE.contains(&kind));
        let label = attributes
            .and_then(|attributes| label(attributes, kind))
            .or_else(own);
        let mut shown = None;
        match (parts.next(), parts.next()) {
            (Some((_, Value::List(parts))), None) if STYLED.contains(&kind) => {
                self.inside(parts)?;
            }
            (Some((_, Value::List(parts))), None) if BLOCKS.contains(&kind) => {
                self.begin();
                // The title of a box that can be opened.
                if let Some(label) = &label {
                    self.run(label);
                    self.begin();
                }
                let before = self.runs;
                self.inside(parts)?;
                self.after_run = false;
                signs.certain |= self.runs > before;
                shown = label;
            }
            (Some((_, Value::Figures(_))) | None, None) if EMPTY.contains(&kind) => {
                self.begin();
            }
            (None, None) if matches!(kind, "hardBreak" | "hard_break" | "linebreak" | "break") => {
                self.found.text.push('\n');
            }
            (None, None) => match label {
                Some(label) => {
                    self.run(&label);
                    shown = Some(label);
                }
                // What has no words amid a text is listed.
                None if self.depth > 0 || signs.certain => {
                    let texts = attributes?.iter().filter_map(|(_, value)| match value {
                        Value::Text(text) => Some(text.clone().into_owned()),
                        _ => None,
                    });
                    self.found.left.extend(texts);
                }
                None => return None,
            },
            _ => return None,
        }
        unsaid(
            members,
            shown.as_deref().unwrap_or_default(),
            &mut self.found.left,
        );
        Some(())
    }

    fn run(&mut self, words: &str) {
        if !self.after_run {
            self.begin();
        }
        self.found.text.push_str(words);
        self.after_run = true;
    }

    /// Begins a paragraph.
    fn begin(&mut self) {
        if !self.found.text.is_empty() && !self.found.text.ends_with("\n\n") {
            self.found.text.push_str("\n\n");
        }
        self.after_run = false;
    }
}

/// Whether an object has no other members than these.
fn only(members: &[(Cow<'_, str>, Value<'_>)], names: &[&[&str]]) -> bool {
    let mut own = members.iter().map(|(name, _)| name.as_ref());
    own.all(|name| names.iter().any(|names| names.contains(&name)))
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
    // A text of Markdown.
    if let (Some("text" | "inlineCode"), Some(words)) =
        (text_of(members, "type"), text_of(members, "value"))
        && only(&[&["type", "value", "position"]])
    {
        signs.plain = true;
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

fn attributes<'v, 'a>(
    members: &'v [(Cow<'a, str>, Value<'a>)],
) -> Option<&'v [(Cow<'a, str>, Value<'a>)]> {
    members.iter().find_map(|(name, value)| match value {
        Value::Object(inner) if name == "attrs" => Some(inner.as_slice()),
        _ => None,
    })
}

/// What a node without words shows, by its members or its attributes: who is mentioned, what a picture is called, which day
/// it is.
fn label<'v>(members: &'v [(Cow<'_, str>, Value<'_>)], kind: &str) -> Option<Cow<'v, str>> {
    let said = |name: &str| text_of(members, name).filter(|label| !label.trim().is_empty());
    let label = LABELS.into_iter().find_map(said);
    match (label, kind) {
        (Some(label), "emoji") if !label.starts_with(':') && label.is_ascii() => {
            Some(Cow::Owned(format!(":{label}:")))
        }
        (Some(label), _) => Some(Cow::Borrowed(label)),
        (None, "mention") => said("id").map(Cow::Borrowed),
        (None, _) => {
            let when = members.iter().find(|(name, _)| name == "timestamp");
            let when = match when.map(|(_, value)| value) {
                Some(Value::Text(text)) => text.as_ref(),
                Some(Value::Word(word)) => word,
                _ => return None,
            };
            date::of_field(when, None).map(Cow::Owned)
        }
    }
}

/// What a run or a node says beside its words: where it leads, what it is called.
fn unsaid(members: &[(Cow<'_, str>, Value<'_>)], words: &str, found: &mut BTreeSet<String>) {
    for (name, value) in members {
        match value {
            Value::Text(text)
                if UNSAID.contains(&name.as_ref()) && !text.is_empty() && text != words =>
            {
                found.insert(text.clone().into_owned());
            }
            Value::Object(inner) => unsaid(inner, words, found),
            Value::List(list) if !PARTS.contains(&name.as_ref()) => {
                for part in list {
                    if let Value::Object(inner) = part {
                        unsaid(inner, words, found);
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
                r#"[{"type": "paragraph", "content": [{"type": "text", "text": "Due "}, {"type": "date", "attrs": {"timestamp": "1714953600000"}}, {"type": "text", "text": "."}]},
                    {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "x", "alt": "The pier"}}]}, {"type": "extension", "attrs": {"extensionKey": "toc"}}]"#,
                "Due 2024-05-06.\n\nThe pier",
            ),
            (
                r#"[{"type": "heading", "depth": 2, "children": [{"type": "text", "value": "Pumps"}]}, {"type": "paragraph", "children": [{"type": "text", "value": "Drain the "}, {"type": "strong", "children": [{"type": "text", "value": "pump"}]}, {"type": "text", "value": "."}]}]"#,
                "Pumps\n\nDrain the pump.",
            ),
            (
                r#"[{"type": "rich_text_section", "elements": [{"type": "text", "text": "Ask "}, {"type": "user", "user_id": "U1"}, {"type": "text", "text": " first.", "style": {"bold": true}}]}]"#,
                "Ask U1 first.",
            ),
            (
                r#"[{"type": "paragraph", "format": "", "version": 1, "direction": "ltr", "indent": 0, "children": [{"type": "text", "text": "Both ", "format": 1, "detail": 0, "mode": "normal", "style": "", "version": 1}, {"type": "text", "text": "oars.", "version": 1}]},
                    {"type": "list", "listType": "bullet", "start": 1, "tag": "ul", "children": [{"type": "listitem", "value": 1, "children": [{"type": "text", "text": "First oar", "version": 1}]}]}]"#,
                "Both oars.\n\nFirst oar",
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
        assert!(rich.unwrap().left.contains("https://boats.example/plan"));
        let rich = read(
            r#"[{"type": "paragraph", "children": [{"text": "Look "}, {"type": "link", "url": "https://boats.example/plan", "children": [{"text": "here"}]}]}]"#,
        );
        assert!(rich.unwrap().left.contains("https://boats.example/plan"));
        let rich = read(r#"[{"insert": "plan", "attributes": {"link": "https://a.example/"}}]"#);
        assert!(rich.unwrap().left.contains("https://a.example/"));
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
            r#"[{"type": "date", "attrs": {"id": 5}}]"#,
            r#"[{"type": "boat", "name": "Gull"}]"#,
            r#"[{"type": "panel", "title": "This year", "content": [{"type": "metric", "title": "Revenue", "value": "12 million"}]}]"#,
            r#"[{"type": "list", "title": "Which is a boat?", "children": [{"type": "choice", "value": "Canoe"}, {"type": "choice", "value": "Bike"}]}]"#,
            r#"[{"type": "panel", "title": "About you", "elements": [{"type": "text", "name": "q1", "title": "What is your name?"}]}]"#,
            r#"[{"type": "quote", "name": "Anna Koch", "content": ["Row slowly."]}, {"type": "quote", "name": "Ben Lind", "content": ["Never row alone."]}]"#,
            r#"[{"type": "details", "title": "When do you open?", "content": ["At nine.", "On Sunday at ten."]}]"#,
            r#"["Anna", "Ben"]"#,
            "[[\"a\"]]",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
