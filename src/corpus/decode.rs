//! Bytes to text: UTF-8 as it is, every other encoding of the WHATWG standard decoded.
//!
//! In this order: what the user says, a byte order mark, valid UTF-8, what an HTML or XML head declares, lines of two
//! encodings, UTF-8 with damaged places, and what chardetng guesses. A declaration that the bytes contradict is ignored.

mod declared;
pub(super) mod decoded;
mod lines;
mod utf16;

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use crate::corpus::decode::decoded::{
    Decoded, Fault, KnownBy, TextSource, check, guess, is_control, with,
};

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes as text. A UTF-8 byte order mark stays where it is: spans count it. `forced` is the encoding that the
/// user names.
///
/// # Errors
/// Why the bytes are no text.
pub fn decode(bytes: Vec<u8>, forced: Option<&'static Encoding>) -> Result<Decoded, Fault> {
    let declared = declared::of(&bytes);
    decode_declared(bytes, forced, declared)
}

/// As [`decode`], where what holds the bytes says in which encoding they are: a mail of its parts.
///
/// # Errors
/// Why the bytes are no text.
pub fn decode_declared(
    bytes: Vec<u8>,
    forced: Option<&'static Encoding>,
    declared: Option<&'static Encoding>,
) -> Result<Decoded, Fault> {
    if let Some(encoding) = forced.filter(|encoding| *encoding != UTF_8) {
        return with(encoding, &bytes, KnownBy::Option);
    }
    if let Some((encoding, length)) = Encoding::for_bom(&bytes)
        && [UTF_16LE, UTF_16BE].contains(&encoding)
        && let Ok(decoded) = with(encoding, &bytes[length..], KnownBy::Mark)
    {
        return Ok(decoded);
    }
    if let Some(at) = memchr::memchr(0, &bytes) {
        let not_text = || Fault::not_text(format!("not text: a NUL byte at offset {at}"));
        return utf16::without_mark(&bytes).ok_or_else(not_text);
    }
    // ISO-2022-JP is ASCII with escapes, and valid UTF-8.
    if memchr::memmem::find(&bytes, b"\x1b$").is_some()
        && bytes.is_ascii()
        && let Some(decoded) = without_fault(ISO_2022_JP, &without_idle(&bytes), declared)
    {
        return Ok(decoded);
    }
    match String::from_utf8(bytes) {
        Ok(text) => as_it_is(text, forced.is_some(), declared),
        Err(error) => legacy(&error.into_bytes(), forced.is_some(), declared),
    }
}

fn as_it_is(
    text: String,
    forced: bool,
    declared: Option<&'static Encoding>,
) -> Result<Decoded, Fault> {
    // A replacement character that stands in the file is text: no byte was lost for it here.
    check(&text, "utf-8", is_control)?;
    let known_by = match (forced, text.starts_with('\u{feff}')) {
        (true, _) => KnownBy::Option,
        (false, true) => KnownBy::Mark,
        (false, false) => KnownBy::Valid,
    };
    let note = declared.filter(|_| !text.is_ascii());
    Ok(Decoded {
        note: note.and_then(|declared| overruled(declared, UTF_8)),
        text,
        source: TextSource::File,
        encoding: "utf-8".to_owned(),
        known_by,
    })
}

/// Bytes that are not UTF-8, or not all of them.
fn legacy(
    bytes: &[u8],
    forced: bool,
    declared: Option<&'static Encoding>,
) -> Result<Decoded, Fault> {
    if forced {
        return with(UTF_8, bytes, KnownBy::Option);
    }
    // Only where no byte speaks against it: what is nearly UTF-8 may be any bytes of a single-byte encoding.
    if let Some(encoding) = declared.filter(|encoding| *encoding != UTF_8)
        && declared::fits(encoding, bytes)
    {
        return with(encoding, bytes, KnownBy::Declaration);
    }
    if let Some(decoded) = lines::mixed(bytes) {
        return Ok(decoded);
    }
    if lines::is_nearly_utf8(bytes) {
        let mut decoded = with(UTF_8, bytes, KnownBy::Guess)?;
        decoded.note = declared.and_then(|declared| overruled(declared, UTF_8));
        return Ok(decoded);
    }
    // A mark of UTF-8 before other bytes is none.
    let marked = bytes.starts_with(UTF_8_MARK);
    let body = if marked {
        &bytes[UTF_8_MARK.len()..]
    } else {
        bytes
    };
    let guessed = guess(body);
    let mut decoded = match with(guessed, body, KnownBy::Guess) {
        Ok(decoded) => decoded,
        Err(fault) => return utf16::without_mark(bytes).ok_or(fault),
    };
    let declared = declared.or(marked.then_some(UTF_8));
    decoded.note = declared.and_then(|declared| overruled(declared, guessed));
    Ok(decoded)
}

/// What is said of an encoding that was not believed.
fn overruled(declared: &'static Encoding, found: &'static Encoding) -> Option<String> {
    let name = |encoding: &'static Encoding| encoding.name().to_ascii_lowercase();
    (declared != found).then(|| {
        format!(
            "the file says that it is {}, and is {}",
            name(declared),
            name(found)
        )
    })
}

/// The bytes without escapes behind which another one stands: they mean nothing, and the standard takes them for a fault.
/// They stand where lines or words of mails were put together.
fn without_idle(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_escape = |at: usize| {
        let rest = &bytes[at.min(bytes.len())..];
        [b"\x1b(B", b"\x1b(J", b"\x1b$B", b"\x1b$@"]
            .iter()
            .any(|escape| rest.starts_with(*escape))
    };
    let idle = |at: usize| is_escape(at) && is_escape(at + 3);
    if !memchr::memchr_iter(0x1b, bytes).any(idle) {
        return Cow::Borrowed(bytes);
    }
    let mut kept = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if idle(at) {
            at += 3;
        } else {
            kept.push(bytes[at]);
            at += 1;
        }
    }
    Cow::Owned(kept)
}

/// Decodes where every byte has a meaning.
fn without_fault(
    encoding: &'static Encoding,
    bytes: &[u8],
    declared: Option<&'static Encoding>,
) -> Option<Decoded> {
    let (_, faults) = encoding.decode_without_bom_handling(bytes);
    let mut decoded = (!faults).then(|| with(encoding, bytes, KnownBy::Guess).ok())??;
    match declared {
        Some(declared) if declared == encoding => decoded.known_by = KnownBy::Declaration,
        Some(declared) => decoded.note = overruled(declared, encoding),
        None => {}
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "種をまく人は、春になると畑に出る。土は黒く、風はまだ冷たい。";

    fn found(bytes: &[u8]) -> (String, String, TextSource, KnownBy) {
        let decoded = decode(bytes.to_vec(), None).unwrap();
        (
            decoded.text,
            decoded.encoding,
            decoded.source,
            decoded.known_by,
        )
    }

    #[test]
    fn utf8_is_kept_byte_for_byte_with_its_mark() {
        let text = "\u{feff}種をまく\r\n".to_owned();
        let expected = (
            text.clone(),
            "utf-8".to_owned(),
            TextSource::File,
            KnownBy::Mark,
        );
        assert_eq!(found(text.as_bytes()), expected);
    }

    #[test]
    fn encodings_are_found_without_a_word() {
        for (label, text) in [
            ("shift_jis", TEXT),
            ("euc-jp", TEXT),
            ("iso-2022-jp", TEXT),
            (
                "gb18030",
                "播种的人在春天走进田野。泥土是黑的，风还很冷，他慢慢地走着。",
            ),
            (
                "big5",
                "播種的人在春天走進田野。泥土是黑的，風還很冷，他慢慢地走著。",
            ),
            (
                "euc-kr",
                "씨를 뿌리는 사람은 봄이 되면 밭에 나간다. 흙은 검고 바람은 아직 차다.",
            ),
            (
                "windows-1252",
                "Les semences ont été déposées près du château à la fin de l'été.",
            ),
            (
                "windows-1251",
                "Сеятель выходит в поле весной. Земля черна, а ветер ещё холоден.",
            ),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy, "{label}");
            let (decoded, name, source, known_by) = found(&bytes);
            assert_eq!(decoded, text, "{label}");
            assert!(
                name == label || (label == "gb18030" && name == "gbk"),
                "{name}"
            );
            assert_eq!((source, known_by), (TextSource::Decoded, KnownBy::Guess));
        }
    }

    #[test]
    fn escapes_that_mean_nothing_are_no_fault() {
        let text = found(b"\x1b$B2q5D\x1b(B\x1b$BF|Dx\x1b(J\x1b(B\n");
        let expected = ("会議日程\n".to_owned(), "iso-2022-jp".to_owned());
        assert_eq!((text.0, text.1), expected);
    }

    #[test]
    fn marks_declarations_and_options_are_believed() {
        for (encoding, mark) in [(UTF_16LE, [0xff, 0xfe]), (UTF_16BE, [0xfe, 0xff])] {
            let units = TEXT.encode_utf16();
            let bytes: Vec<u8> = if encoding == UTF_16LE {
                units.flat_map(u16::to_le_bytes).collect()
            } else {
                units.flat_map(u16::to_be_bytes).collect()
            };
            let (text, _, _, known_by) = found(&[&mark[..], &bytes].concat());
            assert_eq!((text.as_str(), known_by), (TEXT, KnownBy::Mark));
        }
        let page = "<html><head><meta charset=\"windows-1250\"></head>Příliš žluťoučký kůň</html>";
        let encoding = Encoding::for_label(b"windows-1250").unwrap();
        let (bytes, _, _) = encoding.encode(page);
        let (text, _, _, known_by) = found(&bytes);
        assert_eq!((text.as_str(), known_by), (page, KnownBy::Declaration));
        let (bytes, _, _) = encoding.encode("kůň");
        let decoded = decode(bytes.to_vec(), Some(encoding)).unwrap();
        assert_eq!(
            (decoded.text.as_str(), decoded.known_by),
            ("kůň", KnownBy::Option)
        );
    }

    #[test]
    fn a_damaged_byte_is_replaced_and_what_is_no_text_is_refused() {
        let mut bytes = TEXT.repeat(3).into_bytes();
        bytes[10] = 0xff;
        let (text, name, source, _) = found(&bytes);
        assert!(text.contains('\u{fffd}') && text.contains("春になると"));
        assert_eq!((name.as_str(), source), ("utf-8", TextSource::Decoded));

        let binary = Fault::not_text("not text: a NUL byte at offset 4");
        assert_eq!(decode(b"PK\x03\x04\0".to_vec(), None), Err(binary));
        let noise: Vec<u8> = (0..4000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 1)
            .collect();
        assert!(matches!(decode(noise, None), Err(Fault::NotText(_))));
    }

    fn encoded(label: &str, text: &str) -> Vec<u8> {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn what_the_bytes_contradict_is_not_believed() {
        let russian = "Сеятель выходит в поле весной. Земля черна, а ветер ещё холоден.";
        let french = "Les semences ont été déposées près du château à la fin de l'été.";
        for (says, is, text) in [
            ("utf-8", "shift_jis", TEXT),
            ("utf-8", "euc-jp", TEXT),
            ("utf-8", "windows-1251", russian),
            ("utf-8", "windows-1252", french),
            ("iso-8859-1", "shift_jis", TEXT),
            ("iso-8859-1", "euc-jp", TEXT),
            ("iso-8859-1", "windows-1251", russian),
            ("euc-jp", "shift_jis", TEXT),
            ("shift_jis", "utf-8", TEXT),
            ("iso-8859-1", "utf-8", french),
        ] {
            let page = format!("<html><meta charset=\"{says}\"><p>{text}</p></html>");
            let decoded = decode(encoded(is, &page), None).unwrap();
            assert_eq!(
                (decoded.text, decoded.encoding),
                (page, is.to_owned()),
                "{says}"
            );
            assert!(decoded.note.is_some_and(|note| note.contains(is)), "{says}");
        }
        for (label, text) in [
            ("windows-1252", french),
            ("windows-1251", russian),
            ("euc-jp", TEXT),
            ("iso-2022-jp", TEXT),
        ] {
            let page = format!("<?xml version=\"1.0\" encoding=\"{label}\"?><p>{text}</p>");
            let decoded = decode(encoded(label, &page), None).unwrap();
            assert_eq!(
                (decoded.text, decoded.known_by),
                (page, KnownBy::Declaration)
            );
            assert_eq!(decoded.note, None);
        }
        let marked = [UTF_8_MARK, &encoded("shift_jis", TEXT)].concat();
        let decoded = decode(marked, None).unwrap();
        assert_eq!(
            (decoded.text.as_str(), decoded.encoding.as_str()),
            (TEXT, "shift_jis")
        );
        assert!(decoded.note.is_some());
    }

    #[test]
    fn utf16_is_known_without_its_mark() {
        for text in [format!("{TEXT}\n{TEXT}\n"), "A seed is sown.\r\n".repeat(4)] {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let large: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for (bytes, name) in [(little, "utf-16le"), (large, "utf-16be")] {
                let decoded = decode(bytes, None).unwrap();
                assert_eq!(
                    (decoded.text.as_str(), decoded.encoding.as_str()),
                    (text.as_str(), name)
                );
            }
        }
    }

    #[test]
    fn lines_of_two_encodings_are_read_each_in_its_own() {
        let other = "駐車場は市場の南にある。\n";
        for label in ["shift_jis", "euc-jp"] {
            let bytes = [
                format!("{TEXT}\n").repeat(20).into_bytes(),
                encoded(label, other),
            ]
            .concat();
            let decoded = decode(bytes, None).unwrap();
            assert!(decoded.text.ends_with(other) && decoded.text.starts_with(TEXT));
            assert_eq!(decoded.source, TextSource::Decoded);
            assert!(decoded.note.is_some_and(|note| note.contains(label)));
        }
        let latin = encoded("windows-1252", "Le château est fermé en été.\n");
        let bytes = ["Déjà vu à la forêt.\n".as_bytes(), &latin].concat();
        let text = decode(bytes, None).unwrap().text;
        assert_eq!(text, "Déjà vu à la forêt.\nLe château est fermé en été.\n");
    }

    #[test]
    fn replaced_characters_are_no_text() {
        let mut bytes = "種\n".repeat(100).into_bytes();
        bytes.extend([b"abc \x81\x8d \x90 \xa0 \xff ".repeat(40), b"\n".to_vec()].concat());
        match decode(bytes, None) {
            Ok(decoded) => assert!(!decoded.text.contains("\u{fffd}\u{fffd}")),
            Err(fault) => assert!(matches!(fault, Fault::NotText(_))),
        }
    }
}
