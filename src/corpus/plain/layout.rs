//! Plain text in blocks: paragraphs, headings, list items and captions.
//!
//! The rules are general and look at one line and its neighbours. A text without mark-up is
//! ambiguous; where a rule is unsure it keeps the text.

use textwrap::core::display_width;

use super::clutter::omission;
use crate::corpus::Span;
use crate::corpus::block::{Block, BlockKind, Omission, Omitted};
use crate::corpus::data::data;
use crate::corpus::left_out::{leave_out, stretches};
use crate::corpus::lines::lines;

/// Longer rows are cut between their cells, in characters.
pub const ROW_CHARS: usize = 300;
/// Headings are at most this wide, in terminal columns.
const HEADING_COLUMNS: usize = 100;
/// Lines of a hard-wrapped paragraph are this wide, in terminal columns.
const WRAP_COLUMNS: std::ops::RangeInclusive<usize> = 40..=120;

/// A numbered line is an item of a list where its neighbour is at most this many lines away.
const ITEM_LINES: usize = 5;

/// Cuts a text in blocks. Blocks and omissions are in order, do not overlap but where something is left out inside a
/// block, and between them cover everything but white space and marks.
pub fn layout(text: &str) -> (Vec<Block>, Vec<Omitted>) {
    let lines: Vec<Span> = lines(text).collect();
    let data = data(text);
    let mut omitted = Vec::new();
    let mut read: Vec<Line> = Vec::new();
    let mut after_image = false;
    for (number, raw) in lines.iter().enumerate() {
        let Some(span) = trim(text, raw.clone()) else {
            continue;
        };
        let next = lines[number + 1..]
            .iter()
            .find_map(|l| trim(text, l.clone()));
        let content = &text[span.clone()];
        let reason =
            only_data(text, &span, &data).or_else(|| omission(content, next.map(|n| &text[n])));
        if let Some(reason) = reason {
            after_image = matches!(reason, Omission::ImageMarkup | Omission::FileName);
            omitted.push(Omitted { span, reason });
            continue;
        }
        let line = classify(text, span, after_image);
        let parts = stretches(&line.1, &data);
        let width = |part: Span| display_width(&text[part]);
        // An indented first line is as wide as the lines below it.
        let indent = width(raw.start..line.1.start);
        read.push(Line {
            number,
            width: indent + parts.into_iter().map(width).sum::<usize>(),
            span: line.1,
            kind: line.0,
        });
        after_image = false;
    }
    mark_numbered(text, &mut read);
    let mut blocks = mark_headings(text, join_wrapped(text, &read));
    leave_out(text, &mut blocks, &mut omitted, data);
    (blocks, omitted)
}

/// Why a line is not read that holds nothing but data.
fn only_data(text: &str, line: &Span, data: &[Omitted]) -> Option<Omission> {
    let first = data.get(data.partition_point(|o| o.span.end <= line.start))?;
    let silent = |part: Span| !text[part].contains(char::is_alphanumeric);
    let holds = first.span.start < line.end && stretches(line, data).into_iter().all(silent);
    holds.then_some(first.reason)
}

/// A line that is read.
struct Line {
    number: usize,
    span: Span,
    kind: BlockKind,
    /// Of what is read of it and of what stands before that, in terminal columns.
    width: usize,
}

/// The span without white space and byte order marks around it; `None` where nothing is left.
fn trim(text: &str, span: Span) -> Option<Span> {
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}';
    let content = &text[span.clone()];
    let inner = content.trim_matches(blank);
    let start = span.start + (content.len() - content.trim_start_matches(blank).len());
    (!inner.is_empty()).then(|| start..start + inner.len())
}

/// What a line is, before its neighbours are known, and what of it is read.
fn classify(text: &str, span: Span, after_image: bool) -> (BlockKind, Span) {
    let line = &text[span.clone()];
    // A table's bar at one end only is what is left of an image's cell.
    let cells = line.trim_matches(|c: char| c == '|' || c.is_whitespace());
    let (content, kind) = if let Some(heading) = heading_text(line) {
        (heading, BlockKind::Heading)
    } else if let Some(item) = list_item(line) {
        (item, BlockKind::ListItem)
    } else if is_caption(cells, after_image) {
        (cells, BlockKind::Caption)
    } else if cells.contains('|') {
        (line, BlockKind::ListItem)
    } else {
        (cells, BlockKind::Paragraph)
    };
    // `content` is a part of `line`; an empty one would leave nothing to read.
    let content = if content.is_empty() { line } else { content };
    let start = span.start + (content.as_ptr() as usize - line.as_ptr() as usize);
    (kind, start..start + content.len())
}

/// The text of a Markdown heading (`## ...`).
fn heading_text(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    (1..=6).contains(&level).then_some(())?;
    rest.starts_with([' ', '\u{3000}']).then(|| rest.trim())
}

/// The text of a list item (`- ...`, `• ...`, `・...`).
fn list_item(line: &str) -> Option<&str> {
    let mut chars = line.chars();
    let first = chars.next()?;
    let rest = chars.as_str();
    if "・•●○■□▪◦‣▶►".contains(first) {
        return Some(rest.trim_start());
    }
    if "-*+–".contains(first) {
        return rest
            .starts_with(char::is_whitespace)
            .then(|| rest.trim_start());
    }
    None
}

/// The number and the mark that a line begins with (`1. ...`, `2) ...`). They are read, because only the neighbours
/// tell a list from a date (`3. Mai`), an ordinal or a name (`1. FC`).
fn leading_number(line: &str) -> Option<(u32, char)> {
    let after = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &line[..line.len() - after.len()];
    let mark = after.chars().next().filter(|c| ".)．）".contains(*c))?;
    let item = &after[mark.len_utf8()..];
    let number = digits.parse().ok().filter(|_| digits.len() <= 3)?;
    item.starts_with(char::is_whitespace)
        .then_some((number, mark))
}

/// Lines with the number before or behind their own nearby are items of a list.
fn mark_numbered(text: &str, lines: &mut [Line]) {
    let numbered: Vec<(usize, u32, char)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.kind == BlockKind::Paragraph)
        .filter_map(|(at, line)| {
            let (number, mark) = leading_number(&text[line.span.clone()])?;
            Some((at, number, mark))
        })
        .collect();
    for pair in numbered.windows(2) {
        let ((first, number, mark), (second, next, same)) = (pair[0], pair[1]);
        if number + 1 == next && mark == same && second - first <= ITEM_LINES {
            lines[first].kind = BlockKind::ListItem;
            lines[second].kind = BlockKind::ListItem;
        }
    }
}

/// A credit gives a caption away; so does the place right behind an image.
fn is_caption(line: &str, after_image: bool) -> bool {
    const CREDITS: [&str; 10] = [
        "写真", "画像", "撮影", "図", "Photo", "Image", "Credit", "Ảnh", "Foto", "사진",
    ];
    let credited = CREDITS.iter().any(|credit| {
        line.match_indices(credit)
            .any(|(at, _)| line[at + credit.len()..].starts_with([':', '：']))
    });
    let columns = if credited {
        2 * HEADING_COLUMNS
    } else {
        HEADING_COLUMNS
    };
    (credited || after_image) && display_width(line) <= columns
}

/// Lines to blocks: the lines of a hard-wrapped paragraph become one.
///
/// A line was wrapped where the first word of the next one would not have fitted beside it.
fn join_wrapped(text: &str, lines: &[Line]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for group in lines.chunk_by(|a, b| a.number + 1 == b.number) {
        let widest = group.iter().map(|line| line.width).max().unwrap_or(0);
        let mut previous: Option<&Line> = None;
        for line in group {
            let continues = previous.is_some_and(|previous| {
                let content = &text[line.span.clone()];
                let beside = previous.width + 1 + display_width(first_word(content));
                if is_broken(&text[previous.span.clone()], content) {
                    return line.kind == BlockKind::Paragraph;
                }
                WRAP_COLUMNS.contains(&widest)
                    && beside > widest
                    && !ends_sentence(&text[previous.span.clone()])
                    && previous.kind != BlockKind::Heading
                    && line.kind == BlockKind::Paragraph
            });
            match blocks.last_mut() {
                Some(block) if continues => block.span.end = line.span.end,
                _ => blocks.push(Block {
                    span: line.span.clone(),
                    kind: line.kind,
                }),
            }
            previous = Some(line);
        }
    }
    blocks
}

/// A word that is broken by a hyphen at the end of its line.
fn is_broken(line: &str, next: &str) -> bool {
    let Some(word) = line.strip_suffix(['-', '\u{2010}', '\u{ad}']) else {
        return false;
    };
    word.ends_with(char::is_alphabetic) && next.starts_with(char::is_lowercase)
}

/// What stands before the first place where a line may break.
fn first_word(line: &str) -> &str {
    let end = line
        .char_indices()
        .find(|&(at, c)| c.is_whitespace() || (at > 0 && !c.is_ascii()))
        .map_or(line.len(), |(at, _)| at);
    &line[..end]
}

/// Marks as headings the short paragraphs that introduce what follows them.
fn mark_headings(text: &str, mut blocks: Vec<Block>) -> Vec<Block> {
    /// So many headings may follow each other; more of them are verse.
    const CHAIN: usize = 3;
    let mut chain = 0;
    for i in (0..blocks.len()).rev() {
        let introduces = blocks.get(i + 1).is_some_and(|next| {
            let next_text = &text[next.span.clone()];
            match next.kind {
                BlockKind::Heading => chain < CHAIN,
                BlockKind::ListItem | BlockKind::Code | BlockKind::Row | BlockKind::RowPart => true,
                BlockKind::Paragraph | BlockKind::Caption => {
                    is_prose(next_text)
                        && !same_kind_of_question(&text[blocks[i].span.clone()], next_text)
                }
            }
        });
        let block = &mut blocks[i];
        if block.kind == BlockKind::Paragraph
            && introduces
            && is_short_label(&text[block.span.clone()])
        {
            block.kind = BlockKind::Heading;
        }
        chain = if block.kind == BlockKind::Heading {
            chain + 1
        } else {
            0
        };
    }
    blocks
}

/// One short line that does not end like a sentence, a question aside.
fn is_short_label(block: &str) -> bool {
    const ENDS: &str = "。．.!！…、，,;；:：｡‥";
    const OPENS: &str = "(（「『[【〔《<〈\"“‘";
    const CLOSES: &str = ")）」』]】〕》>〉\"”’";
    let Some((first, last)) = block.chars().next().zip(block.chars().next_back()) else {
        return false;
    };
    let bracketed = OPENS.contains(first) && CLOSES.contains(last);
    !block.contains('\n')
        && !bracketed
        && !ENDS.contains(last)
        && display_width(block) <= HEADING_COLUMNS
        && block.chars().any(char::is_alphabetic)
}

/// A sentence, or too long to be a heading itself.
fn is_prose(block: &str) -> bool {
    display_width(block) > HEADING_COLUMNS || ends_sentence(block)
}

fn ends_sentence(block: &str) -> bool {
    block.ends_with(|c| "。．.!！?？…」』)）｡।؟".contains(c))
}

/// Two questions in a row are dialogue, not a heading and its answer.
fn same_kind_of_question(a: &str, b: &str) -> bool {
    let question = |s: &str| s.ends_with(['?', '？', '؟']);
    question(a) && question(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(BlockKind, &str)> {
        let (blocks, _) = layout(text);
        blocks
            .into_iter()
            .map(|b| (b.kind, &text[b.span]))
            .collect()
    }

    fn reasons(text: &str) -> Vec<(Omission, &str)> {
        let (_, omitted) = layout(text);
        omitted
            .into_iter()
            .map(|o| (o.reason, &text[o.span]))
            .collect()
    }

    #[test]
    fn headings_introduce_prose() {
        use BlockKind::{Heading, ListItem, Paragraph};
        let text = "題名\n\n  • 一つ目の項目\n\n激しい競争\n発表の後、採用が始まった。\nなぜですか?\n人が足りないためです。\n(WSJによると)\n終わり";
        assert_eq!(
            kinds(text),
            [
                (Heading, "題名"),
                (ListItem, "一つ目の項目"),
                (Heading, "激しい競争"),
                (Paragraph, "発表の後、採用が始まった。"),
                (Heading, "なぜですか?"),
                (Paragraph, "人が足りないためです。"),
                (Paragraph, "(WSJによると)"),
                (Paragraph, "終わり"),
            ]
        );
    }

    #[test]
    fn hard_wrapped_lines_are_one_paragraph() {
        let text = "The quick brown fox jumps over the lazy dog and then\nruns away into the forest, where nobody will ever find\nit. The end.\n\nNext paragraph.";
        let blocks = kinds(text);
        assert_eq!(blocks.len(), 2, "{blocks:?}");
        assert!(blocks[0].1.ends_with("The end."));
    }

    #[test]
    fn an_indented_first_line_is_as_wide_as_the_others() {
        let text = "    The first winter was hard. Nobody brought any grain, and\nhe earned his bread by mending clocks for the people of the\nvillage.";
        assert_eq!(kinds(text).len(), 1, "{:?}", kinds(text));
        let text = "　これは字下げされた段落の最初の行であり、四十字で折り返されてい\nるので、次の行と一つの段落になる。";
        assert_eq!(kinds(text).len(), 1, "{:?}", kinds(text));
    }

    #[test]
    fn a_broken_word_joins_its_lines() {
        let text = "Die Bundes-\nregierung hat den Haus-\nhalt verabschiedet.\n- Punkt";
        let blocks = kinds(text);
        assert_eq!(blocks.len(), 2, "{blocks:?}");
        assert_eq!(blocks[0].0, BlockKind::Paragraph);
    }

    #[test]
    fn verse_is_not_all_headings() {
        let text = (0..8).map(|i| format!("短い行{i}\n")).collect::<String>() + "終わりの文です。";
        let headings = kinds(&text)
            .iter()
            .filter(|b| b.0 == BlockKind::Heading)
            .count();
        assert!(headings <= 4, "{headings}");
    }

    #[test]
    fn clutter_is_left_out_with_its_reason() {
        let text = "本文です。\n![]() |\n説明の文。写真:通信社。 |\n| --- | --- |\n3lbl71ki.png\n* * *\nコメント (0)\nコメントを残す\n出典: https://example.com/a";
        assert_eq!(
            reasons(text),
            [
                (Omission::ImageMarkup, "![]() |"),
                (Omission::TableFragment, "| --- | --- |"),
                (Omission::FileName, "3lbl71ki.png"),
                (Omission::Rule, "* * *"),
                (Omission::CommentForm, "コメント (0)"),
                (Omission::CommentForm, "コメントを残す"),
                (Omission::SourceLine, "出典: https://example.com/a"),
            ]
        );
        assert_eq!(
            kinds(text),
            [
                (BlockKind::Paragraph, "本文です。"),
                (BlockKind::Caption, "説明の文。写真:通信社。"),
            ]
        );
    }

    #[test]
    fn a_number_is_read_and_its_neighbours_tell_a_list() {
        use BlockKind::{Heading, ListItem, Paragraph};
        let text = "Steps\n1. Open it.\n2. Close it.\n\n3. Mai 2024\nDas war ein Tag.\n\n1. FC Union gewann.";
        assert_eq!(
            kinds(text),
            [
                (Heading, "Steps"),
                (ListItem, "1. Open it."),
                (ListItem, "2. Close it."),
                (ListItem, "3. Mai 2024"),
                (Paragraph, "Das war ein Tag."),
                (Paragraph, "1. FC Union gewann."),
            ]
        );
        assert_eq!(
            kinds("3. Mai 2024\nDas war ein Tag.")[0],
            (Heading, "3. Mai 2024")
        );
        let wrapped = "Die Eröffnung der neuen Halle am Hafen war zuerst für den\n17. Juni geplant, dann aber nicht.";
        assert_eq!(kinds(wrapped).len(), 1);
    }

    #[test]
    fn every_line_end_ends_a_line() {
        use BlockKind::{Heading, ListItem, Paragraph};
        let text = "Heading\rThe first line.\r\r- one\r![](a.png)\u{2028}コメント (0)\u{c}- two";
        assert_eq!(
            kinds(text),
            [
                (Heading, "Heading"),
                (Paragraph, "The first line."),
                (ListItem, "one"),
                (ListItem, "two"),
            ]
        );
        assert_eq!(reasons(text).len(), 2);
    }

    #[test]
    fn data_is_left_out_where_it_stands() {
        let text = "Spring ![s](data:image/png;base64,iVBORw0KGgoAAAAN) holds it.\n![s](data:image/png;base64,iVBORw0KGgo=)\nThe case.";
        assert_eq!(kinds(text).len(), 2);
        assert_eq!(
            reasons(text).iter().map(|r| r.0).collect::<Vec<_>>(),
            [Omission::ImageMarkup; 2]
        );
    }

    #[test]
    fn prose_about_comments_and_sources_stays() {
        for text in [
            "コメントを残すには会員登録が必要です。",
            "出典を明記することが重要である。",
            "report.final is not a file name of a picture",
        ] {
            assert_eq!(reasons(text), [], "{text}");
        }
    }
}
