//! What of a text is compared where two prints may say the same: its words, numbers and signs, in order, however they
//! are printed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::corpus::Span;
use crate::words::{self, is_unspaced};

/// A word, a number, a sign, or a letter of a script without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// Where it stands in the article's text, about.
    pub span: Span,
}

/// Adds the tokens of a span.
pub fn lex(text: &str, span: Span, tokens: &mut Vec<Token>) {
    let Some(part) = text.get(span.clone()) else {
        return;
    };
    let chars: Vec<(usize, char)> = part.char_indices().collect();
    let char_at = |at: usize| chars.get(at).map(|(_, c)| *c);
    let mut at = 0;
    while let Some(c) = char_at(at) {
        let start = at;
        if !is_letter(c) {
            let before = at.checked_sub(1).and_then(char_at);
            sign(c, before, char_at(at + 1), |text| {
                let start = span.start + chars[start].0;
                tokens.push(Token {
                    text,
                    span: start..start + c.len_utf8(),
                });
            });
            at += 1;
            continue;
        }
        let mut run = String::new();
        while let Some(c) = char_at(at) {
            let between = |f: fn(char) -> bool| {
                at > start && char_at(at - 1).is_some_and(f) && char_at(at + 1).is_some_and(f)
            };
            if is_letter(c) || (matches!(c, '.' | ',' | '．' | '，') && between(char::is_numeric))
            {
                run.push(c);
                at += 1;
            } else if let Some(next) = after_line_end(&chars, at) {
                at = next;
            } else if shows_nothing(c) {
                at += 1;
            } else {
                break;
            }
        }
        let end = chars.get(at).map_or(part.len(), |(byte, _)| *byte);
        words_of(
            &run,
            &(span.start + chars[start].0..span.start + end),
            tokens,
        );
    }
}

/// Where a word goes on that a hyphen at a line end breaks here.
fn after_line_end(chars: &[(usize, char)], at: usize) -> Option<usize> {
    let is_hyphen = matches!(chars[at].1, '-' | '‐' | '\u{ad}');
    let spaces = chars[at + 1..]
        .iter()
        .take_while(|(_, c)| c.is_whitespace());
    let (count, ends) = spaces.fold((0, 0), |(count, ends), (_, c)| {
        (count + 1, ends + usize::from(*c == '\n'))
    });
    let next = at + 1 + count;
    let goes_on = chars.get(next).is_some_and(|(_, c)| c.is_lowercase());
    (is_hyphen && ends == 1 && goes_on && chars[at - 1].1.is_alphabetic()).then_some(next)
}

/// Cuts letters and figures that stand together.
fn words_of(run: &str, span: &Span, tokens: &mut Vec<Token>) {
    let folded: Vec<char> = run.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let mut push = |text: String| {
        tokens.push(Token {
            text,
            span: span.clone(),
        });
    };
    let mut at = 0;
    while let Some(&c) = folded.get(at) {
        let rest = &folded[at..];
        let figures = rest
            .iter()
            .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
            .count();
        let numerals = rest.iter().take_while(|c| is_numeral(**c)).count();
        let (length, is_number) = if c.is_ascii_digit() {
            (figures, true)
        } else if numerals > 1 {
            (numerals, true)
        } else if is_unspaced(c) {
            (1, false)
        } else {
            let letters = rest
                .iter()
                .take_while(|c| !c.is_ascii_digit() && !is_unspaced(**c));
            (letters.count(), false)
        };
        let text: String = rest[..length.max(1)].iter().collect();
        push(if is_number { as_meant(&text) } else { text });
        at += length.max(1);
    }
}

/// A number as it is most likely meant, however it is written.
fn as_meant(number: &str) -> String {
    let asked = words::of_question(number).into_iter();
    let value = |asked: words::Asked| {
        let terms = asked.alternatives.into_iter().map(|(term, _)| term);
        terms.into_iter().find(|term| !words::is_aside(term))
    };
    asked.filter_map(value).collect::<Vec<_>>().join(" ")
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '々' | '〆' | '〇')
}

fn is_numeral(c: char) -> bool {
    "〇一二三四五六七八九十百千万億兆".contains(c)
}

/// Soft hyphens, joiners, direction marks, variation selectors, byte order marks.
fn shows_nothing(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Emits a sign that is part of what is said. Punctuation is not, but for what stands with a figure: a minus, a range, a
/// time, feet and inches.
fn sign(c: char, before: Option<char>, after: Option<char>, mut emit: impl FnMut(String)) {
    if c.is_whitespace() || c.is_control() || shows_nothing(c) {
        return;
    }
    let figure = |c: Option<char>| c.is_some_and(char::is_numeric);
    let letter = |c: Option<char>| c.is_some_and(is_letter);
    let said = match c {
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－' => {
            (figure(after) && (figure(before) || !letter(before))).then_some('-')
        }
        '~' | '〜' | '～' => figure(after).then_some('~'),
        ':' | '：' => (figure(before) && figure(after)).then_some(':'),
        '\'' | '’' | '′' => figure(before).then_some('\''),
        '"' | '”' | '″' | '＂' => figure(before).then_some('"'),
        '#' | '＃' => letter(before).then_some('#'),
        '>' | '＞' => before.is_some_and(|c| c != '\n').then_some('>'),
        '.' | ',' | ';' | '!' | '(' | ')' | '[' | ']' | '{' | '}' | '*' | '_' | '`' | '|'
        | '\\' => None,
        '…' | '‥' | '•' | '‣' | '▪' | '◦' | '・' | '·' | '“' | '„' | '‟' | '‘' | '‚' | '‛'
        | '«' | '»' | '‹' | '›' => None,
        '、' | '。' | '，' | '．' | '；' | '！' | '（' | '）' | '［' | '］' | '｛' | '｝' | '｡'
        | '､' | '･' | '｢' | '｣' => None,
        '「' | '」' | '『' | '』' | '【' | '】' | '〔' | '〕' | '〈' | '〉' | '《' | '》'
        | '〖' | '〗' | '〝' | '〟' | '＊' | '｜' => None,
        '¡' | '¿' | '।' | '،' | '؛' | '։' => None,
        c => Some(c),
    };
    if let Some(c) = said {
        emit(c.nfkc().collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        lex(text, 0..text.len(), &mut tokens);
        tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_numbers_and_signs() {
        assert_eq!(
            texts("On 3 May, 1,200 bags."),
            ["on", "3", "may", "1200", "bags"]
        );
        assert_eq!(texts("二〇二四年の春"), ["2024", "年", "の", "春"]);
        assert_eq!(
            texts("−5 °C, 9:15–10:30"),
            ["-", "5", "°", "c", "9", ":", "15", "-", "10", ":", "30"]
        );
        assert_eq!(texts("GPT-4 (“four”)"), ["gpt", "4", "four"]);
        assert_eq!(texts("mainte-\n  nance"), ["maintenance"]);
        assert_eq!(texts("ﾊﾞｽ１２"), ["バ", "ス", "12"]);
        assert_eq!(texts("…。 — "), [""; 0]);
    }

    #[test]
    fn tokens_know_where_they_stand() {
        let text = "水門, shut";
        let mut tokens = Vec::new();
        lex(text, 0..text.len(), &mut tokens);
        let spans: Vec<&str> = tokens
            .iter()
            .map(|token| &text[token.span.clone()])
            .collect();
        assert_eq!(spans, ["水門", "水門", "shut"]);
    }
}
