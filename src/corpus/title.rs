//! The title of an article: its first heading, else a fitting beginning.

use textwrap::WordSeparator;
use textwrap::core::{Word, display_width};

use super::layout::{Block, BlockKind};

/// A title made from a beginning is at most this wide, in terminal columns.
const COLUMNS: usize = 72;

/// `None` where there is nothing to read.
pub fn title(text: &str, blocks: &[Block]) -> Option<String> {
    let first = blocks.first()?;
    let content = &text[first.span.clone()];
    if first.kind == BlockKind::Heading {
        return Some(one_line(content));
    }
    let sentence_end = content
        .char_indices()
        .find(|&(at, c)| ends_sentence(c, &content[at + c.len_utf8()..]))
        .map_or(content.len(), |(at, _)| at);
    let sentence = one_line(&content[..sentence_end]);
    Some(shorten(&sentence))
}

fn ends_sentence(c: char, rest: &str) -> bool {
    "。！？!?".contains(c) || (c == '.' && rest.starts_with(char::is_whitespace))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts at the last clause that fits, else at the last place where a line may break.
fn shorten(sentence: &str) -> String {
    if display_width(sentence) <= COLUMNS {
        return sentence.to_owned();
    }
    let (mut width, mut cut, mut clause) = (0, 0, 0);
    for word in WordSeparator::UnicodeBreakProperties.find_words(sentence) {
        let Word {
            word: letters,
            whitespace,
            ..
        } = word;
        width += display_width(letters);
        if width >= COLUMNS {
            break;
        }
        cut += letters.len();
        if letters.ends_with(['、', ',', '，', ';', '；', '・', '―', '—']) {
            clause = cut;
        }
        cut += whitespace.len();
        width += whitespace.len();
    }
    let half_full = display_width(&sentence[..clause]) * 2 >= COLUMNS;
    let end = if half_full { clause } else { cut };
    let kept = sentence[..end].trim_end_matches(|c: char| c.is_whitespace() || "、,，".contains(c));
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use crate::corpus::{Article, ReadOptions};

    fn title(text: &str) -> Option<String> {
        let path = std::path::Path::new("a.txt");
        Article::from_bytes(text.as_bytes().to_vec(), path, &ReadOptions::default())
            .unwrap()
            .remove(0)
            .title
    }

    #[test]
    fn heading_or_beginning() {
        assert_eq!(
            title("\u{feff}\n見出し\n\n本文です。").as_deref(),
            Some("見出し")
        );
        assert_eq!(title("# Title\n\nBody text.").as_deref(), Some("Title"));
        assert_eq!(
            title("一文目です。二文目です。").as_deref(),
            Some("一文目です")
        );
        assert_eq!(title(" \n"), None);
        let long = "とても長い文の前半がここにあり、".repeat(4) + "終わりの部分はもう見えない。";
        let cut = title(&long).unwrap();
        assert!(cut.ends_with("ここにあり…"), "{cut}");
        let unbroken = title(&"あ".repeat(200)).unwrap();
        assert!(unbroken.chars().count() < 40, "{unbroken}");
    }
}
