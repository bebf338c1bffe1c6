//! What the fields of a mail say of it, and those that are listed because they are not read.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use super::mime::{Field, Part};
use super::words::decoded;
use crate::corpus::block::Omission;
use crate::corpus::format::reader::{LeftOut, Parsed};

/// Fields that programs write for programs; they hold no words of a person. So are those whose names begin with `X-`
/// where they are plain ASCII, and those of [`FOR_PROGRAMS_BY_START`].
const FOR_PROGRAMS: [&str; 14] = [
    "received",
    "received-spf",
    "return-path",
    "delivered-to",
    "authentication-results",
    "mime-version",
    "dkim-signature",
    "domainkey-signature",
    "dkim2-signature",
    "lines",
    "status",
    "feedback-id",
    "precedence",
    "auto-submitted",
];
const FOR_PROGRAMS_BY_START: [&str; 4] = ["arc-", "content-", "list-", "x-"];

/// Takes from a mail what its fields say of it, and lists the fields.
pub fn describe(mail: &Part<'_>, parsed: &mut Parsed, left: &mut LeftOut) {
    let text = |name: &str| {
        let value = mail.field(name).map(decoded);
        value.filter(|value| !value.is_empty())
    };
    parsed.title = text("subject");
    parsed.author = mail
        .field("from")
        .or_else(|| mail.field("sender"))
        .and_then(people);
    parsed.published = text("date");
    if parsed.lang.is_none() {
        parsed.lang = text("content-language").and_then(|tags| {
            let first = tags.split(',').next()?.trim().to_owned();
            (!first.is_empty()).then_some(first)
        });
    }
    let address = text("archived-at").map(|at| at.trim_matches(['<', '>']).to_owned());
    let address = address.filter(|address| address.starts_with("http"));
    parsed.source_url = parsed.source_url.take().or(address);
    for field in &mail.fields {
        list(field, left);
    }
}

fn list((name, value): &Field<'_>, left: &mut LeftOut) {
    let by_start = FOR_PROGRAMS_BY_START
        .iter()
        .any(|start| name.starts_with(start));
    let said =
        name.starts_with("x-") && (!value.is_ascii() || value.windows(2).any(|w| w == b"=?"));
    // The title is the subject.
    if name == "subject"
        || FOR_PROGRAMS.contains(&name.as_str())
        || (by_start && !said && !name.starts_with("list-id"))
    {
        return;
    }
    let value = decoded(value);
    if !value.is_empty() {
        left.push(Omission::FrontMatter, &format!("{name}: {value}"));
    }
}

/// Names of people, and their addresses where they have no names.
fn people(value: &[u8]) -> Option<String> {
    let line = decoded(value);
    // Bytes of other encodings are no letters to the parser.
    let raw = match value.is_ascii() && !value.contains(&0x1b) {
        true => value.to_vec(),
        false => format!("{line}\n").into_bytes(),
    };
    let parsed = MessageStream::new(&raw).parse_address();
    let HeaderValue::Address(addresses) = parsed else {
        return Some(line).filter(|line| !line.is_empty());
    };
    let shown = |address: &mail_parser::Addr<'_>| {
        let name = address
            .name
            .as_deref()
            .map(str::trim)
            .filter(|name| !name.is_empty());
        name.or(address.address.as_deref()).map(str::to_owned)
    };
    let all: Vec<String> = addresses.iter().filter_map(shown).collect();
    let all = all.join(", ");
    // A letter in two encoded words is whole in the line alone.
    match all.is_empty() || all.contains(char::REPLACEMENT_CHARACTER) {
        true => Some(line).filter(|line| !line.is_empty()),
        false => Some(all),
    }
}

/// The identifier of a mail, which no other has.
pub fn message_id(mail: &Part<'_>) -> Option<String> {
    let id = decoded(mail.field("message-id")?);
    let id = id.trim_start_matches('<').split(['>', ' ']).next()?;
    Some(id.to_owned()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(mail: &str) -> (Parsed, String) {
        let mail = Part::of(mail.as_bytes()).unwrap();
        let (mut parsed, mut left) = (Parsed::default(), LeftOut::default());
        describe(&mail, &mut parsed, &mut left);
        let mut listed = Parsed::default();
        left.list(&mut listed);
        (parsed, listed.text.unwrap_or_default())
    }

    #[test]
    fn fields_describe_a_mail_and_those_for_people_are_listed() {
        let (parsed, listed) = described(
            "Received: from a by b\nFrom: =?utf-8?Q?G=C3=BCnter?= <g@example.org>, <h@example.org>\nTo: \"Sato, Ken\" <k@example.org>\n\
             Subject: =?utf-8?B?5Lya6K2w?=\nDate: Sat, 31 Oct 2026 10:00:00 +0900\nReferences: <a@b> <c@d>\nX-Spam: yes\n\
             X-Note: =?utf-8?B?5Lya6K2w?=\nContent-Language: ja, en\nArchived-At: <https://example.org/1>\nList-Id: Talk <t.example.org>\n\n",
        );
        assert_eq!(parsed.title.as_deref(), Some("会議"));
        assert_eq!(parsed.author.as_deref(), Some("Günter, h@example.org"));
        assert_eq!(
            parsed.published.as_deref(),
            Some("Sat, 31 Oct 2026 10:00:00 +0900")
        );
        assert_eq!(parsed.lang.as_deref(), Some("ja"));
        assert_eq!(parsed.source_url.as_deref(), Some("https://example.org/1"));
        assert_eq!(
            listed,
            "from: Günter <g@example.org>, <h@example.org>\nto: \"Sato, Ken\" <k@example.org>\ndate: Sat, 31 Oct 2026 10:00:00 +0900\n\
             references: <a@b> <c@d>\nx-note: 会議\narchived-at: <https://example.org/1>\nlist-id: Talk <t.example.org>"
        );
    }

    #[test]
    fn ids_and_people_without_names() {
        let mail = Part::of(b"Message-ID: <a.b@c> (x)\nFrom: a@example.org\n\n").unwrap();
        assert_eq!(message_id(&mail).as_deref(), Some("a.b@c"));
        assert_eq!(
            people(b" a@example.org\n").as_deref(),
            Some("a@example.org")
        );
        assert_eq!(people(b" \n"), None);
        let name = [&b" "[..], b"\x1b$B2q5D\x1b(B <a@b>\n"].concat();
        assert_eq!(people(&name).as_deref(), Some("会議"));
    }
}
