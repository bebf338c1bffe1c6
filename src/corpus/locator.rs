//! Where a passage is in a file where lines mean nothing: page, row, cell or path of headings.

use crate::corpus::Span;

/// Where a byte stands in a file, where lines mean nothing: the last of the locators that begins before it.
pub fn locator(locators: &[(usize, String)], byte: usize) -> Option<&str> {
    let after = locators.partition_point(|(start, _)| *start <= byte);
    let (_, locator) = locators.get(after.checked_sub(1)?)?;
    // Behind a section that has ended, a passage stands under no heading.
    (!locator.is_empty()).then_some(locator)
}

/// The locator of the last byte of a span, where it is not that of the first one.
pub fn end_locator<'a>(locators: &'a [(usize, String)], span: &Span) -> Option<&'a str> {
    let last = locator(locators, span.end.saturating_sub(1).max(span.start));
    last.filter(|_| last != locator(locators, span.start))
}

/// Both locators of a span as they are shown: `page 3`, `pages 3-4`, `row 3 - row 5`.
pub fn shown_locators(begins: &str, ends: Option<&str>) -> String {
    let Some(ends) = ends else {
        return begins.to_owned();
    };
    match (begins.strip_prefix("page "), ends.strip_prefix("page ")) {
        (Some(first), Some(last)) => format!("pages {first}-{last}"),
        _ => format!("{begins} - {ends}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_ends_elsewhere_has_two_locators() {
        let at = |pages: &[(usize, &str)], span: Span| {
            let pages: Vec<(usize, String)> = pages
                .iter()
                .map(|&(at, page)| (at, page.to_owned()))
                .collect();
            let begins = locator(&pages, span.start)?;
            Some(shown_locators(begins, end_locator(&pages, &span)))
        };
        let pages = [(0, "page 3"), (10, "page 4"), (20, "page 6")];
        // The byte behind a span is none of it.
        assert_eq!(at(&pages, 0..10).as_deref(), Some("page 3"));
        assert_eq!(at(&pages, 0..11).as_deref(), Some("pages 3-4"));
        assert_eq!(at(&pages, 12..25).as_deref(), Some("pages 4-6"));
        assert_eq!(at(&pages, 25..25).as_deref(), Some("page 6"));
        let rows = [(0, "Costs!A2"), (10, "Costs!A3"), (20, "")];
        assert_eq!(at(&rows, 0..20).as_deref(), Some("Costs!A2 - Costs!A3"));
        // Where a section has ended stands under no heading.
        assert_eq!(at(&rows, 10..25).as_deref(), Some("Costs!A3"));
        assert_eq!(at(&rows, 20..25), None);
        assert_eq!(at(&[], 0..5), None);
    }
}
