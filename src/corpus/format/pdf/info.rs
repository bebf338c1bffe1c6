//! Title, author, date and language: from the document's XMP and information, if a person wrote them.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Stream, String as PdfString};

use super::streams::decoded;
use super::strings::text;
use crate::corpus::format::properties::{author, day, title};

/// XMP is short; a longer one holds pictures.
const XMP_BYTES: usize = 1 << 20;

/// What the document says about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) published: Option<String>,
    pub(super) lang: Option<String>,
}

/// Reads it. XMP counts more: programs keep it in better order.
pub(super) fn read(pdf: &Pdf, catalog: &Dict<'_>) -> Info {
    let xmp = catalog
        .get::<Stream<'_>>("Metadata")
        .and_then(|stream| decoded(&stream, XMP_BYTES));
    let xmp = xmp
        .map(|data| String::from_utf8_lossy(&data).into_owned())
        .unwrap_or_default();
    let own = pdf.metadata();
    let plain = |field: &Option<Box<[u8]>>| field.as_ref().map(|bytes| text(bytes));
    let date = own.creation_date.filter(|date| date.year > 1980);
    Info {
        title: element(&xmp, "dc:title")
            .and_then(|raw| title(&raw))
            .or_else(|| plain(&own.title).and_then(|raw| title(&raw))),
        author: element(&xmp, "dc:creator")
            .and_then(|raw| author(&raw))
            .or_else(|| plain(&own.author).and_then(|raw| author(&raw))),
        published: element(&xmp, "xmp:CreateDate")
            .or_else(|| attribute(&xmp, "xmp:CreateDate"))
            .and_then(|date| day(&date))
            .or_else(|| {
                date.map(|date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day))
            }),
        lang: catalog
            .get::<PdfString<'_>>("Lang")
            .map(|lang| text(lang.as_bytes()))
            .filter(|lang| (2..=12).contains(&lang.len()) && lang.is_ascii()),
    }
}

/// The text of an element of XMP, the members of a list after each other.
fn element(xmp: &str, name: &str) -> Option<String> {
    let start = xmp.find(&format!("<{name}"))?;
    let rest = xmp.get(start..)?;
    let open = rest.find('>')? + 1;
    let end = rest.find(&format!("</{name}>"))?;
    let inner = rest.get(open..end)?;
    let members: Vec<String> = inner
        .split("<rdf:li")
        .skip(1)
        .filter_map(|member| {
            Some(
                member
                    .get(member.find('>')? + 1..member.find("</rdf:li>")?)?
                    .to_owned(),
            )
        })
        .collect();
    let found = if members.is_empty() && !inner.contains('<') {
        inner.to_owned()
    } else if name == "dc:title" {
        // One title in several languages.
        members.first()?.clone()
    } else {
        members.join(", ")
    };
    let plain = unescaped(&found);
    (!plain.trim().is_empty()).then_some(plain)
}

fn attribute(xmp: &str, name: &str) -> Option<String> {
    let rest = xmp.get(xmp.find(&format!("{name}=\""))? + name.len() + 2..)?;
    Some(unescaped(rest.get(..rest.find('"')?)?))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|&end| end < 12);
        let c = end.and_then(|end| reference(&rest[1..end]));
        match (c, end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xmp_is_read() {
        let xmp = "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">A &amp; B</rdf:li></rdf:Alt></dc:title>\
            <dc:creator><rdf:Seq><rdf:li>X</rdf:li><rdf:li>Y</rdf:li></rdf:Seq></dc:creator>\
            <rdf:Description xmp:CreateDate=\"2024-05-06T00:00:00\"/>";
        assert_eq!(element(xmp, "dc:title").as_deref(), Some("A & B"));
        assert_eq!(element(xmp, "dc:creator").as_deref(), Some("X, Y"));
        assert_eq!(
            attribute(xmp, "xmp:CreateDate").as_deref(),
            Some("2024-05-06T00:00:00")
        );
    }
}
