//! The values of Excel's cells as text.

use std::collections::HashMap;

use calamine::{Data, ExcelDateTime, StyleRange};

use super::number_format::NumberFormat;

/// The number formats of a workbook.
#[derive(Default)]
pub(super) struct Formats {
    /// Those of the sheet that is read.
    pub of_cells: StyleRange,
    by_code: HashMap<String, Option<NumberFormat>>,
}

impl Formats {
    /// A number with what its format adds, as text; other values as they are.
    pub fn apply(&mut self, place: (u32, u32), value: Data) -> Data {
        let number = match value {
            Data::Int(number) => number as f64,
            Data::Float(number) => number,
            other => return other,
        };
        let style = self.of_cells.get(place);
        let Some(code) = style.and_then(|style| style.number_format.as_ref()) else {
            return value;
        };
        let code = code.format_code.as_str();
        if !self.by_code.contains_key(code) {
            let format = NumberFormat::of_code(code);
            self.by_code.insert(code.to_owned(), format);
        }
        match self.by_code.get(code) {
            Some(Some(format)) => Data::String(format.shown(number, number_shown)),
            _ => value,
        }
    }
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
        let seconds = (value * 86_400.0).round();
        let sign = if seconds < 0.0 { "-" } else { "" };
        let seconds = seconds.abs() as u64;
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        return format!("{sign}{}:{:02}:{seconds:02}", minutes / 60, minutes % 60);
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
}
