//! The web page an article came from.

use crate::corpus::Span;
use crate::corpus::block::{Block, Omission, Omitted};

/// Words that introduce the source of an article, lower case.
const LABELS: [&str; 27] = [
    "出典",
    "引用元",
    "引用",
    "参照元",
    "参照",
    "参考",
    "情報元",
    "情報源",
    "ソース",
    "元記事",
    "掲載元",
    "source",
    "sources",
    "via",
    "original",
    "url",
    "nguồn",
    "theo",
    "来源",
    "來源",
    "出处",
    "原文",
    "출처",
    "quelle",
    "fuente",
    "fonte",
    "источник",
];

/// A source line is at most this long, in bytes; longer ones are prose.
const LINE_BYTES: usize = 400;

/// A line that says where the text is from: a label with an address or before one, or nothing but
/// an address. `next` is the next line that is not blank.
pub fn is_source_line(line: &str, next: Option<&str>) -> bool {
    if is_url(line) {
        return true;
    }
    line.len() <= LINE_BYTES
        && labelled(line).is_some()
        && (find_url(line).is_some() || next.is_some_and(is_url))
}

/// What follows a source label and its colon.
fn labelled(line: &str) -> Option<&str> {
    let (label, rest) = line.split_once([':', '：'])?;
    let label = label.trim().to_lowercase();
    LABELS.contains(&label.as_str()).then_some(rest)
}

/// The first address on a line with a label; else the address after such a line; else an address
/// that stands alone near the end.
pub fn source_url(text: &str, blocks: &[Block], omitted: &[Omitted]) -> Option<String> {
    /// So many blocks may follow an address without a label.
    const NEAR_END: usize = 3;
    let sources: Vec<&Span> = omitted
        .iter()
        .filter(|o| o.reason == Omission::SourceLine)
        .map(|o| &o.span)
        .collect();
    let line = |span: &Span| &text[span.clone()];
    for (i, span) in sources.iter().enumerate() {
        if labelled(line(span)).is_some() {
            let after = sources.get(i + 1).map(|span| line(span));
            let found = find_url(line(span)).or_else(|| after.and_then(find_url));
            if let Some(url) = found {
                return Some(url.to_owned());
            }
        }
    }
    let last = sources.last()?;
    let following = blocks.iter().filter(|b| b.span.start > last.end).count();
    let url = find_url(line(last)).filter(|_| following <= NEAR_END)?;
    Some(url.to_owned())
}

/// Nothing but an address.
fn is_url(line: &str) -> bool {
    find_url(line).is_some_and(|url| url.len() == line.len())
}

/// The first web address in a line.
fn find_url(line: &str) -> Option<&str> {
    let start = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| line.find(scheme))
        .min()?;
    let rest = &line[start..];
    let end = rest
        .find(|c: char| c.is_whitespace() || "<>\"「」『』（）【】、。，|".contains(c))
        .unwrap_or(rest.len());
    let mut url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
    if url.ends_with(')') && !url.contains('(') {
        url = url.trim_end_matches(')');
    }
    (url.split("://").nth(1)?.contains('.')).then_some(url)
}

#[cfg(test)]
mod tests {
    use crate::corpus::{Article, ReadOptions};

    fn url(text: &str) -> Option<String> {
        let path = std::path::Path::new("a.txt");
        Article::from_bytes(text.as_bytes().to_vec(), path, &ReadOptions::default())
            .unwrap()
            .remove(0)
            .source_url
    }

    #[test]
    fn labelled_following_and_bare() {
        let body = "本文の文です。\n".repeat(6);
        let of = |tail: &str| url(&format!("{body}{tail}"));
        let expected = Some("https://example.com/a_(b)".to_owned());
        assert_eq!(
            of("出典: https://example.com/a_(b)\nコメント (0)"),
            expected
        );
        assert_eq!(
            of("引用元: Some Site Title\n\nhttps://example.com/a_(b)\n"),
            expected
        );
        assert_eq!(of("(詳細はSource: https://example.com/a_(b))"), None);
        assert_eq!(of("Nguồn: https://example.com/a_(b)."), expected);
        assert_eq!(of("https://example.com/a_(b)\n\n関連記事"), expected);
        assert_eq!(of("出典を確認した。"), None);
        assert_eq!(url(&format!("https://example.com/\n{body}")), None);
    }
}
