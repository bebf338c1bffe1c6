//! The similarities of all pairs of articles as one SVG file.

use std::fmt::Write;

use rayon::prelude::*;

use super::palette::{GREY, LEVELS, TONES, viridis};
use super::png::{data_address, png};
use super::svg::{SHARED, SHARED_DARK, head, heading};
use super::text::{cut, escaped, short};

/// Up to so many articles each cell is drawn as a shape. Above, the matrix is a picture in the picture.
pub const SHAPES: usize = 300;
/// Pixels of that picture, at most. More articles share pixels, which have the mean of their cells.
const PIXELS: usize = 1500;
/// Up to so many articles each has its title at the side. Above, the clusters have their labels.
const TITLED: usize = 60;
/// Side of the matrix.
const SIDE: f32 = 800.0;
const LEFT: f32 = 40.0;
/// Room for names at the right.
const NAMES: f32 = 320.0;

/// What the picture shows.
pub struct Matrix<'a, S: Fn(usize, usize) -> f32 + Sync> {
    pub title: &'a str,
    /// A line under the title. May be empty.
    pub note: &'a str,
    /// Articles in the order of rows and columns, see [`order`](super::order::order).
    pub order: &'a [usize],
    /// The cluster of each article, -1 for none.
    pub clusters: &'a [i32],
    /// The label of each cluster.
    pub labels: &'a [&'a str],
    /// The title of each article, written beside the matrix where there is room for all.
    pub titles: &'a [&'a str],
    /// The similarity of two articles by their numbers: symmetric. What is not finite is drawn as the smallest.
    pub similarity: S,
    /// The words under the scale, for example `cosine`.
    pub unit: &'a str,
}

/// Draws a similarity matrix, light or dark as the reader's screen is.
pub fn matrix_svg<S: Fn(usize, usize) -> f32 + Sync>(matrix: &Matrix<S>) -> String {
    let n = matrix.order.len();
    let side = if n <= SHAPES {
        n
    } else {
        n.div_ceil(n.div_ceil(PIXELS))
    };
    let cells = cells(matrix, side);
    let (low, high) = range(&cells, side);
    let levels: Vec<u8> = cells.iter().map(|&value| level(value, low, high)).collect();
    let top = if matrix.note.is_empty() { 72.0 } else { 94.0 };
    let size = [LEFT + SIDE + NAMES, top + SIDE + 76.0];
    let mut out = String::new();
    head(&mut out, matrix.title, matrix.note, size);
    let _ = write!(
        out,
        "<style>{SHARED}.w{{stroke:#fff;stroke-opacity:.55;fill:none}}.r{{image-rendering:pixelated}}\
         @media(prefers-color-scheme:dark){{{SHARED_DARK}}}</style>\
         <rect class=\"g\" width=\"{}\" height=\"{}\"/>",
        short(size[0]),
        short(size[1])
    );
    heading(&mut out, matrix.title, matrix.note, 28.0);
    if n <= SHAPES {
        shapes(&mut out, &levels, side, top);
    } else {
        let colours: Vec<[u8; 3]> = (0..LEVELS).map(viridis).collect();
        let picture = data_address(&png(side, side, &colours, &levels));
        let _ = write!(
            out,
            "<image class=\"r\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" href=\"{picture}\"/>",
            short(LEFT),
            short(top),
            short(SIDE),
            short(SIDE)
        );
    }
    let runs = runs(matrix);
    bars(&mut out, &runs, n, top);
    names(&mut out, matrix, &runs, top);
    scale(&mut out, low, high, matrix.unit, top + SIDE + 26.0);
    out.push_str("</svg>\n");
    out
}

/// The values of `[side][side]` cells. If there are more articles than cells, a cell has the mean of its articles.
fn cells<S: Fn(usize, usize) -> f32 + Sync>(matrix: &Matrix<S>, side: usize) -> Vec<f32> {
    let n = matrix.order.len();
    let articles = |cell: usize| cell * n / side.max(1)..(cell + 1) * n / side.max(1);
    (0..side)
        .into_par_iter()
        .flat_map_iter(|row| {
            (0..side).map(move |column| {
                let (mut sum, mut count) = (0.0f32, 0.0f32);
                for a in articles(row) {
                    for b in articles(column) {
                        let value = (matrix.similarity)(matrix.order[a], matrix.order[b]);
                        // An article is like itself, which says nothing about the pixel.
                        if value.is_finite() && (a != b || n == side) {
                            sum += value;
                            count += 1.0;
                        }
                    }
                }
                if count > 0.0 {
                    sum / count
                } else {
                    f32::NEG_INFINITY
                }
            })
        })
        .collect()
}

/// The values at which the scale begins and ends: all but one in 200 are above the beginning, all but one in 1,000 below
/// the end. Single extremes would take the colours from all others. The diagonal does not count.
fn range(cells: &[f32], side: usize) -> (f32, f32) {
    let off = |place: usize| place / side.max(1) != place % side.max(1);
    let mut values: Vec<f32> = cells
        .iter()
        .enumerate()
        .filter(|&(place, value)| off(place) && value.is_finite())
        .map(|(_, &v)| v)
        .collect();
    values.sort_unstable_by(f32::total_cmp);
    let Some(last) = values.len().checked_sub(1) else {
        return (0.0, 1.0);
    };
    let (low, high) = (values[last / 200], values[last - last / 1000]);
    if high > low {
        (low, high)
    } else {
        (low - 0.5, low + 0.5)
    }
}

fn level(value: f32, low: f32, high: f32) -> u8 {
    let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
    // A value that is not finite was replaced by minus infinity.
    (part * (LEVELS - 1) as f32).round() as u8
}

/// One path for each colour. Neighbouring cells of one colour are one line as thick as a cell.
fn shapes(out: &mut String, levels: &[u8], side: usize, top: f32) {
    let mut paths: Vec<(String, [usize; 2])> = vec![(String::new(), [0, 0]); LEVELS];
    for row in 0..side {
        let line = &levels[row * side..(row + 1) * side];
        let mut start = 0;
        for run in line.chunk_by(|a, b| a == b) {
            let (path, pen) = &mut paths[usize::from(run[0])];
            let step = start as i64 - pen[0] as i64;
            let _ = write!(path, "m{step} {}h{}", row - pen[1], run.len());
            start += run.len();
            *pen = [start, row];
        }
    }
    let _ = write!(
        out,
        "<g transform=\"translate({} {})scale({})translate(0 .5)\" shape-rendering=\"crispEdges\" fill=\"none\">",
        short(LEFT),
        short(top),
        SIDE / side.max(1) as f32
    );
    for (level, (path, _)) in paths
        .iter()
        .enumerate()
        .filter(|(_, (path, _))| !path.is_empty())
    {
        let [red, green, blue] = viridis(level);
        let _ = write!(
            out,
            "<path stroke=\"#{red:02x}{green:02x}{blue:02x}\" d=\"M0 0{path}\"/>"
        );
    }
    out.push_str("</g>");
}

/// Consecutive rows of one cluster: the cluster, the first row and the number of rows.
fn runs<S: Fn(usize, usize) -> f32 + Sync>(matrix: &Matrix<S>) -> Vec<(i32, usize, usize)> {
    let cluster = |&article: &usize| matrix.clusters.get(article).copied().unwrap_or(-1).max(-1);
    let mut first = 0;
    let mut out = Vec::new();
    for run in matrix.order.chunk_by(|a, b| cluster(a) == cluster(b)) {
        out.push((cluster(&run[0]), first, run.len()));
        first += run.len();
    }
    out
}

/// Bars at the sides with a colour for each cluster, and lines between clusters.
fn bars(out: &mut String, runs: &[(i32, usize, usize)], n: usize, top: f32) {
    let cell = SIDE / n.max(1) as f32;
    let mut lines = String::new();
    for &(cluster, first, count) in runs {
        let y = top + first as f32 * cell;
        // The ten largest clusters have the colours that the map gives them.
        let tone = usize::try_from(cluster)
            .ok()
            .map_or(GREY, |cluster| TONES[cluster % TONES.len()]);
        let colour = tone.light;
        let height = (count as f32 * cell - 1.0).max(1.0);
        let bar = |x: f32, width: f32| {
            let (x, y) = (short(x), short(y));
            format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"{colour}\"/>",
                short(width),
                short(height)
            )
        };
        out.push_str(&bar(LEFT - 12.0, 8.0));
        if n > TITLED {
            out.push_str(&bar(LEFT + SIDE + 4.0, 4.0));
        }
        if first > 0 {
            let along = short(LEFT + first as f32 * cell);
            let _ = write!(
                lines,
                "M{} {}h{}M{along} {}v{}",
                short(LEFT),
                short(y),
                short(SIDE),
                short(top),
                short(SIDE)
            );
        }
    }
    let _ = write!(out, "<path class=\"w\" d=\"{lines}\"/>");
}

/// Names at the right: of articles if there is room for all, otherwise of clusters.
fn names<S: Fn(usize, usize) -> f32 + Sync>(
    out: &mut String,
    matrix: &Matrix<S>,
    runs: &[(i32, usize, usize)],
    top: f32,
) {
    let n = matrix.order.len();
    let cell = SIDE / n.max(1) as f32;
    let wishes: Vec<(f32, f32, &str)> = if n <= TITLED {
        let title = |&article: &usize| matrix.titles.get(article).copied().unwrap_or_default();
        matrix
            .order
            .iter()
            .enumerate()
            .map(|(row, a)| (top + (row as f32 + 0.5) * cell, 1.0, title(a)))
            .collect()
    } else {
        let label = |cluster| {
            usize::try_from(cluster)
                .ok()
                .and_then(|cluster| matrix.labels.get(cluster).copied())
        };
        runs.iter()
            .filter_map(|&(cluster, first, count)| {
                Some((
                    top + (first as f32 + count as f32 / 2.0) * cell,
                    count as f32,
                    label(cluster)?,
                ))
            })
            .collect()
    };
    let size = if n <= TITLED {
        cell.clamp(9.0, 14.0)
    } else {
        14.0
    };
    for (y, own, text) in spaced(&wishes, size * 1.15, top, top + SIDE) {
        let x = LEFT + SIDE + if n > TITLED { 22.0 } else { 10.0 };
        if n > TITLED {
            // A line from the middle of the rows to the name, which may have moved.
            let (from, to) = (short(LEFT + SIDE + 8.0), short(x - 3.0));
            let _ = write!(
                out,
                "<path d=\"M{from} {}L{to} {}\" stroke=\"#9aa0a6\" fill=\"none\"/>",
                short(own),
                short(y)
            );
        }
        let text = escaped(&cut(text, (NAMES - 32.0) / size));
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\">{text}</text>",
            short(x),
            short(y + 0.36 * size),
            short(size)
        );
    }
}

/// Moves names apart until each has `height`, in their order. If there is no room for all, the ones of most weight stay.
///
/// `wishes`: middle, weight and text. The result has the place, the middle that was wished, and the text.
fn spaced<'a>(
    wishes: &[(f32, f32, &'a str)],
    height: f32,
    top: f32,
    bottom: f32,
) -> Vec<(f32, f32, &'a str)> {
    let room = ((bottom - top) / height).floor().max(0.0) as usize;
    let mut by_weight: Vec<usize> = (0..wishes.len())
        .filter(|&place| !wishes[place].2.trim().is_empty())
        .collect();
    by_weight.sort_by(|&a, &b| wishes[b].1.total_cmp(&wishes[a].1).then(a.cmp(&b)));
    by_weight.truncate(room);
    by_weight.sort_unstable();
    let mut places: Vec<f32> = by_weight.iter().map(|&place| wishes[place].0).collect();
    let mut least = top + height / 2.0;
    for place in &mut places {
        *place = place.max(least);
        least = *place + height;
    }
    let mut most = bottom - height / 2.0;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - height;
    }
    places
        .into_iter()
        .zip(by_weight)
        .map(|(place, wish)| (place, wishes[wish].0, wishes[wish].2))
        .collect()
}

/// The scale of values under the matrix.
fn scale(out: &mut String, low: f32, high: f32, unit: &str, y: f32) {
    let step = 320.0 / LEVELS as f32;
    out.push_str("<g shape-rendering=\"crispEdges\">");
    for level in 0..LEVELS {
        let [red, green, blue] = viridis(level);
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"14\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>",
            short(LEFT + level as f32 * step),
            short(y),
            short(step)
        );
    }
    out.push_str("</g>");
    let mut text = |x: f32, y: f32, anchor: &str, text: &str| {
        let (x, y, text) = (short(x), short(y), escaped(&cut(text, 40.0)));
        let _ = write!(
            out,
            "<text class=\"s\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    };
    text(LEFT, y + 32.0, "start", &format!("≤ {low:.2}"));
    text(
        LEFT + 160.0,
        y + 32.0,
        "middle",
        &format!("{:.2}", (low + high) / 2.0),
    );
    text(LEFT + 320.0, y + 32.0, "end", &format!("≥ {high:.2}"));
    text(LEFT + 334.0, y + 12.0, "start", unit);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(n: usize, similarity: impl Fn(usize, usize) -> f32 + Sync) -> String {
        let order: Vec<usize> = (0..n).rev().collect();
        let clusters: Vec<i32> = (0..n).map(|article| article as i32 / 20 - 1).collect();
        matrix_svg(&Matrix {
            title: "<Matrix>",
            note: "",
            order: &order,
            clusters: &clusters,
            labels: &["<first>", "second"],
            titles: &["a title"],
            similarity,
            unit: "cosine",
        })
    }

    #[test]
    fn any_number_of_articles_makes_a_picture() {
        for n in [0, 1, 2, 59, 61, 300, 301] {
            let svg = drawn(n, |a, b| 1.0 / (1.0 + (a as f32 - b as f32).abs()));
            assert_eq!(svg.contains("data:image/png"), n > SHAPES);
            assert!(svg.contains("&lt;Matrix&gt;") && svg.ends_with("</svg>\n"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }

    #[test]
    fn similarities_that_are_no_numbers_are_drawn_as_the_smallest() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -1e38] {
            for n in [5, 400] {
                let svg = drawn(n, |_, _| value);
                assert!(!svg.contains("NaN") && !svg.contains("inf"));
            }
        }
    }

    #[test]
    fn names_keep_their_distance_and_the_largest_stay() {
        let wishes: Vec<(f32, f32, &str)> = (0..20)
            .map(|i| (50.0 + i as f32, i as f32, "name"))
            .collect();
        let places = spaced(&wishes, 10.0, 0.0, 100.0);
        assert_eq!(places.len(), 10);
        assert!(places.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 9.99));
        assert_eq!(places[0].1, 60.0);
    }
}
