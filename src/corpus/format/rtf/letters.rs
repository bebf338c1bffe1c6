//! Bytes of RTF as letters: code pages of the document and of its fonts, and `\u`.

use std::collections::HashMap;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    WINDOWS_1257, WINDOWS_1258,
};

/// The encoding of a number of a code page.
pub fn of_code_page(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        932 => SHIFT_JIS,
        936 | 54936 => GBK,
        949 | 1361 => EUC_KR,
        950 => BIG5,
        866 => IBM866,
        874 => WINDOWS_874,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1252 => WINDOWS_1252,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10000 => MACINTOSH,
        65001 => UTF_8,
        _ => return None,
    })
}

/// The encoding of a font's `\fcharset`; `None`: that of the document.
fn of_charset(number: i32) -> Option<&'static Encoding> {
    let page = match number {
        77 => 10000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    };
    of_code_page(page)
}

/// The encodings of a document and of its fonts.
pub struct Encodings {
    pub document: &'static Encoding,
    fonts: HashMap<i32, &'static Encoding>,
}

impl Default for Encodings {
    fn default() -> Self {
        Self {
            document: WINDOWS_1252,
            fonts: HashMap::new(),
        }
    }
}

impl Encodings {
    /// What the table of fonts says of one.
    pub fn font(&mut self, font: i32, word: &str, number: i32) {
        let found = match word {
            "fcharset" => of_charset(number),
            _ => of_code_page(number),
        };
        if let Some(encoding) = found {
            self.fonts.insert(font, encoding);
        }
    }

    pub fn of_font(&self, font: i32) -> &'static Encoding {
        self.fonts.get(&font).copied().unwrap_or(self.document)
    }

    /// Bytes as letters. Fonts of Western letters are often named for text of the document's own encoding, and the other
    /// way round: where one has no meaning for the bytes, the other is asked.
    pub fn decode(&self, encoding: &'static Encoding, bytes: &[u8]) -> String {
        let (text, faults) = encoding.decode_without_bom_handling(bytes);
        if !faults {
            return text.into_owned();
        }
        let others = [self.document, WINDOWS_1252].into_iter();
        let mut others = others.filter(|other| *other != encoding);
        let other = others
            .find_map(|other| other.decode_without_bom_handling_and_without_replacement(bytes));
        other.unwrap_or(text).into_owned()
    }
}

/// Letters of `\u`, which may come as two halves.
#[derive(Default)]
pub struct Units(Option<u16>);

impl Units {
    /// The letters that a unit completes.
    pub fn push(&mut self, unit: u16) -> String {
        let units: Vec<u16> = self.0.take().into_iter().chain([unit]).collect();
        if units.len() == 1 && (0xd800..0xdc00).contains(&unit) {
            self.0 = Some(unit);
            return String::new();
        }
        String::from_utf16_lossy(&units)
    }

    /// What is left of a first half without a second.
    pub fn end(&mut self) -> &'static str {
        self.0.take().map_or("", |_| "\u{fffd}")
    }

    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }
}
