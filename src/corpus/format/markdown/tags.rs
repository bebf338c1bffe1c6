//! HTML inside Markdown: tags, comments and what no reader shows, told from text.

use std::collections::HashSet;

use super::super::super::Span;
use crate::corpus::block::Omission;

/// A stretch of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(Span),
    Tag(Tag<'a>, Span),
    /// A comment, a declaration, or an element that is not read, both of its tags included.
    Unread(Omission, Span),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// As it is written.
    pub name: &'a str,
    pub closing: bool,
}

/// What a tag does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Stands inside a sentence.
    Inline,
    /// Ends the block before it.
    Break,
    /// Nothing that a person reads, for this reason, up to its end.
    Unread(Omission),
    Image,
    /// The level of a heading; `None`: the line that unfolds a block.
    Heading(Option<usize>),
    Preformatted,
    Item,
    /// A table, or a list of terms and their meanings.
    Table,
    TableHead,
    TableBody,
    Row,
    /// `true`: a heading of its row or column.
    Cell(bool),
    Term,
    Meaning,
    /// Nobody knows; its place on the line tells.
    Other,
}

pub(super) fn role(name: &str) -> Role {
    const INLINE: [&str; 45] = [
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "button", "cite", "code", "data", "del",
        "dfn", "em", "font", "i", "input", "ins", "kbd", "label", "link", "mark", "math", "meta",
        "meter", "nobr", "picture", "progress", "q", "ruby", "rb", "s", "samp", "small", "source",
        "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    ];
    const BREAK: [&str; 38] = [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "col",
        "colgroup",
        "details",
        "dialog",
        "div",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "head",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "search",
        "section",
        "select",
        "textarea",
        "title",
        "track",
        "ul",
    ];
    match name.to_ascii_lowercase().as_str() {
        "script" | "style" | "template" => Role::Unread(Omission::Markup),
        "svg" => Role::Unread(Omission::ImageMarkup),
        "video" | "audio" | "canvas" | "object" | "iframe" | "noscript" => {
            Role::Unread(Omission::Fallback)
        }
        "rt" | "rp" => Role::Unread(Omission::Ruby),
        "img" | "image" => Role::Image,
        "h1" => Role::Heading(Some(1)),
        "h2" => Role::Heading(Some(2)),
        "h3" => Role::Heading(Some(3)),
        "h4" => Role::Heading(Some(4)),
        "h5" => Role::Heading(Some(5)),
        "h6" => Role::Heading(Some(6)),
        "summary" => Role::Heading(None),
        "pre" => Role::Preformatted,
        "li" => Role::Item,
        "table" | "dl" => Role::Table,
        "thead" => Role::TableHead,
        "tbody" | "tfoot" => Role::TableBody,
        "tr" => Role::Row,
        "td" => Role::Cell(false),
        "th" => Role::Cell(true),
        "dt" => Role::Term,
        "dd" => Role::Meaning,
        known if INLINE.contains(&known) => Role::Inline,
        known if BREAK.contains(&known) => Role::Break,
        _ => Role::Other,
    }
}

/// Whether a text is a piece of a web page: each of its tags is one that pages have, and one of them is closed or breaks
/// a line. Code of other languages and a text about tags have others, or leave them open.
pub(in crate::corpus::format) fn is_marked_up(text: &str) -> bool {
    // What stands between such marks, or calls its attributes so, is code.
    if !text.contains('<') || text.contains("```") || text.contains("className=") {
        return false;
    }
    let mut open = HashSet::new();
    let mut found = false;
    for piece in pieces(text) {
        let Piece::Tag(tag, _) = piece else { continue };
        let name = tag.name.to_ascii_lowercase();
        // Word writes elements of its own: `<o:p>`.
        if role(&name) == Role::Other && !name.contains(':') {
            return false;
        }
        found |= name == "br" || tag.closing && open.contains(&name);
        open.insert(name);
    }
    found
}

/// What no reader of a page sees, nor the reader of pages lists: scripts, comments, the head of the page.
pub(in crate::corpus::format) fn unseen(html: &str) -> Vec<Span> {
    let head = html.to_ascii_lowercase();
    let head = head.find("<head").and_then(|start| {
        let end = head[start..].find("</head>")?;
        Some(start..start + end)
    });
    let outside = |span: &Span| head.as_ref().is_none_or(|head| !head.contains(&span.start));
    let unread = pieces(html).into_iter().filter_map(|piece| match piece {
        Piece::Unread(Omission::Markup, span) => Some(span),
        _ => None,
    });
    let mut unseen: Vec<Span> = unread.filter(outside).collect();
    unseen.extend(head);
    unseen.sort_by_key(|span| span.start);
    unseen
}

/// Whether a text begins with a tag that pages have.
pub(in crate::corpus::format) fn begins_with_tag(text: &str) -> bool {
    tag(text).is_some_and(|(tag, ..)| role(tag.name) != Role::Other)
}

/// Takes HTML apart. A tag or comment that is not closed is text, whatever stands behind it.
pub(super) fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    // What is closed nowhere from here on, so that nobody looks for it again.
    let mut absent: HashSet<String> = HashSet::new();
    let (mut text, mut at) = (0, 0);
    while let Some(next) = html[at..].find('<') {
        let start = at + next;
        let Some(piece) = piece(html, start, &mut absent) else {
            at = start + 1;
            continue;
        };
        if text < start {
            found.push(Piece::Text(text..start));
        }
        let (Piece::Text(span) | Piece::Tag(_, span) | Piece::Unread(_, span)) = &piece;
        (text, at) = (span.end, span.end);
        found.push(piece);
    }
    if text < html.len() {
        found.push(Piece::Text(text..html.len()));
    }
    found
}

/// What begins with the `<` at a byte.
fn piece<'a>(html: &'a str, start: usize, absent: &mut HashSet<String>) -> Option<Piece<'a>> {
    let rest = &html[start..];
    let unread = |length: usize| Some(Piece::Unread(Omission::Markup, start..start + length));
    let mut closed_by = |mark: &str, from: usize| {
        if absent.contains(mark) {
            return None;
        }
        let found = rest
            .get(from..)?
            .find(mark)
            .map(|at| from + at + mark.len());
        if found.is_none() {
            absent.insert(mark.to_owned());
        }
        found
    };
    if rest.starts_with("<!-->") {
        return unread(5);
    }
    if rest.starts_with("<!--") {
        return unread(closed_by("-->", 4).unwrap_or(4));
    }
    if rest.starts_with("<![CDATA[") {
        return unread("<![CDATA[".len());
    }
    if rest.starts_with("<?") {
        return unread(closed_by("?>", 2)?);
    }
    if rest.starts_with("<!") && rest[2..].starts_with(|c: char| c.is_ascii_alphabetic()) {
        return unread(closed_by(">", 2)?);
    }
    let (tag, length, empty) = tag(rest)?;
    let span = start..start + length;
    if let Role::Unread(reason) = role(tag.name)
        && !tag.closing
        && !empty
        && let Some(end) = end_of_element(html, tag.name, span.end, absent)
    {
        return Some(Piece::Unread(reason, start..end));
    }
    Some(Piece::Tag(tag, span))
}

/// The tag that a text begins with, its length in bytes, and whether it ends itself (`<br/>`).
pub(super) fn tag(text: &str) -> Option<(Tag<'_>, usize, bool)> {
    let inner = text.strip_prefix('<')?;
    let closing = inner.starts_with('/');
    let named = inner.strip_prefix('/').unwrap_or(inner);
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let length = named.find(|c| !letter(c)).unwrap_or(named.len());
    let name = &named[..length];
    let after = &named[length..];
    // `<https://...>` is an address.
    let ends_well = after.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !ends_well || name.ends_with(':') {
        return None;
    }
    let end = attributes_end(after.as_bytes())?;
    let empty = after[..end].ends_with("/>");
    let length = text.len() - after.len() + end;
    Some((Tag { name, closing }, length, empty))
}

/// Bytes up to the end of a tag, whose values in quotation marks may hold anything.
fn attributes_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut value = false;
    while let Some(byte) = text.get(at) {
        match byte {
            b'>' => return Some(at + 1),
            b'<' => return None,
            // Only behind a `=`: else it is an apostrophe in a sentence.
            quote @ (b'"' | b'\'') if value => {
                at += 1 + text[at + 1..].iter().position(|b| b == quote)?;
                value = false;
            }
            byte if byte.is_ascii_whitespace() => {}
            byte => value = *byte == b'=',
        }
        at += 1;
    }
    None
}

/// The end of the first end tag of a name from a byte on.
fn end_of_element(
    html: &str,
    name: &str,
    from: usize,
    absent: &mut HashSet<String>,
) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    if absent.contains(&name) {
        return None;
    }
    let found = end_tag(&html[from..], &name).map(|span| from + span.end);
    if found.is_none() {
        absent.insert(name);
    }
    found
}

/// The first end tag of an element. `name` is lower case.
pub(super) fn end_tag(html: &str, name: &str) -> Option<Span> {
    let bytes = html.as_bytes();
    let mut places = memchr::memmem::find_iter(bytes, b"</");
    places.find_map(|at| {
        let named = at + 2..at + 2 + name.len();
        if !bytes
            .get(named.clone())?
            .eq_ignore_ascii_case(name.as_bytes())
        {
            return None;
        }
        let after = &bytes[named.end..];
        let blank = after.iter().take_while(|byte| byte.is_ascii_whitespace());
        let end = named.end + blank.count();
        (bytes.get(end) == Some(&b'>')).then_some(at..end + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> String {
        let pieces = pieces(html);
        let show = |piece: &Piece<'_>| match piece {
            Piece::Text(span) => html[span.clone()].to_owned(),
            Piece::Tag(tag, _) if tag.closing => format!("[/{}]", tag.name),
            Piece::Tag(tag, _) => format!("[{}]", tag.name),
            Piece::Unread(..) => "[]".to_owned(),
        };
        pieces.iter().map(show).collect()
    }

    #[test]
    fn text_tags_and_what_is_unread() {
        for (html, expected) in [
            ("<p class='a>b'>x</p>", "[p]x[/p]"),
            (
                "a < b <3 <https://example.org> <a@example.org>",
                "a < b <3 <https://example.org> <a@example.org>",
            ),
            ("<!-- no -->x<!DOCTYPE html><?php echo '>' ?>y", "[]x[][]y"),
            (
                "<script>if (a<b) '</p>'</script >x<STYLE>p{}</style>",
                "[]x[]",
            ),
            (
                "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>",
                "[ruby]漢[][][][/ruby]",
            ),
            ("<svg><text>x</text></svg><svg/>y", "[][svg]y"),
            ("<video src=a>none", "[video]none"),
            ("<!-- open", "[] open"),
            ("<a title=\"open", "<a title=\"open"),
            ("<Foo.Bar x>y</Foo.Bar>", "[Foo.Bar]y[/Foo.Bar]"),
            ("<b it's>y</b>", "[b]y[/b]"),
        ] {
            assert_eq!(shown(html), expected, "{html}");
        }
    }

    #[test]
    fn marks_that_nobody_closes_take_no_time() {
        for mark in [
            "<!-- ",
            "<? ",
            "<a title=\" ",
            "<script>",
            "<svg ",
            "<",
            "</",
            "<a b='",
        ] {
            let html = mark.repeat(200_000);
            let before = std::time::Instant::now();
            pieces(&html);
            assert!(before.elapsed().as_secs() < 5, "{mark}");
        }
    }
}
