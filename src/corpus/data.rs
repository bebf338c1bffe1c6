//! Data that is written into a text: `data:` addresses (RFC 2397) with the mark-up around them, and base64.

use memchr::memchr_iter;

use super::Span;
use super::left_out::merge;
use super::lines::lines;
use crate::corpus::block::{Omission, Omitted};

/// Shorter runs of base64 letters may be names, in characters.
const LEAST_RUN: usize = 200;
/// Lines of base64 that was wrapped are at least so long, and all but the last are equally long, in characters.
const LEAST_LINE: usize = 60;
/// How far before and behind an address its mark-up may go, in bytes: alternative texts, other attributes.
const MARKUP: usize = 4096;

/// All of it, in the order of the text and without overlaps.
pub(super) fn data(text: &str) -> Vec<Omitted> {
    let mut found = addresses(text);
    found.extend(base64(text));
    merge(&mut found);
    found
}

fn addresses(text: &str) -> Vec<Omitted> {
    let bytes = text.as_bytes();
    let mut found: Vec<Omitted> = Vec::new();
    let mut unclosed = 0;
    for colon in memchr_iter(b':', bytes) {
        let Some(start) = colon.checked_sub(4) else {
            continue;
        };
        let covered = found.last().is_some_and(|last| start < last.span.end);
        let named = bytes[start..colon].eq_ignore_ascii_case(b"data");
        let inside_word = start > 0 && {
            let before = bytes[start - 1];
            before.is_ascii_alphanumeric() || matches!(before, b'-' | b'_')
        };
        if covered || !named || inside_word {
            continue;
        }
        if let Some(head) = head_length(&text[colon + 1..]) {
            let end = end_of(text, start, colon + 1 + head, &mut unclosed);
            found.push(with_markup(text, start..end));
        }
    }
    found
}

/// Bytes of `image/png;base64,`: a type, or that it is base64, and the comma before the data.
fn head_length(text: &str) -> Option<usize> {
    let letters = |c: char| c.is_ascii_alphanumeric() || "/;=.+-_*!#$&^%".contains(c);
    let end = text.find(|c| !letters(c))?;
    let head = &text[..end];
    let says_what = head.contains('/') || head.to_ascii_lowercase().contains(";base64");
    (text[end..].starts_with(',') && says_what).then_some(end + 1)
}

/// Where the data of an address ends: at the mark that closes what was opened right before it, else at white space
/// and marks that no address has. `unclosed` is how far brackets were followed in vain.
fn end_of(text: &str, start: usize, data: usize, unclosed: &mut usize) -> usize {
    let rest = &text[data..];
    let until = |mark: char| {
        let end = rest.find([mark, '\n', '\r']);
        end.filter(|end| rest[*end..].starts_with(mark))
    };
    let in_reach = data >= *unclosed;
    let mut bracket = |end: Result<usize, usize>| {
        *unclosed = end.err().map_or(*unclosed, |end| data + end);
        end.ok()
    };
    let closing = match text[..start].chars().next_back() {
        // Another mark like this one would have closed it, so that no line is searched in vain twice.
        Some(mark @ ('"' | '\'' | '`')) => until(mark),
        Some('<') if in_reach => bracket(closed(rest, b'<', b'>')),
        Some('(') if in_reach => bracket(closed(rest, b'(', b')')),
        _ => None,
    };
    // A quoted address may hold blanks, where its data is a picture in XML.
    if let Some(length) = closing {
        return data + length;
    }
    let outside = |c: char| c.is_whitespace() || !c.is_ascii() || "<>\"`|{}[]\\^".contains(c);
    let length = rest.find(outside).unwrap_or(rest.len());
    let kept = rest[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
    let end = data + kept.len();
    if text[start..data].to_ascii_lowercase().ends_with(";base64,") {
        continued(text, end)
    } else {
        end
    }
}

/// Up to the bracket that closes the one before a text, on its line; else where the line ends.
fn closed(text: &str, opening: u8, closing: u8) -> Result<usize, usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\n' | b'\r' => return Err(at),
            byte if byte == opening && opening == b'(' => depth += 1,
            byte if byte == closing && depth == 0 => return Ok(at),
            byte if byte == closing => depth -= 1,
            _ => {}
        }
    }
    Err(text.len())
}

/// The end of base64 that goes on in the next lines.
fn continued(text: &str, mut end: usize) -> usize {
    loop {
        let rest = &text[end..];
        let next = rest.trim_start_matches('\r').strip_prefix('\n');
        let Some(next) = next.or_else(|| rest.strip_prefix('\r')) else {
            return end;
        };
        let line = &next[..next.find(['\n', '\r']).unwrap_or(next.len())];
        let inner = line.trim();
        let last = inner.len() < LEAST_LINE;
        let plain = inner.bytes().all(is_base64) && !inner.is_empty();
        if !plain || (last && !inner.ends_with('=')) {
            return end;
        }
        end = text.len() - next.len() + line.trim_end().len();
    }
}

/// An address with the image or the tag that holds it.
fn with_markup(text: &str, address: Span) -> Omitted {
    let reason = Omission::Data;
    let before = tail(&text[..address.start]);
    let after = head(&text[address.end..]);
    if let Some((start, end)) = image(before, after) {
        let span = address.start - start..address.end + end;
        let reason = Omission::ImageMarkup;
        return Omitted { span, reason };
    }
    if let Some((start, end)) = image_tag(before, after) {
        let span = address.start - start..address.end + end;
        let reason = Omission::ImageMarkup;
        return Omitted { span, reason };
    }
    Omitted {
        span: address,
        reason,
    }
}

/// Bytes of `![alt](` before an address and of `"title")` behind it.
fn image(before: &str, after: &str) -> Option<(usize, usize)> {
    let opened = before.strip_suffix('<').unwrap_or(before);
    let opened = opened.trim_end_matches([' ', '\t']).strip_suffix("](")?;
    let begins = opened.rfind("![")?;
    // Else that image ended before, and this is a link.
    balanced_alt(&opened[begins + 2..]).then_some(())?;
    let rest = after.strip_prefix('>').unwrap_or(after).trim_start();
    let closed = match rest.chars().next()? {
        ')' => rest,
        quote @ ('"' | '\'') => {
            let title = &rest[1..];
            title[title.find(quote)? + 1..].trim_start()
        }
        _ => return None,
    };
    let closed = closed.strip_prefix(')')?;
    Some((before.len() - begins, after.len() - closed.len()))
}

fn balanced_alt(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().all(|byte| {
        let unopened = byte == b']' && depth == 0;
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        !unopened
    })
}

/// Bytes of `<img src="` before an address and of `">` behind it.
fn image_tag(before: &str, after: &str) -> Option<(usize, usize)> {
    let begins = before.rfind('<')?;
    let tag = &before[begins + 1..];
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let image =
        ["img", "image", "source", "embed", "input"].contains(&name.to_ascii_lowercase().as_str());
    if !image || tag.contains('>') {
        return None;
    }
    Some((before.len() - begins, after.find('>')? + 1))
}

/// The last bytes of a text.
fn tail(text: &str) -> &str {
    let mut start = text.len().saturating_sub(MARKUP);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The first bytes of a text.
fn head(text: &str) -> &str {
    let mut end = text.len().min(MARKUP);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Base64 without an address: one run, or lines one below the other that hold nothing else.
fn base64(text: &str) -> Vec<Omitted> {
    let mut found = Vec::new();
    // Lines that hold nothing else, so far, and how long each is.
    let mut block: Option<(Span, usize)> = None;
    for line in lines(text) {
        let content = &text[line.clone()];
        let inner = content.trim();
        let start = line.start + content.len() - content.trim_start().len();
        let end = start + inner.len();
        let whole = !inner.is_empty() && inner.bytes().all(is_base64);
        let last = match &mut block {
            Some((open, width)) if whole && inner.len() == *width => {
                open.end = end;
                continue;
            }
            // The last line is shorter, and no word.
            Some((open, width)) if whole && inner.len() < *width => {
                let word = inner.bytes().all(|byte| byte.is_ascii_alphabetic());
                open.end = if word { open.end } else { end };
                !word
            }
            _ => false,
        };
        found.extend(block.take().and_then(|(span, _)| checked(text, span)));
        if whole && !last && inner.len() >= LEAST_LINE {
            block = Some((start..end, inner.len()));
        } else if content.len() >= LEAST_RUN {
            runs(content, line.start, &mut found);
        }
    }
    found.extend(block.and_then(|(span, _)| checked(text, span)));
    found
}

/// What is left out of lines that hold letters of base64 alone.
fn checked(text: &str, span: Span) -> Option<Omitted> {
    is_data(&text.as_bytes()[span.clone()]).then(|| omitted(span))
}

fn omitted(span: Span) -> Omitted {
    Omitted {
        span,
        reason: Omission::Data,
    }
}

/// Long runs within a line, those that are a part of a web address aside.
fn runs(line: &str, from: usize, found: &mut Vec<Omitted>) {
    let bytes = line.as_bytes();
    let (mut at, mut address) = (0, false);
    for run in bytes.split(|byte| !is_base64(*byte)) {
        let span = at..at + run.len();
        let before = span.start.checked_sub(1).map(|before| bytes[before]);
        let apart = before
            .is_none_or(|b| b.is_ascii_whitespace() || !b.is_ascii() || b"<>\"|".contains(&b));
        address = (address && !apart) || (before == Some(b':') && run.starts_with(b"//"));
        at = span.end + 1;
        if run.len() >= LEAST_RUN && !address && is_data(run) {
            found.push(omitted(from + span.start..from + span.end));
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// Letters as no language, no name, no number and no sequence of DNA writes them: both cases and figures, and one
/// kind follows another more often than not. In base64 of random bytes 64 of 100 neighbours are of different kinds, in
/// `WordsLikeThese` fewer than 40, and a sixth of its letters are figures.
fn is_data(run: &[u8]) -> bool {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        _ => 0,
    };
    let mut letters = [0usize; 4];
    let (mut neighbours, mut changes) = (0usize, 0usize);
    // One letter again and again is bytes of nothing, and says neither.
    for pair in run.windows(2).filter(|pair| pair[0] != pair[1]) {
        let (a, b) = (kind(pair[0]), kind(pair[1]));
        letters[a] += 1;
        neighbours += usize::from(a > 0 && b > 0);
        changes += usize::from(a > 0 && b > 0 && a != b);
    }
    let long = run.iter().filter(|byte| kind(**byte) > 0).count() >= LEAST_RUN;
    let [_, figures, small, capital] = letters;
    let least = figures.min(small).min(capital);
    long && neighbours >= 40 && least * 25 >= neighbours && changes * 5 >= neighbours * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters as base64 has them.
    fn noise(length: usize) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut state = 7u32;
        let mut letter = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(LETTERS[(state >> 26) as usize])
        };
        (0..length).map(|_| letter()).collect()
    }

    fn rest(text: &str) -> String {
        crate::corpus::plain::clutter::without(text, &data(text))
    }

    #[test]
    fn addresses_go_and_what_is_around_them_stays() {
        let data = noise(60);
        for (text, expected) in [
            (
                format!("A. ![x y](data:image/png;base64,{data}) B."),
                "A.  B.",
            ),
            (
                format!("A ![x](<data:image/png;base64,{data}> \"t (u)\") B"),
                "A  B",
            ),
            (
                format!("A <img alt='q' src=\"data:image/gif;base64,{data}\" width=3> B"),
                "A  B",
            ),
            (
                format!("画像はdata:image/png;base64,{data}==。次"),
                "画像は。次",
            ),
            (
                format!("[get](data:text/csv;base64,{data}) it"),
                "[get]() it",
            ),
            (
                format!("x url('data:image/svg+xml;utf8,<svg a=\"b c\">{data}</svg>') y"),
                "x url('') y",
            ),
            (
                format!("(see DATA:application/x-font;charset=utf-8;base64,{data}), then"),
                "(see ), then",
            ),
            (
                "data:,hello and metadata:image/png;base64,AA".to_owned(),
                "data:,hello and metadata:image/png;base64,AA",
            ),
            (
                "Our data: image/png, 3 of them".to_owned(),
                "Our data: image/png, 3 of them",
            ),
        ] {
            assert_eq!(rest(&text), expected);
        }
        let wrapped = format!(
            "data:image/png;base64,{}\n{}\n{}==\nText",
            noise(76),
            noise(76),
            noise(10)
        );
        assert_eq!(rest(&wrapped), "\nText");
    }

    #[test]
    fn what_nobody_closes_takes_no_time() {
        for mark in [
            "(data:a/b,c ",
            "<data:a/b,c ",
            "\"data:a/b,c",
            "![](data:a/b,c ",
            "data:data:",
            "aB3.",
            "://",
        ] {
            let text = mark.repeat(100_000);
            let before = std::time::Instant::now();
            data(&text);
            data(&format!("{}.", noise(200)).repeat(5_000));
            assert!(before.elapsed().as_secs() < 20, "{mark}");
        }
    }

    #[test]
    fn base64_goes_and_long_words_stay() {
        let long = noise(400);
        assert_eq!(rest(&format!("key {long} end")), "key  end");
        let wrapped: Vec<String> = (0..6).map(|n| noise(64 + n)[n..].to_owned()).collect();
        let pem = format!(
            "-----BEGIN KEY-----\n{}\nab12==\n-----END KEY-----",
            wrapped.join("\r\n")
        );
        assert_eq!(rest(&pem), "-----BEGIN KEY-----\n\n-----END KEY-----");
        for text in [
            "ACGT".repeat(200),
            "ภาษาไทยไม่มีช่องว่าง".repeat(40),
            "deadbeef01234567".repeat(40),
            "SomeCamelCaseNames2OfThings".repeat(20),
            format!("https://example.com/a/{long}"),
            "かなだけの長い行".repeat(60),
            noise(150),
        ] {
            assert_eq!(rest(&text), text);
        }
    }
}
