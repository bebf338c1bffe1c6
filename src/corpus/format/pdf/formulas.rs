//! Formulas that are set apart from the text: their pieces stand at several heights.

use super::characters::is_ideographic;
use super::lines::Line;

/// A word has so many letters, and the name of a function fewer.
const WORD: usize = 4;

/// A piece of a formula stands at most so far behind the one before, in ems.
const FORMULA: f32 = 3.0;

/// Lines of text overlap by less of their height, however close they are set.
const OVERLAP: f32 = 0.2;

/// Whether two pieces are of one formula: they stand at several heights of one line, as a fraction and a root do, and no word
/// is among them. The number of a formula may stand far to the right.
pub(super) fn are_of_formula(last: &Line, line: &Line, gap: f32) -> bool {
    let number = line
        .text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    let is_number = number.is_some_and(|text| text.contains(char::is_numeric));
    (gap < FORMULA * last.size.max(line.size) || is_number)
        && last.frame.overlap_across(&line.frame) > OVERLAP
        && is_formula(&last.text)
        && is_formula(&line.text)
}

fn is_formula(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphabetic());
    words.all(|word| word.chars().count() < WORD) && !text.contains(is_ideographic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_fraction_are_of_one_formula_and_words_are_not() {
        let piece = |text: &str, along: (f32, f32), base: f32| Line::plain(text, along, base, 10.0);
        let above = piece("h = a + b", (10.0, 60.0), 100.0);
        let gap = |line: &Line| line.frame.a0 - above.frame.a1;
        for (text, along, base, expected) in [
            ("2", (45.0, 50.0), 107.0, true),
            ("+ c", (64.0, 80.0), 104.0, true),
            ("(1)", (200.0, 212.0), 104.0, true),
            ("+ c", (200.0, 212.0), 104.0, false),
            ("where", (64.0, 90.0), 104.0, false),
            ("+ c", (10.0, 30.0), 112.0, false),
        ] {
            let line = piece(text, along, base);
            assert_eq!(
                are_of_formula(&above, &line, gap(&line)),
                expected,
                "{text}"
            );
        }
    }
}
