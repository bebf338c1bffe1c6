//! Boxes that text flows around. Browsers draw them before the text of the page, so that a box in the middle of a page would
//! be read before the page's title.

use super::geometry::Frame;
use super::order::{Block, STEP};

/// Moves the boxes that are drawn first to the line that they stand beside. `order` is that of the content.
pub(super) fn place(blocks: &[Block], order: Vec<usize>) -> Vec<usize> {
    let frame = |n: &usize| &blocks[*n].frame;
    let Some(text) = begin_of_text(blocks, &order) else {
        return order;
    };
    let (drawn_first, rest) = order.split_at(text);
    let near = |a: &usize, b: &usize| {
        let step = frame(b).c1 - frame(a).c1;
        step > 0.0 && step < STEP * blocks[*a].size && frame(a).overlap_along(frame(b)) > 0.0
    };
    let mut boxes = Vec::new();
    for part in drawn_first.chunk_by(near) {
        let Some(own) = part.iter().map(|n| *frame(n)).reduce(Frame::with) else {
            continue;
        };
        let over = |other: &&usize| frame(other).overlap_along(&own) > 0.0;
        let above = rest.iter().filter(over).any(|n| frame(n).c1 <= own.c0);
        let below = rest.iter().filter(over).any(|n| frame(n).c0 >= own.c1);
        let free = !rest
            .iter()
            .filter(over)
            .any(|n| frame(n).c0 < own.c1 && frame(n).c1 > own.c0);
        if !(above && below && free) {
            return order;
        }
        let size = blocks[part[0]].size;
        let beside = |n: &usize| frame(n).c0 >= own.c0 - 0.5 * size;
        let first = rest.iter().position(beside).unwrap_or(rest.len());
        // Not inside a paragraph: where a line ends early, or else behind the box.
        let ends = |at: &usize| match at.checked_sub(1).map(|before| (rest[before], rest[*at])) {
            Some((a, b)) => frame(&a).a1 + 2.0 * size < frame(&b).a1 || frame(&b).c0 >= own.c1,
            None => true,
        };
        let at = (first..rest.len()).find(ends).unwrap_or(rest.len());
        boxes.push((at, part));
    }
    let mut placed = Vec::with_capacity(order.len());
    for (at, n) in rest.iter().enumerate() {
        for (_, part) in boxes.iter().filter(|(before, _)| *before == at) {
            placed.extend_from_slice(part);
        }
        placed.push(*n);
    }
    for (_, part) in boxes.iter().filter(|(before, _)| *before == rest.len()) {
        placed.extend_from_slice(part);
    }
    placed
}

/// Where the content goes up above all that was drawn so far: what comes before is less than half of the page.
fn begin_of_text(blocks: &[Block], order: &[usize]) -> Option<usize> {
    let mut top = f32::MAX;
    for (at, n) in order.iter().enumerate().take(order.len() / 2) {
        let block = &blocks[*n];
        if at > 0 && block.frame.c0 < top - block.size {
            return Some(at);
        }
        top = top.min(block.frame.c0);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(a0: f32, a1: f32, c0: f32) -> Block {
        let frame = Frame {
            a0,
            a1,
            c0,
            c1: c0 + 10.0,
        };
        Block { frame, size: 10.0 }
    }

    /// Text from `left` on, of lines at these places.
    fn lines(left: f32, right: f32, tops: &[f32]) -> Vec<Block> {
        tops.iter().map(|top| block(left, right, *top)).collect()
    }

    fn placed(blocks: &[Block]) -> Vec<usize> {
        place(blocks, (0..blocks.len()).collect())
    }

    #[test]
    fn a_box_is_read_where_the_text_flows_around_it() {
        let mut page = lines(10.0, 80.0, &[50.0, 62.0]);
        page.extend(lines(10.0, 200.0, &[10.0]));
        page.extend(lines(10.0, 150.0, &[30.0]));
        page.extend(lines(100.0, 200.0, &[48.0, 60.0]));
        page.extend(lines(10.0, 200.0, &[90.0, 102.0]));
        assert_eq!(placed(&page), [2, 3, 0, 1, 4, 5, 6, 7]);
    }

    #[test]
    fn columns_stay_as_they_are_drawn() {
        // The right column first, and a title over both.
        let mut page = lines(110.0, 200.0, &[30.0, 42.0, 54.0]);
        page.extend(lines(10.0, 200.0, &[10.0]));
        page.extend(lines(10.0, 100.0, &[30.0, 42.0, 54.0]));
        assert_eq!(placed(&page), (0..7).collect::<Vec<_>>());
    }
}
