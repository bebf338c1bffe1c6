//! Fonts: from the bytes of a string to letters with their widths.
//!
//! The library's faults that are mended here, each to be checked when it is updated:
//! hayro-font 0.5 uses a collection's map to Unicode for fonts that are not embedded and for no other, so text of
//! pLaTeX is lost; it fills ranges of widths of any length; hayro-cmap 0.1 lacks `UniJIS2004-*` and `UniJISX0213-*`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use hayro_cmap::{BfString, CMap, CMapName, CidFamily};
use hayro_font::{CMapResolverFn, FontCache, FontData, FontGlyph, FontQuery, FontResolverFn};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use super::bitmaps;
use super::characters::normalised;
use super::streams::fits;

/// The most character codes of a font: those of two bytes.
const CODES: u64 = 1 << 16;

/// Decoded bytes of a map from codes to Unicode.
const CMAP_BYTES: usize = 8 << 20;

/// A character code of a font.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// Normalised; empty if nobody knows what the code means.
    pub(super) text: Rc<str>,
    /// Whether the code means something, if only a character that is not kept.
    pub(super) known: bool,
    /// To the next letter, in ems.
    pub(super) advance: (f64, f64),
    /// One byte, a space: word spacing is added.
    pub(super) is_space: bool,
}

/// A font of the document.
pub(super) struct Font<'a> {
    font: hayro_font::Font<'a>,
    collection: Option<Collection>,
    /// Codes without a meaning are ASCII: a simple font without names of its own.
    plain: bool,
    /// Its letters are pictures, told by their codes.
    bitmaps: bool,
    pub(super) vertical: bool,
    pub(super) bold: bool,
    /// Its letters all have the same width.
    pub(super) mono: bool,
    letters: RefCell<HashMap<(u32, u8), Letter>>,
}

/// How codes of a Chinese, Japanese or Korean font become Unicode if the font does not say it itself.
struct Collection {
    to_cid: CMap,
    to_unicode: Rc<CMap>,
}

impl Font<'_> {
    /// The letter at the beginning of the bytes, and how many bytes it takes.
    pub(super) fn letter(&self, bytes: &[u8]) -> (Letter, usize) {
        let (code, length) = self.font.read_code(bytes, 0);
        let length = length.clamp(1, bytes.len().max(1));
        let key = (code, length as u8);
        if let Some(letter) = self.letters.borrow().get(&key) {
            return (letter.clone(), length);
        }
        let letter = self.new_letter(code, length);
        self.letters.borrow_mut().insert(key, letter.clone());
        (letter, length)
    }

    fn new_letter(&self, code: u32, length: usize) -> Letter {
        let glyph = self.font.map_code(code);
        let own = match self.font.glyph(glyph, code) {
            FontGlyph::Outline(outline) => outline.as_unicode(),
            FontGlyph::Type3(glyph) => glyph.as_unicode(),
        };
        let found = own
            .map(string)
            .filter(|text| text.chars().any(|c| c != '\0' && c != '\u{fffd}'))
            .or_else(|| self.collection.as_ref()?.unicode(code))
            .or_else(|| self.plain_text(code));
        let advance = self.font.code_advance(code);
        Letter {
            known: found.is_some(),
            text: found
                .map(|text| Rc::from(&*normalised(&text)))
                .unwrap_or_default(),
            advance: (finite(advance.x / 1000.0), finite(advance.y / 1000.0)),
            is_space: code == 32 && length == 1,
        }
    }

    fn plain_text(&self, code: u32) -> Option<String> {
        if self.bitmaps {
            return bitmaps::text(code).map(str::to_owned);
        }
        let c = char::from_u32(code)?;
        (self.plain && matches!(c, ' '..='~')).then(|| c.to_string())
    }
}

impl Collection {
    fn unicode(&self, code: u32) -> Option<String> {
        let cid = (1..=4).find_map(|bytes| self.to_cid.lookup_cid_code(code, bytes))?;
        self.to_unicode.lookup_bf_string(cid).map(string)
    }
}

fn finite(value: f64) -> f64 {
    if value.is_finite() {
        value.clamp(-100.0, 100.0)
    } else {
        0.0
    }
}

fn string(unicode: BfString) -> String {
    match unicode {
        BfString::Char(c) => c.to_string(),
        BfString::String(text) => text,
    }
}

/// The fonts of a document, each loaded once.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    programs: FontResolverFn,
    cmaps: CMapResolverFn,
    fonts: HashMap<(usize, usize), Option<Rc<Font<'a>>>>,
    collections: HashMap<String, Option<Rc<CMap>>>,
    stream_bytes: usize,
}

impl<'a> Fonts<'a> {
    pub(super) fn new(stream_bytes: usize) -> Self {
        Self {
            cache: FontCache::new(),
            programs: Arc::new(substitute),
            cmaps: Arc::new(cmap),
            fonts: HashMap::new(),
            collections: HashMap::new(),
            stream_bytes,
        }
    }

    /// The font that a dictionary describes.
    pub(super) fn font(&mut self, dict: &Dict<'a>) -> Option<Rc<Font<'a>>> {
        // The bytes of a dictionary lie where they are as long as the document does.
        let key = (dict.data().as_ptr() as usize, dict.data().len());
        if let Some(font) = self.fonts.get(&key) {
            return font.clone();
        }
        let font = self.load(dict).map(Rc::new);
        self.fonts.insert(key, font.clone());
        font
    }

    fn load(&mut self, dict: &Dict<'a>) -> Option<Font<'a>> {
        let descendant = dict
            .get::<Array<'_>>("DescendantFonts")
            .and_then(|fonts| fonts.iter::<Dict<'_>>().next());
        if !is_sound(dict, descendant.as_ref(), self.stream_bytes) {
            return None;
        }
        let font = self.cache.font(dict, &self.programs, &self.cmaps)?;
        let vertical = !font.is_horizontal();
        let collection = descendant
            .as_ref()
            .and_then(|descendant| self.collection(dict, descendant));
        let described = descendant.as_ref().unwrap_or(dict);
        let named = dict
            .get::<Dict<'_>>("Encoding")
            .is_some_and(|encoding| encoding.contains_key("Differences"));
        Some(Font {
            font,
            collection,
            plain: descendant.is_none() && !named,
            bitmaps: bitmaps::is_bitmap_text(dict),
            vertical,
            bold: is_bold(dict, described),
            mono: is_mono(dict, described),
            letters: RefCell::default(),
        })
    }

    fn collection(&mut self, dict: &Dict<'a>, descendant: &Dict<'a>) -> Option<Collection> {
        let to_cid = encoding(&dict.get::<Object<'_>>("Encoding")?)?;
        let own = to_cid
            .metadata()
            .character_collection
            .clone()
            .map(|collection| collection.family);
        let family = match own {
            Some(family) if family != CidFamily::AdobeIdentity => family,
            _ => {
                let info = descendant.get::<Dict<'_>>("CIDSystemInfo")?;
                let registry = info.get::<hayro_syntax::object::String<'_>>("Registry")?;
                let ordering = info.get::<hayro_syntax::object::String<'_>>("Ordering")?;
                CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes())
            }
        };
        let name = family.ucs2_cmap()?;
        let known = self.collections.entry(format!("{family:?}"));
        let to_unicode = known
            .or_insert_with(|| CMap::parse(cmap(name)?, cmap).map(Rc::new))
            .clone()?;
        Some(Collection { to_cid, to_unicode })
    }
}

fn encoding(object: &Object<'_>) -> Option<CMap> {
    match object {
        Object::Name(name) => match CMapName::from_bytes(name) {
            CMapName::IdentityH => Some(CMap::identity_h()),
            CMapName::IdentityV => Some(CMap::identity_v()),
            other => CMap::parse(cmap(other)?, cmap),
        },
        Object::Stream(stream) => CMap::parse(&stream.decoded_data().ok()?, cmap),
        _ => None,
    }
}

/// The predefined maps, and the newer ones by the older that have the same codes.
fn cmap(name: CMapName<'_>) -> Option<&'static [u8]> {
    let own = name.to_bytes();
    let alias: &[u8] = match own {
        b"UniJIS2004-UTF16-H" | b"UniJISX0213-UTF16-H" | b"UniJISX02132004-UTF16-H" => {
            b"UniJIS-UTF16-H"
        }
        b"UniJIS2004-UTF16-V" | b"UniJISX0213-UTF16-V" | b"UniJISX02132004-UTF16-V" => {
            b"UniJIS-UTF16-V"
        }
        other => other,
    };
    hayro_cmap::load_embedded(CMapName::from_bytes(alias))
}

fn substitute(query: &FontQuery) -> Option<(FontData, u32)> {
    Some(match query {
        FontQuery::Standard(font) => font.get_font_data(),
        FontQuery::Fallback(font) => font.pick_standard_font().get_font_data(),
    })
}

/// Whether a font can be loaded within the limits: its streams expand to little, and its widths are those of codes.
fn is_sound(dict: &Dict<'_>, descendant: Option<&Dict<'_>>, stream_bytes: usize) -> bool {
    let small = |dict: &Dict<'_>, key: &str, limit: usize| {
        dict.get::<Stream<'_>>(key)
            .is_none_or(|stream| fits(&stream, limit))
    };
    let described = descendant.unwrap_or(dict);
    let descriptor = described
        .get::<Dict<'_>>("FontDescriptor")
        .unwrap_or_default();
    small(dict, "ToUnicode", CMAP_BYTES)
        && small(dict, "Encoding", CMAP_BYTES)
        && small(described, "CIDToGIDMap", CMAP_BYTES)
        && ["FontFile", "FontFile2", "FontFile3"]
            .iter()
            .all(|key| small(&descriptor, key, stream_bytes))
        && dict
            .get::<i64>("FirstChar")
            .is_none_or(|first| (0..=255).contains(&first))
        && descendant.is_none_or(|font| ranges_fit(font, "W", 1) && ranges_fit(font, "W2", 3))
}

/// Whether the ranges of widths hold no more codes than there are.
fn ranges_fit(font: &Dict<'_>, key: &str, values: usize) -> bool {
    let Some(widths) = font.get::<Array<'_>>(key) else {
        return true;
    };
    let mut sum = 0;
    let mut items = widths.iter::<Object<'_>>();
    while let Some(first) = items.next() {
        let Some(first) = first.into_number() else {
            return false;
        };
        match items.next() {
            Some(Object::Array(list)) => sum += list.iter::<Object<'_>>().count() as u64,
            Some(Object::Number(last)) => {
                let codes = last.as_i64().saturating_sub(first.as_i64());
                sum += u64::try_from(codes).unwrap_or(0);
                items.by_ref().take(values).for_each(drop);
            }
            _ => return true,
        }
        if sum > CODES * 4 {
            return false;
        }
    }
    true
}

fn is_bold(dict: &Dict<'_>, described: &Dict<'_>) -> bool {
    let descriptor = described
        .get::<Dict<'_>>("FontDescriptor")
        .unwrap_or_default();
    let name = dict.get::<Name<'_>>("BaseFont");
    let name = name
        .as_ref()
        .map(|name| name.as_str().to_ascii_lowercase())
        .unwrap_or_default();
    [
        "bold", "black", "heavy", "-w6", "-w7", "-w8", "demi", "cmbx",
    ]
    .iter()
    .any(|word| name.contains(word))
        || descriptor
            .get::<i64>("FontWeight")
            .is_some_and(|weight| weight >= 600)
        || descriptor
            .get::<i64>("Flags")
            .is_some_and(|flags| flags & (1 << 18) != 0)
}

/// Whether a font is made for listings. Its name counts before the flag, which fonts of Japanese have for their squares.
fn is_mono(dict: &Dict<'_>, described: &Dict<'_>) -> bool {
    let name = dict.get::<Name<'_>>("BaseFont");
    let name = name
        .as_ref()
        .map(|name| name.as_str().to_ascii_lowercase())
        .unwrap_or_default();
    let named = [
        "mono",
        "courier",
        "typewriter",
        "consol",
        "cmtt",
        "ectt",
        "sftt",
        "nimbusmon",
    ];
    let descriptor = described
        .get::<Dict<'_>>("FontDescriptor")
        .unwrap_or_default();
    named.iter().any(|word| name.contains(word))
        || descriptor
            .get::<i64>("Flags")
            .is_some_and(|flags| flags & 1 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_maps_are_read_by_the_older() {
        let map = CMap::parse(
            cmap(CMapName::from_bytes(b"UniJIS2004-UTF16-V")).expect("aliased"),
            cmap,
        );
        let map = map.expect("parsed");
        assert_eq!(
            map.metadata().writing_mode,
            Some(hayro_cmap::WritingMode::Vertical)
        );
    }

    #[test]
    fn an_embedded_japanese_font_without_a_map_is_read_by_its_collection() {
        let to_unicode = CMap::parse(
            cmap(CidFamily::AdobeJapan1.ucs2_cmap().expect("named")).expect("there"),
            cmap,
        );
        let collection = Collection {
            to_cid: CMap::identity_h(),
            to_unicode: Rc::new(to_unicode.expect("parsed")),
        };
        assert_eq!(collection.unicode(843).as_deref(), Some("あ"));
    }
}
