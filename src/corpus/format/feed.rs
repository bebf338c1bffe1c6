//! Atom, RSS and RDF feeds, by feed-rs: every entry is an article.

use feed_rs::model::Entry;
use feed_rs::parser;

use super::super::decode::Fault;
use super::{Fields, Format, NESTING, Parsed, check_nesting, html};

pub struct Feed;

impl Format for Feed {
    fn name(&self) -> &'static str {
        "feed"
    }

    fn accepts(&self, _: &str, head: &str) -> bool {
        let roots = ["<rss", "<feed", "<rdf:RDF"];
        head.starts_with('<')
            && roots.iter().any(|root| head.contains(root))
            && !head.contains("<html")
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        check_nesting(text, NESTING)?;
        let parser = parser::Builder::new().sanitize_content(false).build();
        let feed = parser
            .parse(text.as_bytes())
            .map_err(|error| Fault::Unreadable(format!("not a feed: {error}")))?;
        let lang = feed.language.clone();
        let entries = feed.entries.into_iter().zip(1..);
        let articles: Result<Vec<Parsed>, Fault> = entries
            .map(|(entry, number)| article(entry, number, lang.as_deref()))
            .collect();
        let articles: Vec<Parsed> = articles?
            .into_iter()
            .filter(|article| !article.blocks.is_empty())
            .collect();
        if articles.is_empty() {
            return Err(Fault::NotText("a feed without entries".to_owned()));
        }
        Ok(articles)
    }
}

fn article(entry: Entry, number: usize, lang: Option<&str>) -> Result<Parsed, Fault> {
    let body = entry.content.and_then(|content| content.body);
    let body = body
        .or(entry.summary.map(|summary| summary.content))
        .unwrap_or_default();
    let title = entry
        .title
        .map(|title| html::plain(&title.content))
        .filter(|title| !title.is_empty());
    let mut parsed = html::fragment(&body)?;
    parsed.locators.insert(0, (0, format!("entry {number}")));
    parsed.row = Some(number.to_string());
    parsed.title = title;
    parsed.source_url = entry
        .links
        .into_iter()
        .map(|link| link.href)
        .find(|url| url.starts_with("http"));
    parsed.author = entry
        .authors
        .into_iter()
        .filter_map(|person| person.name)
        .next();
    parsed.published = entry
        .published
        .or(entry.updated)
        .map(|date| date.to_rfc3339());
    parsed.lang = entry.language.or(lang.map(str::to_owned));
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_articles() {
        let rss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title><language>ja</language>\
                   <item><title>First</title><link>https://example.com/1</link>\
                   <pubDate>Fri, 03 May 2024 10:00:00 +0000</pubDate>\
                   <description>&lt;p&gt;Text of &lt;b&gt;one&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>";
        assert!(Feed.accepts("xml", rss));
        let article = Feed.read(rss, &Fields::default()).unwrap().remove(0);
        assert_eq!(article.text.as_deref(), Some("Text of one."));
        assert_eq!(article.title.as_deref(), Some("First"));
        assert_eq!(article.source_url.as_deref(), Some("https://example.com/1"));
        assert!(article.published.unwrap().starts_with("2024-05-03"));
        // An entity that grows is not expanded.
        let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\
                    <rss version=\"2.0\"><channel><title>&b;</title></channel></rss>";
        assert!(Feed.read(bomb, &Fields::default()).is_err());
    }
}
