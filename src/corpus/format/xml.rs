//! XML: a tolerant parser for feeds, and files of XML that are neither feeds nor pages, whose elements' text is read.

use super::feed::Feed;
use super::html::Html;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, Parsed};
use crate::corpus::format::xml_elements::elements;
use crate::corpus::format::xml_tree::{parse, root_name};
use crate::corpus::read_options::Fields;

pub struct Xml;

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        let named = matches!(extension, "xml" | "svg" | "rdf" | "atom" | "rss");
        let begins = head.starts_with("<?xml") && !extension.ends_with("html");
        begins || (named && head.starts_with('<')) || root_name(head) == Some("svg")
    }

    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault> {
        match root_name(text) {
            Some("svg") => return Err(Fault::not_text("an SVG image")),
            Some("html") => return Html.read(text, fields),
            Some("rss" | "feed") => return Feed.read(text, fields),
            _ => {}
        }
        Ok(vec![elements(&parse(text)?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::block::BlockKind;

    fn read(text: &str) -> Parsed {
        Xml.read(text, &Fields::default()).unwrap().remove(0)
    }

    #[test]
    fn elements_are_paragraphs_and_fields_are_rows() {
        let parsed = read(
            "<?xml version='1.0'?><!DOCTYPE book [<!ENTITY a \"b>\">]><!-- no --><book xml:lang='en'><title>Mills</title>\
             <para>They grind <em>rye</em> &amp; oats &#8212; &eacute;t&a;.</para><mill><name>North</name><built>1872</built></mill><![CDATA[a < b]]>",
        );
        let text = parsed.text.unwrap();
        let blocks: Vec<(BlockKind, &str)> = parsed
            .blocks
            .iter()
            .map(|b| (b.kind, &text[b.span.clone()]))
            .collect();
        // The text at the end is that of the book itself, so that all of it is one paragraph.
        assert_eq!(blocks.len(), 1);
        assert!(text.contains("They grind rye & oats — ét&a;."), "{text}");

        let parsed = read(
            "<book><title>Mills</title><para>They grind <em>rye</em>.</para><mill><name>North</name><built>1872</built></mill></book>",
        );
        let text = parsed.text.unwrap();
        let blocks: Vec<(BlockKind, &str)> = parsed
            .blocks
            .iter()
            .map(|b| (b.kind, &text[b.span.clone()]))
            .collect();
        assert_eq!(
            blocks,
            [
                (BlockKind::Heading, "Mills"),
                (BlockKind::Paragraph, "They grind rye."),
                (BlockKind::Row, "name: North | built: 1872"),
            ]
        );
        assert_eq!(parsed.locators, [(0, "Mills".to_owned())]);
    }

    fn left(parsed: Parsed) -> Vec<String> {
        let text = parsed.text.unwrap();
        let left = parsed.omitted.iter();
        left.map(|omitted| text[omitted.span.clone()].to_owned())
            .collect()
    }

    fn blocks(text: &str) -> Vec<String> {
        let parsed = read(text);
        let text = parsed.text.unwrap();
        let blocks = parsed.blocks.iter();
        blocks
            .map(|block| text[block.span.clone()].to_owned())
            .collect()
    }

    #[test]
    fn attributes_that_say_something_are_read_or_listed() {
        assert_eq!(
            blocks(
                "<smses><sms xmlns:a='b' date='1714953600000' body='Your parcel arrives on Friday' url='https://a.example'/></smses>"
            ),
            ["date: 1714953600000 | body: Your parcel arrives on Friday"]
        );
        assert_eq!(
            blocks(
                "<body><outline text='Groceries'><outline text='Milk' _note='2 litres'/></outline></body>"
            ),
            ["text: Groceries", "text: Milk | _note: 2 litres"]
        );
        assert_eq!(
            blocks(
                "<staff><person name='Ito' city='Sapporo'><note>Speaks Ainu.</note></person></staff>"
            ),
            ["name: Ito | city: Sapporo", "Speaks Ainu."]
        );
        let parsed = read("<a><b kind='round'>Text.</b><b kind='square' class='9f'/></a>");
        assert_eq!(left(parsed), ["round\nsquare"]);
    }

    #[test]
    fn tables_terms_and_numbers_keep_together() {
        let head = "<thead><tr><th>City</th><th>Mayor</th></tr></thead>";
        let rows = "<tbody><tr><td>Biel</td><td>Fehr</td></tr><tr><td>Chur</td><td>Marti</td></tr></tbody>";
        assert_eq!(
            blocks(&format!(
                "<doc><table>{head}{rows}</table><p>End of it.</p></doc>"
            )),
            [
                "City: Biel | Mayor: Fehr",
                "City: Chur | Mayor: Marti",
                "End of it."
            ]
        );
        assert_eq!(
            blocks(
                "<table><tr><td colspan='2'>Both</td></tr><tr><td>a</td><td>b</td></tr></table>"
            ),
            ["Both", "a | b"]
        );
        let spanned = "<tbody><tr><td colspan='2'>Both</td></tr></tbody>";
        let parsed = read(&format!("<table>{head}{spanned}</table>"));
        assert_eq!(left(parsed), ["City\nMayor"]);
        assert_eq!(
            blocks(
                "<l><varlistentry><term>-v</term><listitem><para>Says more.</para></listitem></varlistentry></l>"
            ),
            ["-v Says more."]
        );
        assert_eq!(
            blocks(
                "<Law><LawNum>令和六年</LawNum><LawBody><LawTitle>水路法</LawTitle><Item><ItemTitle>一</ItemTitle><Sentence>百<Ruby>万<Rt>まん</Rt></Ruby>円</Sentence></Item></LawBody></Law>"
            ),
            ["令和六年 水路法", "一 百万円"]
        );
    }

    #[test]
    fn values_that_are_pages_are_read_as_pages() {
        let content = "<?xml version='1.0'?><!DOCTYPE en-note SYSTEM 'a'><en-note><div>It is <b>1.5 bar</b>.</div><div>Behind the door.</div></en-note>";
        assert_eq!(
            blocks(&format!(
                "<notes><note><title>Boiler</title><content><![CDATA[{content}]]></content><data encoding='base64'>iVBORw0K</data></note></notes>"
            )),
            ["Boiler", "It is 1.5 bar.", "Behind the door."]
        );
        assert_eq!(blocks("<a><b>if x &lt; y &lt;/b</b></a>"), ["if x < y </b"]);
    }

    #[test]
    fn images_are_named_and_depth_is_refused() {
        let image = "<?xml version='1.0'?><!-- made by hand --><svg xmlns='http://www.w3.org/2000/svg'><text>12</text></svg>";
        assert!(Xml.accepts("svg", image));
        let named =
            |read| matches!(read, Err(Fault::NotText(reason)) if reason.text.contains("SVG"));
        assert!(named(Xml.read(image, &Fields::default()).map(|_| ())));
        assert!(
            Xml.read(&"<a>".repeat(100_000), &Fields::default())
                .is_err()
        );
        assert_eq!(
            root_name("\u{feff}<?xml?> <!DOCTYPE a [<!ENTITY b '>'>]><rdf:RDF x>"),
            Some("RDF")
        );
        for odd in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "</",
            "</a",
            "<!",
            "<?",
            "<![CDATA[",
            "<a b=c/",
            "<a/",
            "&",
            "&;",
            "<é ü='1'>ß",
            "<a 'x'>y",
        ] {
            assert!(parse(odd).is_ok(), "{odd}");
        }
    }
}
