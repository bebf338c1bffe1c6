//! Letters and bytes of mails: names of encodings, base64, and bytes that no name goes with.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::{Encoding, REPLACEMENT};

use crate::corpus::decode::decode;

/// The encoding of a label; `None` where no decoder knows it. Mails have names that web pages have not.
pub fn charset(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let known = match label.as_str() {
        "cp932" | "ms_kanji" | "x-ms-cp932" => "shift_jis",
        "cp50220" | "cp50221" | "iso-2022-jp-ms" | "iso-2022-jp-1" => "iso-2022-jp",
        "cp51932" | "eucjp" | "euc_jp" | "eucjp-ms" => "euc-jp",
        "cp936" | "x-gbk" => "gbk",
        "cp949" | "ks_c_5601" => "euc-kr",
        "cp950" => "big5",
        "utf8mb4" => "utf-8",
        other => other,
    };
    Encoding::for_label(known.as_bytes()).filter(|encoding| *encoding != REPLACEMENT)
}

/// Bytes of an encoding that nothing names.
pub fn plain(bytes: &[u8]) -> String {
    if bytes.is_ascii() && !bytes.contains(&0x1b) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let decoded = decode(bytes.to_vec(), None);
    decoded.map_or_else(
        |_| String::from_utf8_lossy(bytes).into_owned(),
        |decoded| decoded.text,
    )
}

/// Bytes of base64 as far as they go: letters of no meaning are passed over, and a cut end is left out.
pub fn base64(body: &[u8]) -> Vec<u8> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let mut decoded = Vec::with_capacity(body.len() / 4 * 3);
    // Several pieces may stand behind each other, each with its own end.
    for piece in body.split(|b| *b == b'=') {
        let meant = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        let mut letters: Vec<u8> = piece.iter().copied().filter(meant).collect();
        if letters.len() % 4 == 1 {
            letters.pop();
        }
        decoded.extend(LENIENT.decode(&letters).unwrap_or_default());
    }
    decoded
}
