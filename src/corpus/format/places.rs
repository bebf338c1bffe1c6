//! Where the text of a document stands on its pages, and pictures of these.

use serde::{Deserialize, Serialize};

use crate::corpus::Span;

/// Where the text of a document stands.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Places {
    /// The text that was extracted.
    pub text: String,
    /// Width and height of each page as it is shown, in points.
    pub sizes: Vec<(f32, f32)>,
    /// Where each stretch of the text stands, ascending.
    pub stretches: Vec<Stretch>,
}

/// Parts of a page's width and height in which areas are counted.
const PARTS: f32 = 10_000.0;

/// Where a stretch of text stands. It ends where its line of the text does, if no other one begins before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its first byte.
    pub at: usize,
    /// The page, from 1.
    pub page: usize,
    /// Left, upper, right and lower edge, in ten-thousandths of the page's width and height from its upper left corner.
    /// Nothing between them: the place is not known.
    pub area: [u16; 4],
}

impl Stretch {
    /// An area in points, on a page of this size.
    pub fn new(at: usize, page: usize, area: [f32; 4], (width, height): (f32, f32)) -> Self {
        let part = |edge: f32, of: f32| (edge / of * PARTS).clamp(0.0, PARTS) as u16;
        let [x0, y0, x1, y1] = area;
        Self {
            at,
            page,
            area: [
                part(x0, width),
                part(y0, height),
                part(x1, width),
                part(y1, height),
            ],
        }
    }
}

/// A rectangle on a page, its edges as shares of the page's width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageBox {
    /// The page, from 1.
    pub page: usize,
    /// Its left edge.
    pub left: f32,
    /// Its upper edge.
    pub top: f32,
    /// Its right edge.
    pub right: f32,
    /// Its lower edge.
    pub bottom: f32,
}

/// A page as a picture.
#[derive(Debug)]
pub struct Picture {
    /// A PNG file.
    pub png: Vec<u8>,
    /// Letters are missing in it, because their fonts are not in the document.
    pub is_incomplete: bool,
}

impl Places {
    /// Where a passage stands that is `text` and stood at `span` when the document was read; empty where that is not
    /// certain.
    pub fn boxes(&self, text: &str, span: &Span, page: Option<usize>) -> Vec<PageBox> {
        match self.find(text, span, page) {
            Some(found) => boxes(&self.text, &self.stretches, &found, &self.sizes),
            None => Vec::new(),
        }
    }

    /// Where a text stands. The same text may have moved where more or less of the document was read.
    fn find(&self, text: &str, span: &Span, page: Option<usize>) -> Option<Span> {
        if !text.is_empty() && self.text.get(span.clone()) == Some(text) {
            return Some(span.clone());
        }
        let begins = |at: &usize| page.is_none() || self.page_at(*at) == page;
        let mut found = memchr::memmem::find_iter(self.text.as_bytes(), text.as_bytes());
        let mut found = found.by_ref().filter(begins);
        match (found.next(), found.next()) {
            (Some(at), None) if !text.is_empty() => Some(at..at + text.len()),
            _ => None,
        }
    }

    fn page_at(&self, byte: usize) -> Option<usize> {
        let after = self.stretches.partition_point(|one| one.at <= byte);
        Some(self.stretches.get(after.checked_sub(1)?)?.page)
    }
}

/// Where a part of a text stands, on pages of these sizes.
pub fn boxes(
    text: &str,
    stretches: &[Stretch],
    wanted: &Span,
    sizes: &[(f32, f32)],
) -> Vec<PageBox> {
    let first = stretches.partition_point(|one| one.at <= wanted.start);
    let mut boxes = Vec::new();
    for (number, stretch) in stretches.iter().enumerate().skip(first.max(1) - 1) {
        if stretch.at >= wanted.end {
            break;
        }
        let next = stretches.get(number + 1);
        let end = next.map_or(text.len(), |next| next.at);
        let own = text.get(stretch.at..end).unwrap_or_default();
        let own = own.split('\n').next().unwrap_or_default().trim_end();
        let size = stretch.page.checked_sub(1).and_then(|page| sizes.get(page));
        if let Some(size) = size {
            boxes.extend(stretch.part(own, wanted, *size));
        }
    }
    boxes
}

impl Stretch {
    /// The box of what `wanted` has of a stretch. Where in a line a letter stands is estimated: a letter of a script
    /// with wide letters takes twice as much as others.
    fn part(&self, text: &str, wanted: &Span, (width, height): (f32, f32)) -> Option<PageBox> {
        let weight = |to: usize| {
            let to = to.saturating_sub(self.at).min(text.len());
            text.get(..to).map_or(0, weight_of) as f32
        };
        let all = weight(usize::MAX);
        if all <= 0.0 {
            return None;
        }
        let from = weight(wanted.start) / all;
        let to = weight(wanted.end) / all;
        let [mut left, mut top, mut right, mut bottom] =
            self.area.map(|edge| f32::from(edge) / PARTS);
        let (wide, tall) = (right - left, bottom - top);
        // One that is taller than wide is a vertical line.
        if tall * height > wide * width && text.chars().nth(1).is_some() {
            (top, bottom) = (top + from * tall, top + to * tall);
        } else {
            (left, right) = (left + from * wide, left + to * wide);
        }
        (right > left && bottom > top).then_some(PageBox {
            page: self.page,
            left,
            top,
            right,
            bottom,
        })
    }
}

/// How much of a line a text takes.
fn weight_of(text: &str) -> usize {
    text.chars().map(|c| 1 + usize::from(c >= '\u{1100}')).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            text: "One two.\nThree four.\n一二三四\n一二三四\n".to_owned(),
            sizes: vec![(100.0, 200.0), (100.0, 200.0)],
            stretches: [
                (0, 1, [10.0, 20.0, 90.0, 30.0]),
                (9, 1, [10.0, 40.0, 90.0, 50.0]),
            ]
            .into_iter()
            .chain([
                (21, 2, [80.0, 20.0, 90.0, 60.0]),
                (34, 1, [80.0, 100.0, 90.0, 140.0]),
            ])
            .map(|(at, page, area)| Stretch::new(at, page, area, (100.0, 200.0)))
            .collect(),
        }
    }

    fn edges(boxes: &[PageBox]) -> Vec<(usize, [f32; 4])> {
        let edges = |one: &PageBox| {
            let all = [one.left, one.top, one.right, one.bottom];
            (one.page, all.map(|edge| (edge * 1000.0).round() / 1000.0))
        };
        boxes.iter().map(edges).collect()
    }

    #[test]
    fn a_passage_has_a_box_for_each_line_and_only_its_part_of_it() {
        let places = places();
        let boxes = places.boxes("two.\nThree", &(4..14), Some(1));
        assert_eq!(
            edges(&boxes),
            [(1, [0.5, 0.1, 0.9, 0.15]), (1, [0.1, 0.2, 0.464, 0.25])]
        );
        // Vertical: the second half of the line.
        let boxes = places.boxes("三四", &(27..33), Some(2));
        assert_eq!(edges(&boxes), [(2, [0.8, 0.2, 0.9, 0.3])]);
    }

    #[test]
    fn a_text_that_moved_is_found_where_it_is_the_only_one() {
        let places = places();
        let moved = places.boxes("Three four.", &(40..51), Some(1));
        assert_eq!(edges(&moved), [(1, [0.1, 0.2, 0.9, 0.25])]);
        // Twice in the document, and once on the page.
        let twice = places.boxes("一二三四", &(500..512), Some(2));
        assert_eq!(edges(&twice), [(2, [0.8, 0.1, 0.9, 0.3])]);
        assert_eq!(places.boxes("一二三四", &(500..512), None), []);
        assert_eq!(places.boxes("Nowhere", &(0..7), Some(1)), []);
        assert_eq!(places.boxes("", &(0..0), None), []);
    }
}
