//! The map as one HTML file that needs nothing else: pan, zoom, titles on hover, details on click.
//!
//! The data lie in the page as JSON. The script sets texts as text and nothing as HTML, and the page forbids itself the
//! network.

use std::collections::HashMap;

use serde::Serialize;

use super::palette::{GREY, TONES};
use super::svg::{Map, finite};
use super::text::{cut, escaped};

/// The page, with places for title and data.
const PAGE: &str = include_str!("page.html");
/// Steps of a coordinate: a twentieth of a pixel of a wide screen.
const STEPS: f32 = 32_767.0;

/// What the script reads. One list for each property: a list of objects would repeat the names.
#[derive(Serialize)]
struct Data<'a> {
    title: &'a str,
    note: &'a str,
    labelled: bool,
    rest: &'a str,
    groups: Vec<Group<'a>>,
    /// The tone of points without a group: light, dark.
    grey: [&'a str; 2],
    /// Coordinates in 1/32767, the second axis upwards.
    x: Vec<i32>,
    y: Vec<i32>,
    /// Place in `groups`, or -1.
    group: Vec<i32>,
    /// Place in `titles`.
    title_of: Vec<usize>,
    ids: Vec<&'a str>,
    /// Each title once: passages of one article share theirs.
    titles: Vec<String>,
}

/// A group as the script reads it.
#[derive(Serialize)]
struct Group<'a> {
    label: &'a str,
    light: &'a str,
    dark: &'a str,
    points: usize,
    /// The middle, in the unit of the points.
    x: i32,
    y: i32,
}

/// Writes the map as a page.
///
/// # Errors
///
/// Those of the JSON writer. None is known for this data.
pub fn map_html(map: &Map) -> serde_json::Result<String> {
    let ranked = map.ranked();
    let tones = map.tones(&ranked);
    let steps = |x: f32| (x * STEPS).round() as i32;
    let groups: Vec<Group> = ranked
        .iter()
        .map(|&(group, [x, y], points)| {
            let tone = TONES[tones[group] % TONES.len()];
            Group {
                label: map.groups[group],
                light: tone.light,
                dark: tone.dark,
                points,
                x: steps(x),
                y: steps(y),
            }
        })
        .collect();
    let mut rank_of = vec![-1; map.groups.len()];
    for (rank, &(group, ..)) in ranked.iter().enumerate() {
        rank_of[group] = rank as i32;
    }
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut titles = Vec::new();
    let title_of = map.points.iter().map(|point| {
        *known.entry(point.title).or_insert_with(|| {
            titles.push(cut(point.title, 200.0));
            titles.len() - 1
        })
    });
    let title_of = title_of.collect();
    let data = Data {
        title: map.title,
        note: map.note,
        labelled: map.labelled,
        rest: map.rest,
        groups,
        grey: [GREY.light, GREY.dark],
        x: map
            .points
            .iter()
            .map(|point| steps(finite(point.place)[0]))
            .collect(),
        y: map
            .points
            .iter()
            .map(|point| steps(finite(point.place)[1]))
            .collect(),
        group: map
            .points
            .iter()
            .map(|point| map.group_of(point).map_or(-1, |group| rank_of[group]))
            .collect(),
        title_of,
        ids: map.points.iter().map(|point| point.id).collect(),
        titles,
    };
    // No `<` at all: neither `</script` nor `<!--` can end the element early.
    let json = serde_json::to_string(&data)?.replace('<', "\\u003c");
    let (before, after) = PAGE.split_once("{{data}}").unwrap_or((PAGE, ""));
    Ok(format!(
        "{}{json}{after}",
        before.replace("{{title}}", &escaped(&cut(map.title, 200.0)))
    ))
}

#[cfg(test)]
mod tests {
    use super::super::svg::Point;
    use super::*;

    #[test]
    fn hostile_titles_stay_inside_the_data() {
        let hostile = "</script><script>alert(1)</script><!--";
        let points = [
            Point {
                place: [0.5, f32::NAN],
                group: 0,
                title: hostile,
                id: hostile,
            },
            Point {
                place: [-1.0, 1.0],
                group: 7,
                title: hostile,
                id: "two",
            },
        ];
        let groups = [hostile];
        let map = Map {
            title: hostile,
            note: hostile,
            points: &points,
            groups: &groups,
            labelled: true,
            rest: hostile,
        };
        let page = map_html(&map).unwrap();
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script").count(), 2);
        let json = page
            .split_once("id=\"data\">")
            .unwrap()
            .1
            .split_once("</script>")
            .unwrap()
            .0;
        let data: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(data["titles"], serde_json::json!([hostile]));
        assert_eq!(data["group"], serde_json::json!([0, -1]));
        assert_eq!(data["x"], serde_json::json!([16_384, -32_767]));
    }

    #[test]
    fn an_empty_map_is_a_page_too() {
        let map = Map {
            title: "",
            note: "",
            points: &[],
            groups: &["unused"],
            labelled: false,
            rest: "",
        };
        assert!(map_html(&map).unwrap().ends_with("</html>\n"));
    }
}
