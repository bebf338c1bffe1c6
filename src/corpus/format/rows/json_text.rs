//! JSON as it is written: numbers keep their digits, names that stand twice are both kept, and a value is read only
//! when it is asked for, so that of a long list one element at a time is in memory.
//!
//! Source: RFC 8259. `NaN` and `Infinity`, which many programs write, are numbers; half of a surrogate pair is a
//! replacement character.

use std::borrow::Cow;

use memchr::memchr2;

use crate::corpus::format::reader::NESTING;

/// Where a text is no JSON, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    pub at: usize,
    pub reason: &'static str,
}

impl Broken {
    /// The text ends where more is expected: it may be cut off.
    pub fn is_end(&self, text: &str) -> bool {
        self.at >= text.len()
    }

    /// `line 3, column 14: ...`
    pub fn describe(&self, text: &str) -> String {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[start..].chars().count() + 1;
        format!("line {line}, column {column}: {}", self.reason)
    }
}

/// A value that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    /// A number or a truth value, as it is written.
    Word(&'a str),
    Text(Cow<'a, str>),
    /// A list without a text in it, as it is written.
    Figures(&'a str),
    List(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// Skips white space; marks of the byte order and of records (RFC 7464) between values are such, too.
pub fn skip_blank(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r' | 0x1e) => at += 1,
            Some(0xef) if bytes[at..].starts_with(b"\xef\xbb\xbf") => at += 3,
            _ => return at,
        }
    }
}

/// Where the value ends that begins at a byte.
///
/// # Errors
/// Where and why it is none.
pub fn end_of(text: &str, start: usize) -> Result<usize, Broken> {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut at = start;
    loop {
        // A value begins here.
        at = skip_blank(text, at);
        let broken = |at: usize, reason| Err(Broken { at, reason });
        match bytes.get(at) {
            Some(&mark @ (b'{' | b'[')) => {
                if open.len() >= NESTING {
                    return broken(at, "nested too deeply");
                }
                let inner = skip_blank(text, at + 1);
                let closing = if mark == b'{' { b'}' } else { b']' };
                if bytes.get(inner) == Some(&closing) {
                    at = inner + 1;
                } else {
                    open.push(closing);
                    at = if mark == b'{' {
                        name(text, inner)?
                    } else {
                        inner
                    };
                    continue;
                }
            }
            Some(b'"') => at = string_end(text, at)?,
            Some(_) => at = word_end(text, at)?,
            None => return broken(at, "it ends where a value is expected"),
        }
        // A value ended here.
        loop {
            let Some(&closing) = open.last() else {
                return Ok(at);
            };
            at = skip_blank(text, at);
            match bytes.get(at) {
                Some(b',') if closing == b'}' => {
                    at = name(text, skip_blank(text, at + 1))?;
                    break;
                }
                Some(b',') => {
                    at += 1;
                    break;
                }
                Some(mark) if *mark == closing => {
                    open.pop();
                    at += 1;
                }
                Some(_) if closing == b'}' => return broken(at, "expected `,` or `}`"),
                Some(_) => return broken(at, "expected `,` or `]`"),
                None => return broken(at, "it ends inside a list or an object"),
            }
        }
    }
}

/// Behind the name of a member and its colon.
fn name(text: &str, at: usize) -> Result<usize, Broken> {
    match text.as_bytes().get(at) {
        Some(b'"') => {}
        Some(_) => {
            let reason = "expected a name in quotation marks";
            return Err(Broken { at, reason });
        }
        None => {
            let reason = "it ends inside an object";
            return Err(Broken { at, reason });
        }
    }
    let colon = skip_blank(text, string_end(text, at)?);
    match text.as_bytes().get(colon) {
        Some(b':') => Ok(colon + 1),
        _ => Err(Broken {
            at: colon,
            reason: "expected `:`",
        }),
    }
}

/// Where a string ends that begins at a byte.
fn string_end(text: &str, start: usize) -> Result<usize, Broken> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(found) = memchr2(b'"', b'\\', rest) else {
            let control = rest.iter().position(|b| is_control(*b));
            return Err(match control {
                Some(far) => Broken {
                    at: at + far,
                    reason: "a line end or control character in a string",
                },
                None => Broken {
                    at: text.len(),
                    reason: "it ends inside a string",
                },
            });
        };
        if let Some(far) = rest[..found].iter().position(|b| is_control(*b)) {
            return Err(Broken {
                at: at + far,
                reason: "a line end or control character in a string",
            });
        }
        at += found;
        if bytes[at] == b'"' {
            return Ok(at + 1);
        }
        let length = match bytes.get(at + 1) {
            Some(b'u') => {
                let digits = bytes.get(at + 2..at + 6);
                let good = digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit));
                if good { 6 } else { 0 }
            }
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            _ => 0,
        };
        if length == 0 {
            let cut = text.len() < at + 6;
            return Err(Broken {
                at: if cut { text.len() } else { at },
                reason: "an escape that is none",
            });
        }
        at += length;
    }
}

/// Tabs are let through, as many programs do.
fn is_control(byte: u8) -> bool {
    byte < 0x20 && byte != b'\t'
}

/// Where a number, `true`, `false` or `null` ends.
fn word_end(text: &str, start: usize) -> Result<usize, Broken> {
    const WORDS: [&str; 6] = ["true", "false", "null", "NaN", "Infinity", "-Infinity"];
    let rest = &text.as_bytes()[start..];
    let length = rest
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || b"+-.".contains(b)))
        .unwrap_or(rest.len());
    let word = &text[start..start + length];
    if WORDS.contains(&word) || is_number(word.as_bytes()) {
        return Ok(start + length);
    }
    // What is cut off may have gone on.
    let begun = word.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        || WORDS.iter().any(|whole| whole.starts_with(word));
    let cut = start + length == text.len() && begun;
    Err(Broken {
        at: if cut { text.len() } else { start },
        reason: "expected a value",
    })
}

fn is_number(word: &[u8]) -> bool {
    let digits = |word: &[u8]| word.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(after) = rest.strip_prefix(b".") {
        let part = digits(after);
        if part == 0 {
            return false;
        }
        rest = &after[part..];
    }
    if let Some(after) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let after = after
            .strip_prefix(b"+")
            .or_else(|| after.strip_prefix(b"-"))
            .unwrap_or(after);
        let part = digits(after);
        return part > 0 && part == after.len();
    }
    rest.is_empty()
}

/// The elements of a list that is JSON: where each begins.
pub fn elements(text: &str, start: usize) -> impl Iterator<Item = usize> + '_ {
    let mut at = first_inside(text, start);
    std::iter::from_fn(move || {
        let begin = at?;
        at = end_of(text, begin)
            .ok()
            .and_then(|end| after_comma(text, end));
        Some(begin)
    })
}

/// The members of an object that is JSON: their names, and where the value of each begins.
pub fn members(text: &str, start: usize) -> impl Iterator<Item = (Cow<'_, str>, usize)> + '_ {
    let mut at = first_inside(text, start);
    std::iter::from_fn(move || {
        let begin = at?;
        let end = string_end(text, begin).ok()?;
        let value = skip_blank(text, skip_blank(text, end) + 1);
        at = end_of(text, value)
            .ok()
            .and_then(|end| after_comma(text, end));
        Some((decoded(&text[begin + 1..end - 1]), value))
    })
}

/// Behind an opening bracket, where there is anything inside.
fn first_inside(text: &str, start: usize) -> Option<usize> {
    let inner = skip_blank(text, start + 1);
    (!matches!(text.as_bytes().get(inner), None | Some(b']' | b'}'))).then_some(inner)
}

fn after_comma(text: &str, end: usize) -> Option<usize> {
    let at = skip_blank(text, end);
    (text.as_bytes().get(at) == Some(&b',')).then(|| skip_blank(text, at + 1))
}

/// Reads a value of a text that is JSON, and where it ends.
pub fn value(text: &str, start: usize) -> (Value<'_>, usize) {
    let bytes = text.as_bytes();
    let start = skip_blank(text, start);
    match bytes.get(start) {
        Some(b'{') => {
            let (mut found, mut end) = (Vec::new(), start + 1);
            let mut at = first_inside(text, start);
            while let Some(begin) = at {
                let Ok(close) = string_end(text, begin) else {
                    break;
                };
                let name = decoded(&text[begin + 1..close - 1]);
                let (member, ended) = value(text, skip_blank(text, close) + 1);
                found.push((name, member));
                end = ended;
                at = after_comma(text, end);
            }
            (Value::Object(found), skip_blank(text, end) + 1)
        }
        Some(b'[') => {
            let whole = end_of(text, start).unwrap_or(text.len());
            if memchr::memchr(b'"', &bytes[start..whole]).is_none() {
                return (Value::Figures(&text[start..whole]), whole);
            }
            let (mut found, mut end) = (Vec::new(), start + 1);
            let mut at = first_inside(text, start);
            while let Some(begin) = at {
                let (element, ended) = value(text, begin);
                found.push(element);
                end = ended;
                at = after_comma(text, end);
            }
            (Value::List(found), skip_blank(text, end) + 1)
        }
        Some(b'"') => {
            let end = string_end(text, start).unwrap_or(text.len());
            let inner = text.get(start + 1..end - 1).unwrap_or_default();
            (Value::Text(decoded(inner)), end)
        }
        _ => {
            let end = word_end(text, start).unwrap_or(text.len());
            match &text[start..end] {
                "null" => (Value::Null, end),
                word => (Value::Word(word), end),
            }
        }
    }
}

/// What is between the quotation marks of a string, without its escapes.
fn decoded(inner: &str) -> Cow<'_, str> {
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (c, length) = escape(&rest[at..]);
        text.push(c);
        rest = rest.get(at + length..).unwrap_or_default();
    }
    text.push_str(rest);
    Cow::Owned(encoded_once(text))
}

/// A text whose characters are the bytes of UTF-8, as exports of Facebook and Instagram write it
/// (`\u00e3\u0081\u0093`), as what it says. Letters that are only accented are never UTF-8 by chance.
fn encoded_once(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    let bytes: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    let once = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    once.unwrap_or(text)
}

/// The character that an escape stands for, and its length.
fn escape(text: &str) -> (char, usize) {
    let unit = |at: usize| -> Option<u16> {
        let after = text.get(at..)?.strip_prefix("\\u")?;
        u16::from_str_radix(after.get(..4)?, 16).ok()
    };
    if let Some(first) = unit(0) {
        let pair = unit(6).map(|second| [first, second]);
        let joined = pair.and_then(|pair| {
            let decoded = char::decode_utf16(pair).next()?;
            decoded.ok().filter(|c| *c > '\u{ffff}')
        });
        let alone = || char::from_u32(u32::from(first)).unwrap_or('\u{fffd}');
        return joined.map_or_else(|| (alone(), 6), |c| (c, 12));
    }
    let c = match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(c) if c.is_ascii() => char::from(*c),
        _ => '\u{fffd}',
    };
    (c, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As serde_json has it, where numbers are few enough digits.
    fn as_serde(value: &Value<'_>) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Word(word) => serde_json::from_str(word).unwrap(),
            Value::Figures(list) => serde_json::from_str(list).unwrap(),
            Value::Text(text) => text.as_ref().into(),
            Value::List(list) => list.iter().map(as_serde).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.to_string(), as_serde(value)))
                .collect(),
        }
    }

    #[test]
    fn what_was_encoded_twice_is_read_as_it_was_written() {
        for (inner, expected) in [
            (r"\u00e3\u0081\u0093\u00e3\u0082\u0093", "こん"),
            (r"caf\u00c3\u00a9\n", "café\n"),
            (r"caf\u00e9", "café"),
            (r"\u00e3\u0081 \u4e16", "ã\u{81} 世"),
        ] {
            assert_eq!(decoded(inner), expected);
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let text =
            r#" {"a":[1,[2.50,-0e+7]],"b":"\u706f\ud83d\ude00\n\"\/","a":null,"c":[true,"x",{}]} "#;
        let end = end_of(text, 0).unwrap();
        let (found, read) = value(text, 0);
        assert_eq!((end, read), (text.len() - 1, text.len() - 1));
        let Value::Object(members) = found else {
            panic!()
        };
        assert_eq!(members.len(), 4);
        assert_eq!(members[0].1, Value::Figures("[1,[2.50,-0e+7]]"));
        assert_eq!(members[1].1, Value::Text("灯😀\n\"/".into()));
        let (id, _) = value("12345678901234567890", 0);
        assert_eq!(id, Value::Word("12345678901234567890"));
        assert_eq!(
            value(r#""a\ud83db""#, 0).0,
            Value::Text("a\u{fffd}b".into())
        );
        assert!(end_of("NaN", 0).is_ok());
    }

    #[test]
    fn what_is_broken_is_named_with_its_place() {
        for (text, place) in [
            ("{\"a\":1,}", "line 1, column 8: expected a name"),
            ("[1,\n 2,]", "line 2, column 4: expected a value"),
            ("{a:1}", "line 1, column 2: expected a name"),
            ("{\"a\" 1}", "line 1, column 6: expected `:`"),
            ("{\"é\":1 2}", "line 1, column 8: expected `,` or `}`"),
            ("[\"a\nb\"]", "line 1, column 4: a line end"),
            ("[01]", "line 1, column 2: expected a value"),
            ("// x\n{}", "line 1, column 1: expected a value"),
            ("{\"a\":\"\\x\", \"b\": 1}", "line 1, column 7: an escape"),
            ("[1", "line 1, column 3: it ends inside"),
        ] {
            let said = end_of(text, 0).unwrap_err().describe(text);
            assert!(said.starts_with(place), "{text}: {said}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(end_of(&deep, 0).unwrap_err().reason, "nested too deeply");
        for cut in ["{\"a\": \"b", "{\"a\"", "[tru", "[-", "[\"\\u12", "{"] {
            assert!(end_of(cut, 0).unwrap_err().is_end(cut), "{cut}");
        }
    }

    fn any_value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            any::<i32>().prop_map(|n| serde_json::json!(f64::from(n) / 8.0)),
            "(?s).{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::btree_map("(?s).{0,4}", inner, 0..4)
                    .prop_map(|map| { serde_json::Value::Object(map.into_iter().collect()) }),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_writes(expected in any_value(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&expected) } else { serde_json::to_string(&expected) };
            let text = text.unwrap();
            prop_assert_eq!(end_of(&text, 0), Ok(text.len()));
            let (found, end) = value(&text, 0);
            prop_assert_eq!(end, text.len());
            prop_assert_eq!(as_serde(&found), expected);
        }

        #[test]
        fn what_it_takes_for_json_serde_json_does_too(text in "[\\[\\]{}:,\"\\\\0-9.eE+\\-a-flnrstu \n]{0,24}") {
            let ours = end_of(&text, 0).is_ok_and(|end| skip_blank(&text, end) == text.len());
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }
}
