//! The order of reading: that of the content, unless it leads the eye to and fro.
//!
//! Writers of documents draw text in the order of reading, and know columns, boxes and notes that nobody can guess
//! from places. So geometry decides only where it is shorter by far.

use super::geometry::Frame;
use super::limits::COMPARED;

/// The content's path may be longer by this factor. Right orders have 1.0 to 1.4, and more where a head or a note is
/// drawn last; mixed ones have 4 and more.
const DETOUR: f32 = 2.0;

/// The content may have fewer steps to the next line below, by this factor. A note that is drawn first costs one
/// step; an order that is mixed has hardly any.
const BROKEN: f32 = 0.5;

/// The next line stands at most this far below, in ems.
pub(super) const STEP: f32 = 3.0;

/// A gutter between columns is at least this wide, in ems.
const GUTTER: f32 = 0.9;

/// Cuts inside each other.
const DEPTH: usize = 24;

/// A piece of a page: a line or a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// In the coordinates that are turned to most lines of the page.
    pub(super) frame: Frame,
    pub(super) size: f32,
}

/// The numbers of the blocks, as they are to be read. They are given in the order of the content.
pub(super) fn order(blocks: &[Block]) -> Vec<usize> {
    let content: Vec<usize> = (0..blocks.len()).collect();
    if blocks.len() < 4 || blocks.len() > COMPARED {
        return content;
    }
    let mut geometric = Vec::with_capacity(blocks.len());
    cut(blocks, content.clone(), DEPTH, &mut geometric);
    let longer = path(blocks, &content) > DETOUR * path(blocks, &geometric);
    let broken = steps(blocks, &content) < BROKEN * steps(blocks, &geometric);
    if longer && broken { geometric } else { content }
}

/// How many steps lead to the next line below, or to the right on the same line.
fn steps(blocks: &[Block], order: &[usize]) -> f32 {
    let is_near = |pair: &&[usize]| {
        let &&[a, b] = pair else { return false };
        let (size, a, b) = (blocks[a].size, &blocks[a].frame, &blocks[b].frame);
        let step = b.c1 - a.c1;
        step > 0.3 * size && step < STEP * size && a.overlap_along(b) > 0.0
    };
    order.windows(2).filter(is_near).count() as f32
}

/// How far the eye goes from the beginning of each block to that of the next.
fn path(blocks: &[Block], order: &[usize]) -> f32 {
    let step = |pair: &[usize]| match pair {
        &[a, b] => {
            let (a, b) = (&blocks[a].frame, &blocks[b].frame);
            (b.a0 - a.a0).hypot(b.c0 - a.c0)
        }
        _ => 0.0,
    };
    order.windows(2).map(step).sum()
}

/// Cuts a region into columns, else into bands, and reads each in turn.
fn cut(blocks: &[Block], region: Vec<usize>, depth: usize, out: &mut Vec<usize>) {
    if region.len() < 2 || depth == 0 {
        out.extend(region);
        return;
    }
    let gutter = GUTTER * region.iter().map(|&n| blocks[n].size).sum::<f32>() / region.len() as f32;
    let columns = split(&region, gutter, |n| {
        (blocks[n].frame.a0, blocks[n].frame.a1)
    });
    if columns.len() > 1 {
        for column in columns {
            cut(blocks, column, depth - 1, out);
        }
        return;
    }
    let strips = split(&region, 0.0, |n| (blocks[n].frame.c0, blocks[n].frame.c1));
    if strips.len() == 1 {
        let mut strip = region;
        strip.sort_by(|&a, &b| {
            let (a, b) = (&blocks[a].frame, &blocks[b].frame);
            a.c0.total_cmp(&b.c0).then(a.a0.total_cmp(&b.a0))
        });
        out.extend(strip);
        return;
    }
    for band in bands(blocks, strips, gutter) {
        if band.len() == region.len() {
            // Nothing was cut: read down.
            out.extend(band);
        } else {
            cut(blocks, band, depth - 1, out);
        }
    }
}

/// Puts strips that share a gutter together, because their columns are read down one after the other.
fn bands(blocks: &[Block], strips: Vec<Vec<usize>>, gutter: f32) -> Vec<Vec<usize>> {
    let along = |n: usize| (blocks[n].frame.a0, blocks[n].frame.a1);
    let mut bands: Vec<Vec<usize>> = Vec::new();
    for strip in strips {
        if let Some(band) = bands.last_mut() {
            let mut both = band.clone();
            both.extend(&strip);
            // Only a band of columns grows; a line across all columns stands by itself.
            if bands_together(band, &strip, &both, gutter, along) {
                *band = both;
                continue;
            }
        }
        bands.push(strip);
    }
    bands
}

fn bands_together(
    band: &[usize],
    strip: &[usize],
    both: &[usize],
    gutter: f32,
    along: impl Fn(usize) -> (f32, f32) + Copy,
) -> bool {
    let columns = |region: &[usize]| split(region, gutter, along).len();
    columns(both) > 1 && (columns(band) > 1 || columns(strip) > 1)
}

/// Splits at gaps wider than `gap` in one direction.
fn split(region: &[usize], gap: f32, extent: impl Fn(usize) -> (f32, f32)) -> Vec<Vec<usize>> {
    let mut sorted = region.to_vec();
    sorted.sort_by(|&a, &b| extent(a).0.total_cmp(&extent(b).0));
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut end = f32::MIN;
    for n in sorted {
        let (from, to) = extent(n);
        if parts.is_empty() || from - end > gap {
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(n);
        }
        end = end.max(to);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(a0: f32, a1: f32, c0: f32) -> Block {
        Block {
            frame: Frame {
                a0,
                a1,
                c0,
                c1: c0 + 9.0,
            },
            size: 10.0,
        }
    }

    #[test]
    fn the_order_of_the_content_stands_if_it_is_about_as_short() {
        // A note at the foot is drawn before the text.
        let mut page = vec![block(0.0, 200.0, 500.0)];
        page.extend((0..10).map(|n| block(0.0, 200.0, 12.0 * n as f32)));
        assert_eq!(order(&page)[0], 0);
    }

    #[test]
    fn columns_that_are_drawn_row_by_row_are_read_column_by_column() {
        let mut page = vec![block(0.0, 400.0, 0.0)];
        for n in 1..20 {
            page.push(block(0.0, 190.0, 12.0 * n as f32));
            page.push(block(210.0, 400.0, 12.0 * n as f32));
        }
        let order = order(&page);
        assert_eq!(order[..3], [0, 1, 3]);
        assert_eq!(order[20], 2);
    }
}
