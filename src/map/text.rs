//! Texts of titles and labels, as they go into pictures.

/// Escapes `text` for XML, and leaves out what XML cannot hold and what turns the direction of the text around it.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().filter(|&letter| is_plain(letter)) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// Whether a letter is allowed in XML 1.0 (section 2.2) and is no bidirectional control.
fn is_plain(letter: char) -> bool {
    match letter {
        '\n' | '\r' | '\t' => true,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => false,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        _ => true,
    }
}

/// The width of a line in units of the font size, roughly: fonts differ.
pub fn width(text: &str) -> f32 {
    text.chars().map(letter_width).sum()
}

fn letter_width(letter: char) -> f32 {
    match letter {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '(' | ')' | 'f'
        | 't' | 'r' => 0.34,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.88,
        'A'..='Z' | '&' => 0.68,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' => 1.0,
        '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3ffff}' => 1.0,
        _ => 0.57,
    }
}

/// `text` cut to a width in units of the font size, with an ellipsis where something was cut.
pub fn cut(text: &str, most: f32) -> String {
    let text = text.trim();
    if text.len() < 4096 && width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut sum = 0.8;
    for letter in text.chars().take(4096) {
        sum += letter_width(letter);
        if sum > most {
            break;
        }
        out.push(letter);
    }
    format!("{}…", out.trim_end())
}

/// A number with at most one digit after the point, as short as can be: `.5`, `3`, `-2.5`.
pub fn short(number: f32) -> String {
    let tenths = if number.is_finite() {
        (number * 10.0).round().clamp(-1e9, 1e9) as i64
    } else {
        0
    };
    let (sign, whole, rest) = (
        if tenths < 0 { "-" } else { "" },
        tenths.abs() / 10,
        tenths.abs() % 10,
    );
    match (whole, rest) {
        (_, 0) => format!("{sign}{whole}"),
        (0, _) => format!("{sign}.{rest}"),
        _ => format!("{sign}{whole}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_only_text() {
        let text = escaped("<script>\"&'\u{202e}\u{0}\u{b}\n</script>\u{ffff}");
        assert_eq!(text, "&lt;script&gt;&quot;&amp;&#39; &lt;/script&gt;");
    }

    #[test]
    fn a_long_word_is_cut_and_a_short_one_is_not() {
        assert_eq!(cut(" 東京 ", 3.0), "東京");
        assert_eq!(cut("東京都千代田区", 4.0), "東京都…");
        assert!(width(&cut(&"あ".repeat(100_000), 20.0)) <= 21.0);
    }

    #[test]
    fn numbers_are_short() {
        let numbers = [0.0, 0.5, -0.25, 3.0, -2.54, f32::NAN, 1200.04];
        assert_eq!(
            numbers.map(short),
            ["0", ".5", "-.3", "3", "-2.5", "0", "1200"]
        );
    }
}
