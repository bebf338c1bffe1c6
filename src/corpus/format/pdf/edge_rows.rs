//! Rows at the edges of pages, and the numbers in them.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::lines::Line;

/// Rows at each edge that can be heads: a running title, a rule's text, and a number.
const ROWS: usize = 3;

/// A head is at most this large, in sizes of the text.
const LARGE: f32 = 1.2;

/// The number of a page alone is at most this large.
const LARGE_NUMBER: f32 = 1.5;

/// Heads stand at the same place, in points; a wider page number shifts none of them.
pub(super) const PLACE: f32 = 3.0;

/// A row at an edge of a page.
pub(super) struct Row {
    pub(super) lines: Vec<usize>,
    /// The text with a mark for each number, and the numbers.
    pub(super) mask: String,
    pub(super) numbers: Vec<u32>,
    pub(super) place: f32,
    /// From the top or the bottom, 0 outermost.
    pub(super) depth: usize,
    pub(super) bottom: bool,
    /// To the next row inwards, in ems.
    pub(super) lead: f32,
}

/// The outermost rows of a page, at the top and at the bottom.
pub(super) fn edges(lines: &[Line], body: f32) -> Vec<Row> {
    let mut sorted: Vec<usize> = (0..lines.len()).collect();
    let middle = |n: usize| {
        let area = lines[n].area();
        f32::midpoint(area.y0, area.y1)
    };
    sorted.sort_by(|&a, &b| middle(a).total_cmp(&middle(b)));
    let from_top = grouped(lines, sorted.iter().copied(), false);
    let from_bottom = grouped(lines, sorted.iter().rev().copied(), true);
    // What is larger than the text is a title: `Step 1` and `Step 2` on slides.
    let small = |row: &Row| {
        row.lines.iter().all(|&n| {
            let is_number = lines[n].text.chars().all(|c| c.is_ascii_digit());
            lines[n].size <= if is_number { LARGE_NUMBER } else { LARGE } * body
        })
    };
    from_top
        .into_iter()
        .chain(from_bottom)
        .filter(small)
        .collect()
}

fn grouped(lines: &[Line], order: impl Iterator<Item = usize>, bottom: bool) -> Vec<Row> {
    let middle = |n: usize| {
        let area = lines[n].area();
        f32::midpoint(area.y0, area.y1)
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for n in order {
        let full = groups.len() > ROWS;
        match groups.last_mut() {
            Some(group) if (middle(group[0]) - middle(n)).abs() < 0.5 * lines[n].size => {
                group.push(n);
            }
            _ if full => break,
            _ => groups.push(vec![n]),
        }
    }
    let places: Vec<f32> = groups.iter().map(|group| middle(group[0])).collect();
    let mut rows = Vec::new();
    for (depth, mut group) in groups.into_iter().enumerate().take(ROWS) {
        group.sort_by(|&a, &b| lines[a].area().x0.total_cmp(&lines[b].area().x0));
        let text: Vec<&str> = group.iter().map(|&n| lines[n].text.as_str()).collect();
        let (mask, numbers) = masked(&text.join(" "));
        let lead = places
            .get(depth + 1)
            .map_or(f32::MAX, |next| (next - places[depth]).abs());
        rows.push(Row {
            lead: lead / lines[group[0]].size,
            place: places[depth],
            lines: group,
            mask,
            numbers,
            depth,
            bottom,
        });
    }
    rows
}

/// A text with its numbers masked, and the numbers.
fn masked(text: &str) -> (String, Vec<u32>) {
    let mut mask = String::new();
    let mut numbers = Vec::new();
    let mut digits = String::new();
    let plain: String = text.nfkc().collect();
    let bare = plain.trim_matches(|c: char| c.is_whitespace() || "-–—~()[]".contains(c));
    if let Some(number) = roman(bare).or_else(|| in_kanji(bare)) {
        return ("#".into(), vec![number]);
    }
    for c in plain.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            mask.push('#');
            numbers.push(digits.parse().unwrap_or(u32::MAX));
            digits.clear();
        }
        if !c.is_whitespace() {
            mask.push(c);
        }
    }
    (mask, numbers)
}

/// Roman numerals, as on the pages of a preface.
pub(super) fn roman(text: &str) -> Option<u32> {
    let value = |c: char| {
        Some(match c.to_ascii_lowercase() {
            'i' => 1,
            'v' => 5,
            'x' => 10,
            'l' => 50,
            'c' => 100,
            _ => return None,
        })
    };
    let values: Vec<u32> = text.chars().map(value).collect::<Option<_>>()?;
    if values.is_empty() || values.len() > 8 {
        return None;
    }
    let mut sum = 0;
    for (n, &v) in values.iter().enumerate() {
        if values.get(n + 1).is_some_and(|&next| next > v) {
            sum -= i64::from(v);
        } else {
            sum += i64::from(v);
        }
    }
    u32::try_from(sum).ok()
}

/// A number of up to three digits in kanji: 十二, 一二, 一〇三, 百三.
fn in_kanji(text: &str) -> Option<u32> {
    let (mut sum, mut last, mut placed) = (0, None, false);
    if text.is_empty() || text.chars().count() > 5 {
        return None;
    }
    for c in text.chars() {
        let digit = "〇一二三四五六七八九".chars().position(|digit| digit == c);
        match (digit, c) {
            (Some(digit), _) if placed => last = Some(last.unwrap_or(0) * 10 + digit as u32),
            (Some(digit), _) => last = Some(last.map_or(0, |last: u32| last * 10) + digit as u32),
            (None, '十' | '百') => {
                sum += last.take().unwrap_or(1) * if c == '十' { 10 } else { 100 };
                placed = true;
            }
            _ => return None,
        }
    }
    Some(sum + last.unwrap_or(0))
}

/// The number that a row consists of, with the marks and words that go with page numbers.
pub(super) fn number_of(text: &str) -> Option<u32> {
    let (mask, numbers) = masked(text);
    let bare: String = mask
        .to_lowercase()
        .chars()
        .filter(|c| !"-–—~・.|/()[]〈〉《》<>".contains(*c))
        .collect();
    let known = [
        "#",
        "##",
        "page#",
        "page#of#",
        "#of#",
        "p#",
        "#頁",
        "#ページ",
        "第#頁",
        "第#ページ",
        "trang#",
        "seite#",
        "s#",
    ];
    known
        .contains(&bare.as_str())
        .then(|| numbers.first().copied())
        .flatten()
}

/// Whether the first or the last number of rows, which may have different words, is that of the page.
pub(super) fn counts_pages(pages: &[(usize, &[u32])]) -> bool {
    let at_edge = |&(page, numbers): &(usize, &[u32])| -> Vec<i64> {
        let edges = [numbers.first(), numbers.last()].into_iter().flatten();
        edges
            .map(|&number| i64::from(number) - page as i64)
            .collect()
    };
    // Even pages have it at the other end.
    let mut shifts: HashMap<i64, usize> = HashMap::new();
    for page in pages {
        let mut own = at_edge(page);
        own.dedup();
        own.into_iter()
            .for_each(|shift| *shifts.entry(shift).or_default() += 1);
    }
    shifts.into_values().any(|count| count * 2 > pages.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_many_ways() {
        for (text, number) in [
            ("- ii -", Some(2)),
            ("（十二）", Some(12)),
            ("一〇三", Some(103)),
            ("百三", Some(103)),
            ("二十", Some(20)),
            ("[7]", Some(7)),
            ("一章", None),
            ("", None),
        ] {
            let (mask, numbers) = masked(text);
            let found = numbers
                .first()
                .copied()
                .filter(|_| mask.replace(['[', ']'], "") == "#");
            assert_eq!(found, number, "{text}");
        }
    }
}
