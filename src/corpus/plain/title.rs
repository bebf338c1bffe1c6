//! The title of an article: its first heading, else the name of its file, else a fitting beginning.

use textwrap::WordSeparator;
use textwrap::core::{Word, display_width};

use crate::corpus::block::{Block, BlockKind, Omitted};
use crate::corpus::file_name;
use crate::corpus::left_out::read_of;

/// A title made from a beginning is at most this wide, in terminal columns.
const COLUMNS: usize = 72;

/// `None` where there is nothing to read. `omitted` is what is left out, in the order of the text; `name` is the name of
/// the file, where it may be a title.
pub fn title(
    text: &str,
    blocks: &[Block],
    omitted: &[Omitted],
    name: Option<&str>,
) -> Option<String> {
    // A row names nothing but itself.
    let row = |block: &&Block| matches!(block.kind, BlockKind::Row | BlockKind::RowPart);
    let first = blocks.iter().find(|block| !row(block)).or(blocks.first())?;
    let read = read_of(text, &first.span, omitted);
    let read = read.trim_matches(|c: char| c == '|' || c.is_whitespace());
    if first.kind == BlockKind::Heading {
        return Some(one_line(read));
    }
    if let Some(title) = name.and_then(file_name::title) {
        return Some(title);
    }
    let sentence_end = read
        .char_indices()
        .find(|&(at, c)| ends_sentence(&read[..at], c, &read[at + c.len_utf8()..]))
        .map_or(read.len(), |(at, _)| at);
    let sentence = one_line(&read[..sentence_end]);
    Some(shorten(&sentence))
}

fn ends_sentence(before: &str, c: char, rest: &str) -> bool {
    "。！？!?".contains(c)
        || (c == '.' && rest.starts_with(char::is_whitespace) && !is_shortened(before))
}

/// The word before a full stop is an ordinal (`3. Mai`, `1. FC`), an initial or a title, which end no sentence.
fn is_shortened(before: &str) -> bool {
    const SHORT: [&str; 10] = [
        "Dr", "Mr", "Mrs", "Ms", "Prof", "St", "Nr", "No", "vs", "Jr",
    ];
    let begins = |c: char| c.is_whitespace() || "([„“\"'«".contains(c);
    let word = before.rsplit(begins).next().unwrap_or_default();
    let mut letters = word.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    let ordinal = (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    initial || ordinal || SHORT.contains(&word)
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
        assert_eq!(
            title("3. Mai 2024 war ein Tag. Es kam Dr. J. Meier. Ende.").as_deref(),
            Some("3. Mai 2024 war ein Tag")
        );
        let long = "とても長い文の前半がここにあり、".repeat(4) + "終わりの部分はもう見えない。";
        let cut = title(&long).unwrap();
        assert!(cut.ends_with("ここにあり…"), "{cut}");
        let unbroken = title(&"あ".repeat(200)).unwrap();
        assert!(unbroken.chars().count() < 40, "{unbroken}");
    }
}
