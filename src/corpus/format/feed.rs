//! Atom, RSS, RDF and JSON feeds: every entry is an article. What of a feed is not read is listed with its first article.

use serde_json::Value;

use super::tree::{Builder, Tree};
use super::{html, plain, xml_elements, xml_tree};
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, LeftOut, Parsed};
use crate::corpus::format::xml_tree::{local, root_name};
use crate::corpus::read_options::Fields;

/// Elements of an entry that hold its text, best first.
const BODIES: [&str; 13] = [
    "content:encoded",
    "encoded",
    "content",
    "atom:content",
    "description",
    "summary",
    "atom:summary",
    "itunes:summary",
    "media:description",
    "dc:description",
    "abstract",
    "itunes:subtitle",
    "media:text",
];
/// Elements that are metadata, and where the metadata has them.
const TITLES: [&str; 5] = [
    "title",
    "atom:title",
    "dc:title",
    "media:title",
    "itunes:title",
];
const DATES: [&str; 10] = [
    "pubdate",
    "published",
    "issued",
    "dc:date",
    "dcterms:issued",
    "created",
    "date",
    "updated",
    "modified",
    "dcterms:modified",
];
const AUTHORS: [&str; 6] = [
    "author",
    "atom:author",
    "dc:creator",
    "creator",
    "itunes:author",
    "media:credit",
];

/// So many other texts of an entry are looked for in its text.
const LOOKED: usize = 32;

pub struct Feed;

impl Format for Feed {
    fn name(&self) -> &'static str {
        "feed"
    }

    fn accepts(&self, _: &str, head: &str) -> bool {
        let json = head.starts_with('{') && head.contains("jsonfeed.org/version");
        json || matches!(root_name(head), Some("rss" | "feed" | "RDF"))
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        if text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('{')
        {
            return read_json(text);
        }
        let tree = xml_tree::parse(text)?;
        let entries: Vec<usize> = (1..tree.len())
            .filter(|at| matches!(local(tree.name(*at)), "item" | "entry"))
            .filter(|at| {
                !tree
                    .ancestors(*at)
                    .any(|above| matches!(local(tree.name(above)), "item" | "entry"))
            })
            .collect();
        if entries.is_empty() {
            // What is called a feed or RDF may be anything.
            return match root_name(text) {
                Some("rss") => Err(Fault::not_text("a feed without entries")),
                _ => Ok(vec![xml_elements::elements(&tree)]),
            };
        }
        let mut around = LeftOut::default();
        let mut articles = Vec::new();
        let mut empty = 0;
        for (entry, number) in entries.iter().zip(1..) {
            let entry = Entry {
                tree: &tree,
                at: *entry,
            };
            match entry.article(number)? {
                Some(article) => articles.push(article),
                None => {
                    empty += 1;
                    around.push(Omission::Empty, &spaced(&tree, entry.at));
                }
            }
        }
        list_around(&tree, &entries, &mut around);
        finish(articles, empty, around)
    }
}

/// An entry of a feed in XML.
struct Entry<'a> {
    tree: &'a Tree,
    at: usize,
}

impl Entry<'_> {
    fn article(&self, number: usize) -> Result<Option<Parsed>, Fault> {
        let tree = self.tree;
        let title = self.field(&TITLES).map(|at| as_line(tree, at));
        let mut left = LeftOut::default();
        let mut used = vec![tree.len()];
        let mut body = None;
        for name in BODIES {
            for at in self.named(name) {
                if body.is_none() && tree.letters(tree.whole(at)) > 0 {
                    body = self.body(at)?.inspect(|_| used.push(at));
                }
            }
        }
        let Some(mut parsed) = body.or_else(|| title.as_deref().map(plain_text)) else {
            return Ok(None);
        };
        self.list_rest(&parsed, title.as_deref(), &used, &mut left);
        left.list(&mut parsed);
        parsed.locators.insert(0, (0, format!("entry {number}")));
        parsed.row = Some(number.to_string());
        parsed.title = title;
        parsed.source_url = self.address();
        parsed.author = self.author();
        parsed.published = self.field(&DATES).map(|at| spaced(tree, at));
        parsed.lang = self.language();
        Ok(Some(parsed))
    }

    /// The elements of a name in the entry, also those that are grouped.
    fn named(&self, name: &str) -> impl Iterator<Item = usize> {
        let tree = self.tree;
        let inside = tree.inside(self.at);
        inside.filter(move |at| {
            let parent = tree.node(*at).parent;
            let placed = parent == self.at
                || tree.name(parent) == "media:group"
                || tree.name(parent) == "media:content";
            placed && tree.name(*at) == name
        })
    }

    /// The first element with text that has one of these names.
    fn field(&self, names: &[&str]) -> Option<usize> {
        let mut found = names.iter().flat_map(|name| self.named(name));
        found.find(|at| self.tree.letters(self.tree.whole(*at)) > 0)
    }

    /// The text of an entry, where an element holds text.
    fn body(&self, at: usize) -> Result<Option<Parsed>, Fault> {
        let tree = self.tree;
        let kind = tree.attr(at, "type").unwrap_or_default().to_lowercase();
        let is_xhtml = tree.children(at).any(|child| !tree.node(child).is_text());
        if is_xhtml {
            let parsed = html::tree(&copy(tree, at));
            return Ok(Some(parsed).filter(|parsed| !parsed.blocks.is_empty()));
        }
        let raw = tree.raw(at);
        let text = match kind.as_str() {
            "text" | "plain" | "text/plain" => plain_text(&raw),
            "" | "html" | "xhtml" | "text/html" | "application/xhtml+xml" => marked_up(&raw)?,
            // A picture or a document in letters.
            _ => return Ok(None),
        };
        Ok(Some(text).filter(|parsed| !parsed.blocks.is_empty()))
    }

    /// Lists what of an entry is neither text nor metadata of its article.
    fn list_rest(&self, parsed: &Parsed, title: Option<&str>, used: &[usize], left: &mut LeftOut) {
        let tree = self.tree;
        let known = one_line(parsed.text.as_deref().unwrap_or_default());
        // Enough for every teaser; an entry of nothing but fields takes no longer than others.
        let mut looked = 0;
        let mut at = self.at + 1;
        while at < tree.node(self.at).end {
            if used.contains(&at) {
                at = tree.node(at).end;
                continue;
            }
            if tree.letters(at..at + 1) > 0 {
                let text = html::plain(&tree.node(at).text);
                let teaser = BODIES.contains(&tree.name(tree.node(at).parent));
                let reason = if teaser {
                    Omission::Surroundings
                } else {
                    Omission::Data
                };
                looked += 1;
                let said = title == Some(&text) || (looked <= LOOKED && known.contains(&text));
                if !said {
                    left.push(reason, &text);
                }
            }
            at += 1;
        }
    }

    fn address(&self) -> Option<String> {
        let tree = self.tree;
        let links = ["link", "atom:link"]
            .into_iter()
            .flat_map(|name| self.named(name));
        let shown = links.filter(|at| matches!(tree.attr(*at, "rel"), None | Some("alternate")));
        let links = shown.map(|at| {
            tree.attr(at, "href")
                .map_or_else(|| spaced(tree, at), str::to_owned)
        });
        let ids = ["guid", "id", "feedburner:origlink"]
            .into_iter()
            .flat_map(|name| self.named(name));
        let about = tree.attr(self.at, "rdf:about").map(str::to_owned);
        let mut all = links.chain(about).chain(ids.map(|at| spaced(tree, at)));
        all.find(|url| url.starts_with("http"))
    }

    fn author(&self) -> Option<String> {
        let tree = self.tree;
        let author = self.field(&AUTHORS)?;
        let name = tree.find(author, &["name", "atom:name"]).unwrap_or(author);
        let text = spaced(tree, name);
        // `mail@example.com (Name)`
        let inner = text
            .split_once(" (")
            .and_then(|(mail, name)| Some((mail, name.strip_suffix(')')?)));
        Some(match inner {
            Some((mail, name)) if mail.contains('@') => name.to_owned(),
            _ => text,
        })
    }

    /// What the entry says, or the feed around it.
    fn language(&self) -> Option<String> {
        let tree = self.tree;
        let around = std::iter::once(self.at).chain(tree.ancestors(self.at));
        let said = around.into_iter().find_map(|at| {
            let fields = tree
                .children(at)
                .find(|child| matches!(tree.name(*child), "language" | "dc:language"));
            let said = tree.attr(at, "xml:lang").map(str::to_owned);
            said.or_else(|| fields.map(|field| spaced(tree, field)))
        });
        let channel = || {
            (1..tree.len().min(64)).find(|at| matches!(tree.name(*at), "language" | "dc:language"))
        };
        said.or_else(|| channel().map(|at| spaced(tree, at)))
            .filter(|lang| !lang.is_empty())
    }
}

/// What stands around the entries: the feed's own title, description and rights.
fn list_around(tree: &Tree, entries: &[usize], around: &mut LeftOut) {
    let mut entries = entries.iter().copied().peekable();
    let mut at = 1;
    while at < tree.len() {
        if entries.next_if_eq(&at).is_some() {
            at = tree.node(at).end;
            continue;
        }
        if tree.letters(at..at + 1) > 0 {
            around.push(Omission::Surroundings, &html::plain(&tree.node(at).text));
        }
        at += 1;
    }
}

/// The articles of a feed; `around` is what of it belongs to none.
fn finish(mut articles: Vec<Parsed>, empty: usize, around: LeftOut) -> Result<Vec<Parsed>, Fault> {
    let Some(first) = articles.first_mut() else {
        return Err(Fault::not_text(format!(
            "a feed without text ({empty} empty entries)"
        )));
    };
    around.list(first);
    if empty > 0 {
        first
            .notes
            .push(format!("{empty} entries of the feed hold no text").into());
    }
    Ok(articles)
}

fn read_json(text: &str) -> Result<Vec<Parsed>, Fault> {
    let feed: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Fault::unreadable(format!("not a feed: {error}")))?;
    let of = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let author = |value: &Value| {
        let authors = value
            .pointer("/authors/0/name")
            .or_else(|| value.pointer("/author/name"));
        authors.and_then(Value::as_str).map(str::to_owned)
    };
    let mut around = LeftOut::default();
    list_values(&feed, &["items", "language"], &mut around);
    let mut articles = Vec::new();
    let mut empty = 0;
    let items = feed.get("items").and_then(Value::as_array);
    for (item, number) in items.into_iter().flatten().zip(1..) {
        let title = of(item, "title")
            .map(|title| one_line(&title))
            .filter(|title| !title.is_empty());
        let mut body = match of(item, "content_html") {
            Some(html) => Some(html::fragment(&html)?),
            None => None,
        };
        let mut used = vec![
            "title",
            "content_html",
            "authors",
            "author",
            "date_published",
            "date_modified",
            "url",
            "language",
        ];
        for name in ["content_text", "summary"] {
            if body.as_ref().is_none_or(|body| body.blocks.is_empty()) {
                body = of(item, name).map(|text| plain_text(&text));
                used.push(name);
            }
        }
        let body = body.filter(|body| !body.blocks.is_empty());
        let Some(mut parsed) = body.or_else(|| title.as_deref().map(plain_text)) else {
            empty += 1;
            list_values(item, &[], &mut around);
            continue;
        };
        let mut left = LeftOut::default();
        list_values(item, &used, &mut left);
        left.list(&mut parsed);
        parsed.locators.insert(0, (0, format!("entry {number}")));
        parsed.row = Some(number.to_string());
        parsed.title = title;
        let urls = ["url", "external_url", "id"]
            .into_iter()
            .filter_map(|name| of(item, name));
        parsed.source_url = urls.into_iter().find(|url| url.starts_with("http"));
        parsed.author = author(item).or_else(|| author(&feed));
        parsed.published = of(item, "date_published").or_else(|| of(item, "date_modified"));
        parsed.lang = of(item, "language").or_else(|| of(&feed, "language"));
        articles.push(parsed);
    }
    finish(articles, empty, around)
}

/// Lists the strings of an object that no article has, but for some fields.
fn list_values(value: &Value, but: &[&str], left: &mut LeftOut) {
    match value {
        Value::String(text) => left.push(Omission::Data, &html::plain(text)),
        Value::Number(number) => left.push(Omission::Data, &number.to_string()),
        Value::Array(values) => values
            .iter()
            .for_each(|value| list_values(value, &[], left)),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .filter(|(name, _)| !but.contains(&name.as_str()));
            fields.for_each(|(_, value)| list_values(value, &[], left));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Text that is HTML where it has tags or references, and else lines.
fn marked_up(text: &str) -> Result<Parsed, Fault> {
    if html::has_tags(text) || text.contains('&') {
        html::fragment(text)
    } else {
        Ok(plain_text(text))
    }
}

fn plain_text(text: &str) -> Parsed {
    let text = text.trim();
    let mut parsed = plain(text);
    parsed.text = Some(text.to_owned());
    parsed
}

/// The text of an element as one line; HTML in it is read.
fn as_line(tree: &Tree, at: usize) -> String {
    html::plain(&spaced(tree, at))
}

fn spaced(tree: &Tree, at: usize) -> String {
    one_line(&tree.raw(at))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What lies in an element, with names as HTML has them.
fn copy(tree: &Tree, at: usize) -> Tree {
    let mut builder = Builder::new();
    let mut ends = Vec::new();
    for inner in tree.inside(at) {
        while ends.pop_if(|end| *end <= inner).is_some() {
            builder.finish();
        }
        let node = tree.node(inner);
        if node.is_text() {
            builder.text(&node.text);
        } else {
            builder.begin(local(&node.name), node.attrs.clone());
            ends.push(node.end);
        }
    }
    builder.tree()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Parsed> {
        assert!(Feed.accepts("xml", text));
        Feed.read(text, &Fields::default()).unwrap()
    }

    fn body(article: &Parsed) -> &str {
        let text = article.text.as_deref().unwrap();
        &text[..article.listed_from.unwrap_or(text.len())]
    }

    fn listed(article: &Parsed) -> String {
        let text = article.text.as_deref().unwrap();
        let omitted = article.omitted.iter().map(|o| &text[o.span.clone()]);
        omitted.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn entries_are_articles() {
        let rss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title><language>ja</language>\
                   <item><title>First</title><link>https://example.com/1</link>\
                   <pubDate>Fri, 03 May 2024 10:00:00 +0000</pubDate><author>a@example.com (Ada)</author>\
                   <description>&lt;p&gt;Text of &lt;b&gt;one&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>";
        let article = read(rss).remove(0);
        assert_eq!(body(&article), "Text of one.");
        assert_eq!(article.title.as_deref(), Some("First"));
        assert_eq!(article.source_url.as_deref(), Some("https://example.com/1"));
        assert_eq!(article.author.as_deref(), Some("Ada"));
        assert_eq!(
            article.published.as_deref(),
            Some("Fri, 03 May 2024 10:00:00 +0000")
        );
        assert_eq!(article.lang.as_deref(), Some("ja"));
        assert!(listed(&article).contains("News"));
        // An entity that grows is not expanded.
        let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\
                    <rss version=\"2.0\"><channel><title>&b;</title></channel></rss>";
        assert!(Feed.read(bomb, &Fields::default()).is_err());
    }

    #[test]
    fn an_entry_is_read_from_whatever_it_has() {
        let rss = "<rss><channel><item><title>Bridge closed</title></item>\
                   <item><title>Kites</title><description>teaser of it</description><content:encoded><![CDATA[<p>Kites fly.</p><p>All May.</p>]]></content:encoded></item>\
                   <item><title>Clock</title><media:group><media:title>Clock</media:title><media:description>I oil\n\nthe pivots.</media:description></media:group></item>\
                   <item><title>Pod</title><itunes:summary>Of bees.</itunes:summary><category>nature</category></item><item><guid>7</guid></item></channel></rss>";
        let articles = read(rss);
        let bodies: Vec<&str> = articles.iter().map(body).collect();
        assert_eq!(
            bodies,
            [
                "Bridge closed",
                "Kites fly.\nAll May.",
                "I oil\n\nthe pivots.",
                "Of bees."
            ]
        );
        assert_eq!(listed(&articles[1]), "teaser of it");
        assert_eq!(listed(&articles[3]), "nature");
        assert!(articles[0].notes[0].text.starts_with("1 entries"));

        let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"de\"><entry><title type=\"html\">Schnee &amp;amp; Eis</title><id>u:1</id>\
                    <link rel=\"self\" href=\"https://example.com/self\"/><link href=\"https://example.com/1\"/><author><name>Eva</name></author><updated>2024-05-03T10:00:00Z</updated>\
                    <content type=\"xhtml\"><x:div><x:p>Snow <x:b>closed</x:b> it.</x:p><x:p>Twice.</x:p></x:div></content></entry>\
                    <entry><title>Bild</title><content type=\"image/png\">iVBORw0KGgo</content></entry></feed>";
        let articles = read(atom);
        assert_eq!(body(&articles[0]), "Snow closed it.\nTwice.");
        assert_eq!(articles[0].title.as_deref(), Some("Schnee & Eis"));
        assert_eq!(
            articles[0].source_url.as_deref(),
            Some("https://example.com/1")
        );
        assert_eq!(
            (articles[0].author.as_deref(), articles[0].lang.as_deref()),
            (Some("Eva"), Some("de"))
        );
        assert_eq!(body(&articles[1]), "Bild");

        let rdf = "<rdf:RDF><channel><title>N</title></channel><item rdf:about=\"https://example.com/2\"><title>T</title><dc:date>2024-05-03</dc:date><description>Rain.</description></item></rdf:RDF>";
        let article = read(rdf).remove(0);
        assert_eq!(
            (
                body(&article),
                article.source_url.as_deref(),
                article.published.as_deref()
            ),
            ("Rain.", Some("https://example.com/2"), Some("2024-05-03"))
        );

        let json = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"N\",\"items\":[{\"id\":\"1\",\"title\":\"T\",\"content_text\":\"Wind.\",\"tags\":[\"sea\"]},{\"id\":\"2\",\"content_html\":\"<p>Hail.</p>\"}]}";
        let articles = read(json);
        assert_eq!(
            articles.iter().map(body).collect::<Vec<_>>(),
            ["Wind.", "Hail."]
        );
        assert!(listed(&articles[0]).contains("sea"));
    }

    #[test]
    fn rdf_that_is_no_feed_is_read() {
        let rdf = "<rdf:RDF><owl:Class><rdfs:label>Mill</rdfs:label><rdfs:comment>It grinds rye.</rdfs:comment></owl:Class></rdf:RDF>";
        let parsed = read(rdf).remove(0);
        assert_eq!(
            parsed.text.as_deref(),
            Some("label: Mill | comment: It grinds rye.")
        );
    }
}
