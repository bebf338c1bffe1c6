//! Bytes to text: UTF-8 as it is, every other encoding of the WHATWG standard decoded.
//!
//! In this order: what the user says, a byte order mark, valid UTF-8, what an HTML or XML head declares, and what
//! chardetng guesses.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use super::article::TextSource;

/// Bytes at the beginning that may declare an encoding.
const HEAD: usize = 1024;
/// Of so many characters one may be no text (a stray control character, a byte of another encoding), and a few in
/// any case.
const STRAY: usize = 50;
const FEW: usize = 4;

/// Why bytes could not be taken as text.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// They are no text.
    NotText(String),
    /// They are text, but too much of it or in a form that is not read.
    Unreadable(String),
}

/// A text and what it was decoded from.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// `File` where the text is the bytes themselves, else `Decoded`.
    pub source: TextSource,
    /// Name in the WHATWG Encoding Standard, lower case.
    pub encoding: String,
    /// How the encoding is known.
    pub known_by: KnownBy,
}

/// How an encoding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KnownBy {
    /// The user named it.
    Option,
    /// A byte order mark.
    Mark,
    /// Every byte fits.
    Valid,
    /// An HTML or XML declaration.
    Declaration,
    /// The likeliest by its letters.
    Guess,
}

/// The bytes as text. A UTF-8 byte order mark stays where it is: spans count it. `forced` is the encoding that the
/// user names.
///
/// # Errors
/// Why the bytes are no text.
pub fn decode(bytes: Vec<u8>, forced: Option<&'static Encoding>) -> Result<Decoded, Fault> {
    if let Some(encoding) = forced.filter(|encoding| *encoding != UTF_8) {
        return with(encoding, &bytes, KnownBy::Option);
    }
    if let Some((encoding, length)) = Encoding::for_bom(&bytes)
        && [UTF_16LE, UTF_16BE].contains(&encoding)
    {
        return with(encoding, &bytes[length..], KnownBy::Mark);
    }
    if let Some(at) = bytes.iter().position(|&b| b == 0) {
        return Err(Fault::NotText(format!(
            "not text: a NUL byte at offset {at}"
        )));
    }
    // ISO-2022-JP is ASCII with escapes, and valid UTF-8.
    let escapes = bytes.windows(2).any(|pair| pair == b"\x1b$");
    let bytes = if escapes {
        bytes
    } else {
        match String::from_utf8(bytes) {
            Ok(text) => return as_it_is(text, forced.is_some()),
            Err(error) => error.into_bytes(),
        }
    };
    if let Some(encoding) = declared(&bytes) {
        return with(encoding, &bytes, KnownBy::Declaration);
    }
    if !escapes && is_nearly_utf8(&bytes) {
        return with(UTF_8, &bytes, KnownBy::Guess);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes, true);
    with(
        detector.guess(None, Utf8Detection::Deny),
        &bytes,
        KnownBy::Guess,
    )
}

fn as_it_is(text: String, forced: bool) -> Result<Decoded, Fault> {
    check(&text, "utf-8")?;
    let known_by = match (forced, text.starts_with('\u{feff}')) {
        (true, _) => KnownBy::Option,
        (false, true) => KnownBy::Mark,
        (false, false) => KnownBy::Valid,
    };
    Ok(Decoded {
        text,
        source: TextSource::File,
        encoding: "utf-8".to_owned(),
        known_by,
    })
}

fn with(encoding: &'static Encoding, bytes: &[u8], known_by: KnownBy) -> Result<Decoded, Fault> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let name = encoding.name().to_ascii_lowercase();
    check(&text, &name)?;
    Ok(Decoded {
        text: text.into_owned(),
        source: TextSource::Decoded,
        encoding: name,
        known_by,
    })
}

/// Bytes of other files decode to control characters, or not at all.
fn check(text: &str, encoding: &str) -> Result<(), Fault> {
    let stray = |c: &char| {
        (*c == '\u{fffd}' && encoding != "utf-8")
            || (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}'))
    };
    let (count, strays) = (text.chars().count(), text.chars().filter(stray).count());
    if strays > FEW && strays * STRAY > count {
        return Err(Fault::NotText(format!(
            "not text: {strays} of its {count} characters make no sense in {encoding}; name its encoding with \
             --encoding"
        )));
    }
    Ok(())
}

/// What an HTML or XML head says.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    if !head.trim_start().starts_with('<') {
        return None;
    }
    let after = ["charset=", "encoding="]
        .iter()
        .find_map(|key| head.split_once(key))?
        .1;
    let label: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    // A file that says it is UTF-16 and was read so far is not.
    let encoding = Encoding::for_label(label.as_bytes())?;
    (![UTF_16LE, UTF_16BE, ISO_2022_JP].contains(&encoding) || encoding == ISO_2022_JP)
        .then_some(encoding)
}

/// UTF-8 with a few damaged places.
fn is_nearly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= 2 * bad
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

        let binary = Fault::NotText("not text: a NUL byte at offset 4".to_owned());
        assert_eq!(decode(b"PK\x03\x04\0".to_vec(), None), Err(binary));
        let noise: Vec<u8> = (0..4000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 1)
            .collect();
        assert!(matches!(decode(noise, None), Err(Fault::NotText(_))));
    }
}
