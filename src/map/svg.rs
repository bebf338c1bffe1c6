//! The map as one SVG file that needs nothing else.

use std::fmt::Write;

use super::labels::{Wish, placed};
use super::palette::{GREY, TONES, Tone, tones};
use super::sample::grouped;
use super::text::{cut, escaped, short, width};

/// Width of the picture. The points keep [`MARGIN`] from its sides.
const WIDTH: f32 = 1200.0;
const MARGIN: f32 = 28.0;
/// Up to so many points each is a circle with a title of its own. Above, the file would grow and nobody hits a point.
pub const CIRCLES: usize = 4000;
/// Groups named in the legend, at most.
const NAMED: usize = 24;

/// How much wider bold letters are, in the widest of the fonts.
const BOLD: f32 = 1.14;

/// A point of the map.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// In [-1, 1], the second axis upwards.
    pub place: [f32; 2],
    /// A place in [`Map::groups`], or -1 for none.
    pub group: i32,
    /// The title of the article.
    pub title: &'a str,
    /// What the page names the point by. The SVG does not show it.
    pub id: &'a str,
}

/// What the pictures show.
#[derive(Clone, Copy, Debug)]
pub struct Map<'a> {
    pub title: &'a str,
    /// A line under the title, for example [`Sample::note`](super::sample::Sample::note).
    pub note: &'a str,
    pub points: &'a [Point<'a>],
    /// The label of each group: a cluster, a folder, a language. An empty one is not shown.
    pub groups: &'a [&'a str],
    /// Whether the labels stand on the map too: right for clusters, wrong for folders and languages, which are spread.
    pub labelled: bool,
    /// What a point without a group is called in the legend.
    pub rest: &'a str,
}

impl Map<'_> {
    /// The group of a point, if there is such a group.
    pub fn group_of(&self, point: &Point) -> Option<usize> {
        usize::try_from(point.group)
            .ok()
            .filter(|&group| group < self.groups.len())
    }

    /// Each group with its points, as `(group, middle, number of points)`, the largest first.
    pub fn ranked(&self) -> Vec<(usize, [f32; 2], usize)> {
        let mut members: Vec<Vec<[f32; 2]>> = vec![Vec::new(); self.groups.len()];
        for point in self.points {
            if let Some(group) = self.group_of(point) {
                members[group].push(finite(point.place));
            }
        }
        let mut ranked: Vec<(usize, [f32; 2], usize)> = members
            .iter_mut()
            .enumerate()
            .filter(|(_, places)| !places.is_empty())
            .map(|(group, places)| (group, middle(places), places.len()))
            .collect();
        ranked.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
        ranked
    }

    /// The tone of each group.
    pub fn tones(&self, ranked: &[(usize, [f32; 2], usize)]) -> Vec<usize> {
        let centres: Vec<[f32; 2]> = ranked.iter().map(|rank| rank.1).collect();
        let mut out = vec![0; self.groups.len()];
        for (rank, tone) in ranked.iter().zip(tones(&centres)) {
            out[rank.0] = tone;
        }
        out
    }
}

pub(super) fn finite(place: [f32; 2]) -> [f32; 2] {
    place.map(|x| {
        if x.is_finite() {
            x.clamp(-1.0, 1.0)
        } else {
            0.0
        }
    })
}

/// The member nearest to the medians of both axes: the median itself can lie between two halves of a group.
fn middle(places: &mut [[f32; 2]]) -> [f32; 2] {
    let median = [0, 1].map(|axis| {
        let half = places.len() / 2;
        places
            .select_nth_unstable_by(half, |a, b| a[axis].total_cmp(&b[axis]))
            .1[axis]
    });
    let distance = |place: &[f32; 2]| (place[0] - median[0]).hypot(place[1] - median[1]);
    // Ties go to the smaller place: the selection above leaves the members in no particular order.
    let first = |a: &[f32; 2], b: &[f32; 2]| {
        distance(a)
            .total_cmp(&distance(b))
            .then(a[0].total_cmp(&b[0]))
            .then(a[1].total_cmp(&b[1]))
    };
    places.iter().copied().min_by(first).unwrap_or(median)
}

/// Where places of the map come to lie in the picture.
struct Frame {
    top: f32,
    height: f32,
    scale: f32,
    middle: [f32; 2],
}

impl Frame {
    fn new(points: &[Point], top: f32) -> Self {
        let bounds = [0, 1].map(|axis| {
            points
                .iter()
                .map(|point| finite(point.place)[axis])
                .fold((1.0f32, -1.0f32), |(low, high), x| {
                    (low.min(x), high.max(x))
                })
        });
        let [wide, tall] = bounds.map(|(low, high)| (high - low).max(0.0));
        let room = WIDTH - 2.0 * MARGIN;
        let height = if wide > 0.0 {
            (room * tall / wide).clamp(0.4 * WIDTH, 0.8 * WIDTH)
        } else {
            0.5 * WIDTH
        };
        let fit = |room: f32, extent: f32| {
            if extent > 1e-6 {
                room / extent
            } else {
                f32::INFINITY
            }
        };
        let scale = fit(room, wide).min(fit(height, tall));
        Self {
            top,
            height: height + 2.0 * MARGIN,
            scale: if scale.is_finite() { scale } else { 1.0 },
            middle: bounds.map(|(low, high)| if low <= high { (low + high) / 2.0 } else { 0.0 }),
        }
    }

    fn place(&self, place: [f32; 2]) -> [f32; 2] {
        let [x, y] = finite(place);
        [
            WIDTH / 2.0 + (x - self.middle[0]) * self.scale,
            self.top + self.height / 2.0 - (y - self.middle[1]) * self.scale,
        ]
    }
}

/// Draws a map. It is light or dark as the reader's screen is, and every text in it is only text.
pub fn map_svg(map: &Map) -> String {
    let ranked = map.ranked();
    let tones = map.tones(&ranked);
    let frame = Frame::new(map.points, if map.note.is_empty() { 56.0 } else { 80.0 });
    let (legend, legend_height) = legend(map, &ranked, &tones, frame.top + frame.height + 18.0);
    let height = frame.top + frame.height + legend_height + 30.0;
    let mut out = String::new();
    let radius = (5.0 * (100.0 / map.points.len().max(1) as f32).powf(0.22)).clamp(1.0, 6.0);
    head(&mut out, map.title, map.note, [WIDTH, height]);
    style(&mut out, radius);
    let _ = write!(
        out,
        "<rect class=\"g\" width=\"{}\" height=\"{}\"/>",
        short(WIDTH),
        short(height)
    );
    heading(&mut out, map.title, map.note, MARGIN);
    let groups = std::iter::once(None).chain(ranked.iter().map(|rank| Some(rank.0)));
    for group in groups {
        let members: Vec<&Point> = map
            .points
            .iter()
            .filter(|point| map.group_of(point) == group)
            .collect();
        let class = group.map_or("n".to_owned(), |group| format!("t{}", tones[group]));
        if map.points.len() <= CIRCLES {
            circles(&mut out, &members, &class, &frame, radius);
        } else {
            strokes(&mut out, &members, &class, &frame);
        }
    }
    if map.labelled {
        labels(&mut out, map, &ranked, &frame);
    }
    out.push_str(&legend);
    out.push_str("</svg>\n");
    out
}

/// The beginning of a picture with its name for screen readers.
pub(super) fn head(out: &mut String, title: &str, note: &str, [width, height]: [f32; 2]) {
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"title note\">\
         <title id=\"title\">{}</title><desc id=\"note\">{}</desc>",
        short(width),
        short(height),
        escaped(&cut(title, 200.0)),
        escaped(&cut(note, 400.0))
    );
}

/// Title and note at the top.
pub(super) fn heading(out: &mut String, title: &str, note: &str, left: f32) {
    let text = |class: &str, y: u32, text: &str, most: f32| {
        format!(
            "<text class=\"{class}\" x=\"{}\" y=\"{y}\">{}</text>",
            short(left),
            escaped(&cut(text, most))
        )
    };
    out.push_str(&text("h", 40, title, 42.0));
    if !note.is_empty() {
        out.push_str(&text("s", 64, note, 80.0));
    }
}

/// Rules that all pictures share: ground, ink, fonts.
pub(super) const SHARED: &str = "text{font-family:system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans CJK JP',\
    'Hiragino Sans','Yu Gothic UI',sans-serif;fill:#1f2328}.g{fill:#fff}.h{font-size:26px;font-weight:600}\
    .s{font-size:15px;fill:#59636e}.l{font-size:14px}";
/// What of it differs on a dark screen.
pub(super) const SHARED_DARK: &str = "text{fill:#e6edf3}.g{fill:#0d1117}.s{fill:#9198a1}";

fn style(out: &mut String, radius: f32) {
    let opacity = if radius > 2.5 { ".85" } else { ".7" };
    let _ = write!(
        out,
        "<style>{SHARED}.d{{fill:currentColor;opacity:{opacity}}}path.d{{fill:none;stroke:currentColor;\
         stroke-linecap:round;stroke-width:{}}}.k{{fill:currentColor}}\
         .m{{font-weight:600;text-anchor:middle;stroke:#fff;stroke-width:.28em;stroke-linejoin:round;paint-order:stroke}}",
        short(2.0 * radius)
    );
    let tones = || {
        TONES
            .iter()
            .enumerate()
            .map(|(number, tone)| (format!("t{number}"), tone))
    };
    let all = || tones().chain([("n".to_owned(), &GREY)]);
    let rules = |pick: fn(&Tone) -> &str| -> String {
        all()
            .map(|(class, tone)| format!(".{class}{{color:{}}}", pick(tone)))
            .collect()
    };
    let _ = write!(
        out,
        "{}@media(prefers-color-scheme:dark){{{SHARED_DARK}.m{{stroke:#0d1117}}{}}}</style>",
        rules(|tone| tone.light),
        rules(|tone| tone.dark)
    );
}

fn circles(out: &mut String, members: &[&Point], class: &str, frame: &Frame, radius: f32) {
    if members.is_empty() {
        return;
    }
    let _ = write!(out, "<g class=\"d {class}\">");
    for point in members {
        let [x, y] = frame.place(point.place);
        let _ = write!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\">",
            short(x),
            short(y),
            short(radius)
        );
        let _ = write!(
            out,
            "<title>{}</title></circle>",
            escaped(&cut(point.title, 120.0))
        );
    }
    out.push_str("</g>");
}

/// All points of a group as one path: lines of length 0 with round ends, at whole units, from one to the next.
fn strokes(out: &mut String, members: &[&Point], class: &str, frame: &Frame) {
    let mut places: Vec<[i32; 2]> = members
        .iter()
        .map(|point| frame.place(point.place).map(|x| x.round() as i32))
        .collect();
    // Rows of eight units from left to right: the steps are short numbers.
    places.sort_unstable_by_key(|&[x, y]| (y.div_euclid(8), x, y));
    places.dedup();
    let mut last = [0, 0];
    if places.is_empty() {
        return;
    }
    let _ = write!(out, "<path class=\"d {class}\" d=\"");
    for [x, y] in places {
        let (step_x, step_y) = (x - last[0], y - last[1]);
        let comma = if step_y < 0 { "" } else { " " };
        let _ = write!(out, "m{step_x}{comma}{step_y}h0");
        last = [x, y];
    }
    out.push_str("\"/>");
}

fn labels(out: &mut String, map: &Map, ranked: &[(usize, [f32; 2], usize)], frame: &Frame) {
    let largest = ranked.first().map_or(1, |rank| rank.2).max(1) as f32;
    let texts: Vec<(String, f32, [f32; 2], usize)> = ranked
        .iter()
        .filter(|rank| !map.groups[rank.0].trim().is_empty())
        .map(|rank| {
            let size = (13.0 + 9.0 * (rank.2 as f32 / largest).sqrt()).round();
            let text = cut(map.groups[rank.0], 22.0);
            (text, size, frame.place(rank.1), rank.2)
        })
        .collect();
    let wishes: Vec<Wish> = texts
        .iter()
        .map(|(text, size, centre, points)| Wish {
            centre: *centre,
            width: BOLD * width(text) * size,
            height: 1.2 * size,
            size: *points,
        })
        .collect();
    let points = map.points.iter().map(|point| frame.place(point.place));
    let points: Vec<[f32; 2]> = points.collect();
    let sides = [
        6.0,
        frame.top + 4.0,
        WIDTH - 6.0,
        frame.top + frame.height - 4.0,
    ];
    for ((text, size, ..), place) in texts.iter().zip(placed(&wishes, &points, sides)).rev() {
        if let Some([x, y]) = place {
            let _ = write!(
                out,
                "<text class=\"m\" x=\"{}\" y=\"{}\" font-size=\"{}\">{}</text>",
                short(x),
                short(y + 0.36 * size),
                short(*size),
                escaped(text)
            );
        }
    }
}

/// The legend in lines from `top`, and its height.
fn legend(
    map: &Map,
    ranked: &[(usize, [f32; 2], usize)],
    tones: &[usize],
    top: f32,
) -> (String, f32) {
    let named = ranked
        .iter()
        .filter(|rank| !map.groups[rank.0].trim().is_empty());
    let mut entries: Vec<(String, String)> = named
        .map(|rank| {
            let text = format!("{} · {}", cut(map.groups[rank.0], 22.0), grouped(rank.2));
            (format!("t{}", tones[rank.0]), text)
        })
        .collect();
    let more = entries.len().saturating_sub(NAMED);
    entries.truncate(NAMED);
    let rest = map
        .points
        .iter()
        .filter(|point| map.group_of(point).is_none())
        .count();
    if rest > 0 && !map.rest.is_empty() {
        entries.push((
            "n".to_owned(),
            format!("{} · {}", cut(map.rest, 22.0), grouped(rest)),
        ));
    }
    if more > 0 {
        entries.push((String::new(), format!("+ {more}")));
    }
    let mut out = String::new();
    // Columns: entries one under the other are found faster than entries in a running text.
    let widest = entries
        .iter()
        .map(|(_, text)| 14.0 * width(text) + 40.0)
        .fold(120.0, f32::max);
    let columns = ((WIDTH - 2.0 * MARGIN) / widest).floor().max(1.0) as usize;
    let lines = entries.len().div_ceil(columns);
    for (number, (class, text)) in entries.iter().enumerate() {
        let column_width = (WIDTH - 2.0 * MARGIN) / columns as f32;
        let x = MARGIN + (number / lines.max(1)) as f32 * column_width;
        let y = top + 22.0 * (number % lines.max(1)) as f32;
        if !class.is_empty() {
            let _ = write!(
                out,
                "<circle class=\"k {class}\" cx=\"{}\" cy=\"{}\" r=\"6\"/>",
                short(x + 7.0),
                short(y)
            );
        }
        let _ = write!(
            out,
            "<text class=\"l\" x=\"{}\" y=\"{}\">{}</text>",
            short(x + 20.0),
            short(y + 5.0),
            escaped(text)
        );
    }
    (out, 22.0 * lines as f32)
}

#[cfg(test)]
mod tests {
    use super::super::random::{random, signed_unit};
    use super::*;

    fn points<'a>(n: usize, title: &'a str) -> Vec<Point<'a>> {
        let number = |axis, i| signed_unit(random(axis, i as u64));
        (0..n)
            .map(|i| Point {
                place: [number(0, i), number(1, i)],
                group: i as i32 % 3 - 1,
                title,
                id: "id",
            })
            .collect()
    }

    fn map<'a>(points: &'a [Point<'a>], groups: &'a [&'a str]) -> Map<'a> {
        Map {
            title: "Map",
            note: "A note",
            points,
            groups,
            labelled: true,
            rest: "others",
        }
    }

    /// Whether tags are closed in the order in which they were opened.
    fn is_well_formed(svg: &str) -> bool {
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let Some((tag, _)) = tag.split_once('>') else {
                return false;
            };
            if let Some(name) = tag.strip_prefix('/') {
                if open.pop() != Some(name.to_owned()) {
                    return false;
                }
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap_or_default().to_owned());
            }
        }
        open.is_empty()
    }

    #[test]
    fn hostile_titles_are_only_text() {
        let hostile = "</title><script>alert(1)</script>\u{202e}&\"";
        let points = points(9, hostile);
        let svg = map_svg(&Map {
            title: hostile,
            note: hostile,
            rest: hostile,
            ..map(&points, &[hostile, hostile])
        });
        assert!(!svg.contains("<script") && !svg.contains('\u{202e}'));
        assert!(is_well_formed(&svg), "{svg}");
    }

    #[test]
    fn few_points_have_titles_and_many_make_a_small_file() {
        let few = points(100, "A title");
        let svg = map_svg(&map(&few, &["first", "second"]));
        assert_eq!(svg.matches("<title>A title</title>").count(), 100);
        assert!(is_well_formed(&svg));
        let many = points(100_000, "A title");
        let svg = map_svg(&map(&many, &["first", "second"]));
        assert!(svg.len() < 900_000 && is_well_formed(&svg), "{}", svg.len());
    }

    #[test]
    fn any_input_makes_a_picture() {
        let odd = [
            Point {
                place: [f32::NAN, f32::INFINITY],
                group: i32::MAX,
                title: "",
                id: "",
            },
            Point {
                place: [-9e9, 1e-40],
                group: i32::MIN,
                title: "",
                id: "",
            },
        ];
        for points in [&odd[..0], &odd[..1], &odd[..]] {
            for groups in [&[][..], &["", "b"][..]] {
                let svg = map_svg(&map(points, groups));
                assert!(
                    is_well_formed(&svg) && !svg.contains("NaN") && !svg.contains("inf"),
                    "{svg}"
                );
            }
        }
    }
}
