//! The script of a letter.

/// Scripts that tell languages apart. The first seven are those in which several languages of the table are written,
/// in the order of its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Hebrew,
    Devanagari,
    Ethiopic,
    Tibetan,
    Greek,
    Armenian,
    Georgian,
    Thaana,
    Bengali,
    Gurmukhi,
    Gujarati,
    Oriya,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Thai,
    Lao,
    Myanmar,
    Khmer,
    Hangul,
    Kana,
    Han,
    Other,
}

impl Script {
    pub const ALL: [Self; COUNT] = [
        Self::Latin,
        Self::Cyrillic,
        Self::Arabic,
        Self::Hebrew,
        Self::Devanagari,
        Self::Ethiopic,
        Self::Tibetan,
        Self::Greek,
        Self::Armenian,
        Self::Georgian,
        Self::Thaana,
        Self::Bengali,
        Self::Gurmukhi,
        Self::Gujarati,
        Self::Oriya,
        Self::Tamil,
        Self::Telugu,
        Self::Kannada,
        Self::Malayalam,
        Self::Sinhala,
        Self::Thai,
        Self::Lao,
        Self::Myanmar,
        Self::Khmer,
        Self::Hangul,
        Self::Kana,
        Self::Han,
        Self::Other,
    ];
}

/// How many scripts there are.
pub const COUNT: usize = Script::Other as usize + 1;
/// Scripts whose languages the table tells apart.
pub const SHARED: usize = Script::Tibetan as usize + 1;

/// First and last letter of each block, ascending.
const BLOCKS: [(char, char, Script); 41] = [
    ('A', '\u{24f}', Script::Latin),
    ('\u{250}', '\u{2ff}', Script::Latin),
    ('\u{370}', '\u{3ff}', Script::Greek),
    ('\u{400}', '\u{52f}', Script::Cyrillic),
    ('\u{531}', '\u{58f}', Script::Armenian),
    ('\u{591}', '\u{5ff}', Script::Hebrew),
    ('\u{600}', '\u{6ff}', Script::Arabic),
    ('\u{750}', '\u{77f}', Script::Arabic),
    ('\u{780}', '\u{7bf}', Script::Thaana),
    ('\u{860}', '\u{8ff}', Script::Arabic),
    ('\u{900}', '\u{97f}', Script::Devanagari),
    ('\u{980}', '\u{9ff}', Script::Bengali),
    ('\u{a00}', '\u{a7f}', Script::Gurmukhi),
    ('\u{a80}', '\u{aff}', Script::Gujarati),
    ('\u{b00}', '\u{b7f}', Script::Oriya),
    ('\u{b80}', '\u{bff}', Script::Tamil),
    ('\u{c00}', '\u{c7f}', Script::Telugu),
    ('\u{c80}', '\u{cff}', Script::Kannada),
    ('\u{d00}', '\u{d7f}', Script::Malayalam),
    ('\u{d80}', '\u{dff}', Script::Sinhala),
    ('\u{e00}', '\u{e7f}', Script::Thai),
    ('\u{e80}', '\u{eff}', Script::Lao),
    ('\u{f00}', '\u{fff}', Script::Tibetan),
    ('\u{1000}', '\u{109f}', Script::Myanmar),
    ('\u{10a0}', '\u{10ff}', Script::Georgian),
    ('\u{1100}', '\u{11ff}', Script::Hangul),
    ('\u{1200}', '\u{139f}', Script::Ethiopic),
    ('\u{1780}', '\u{17ff}', Script::Khmer),
    ('\u{1c80}', '\u{1c8f}', Script::Cyrillic),
    ('\u{1c90}', '\u{1cbf}', Script::Georgian),
    ('\u{1e00}', '\u{1eff}', Script::Latin),
    ('\u{1f00}', '\u{1fff}', Script::Greek),
    ('\u{2d00}', '\u{2d2f}', Script::Georgian),
    ('\u{2d80}', '\u{2ddf}', Script::Ethiopic),
    ('\u{3005}', '\u{3007}', Script::Han),
    ('\u{3041}', '\u{30fa}', Script::Kana),
    ('\u{30fc}', '\u{30ff}', Script::Kana),
    ('\u{3130}', '\u{318f}', Script::Hangul),
    ('\u{3400}', '\u{9fff}', Script::Han),
    ('\u{ac00}', '\u{d7a3}', Script::Hangul),
    ('\u{20000}', '\u{323af}', Script::Han),
];

/// The script of a letter or of a mark on one, after compatibility composition (NFKC).
pub fn of(c: char) -> Script {
    let after = BLOCKS.partition_point(|&(first, _, _)| first <= c);
    match after.checked_sub(1).map(|at| BLOCKS[at]) {
        Some((_, last, script)) if c <= last => script,
        _ => Script::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_in_order_and_know_their_letters() {
        assert!(BLOCKS.iter().all(|(first, last, _)| first <= last));
        assert!(BLOCKS.windows(2).all(|pair| pair[0].1 < pair[1].0));
        for (c, script) in [
            ('ß', Script::Latin),
            ('ế', Script::Latin),
            ('ж', Script::Cyrillic),
            ('ش', Script::Arabic),
            ('न', Script::Devanagari),
            ('ー', Script::Kana),
            ('種', Script::Han),
            ('씨', Script::Hangul),
            ('ᚠ', Script::Other),
        ] {
            assert_eq!(of(c), script, "{c}");
        }
    }
}
