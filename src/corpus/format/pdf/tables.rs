//! Tables: rows of cells, by their ruled lines or by columns of short pieces that share baselines.

use std::borrow::Cow;

use super::bands::{Band, LONG, baselines};
use super::cells::{Table, remove, weight};
use super::grids;
use super::group_heads;
use super::lines::Line;
use super::walls::Walls;

/// Takes the tables out of a page's lines. All lines are of one course, and the walls are turned to it.
pub(super) fn take(lines: &mut Vec<Line>, walls: &Walls) -> Vec<Table> {
    let mut tables = grids::take(lines, walls);
    let mut taken = vec![false; lines.len()];
    for flow in flows(lines) {
        in_flow(lines, &flow, walls, &mut taken, &mut tables);
    }
    remove(lines, &taken);
    for table in &mut tables {
        table.name_columns(walls);
    }
    tables
}

/// Takes the tables of a flow.
fn in_flow(
    lines: &[Line],
    flow: &[usize],
    walls: &Walls,
    taken: &mut [bool],
    tables: &mut Vec<Table>,
) {
    let mut rows = baselines(lines, flow);
    let heads = group_heads::take(lines, &mut rows, walls);
    let (mut at, mut done) = (0, 0);
    while at < rows.len() {
        let band = Band::grow(lines, &rows[at..], walls);
        let end = at + band.rows;
        let several = band.rows >= 2;
        if let Some(column) = band.set_apart(lines, &rows[at..end]) {
            let others = rows[at..end].iter().flatten().copied();
            let others: Vec<usize> = others
                .filter(|&n| band.nearest(&lines[n]) != column)
                .collect();
            in_flow(lines, &others, walls, taken, tables);
            (at, done) = (end, end);
            continue;
        }
        let own = group_heads::above(&heads, &rows[at..end.min(at + 2)]);
        let with_heads = || match own.is_empty() {
            true => Cow::Borrowed(&rows[at..end]),
            false => {
                let heads = own.iter().map(|head| head.line).collect();
                Cow::Owned([&[heads], &rows[at..end]].concat())
            }
        };
        if several && band.is_table(lines, &with_heads(), walls) {
            at -= band.above(lines, &rows[done..at], &rows[at..end]);
            let around = (&rows[done..at], &rows[at..end]);
            let (first, rest) = band.first_row(lines, &own, around, walls);
            let rest = group_heads::put_back(lines, &heads, rest);
            let mut table = band.table(lines, &first, &rest, walls);
            table.name_groups(lines, &own);
            let heads = own.iter().map(|head| head.line);
            let all = rest.iter().flatten().chain(&first).copied();
            all.chain(heads).for_each(|n| taken[n] = true);
            tables.push(table);
            (at, done) = (end, end);
        } else {
            // What follows columns of text is text, as long as its pieces are long.
            let long = |row: &Vec<usize>| row.iter().any(|&n| weight(&lines[n].text) >= LONG);
            at += if several {
                1 + rows[at + 1..end].iter().take_while(|row| long(row)).count()
            } else {
                1
            };
        }
    }
}

/// The lines of a page by columns of text: a table in one column has no rows with the lines of the other. A column
/// begins where the content goes up, to the right of what was read since the last line over both columns.
fn flows(lines: &[Line]) -> Vec<Vec<usize>> {
    const UP: f32 = 8.0;
    /// So many lines at most are looked back at.
    const BACK: usize = 400;
    let mut sorted: Vec<usize> = (0..lines.len()).collect();
    sorted.sort_by_key(|&n| lines[n].order);
    let mut flows: Vec<Vec<usize>> = vec![Vec::new()];
    for n in sorted {
        let line = &lines[n];
        let flow = flows.last().map_or(&[][..], Vec::as_slice);
        // A headline is larger than the text that it stands over.
        let up = flow.last().is_some_and(|&last| {
            let last = &lines[last];
            last.base - line.base > UP * line.size.min(last.size)
        });
        let left = flow.iter().rev().take(if up { BACK } else { 0 });
        let left =
            left.take_while(|&&other| lines[other].frame.a1 < line.frame.a0 + 0.5 * line.size);
        let long = left
            .filter(|&&other| weight(&lines[other].text) >= LONG)
            .count();
        if long >= 3 {
            flows.push(Vec::new());
        }
        if let Some(flow) = flows.last_mut() {
            flow.push(n);
        }
    }
    flows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, a0: f32, c: f32, order: usize) -> Line {
        let a1 = a0 + 5.0 * text.chars().count() as f32;
        Line {
            order,
            ..Line::plain(text, (a0, a1), c, 10.0)
        }
    }

    fn table(rows: &[&[(&str, f32)]]) -> Vec<Line> {
        let mut lines = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            for &(text, a0) in *row {
                lines.push(cell(text, a0, 20.0 + 14.0 * n as f32, lines.len()));
            }
        }
        lines
    }

    #[test]
    fn cells_on_baselines_make_rows_with_names() {
        let mut lines = table(&[
            &[("City", 10.0), ("People", 100.0)],
            &[("Kyoto", 10.0), ("1460000", 100.0)],
            &[("Nara", 10.0), ("350000", 100.0)],
        ]);
        let tables = take(&mut lines, &Walls::default());
        assert!(lines.is_empty());
        let texts: Vec<String> = tables[0]
            .texts()
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(
            texts,
            [
                "City | People",
                "City: Kyoto | People: 1460000",
                "City: Nara | People: 350000"
            ]
        );
    }

    #[test]
    fn a_wrapped_cell_stays_in_its_row() {
        let mut lines = table(&[
            &[("one", 10.0), ("a long text that goes", 100.0)],
            &[("on here", 100.0)],
            &[("two", 10.0), ("short", 100.0)],
            &[("three", 10.0), ("short", 100.0)],
        ]);
        for line in &mut lines {
            line.base -= if line.base > 30.0 { 2.0 } else { 0.0 };
        }
        let tables = take(&mut lines, &Walls::default());
        assert_eq!(
            tables[0].texts()[0].0,
            "one | a long text that goes on here"
        );
    }

    #[test]
    fn long_cells_that_are_drawn_row_by_row_are_a_table() {
        let long = "some words of a text that";
        let mut lines = Vec::new();
        let mut c = 20.0;
        for row in 0..3 {
            for (column, count) in [(10.0, 1), (60.0, 2), (260.0, 3)] {
                for n in 0..count {
                    let text = format!("{row}{n} {}", if column < 50.0 { "" } else { long });
                    lines.push(cell(text.trim(), column, c + 12.0 * n as f32, lines.len()));
                }
            }
            c += 3.0 * 12.0 + 6.0;
        }
        let tables = take(&mut lines, &Walls::default());
        let rows = tables[0].texts();
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[1].0,
            format!("10 | 10 {long} 11 {long} | 10 {long} 11 {long} 12 {long}")
        );
    }

    #[test]
    fn lines_of_cells_that_are_drawn_line_by_line_are_joined_where_sentences_go_on() {
        let rows: [[&str; 2]; 6] = [
            [
                "The old rule required each applicant to",
                "Applications may be sent by post, or be",
            ],
            ["come with two witnesses.", "handed in."],
            [
                "A fee was due.",
                "The fee is due only where it succeeds, in",
            ],
            ["", "three parts, and people without means"],
            ["", "pay nothing."],
            ["Records were kept.", "Records are kept for thirty years."],
        ];
        let mut lines = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            for (text, a0) in row.iter().zip([10.0, 240.0]) {
                if !text.is_empty() {
                    lines.push(cell(text, a0, 20.0 + 12.0 * n as f32, lines.len()));
                }
            }
        }
        let tables = take(&mut lines, &Walls::default());
        let texts = tables[0].texts();
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(
            texts[0]
                .0
                .contains("each applicant to come with two witnesses. | ")
        );
    }

    #[test]
    fn names_stand_over_numbers_that_take_turns() {
        let mut lines = table(&[
            &[("Date", 10.0), ("Money in", 100.0), ("Money out", 200.0)],
            &[("2 March", 10.0), ("1,200.00", 150.0)],
            &[("5 March", 10.0), ("84.20", 265.0)],
            &[("9 March", 10.0), ("310.00", 160.0)],
        ]);
        let tables = take(&mut lines, &Walls::default());
        let texts: Vec<String> = tables[0]
            .texts()
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts[1], "Date: 2 March | Money in: 1,200.00");
        assert_eq!(texts[2], "Date: 5 March | Money out: 84.20");
    }

    #[test]
    fn a_heading_between_two_tables_parts_them() {
        let mut lines = table(&[
            &[("Name", 10.0), ("Phone", 100.0)],
            &[("Hoa", 10.0), ("38251", 100.0)],
            &[("Minh", 10.0), ("38252", 100.0)],
            &[("Opening hours", 10.0)],
            &[("Place", 10.0), ("Hours", 100.0)],
            &[("Library", 10.0), ("7:30", 100.0)],
            &[("Pool", 10.0), ("5:30", 100.0)],
        ]);
        lines[6].size = 13.0;
        lines[7].bold = true;
        lines[8].bold = true;
        let tables = take(&mut lines, &Walls::default());
        assert_eq!((tables.len(), lines.len()), (2, 1));
        assert_eq!(tables[1].texts()[1].0, "Place: Library | Hours: 7:30");
    }

    #[test]
    fn an_address_above_a_table_with_more_columns_is_no_row_of_it() {
        let mut lines = table(&[
            &[("Miller", 10.0), ("Date: 3 May 2024 in Leeds", 200.0)],
            &[("Long Road", 10.0), ("Customer: 4411 in Leeds", 200.0)],
            &[
                ("Item", 10.0),
                ("Each", 120.0),
                ("Price", 210.0),
                ("Sum", 280.0),
            ],
            &[
                ("Board", 10.0),
                ("10", 120.0),
                ("12.00", 210.0),
                ("120.00", 280.0),
            ],
            &[
                ("Screws", 10.0),
                ("3", 120.0),
                ("4.50", 210.0),
                ("13.50", 280.0),
            ],
        ]);
        let tables = take(&mut lines, &Walls::default());
        let texts = tables.iter().flat_map(Table::texts);
        let texts: Vec<String> = texts.map(|(text, _)| text).collect();
        assert!(
            texts.contains(&"Item: Board | Each: 10 | Price: 12.00 | Sum: 120.00".to_owned()),
            "{texts:?}"
        );
    }

    #[test]
    fn two_rows_between_rules_are_two_where_others_have_one() {
        use super::super::walls::Wall;
        let rows: &[&[(&str, f32)]] = &[
            &[("Name", 10.0), ("2021", 100.0), ("2022", 180.0)],
            &[("Sales", 10.0), ("900", 100.0), ("950", 180.0)],
            &[("Costs", 10.0), ("700", 100.0), ("720", 180.0)],
            &[("Profit", 10.0), ("200", 100.0), ("230", 180.0)],
        ];
        let mut lines = table(rows);
        let rule = |at: f32| Wall {
            at,
            from: 0.0,
            to: 220.0,
        };
        let walls = Walls {
            along: vec![rule(24.0), rule(52.0)],
            ..Walls::default()
        };
        let tables = take(&mut lines, &walls);
        let texts: Vec<String> = tables[0]
            .texts()
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts[2], "Name: Costs | 2021: 700 | 2022: 720");
    }

    #[test]
    fn an_address_beside_labels_is_no_column_of_theirs() {
        let address = ["Frau", "Anna Holz", "Gasse 7"];
        let labels = [("Sign:", "VT 1"), ("From:", "Herr O"), ("Call:", "0717")];
        let mut lines = Vec::new();
        for (n, line) in address.iter().enumerate() {
            lines.push(cell(line, 10.0, 20.0 + 14.0 * n as f32, lines.len()));
        }
        for (n, (label, value)) in labels.iter().enumerate() {
            for (text, a0) in [(label, 150.0), (value, 200.0)] {
                lines.push(cell(text, a0, 20.0 + 14.0 * n as f32, lines.len()));
            }
        }
        let tables = take(&mut lines, &Walls::default());
        assert_eq!(tables[0].texts()[1].0, "From: | Herr O");
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn two_columns_of_text_are_no_table() {
        let long = "some words of a text that are set";
        let mut lines = Vec::new();
        for column in 0..2 {
            for n in 0..6 {
                lines.push(cell(
                    long,
                    10.0 + 200.0 * column as f32,
                    20.0 + 12.0 * n as f32,
                    lines.len(),
                ));
            }
        }
        assert!(take(&mut lines, &Walls::default()).is_empty());
    }

    #[test]
    fn marks_of_items_make_no_table() {
        let mut lines = table(&[
            &[("1.", 10.0), ("one", 40.0)],
            &[("2.", 10.0), ("two", 40.0)],
            &[("3.", 10.0), ("three", 40.0)],
        ]);
        assert!(take(&mut lines, &Walls::default()).is_empty());
        // With notes below them.
        let mut lines = table(&[
            &[("1.", 10.0), ("one", 40.0)],
            &[("2.", 10.0), ("two", 40.0)],
            &[("1", 10.0), ("a note", 40.0)],
            &[("2", 10.0), ("another", 40.0)],
        ]);
        assert!(take(&mut lines, &Walls::default()).is_empty());
    }
}
