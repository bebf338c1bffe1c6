//! How lines begin: items of lists, captions, notes.

/// Signs that stand before items and nowhere else.
const BULLETS: &str = "•◦▪‣⁃●○■□◆◇▶▷➢✓✔❖◻※";

/// Signs that stand before items, and also inside sentences: a space follows before an item.
const DASHES: &str = "-–—−*・·";

/// Words before the number of a figure or a table.
const CAPTIONS: [&str; 12] = [
    "図表", "図", "表", "写真", "Figure", "Fig.", "FIGURE", "FIG.", "Table", "TABLE", "Hình",
    "Bảng",
];

/// Whether a text begins with the mark of an item of a list.
pub(super) fn starts_item(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    let second = chars.next();
    if BULLETS.contains(first) || matches!(first, '①'..='⑳' | '⑴'..='⒇' | '❶'..='❿') {
        return true;
    }
    if DASHES.contains(first) {
        // No line begins with a middle dot, and none with a short dash before an ideograph, but an item.
        let wide = second.is_some_and(super::characters::is_ideographic);
        return second.is_none_or(char::is_whitespace)
            || wide && matches!(first, '・' | '-' | '–' | '−')
            || first == '・';
    }
    if is_numbered_by_room(text) {
        return true;
    }
    numbered(text).is_some_and(|rest| rest.starts_with(char::is_whitespace) || rest.is_empty())
        || numbered(text).is_some_and(|rest| {
            rest.chars()
                .next()
                .is_some_and(super::characters::is_ideographic)
        })
}

/// Whether a number or a kana stands before an ideograph with room between them: clauses of Japanese laws and contracts.
fn is_numbered_by_room(text: &str) -> bool {
    let Some((mark, rest)) = text.split_once([' ', '\u{3000}']) else {
        return false;
    };
    let mut chars = mark.chars();
    let digits = chars.clone().count() <= 2 && chars.clone().all(is_number) && !mark.is_empty();
    let kana = matches!((chars.next(), chars.next()), (Some('ア'..='ン'), None));
    (digits || kana)
        && rest
            .trim_start()
            .starts_with(super::characters::is_ideographic)
}

/// What follows a number of an item: `1.`, `2)`, `(3)`, `a)`, `[4]`.
fn numbered(text: &str) -> Option<&str> {
    let (open, rest) = match text.strip_prefix(['(', '[', '（', '［']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '０'..='９'))
        .count();
    let length = match digits {
        1..=3 => rest
            .char_indices()
            .nth(digits)
            .map_or(rest.len(), |(at, _)| at),
        0 if rest.starts_with(|c: char| c.is_ascii_lowercase()) => 1,
        0 if open && rest.starts_with(|c: char| matches!(c, 'ア'..='ン' | '一'..='十')) => 3,
        _ => return None,
    };
    let rest = rest.get(length..)?;
    if open {
        rest.strip_prefix([')', ']', '）', '］'])
    } else {
        rest.strip_prefix(['.', ')', '．', '）'])
    }
}

/// Whether a text is a mark of an item and nothing else.
pub(super) fn is_only_marker(text: &str) -> bool {
    text.chars().count() <= 5 && starts_item(text)
}

/// Whether a text is the number of a section inside another one, `2.4.1`, and nothing else.
pub(super) fn is_section_number(text: &str) -> bool {
    let parts = text.trim_end_matches('.').split('.');
    let is_part =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    text.contains('.') && parts.clone().count() > 1 && parts.clone().all(is_part)
}

/// Whether a text is the caption of a figure or a table.
pub(super) fn is_caption(text: &str) -> bool {
    CAPTIONS.iter().any(|word| {
        text.strip_prefix(word).is_some_and(|rest| {
            let number = rest.trim_start();
            let digits = number.chars().take_while(|&c| is_number(c)).count();
            let end = number.chars().nth(digits);
            digits > 0
                && end
                    .is_none_or(|c| matches!(c, '.' | ':' | ' ' | '　' | '：' | '．' | '-' | '、'))
        })
    })
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '０'..='９')
}

/// Whether a text begins as a note at the foot of a page.
pub(super) fn starts_note(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    let second = chars.next();
    match first {
        Some('*' | '†' | '‡' | '§' | '※' | '⁰'..='⁹' | '¹' | '²' | '³' | '＊') => {
            true
        }
        Some('注') => second
            .is_some_and(|c| is_number(c) || matches!(c, '）' | ')' | '：' | ':' | '釈' | '記')),
        Some(c) if is_number(c) => {
            let rest = text.trim_start_matches(is_number);
            text.len() - rest.len() <= 3 && !rest.starts_with(['.', ',']) || starts_item(text)
        }
        Some('(' | '[' | '（') => starts_item(text),
        _ => false,
    }
}

/// Whether a text begins with the number of a chapter or a section.
pub(super) fn starts_section(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('第') {
        let number = rest
            .chars()
            .take_while(|&c| is_number(c) || "一二三四五六七八九十百".contains(c))
            .count();
        return number > 0
            && rest
                .chars()
                .nth(number)
                .is_some_and(|c| "章節部編回条".contains(c));
    }
    let number = text
        .chars()
        .take_while(|&c| is_number(c) || matches!(c, '.' | '．'))
        .count();
    let rest = text.chars().nth(number);
    number > 0
        && text.starts_with(is_number)
        && text.chars().take(number).filter(|&c| is_number(c)).count() <= 4
        && rest.is_some_and(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_told_from_sentences() {
        for item in [
            "• one",
            "1. one",
            "(2) two",
            "a) b",
            "①はじめに",
            "- x",
            "（3）検索",
            "2．結果",
            "・検索",
            "–検索",
            "2　乙は",
            "ア 会員",
        ] {
            assert!(starts_item(item), "{item}");
        }
        for text in [
            "1.5 million",
            "-5 degrees",
            "a man",
            "2024. it",
            "――検索",
            "2本の",
            "アジア 会員",
        ] {
            assert!(!starts_item(text), "{text}");
        }
    }

    #[test]
    fn captions_have_numbers() {
        assert!(is_caption("図1　検索の流れ"));
        assert!(is_caption("Table 2: Results"));
        assert!(!is_caption("図書館で"));
        assert!(!is_caption("Table tennis"));
        assert!(!is_caption("表1に示す"));
    }

    #[test]
    fn sections_are_numbered() {
        assert!(starts_section("2.1 Methods"));
        assert!(starts_section("第三章　結果"));
        assert!(!starts_section("2024年"));
    }
}
