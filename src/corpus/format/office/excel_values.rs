//! The values of Excel's cells as text.

use std::collections::HashMap;

use calamine::{Data, ExcelDateTime, StyleRange};

use super::cell_format::CellFormat;

/// The number formats of a workbook.
#[derive(Default)]
pub(super) struct Formats {
    /// Those of the sheet that is read.
    pub of_cells: StyleRange,
    by_code: HashMap<String, (CellFormat, TimeFormat)>,
}

impl Formats {
    /// A value with what its format makes of it, as text; other values as they are.
    pub fn apply(&mut self, place: (u32, u32), value: Data) -> Data {
        let style = self.of_cells.get(place);
        let Some(code) = style.and_then(|style| style.number_format.as_ref()) else {
            return value;
        };
        let code = code.format_code.as_str();
        if !self.by_code.contains_key(code) {
            let formats = (CellFormat::new(code), TimeFormat::new(code));
            self.by_code.insert(code.to_owned(), formats);
        }
        let Some((format, time)) = self.by_code.get(code) else {
            return value;
        };
        let text = match &value {
            Data::Int(number) => format.number(*number as f64, number_shown),
            Data::Float(number) => format.number(*number, number_shown),
            Data::String(text) => format.text(text),
            Data::DateTime(moment) => time.shown(*moment),
            _ => None,
        };
        text.map_or(value, Data::String)
    }
}

/// What the format of a date or time shows of it.
struct TimeFormat {
    /// A day, month or year.
    date: bool,
    /// Places behind the point of seconds.
    places: usize,
}

impl TimeFormat {
    fn new(code: &str) -> Self {
        let mut plain = String::new();
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => {
                    chars.by_ref().find(|c| *c == '"');
                }
                '\\' | '_' | '*' => {
                    chars.next();
                }
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    // `[h]` is a time, `[Red]` and `[$-411]` are none.
                    if inside
                        .chars()
                        .all(|c| "hms".contains(c.to_ascii_lowercase()))
                    {
                        plain.push_str(&inside);
                    }
                }
                ';' => break,
                c => plain.extend(c.to_lowercase()),
            }
        }
        // `m` alone is a month; beside hours or seconds it is minutes.
        let date = plain.contains(['y', 'd', 'e', 'g', 'b']) || !plain.contains(['h', 's']);
        let behind = plain.split_once("s.").map_or("", |(_, behind)| behind);
        let places = behind.chars().take_while(|c| *c == '0').count().min(3);
        Self { date, places }
    }

    /// A time that is longer than a day or more exact than a second; `None`: nothing but what every time is.
    fn shown(&self, time: ExcelDateTime) -> Option<String> {
        let value = time.as_f64();
        let is_duration = time.is_duration() || (!self.date && value < LONGEST_DURATION);
        let is_clock = !time.is_duration() && (0.0..1.0).contains(&value) && self.places == 0;
        (is_duration && !is_clock).then(|| duration_shown(value, self.places, time.is_duration()))
    }
}

/// A time of day of more days is that of a date, in days: the first date in Excel is in the year 1900.
const LONGEST_DURATION: f64 = 366.0;

/// Hours, minutes and seconds; without seconds where there are none, unless asked.
fn duration_shown(days: f64, places: usize, always_seconds: bool) -> String {
    let unit = 10_u64.pow(places.try_into().unwrap_or(0));
    let units = (days.abs() * 86_400.0 * unit as f64).round() as u64;
    let sign = if days < 0.0 && units > 0 { "-" } else { "" };
    let (seconds, part) = (units / unit, units % unit);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let mut shown = format!("{sign}{}:{:02}", minutes / 60, minutes % 60);
    if always_seconds || seconds > 0 || places > 0 {
        shown.push_str(&format!(":{seconds:02}"));
    }
    if places > 0 {
        shown.push_str(&format!(".{part:0places$}"));
    }
    shown
}

/// A value as text.
pub(super) fn shown(value: Data) -> String {
    match value {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_shown(number),
        Data::String(text) | Data::DurationIso(text) => text,
        Data::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(&text).to_owned(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(time) => time_shown(time),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

/// Fifteen digits, as Excel computes.
fn number_shown(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    match rounded.abs() {
        size if size != 0.0 && !(1e-9..1e21).contains(&size) => format!("{rounded:e}"),
        _ => rounded.to_string(),
    }
}

/// `2024-05-06`, `2024-05-06 14:30`, `14:30`, or hours of a duration.
fn time_shown(time: ExcelDateTime) -> String {
    let value = time.as_f64();
    if time.is_duration() {
        return duration_shown(value, 0, true);
    }
    // No date is before the first.
    if value < 0.0 {
        return number_shown(value);
    }
    let (year, month, day, hour, minute, second, thousandths) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let clock = match (second, thousandths) {
        (0, 0) => format!("{hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    match (value < 1.0, value.fract() == 0.0) {
        (true, _) => clock,
        (_, true) => date,
        _ => format!("{date} {clock}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    #[test]
    fn values_are_written_as_they_are_read() {
        let time = |value, kind| Data::DateTime(ExcelDateTime::new(value, kind, false));
        for (value, expected) in [
            (Data::Float(0.1 + 0.2), "0.3"),
            (Data::Float(1250.0), "1250"),
            (Data::Float(-0.5), "-0.5"),
            (Data::Float(1e300), "1e300"),
            (Data::Float(0.0), "0"),
            (Data::Int(7), "7"),
            (Data::Bool(true), "TRUE"),
            (time(45_418.0, DateTime), "2024-05-06"),
            (time(45_418.604_166_666_664, DateTime), "2024-05-06 14:30"),
            (time(0.25, DateTime), "06:00"),
            (time(1.5, TimeDelta), "36:00:00"),
            (
                Data::DateTimeIso("2024-05-06T00:00:00".into()),
                "2024-05-06",
            ),
        ] {
            assert_eq!(shown(value.clone()), expected, "{value:?}");
        }
    }

    #[test]
    fn times_are_written_as_their_format_shows_them() {
        for (code, value, expected) in [
            ("h:mm", 0.25, None),
            ("h:mm", 1.25, Some("30:00")),
            ("h:mm:ss", 1.0, Some("24:00")),
            ("hh:mm", 45_418.604, None),
            ("yyyy/m/d h:mm", 1.25, None),
            ("[$-411]ggge\"年\"m\"月\"d\"日\"", 200.5, None),
            ("mm:ss.00", 123.51 / 86_400.0, Some("0:02:03.51")),
            ("h:mm", -0.25, Some("-6:00")),
            ("mmm", 40.0, None),
        ] {
            let time = ExcelDateTime::new(value, DateTime, false);
            let shown = TimeFormat::new(code).shown(time);
            assert_eq!(shown.as_deref(), expected, "{code} {value}");
        }
        assert_eq!(
            shown(Data::DateTime(ExcelDateTime::new(-3.0, DateTime, false))),
            "-3"
        );
    }
}
