//! Characters as people write them: PDF files hold radicals, ligatures and vertical forms where letters are meant.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Marks a hyphen that only the end of a line made. Lines that end in it are joined without it.
pub(super) const SOFT_HYPHEN: char = '\u{ad}';

/// Years that name columns of a table.
pub(super) const YEARS: std::ops::Range<u32> = 1900..2100;

/// CJK radicals, each before the ideograph that it stands for: Unicode's `EquivalentUnifiedIdeograph`. Fonts draw
/// both with one glyph, and a writer that asks the font gets the radical.
const RADICALS: &str = "\
     ⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍尐⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑\
     ⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爬⺦丬⺧牛⺨犭⺩王\
     ⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑\
     ⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長\
     ⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼\
     ⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟\
     ";
/// Vertical forms without a plain equivalent by NFKC, or with an ASCII one where the text is Japanese.
const VERTICAL_FORMS: &str = "\
     ︐，︑、︒。︓：︔；︕！︖？︗〖︘〗︙…︰‥︱—︲–︳＿︵（︶）︷｛︸｝︹〔︺〕︻【︼】︽《︾》︿〈﹀〉﹁「﹂」﹃『﹄』﹇［﹈］";

/// Word writes its bullets as letters of the fonts Symbol and Wingdings, in the private area.
const BULLETS: &str =
    "\u{f0b7}•\u{f0a7}▪\u{f06f}○\u{f0a8}◻\u{f0d8}➢\u{f0fc}✓\u{f076}❖\u{f02d}−\u{f0e0}→";

/// The text of a glyph, normalised.
pub(super) fn normalised(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut out, c);
    }
    Cow::Owned(out)
}

fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{1fff}' | '\u{3000}'..='\u{d7ff}')
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{ff01}'..='\u{ffe6}' | '\u{20000}'..='\u{3ffff}')
}

fn push(out: &mut String, c: char) {
    match c {
        '\t' | '\n' | '\r' | '\u{a0}' | '\u{2028}' | '\u{2029}' => out.push(' '),
        // Variation selectors choose a shape and no letter; the rest has no width and no meaning in a line.
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {}
        '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffd}' => {}
        SOFT_HYPHEN => out.push(c),
        _ if c.is_control() || matches!(c, '\u{fff0}'..='\u{ffff}') => {}
        '\u{2e80}'..='\u{2eff}' => out.push(paired(RADICALS, c).unwrap_or(c)),
        // NFKC gives the traditional Chinese 戶, which Japanese fonts draw in another way.
        '\u{2f3e}' => out.push('戸'),
        '\u{2f00}'..='\u{2fdf}' | '\u{fb00}'..='\u{fb06}' => out.extend(std::iter::once(c).nfkc()),
        '\u{fe10}'..='\u{fe19}' | '\u{fe30}'..='\u{fe48}' => {
            out.push(paired(VERTICAL_FORMS, c).unwrap_or(c));
        }
        '\u{f000}'..='\u{f0ff}' => out.push(paired(BULLETS, c).unwrap_or(c)),
        _ => out.push(c),
    }
}

fn paired(pairs: &str, c: char) -> Option<char> {
    let mut chars = pairs.chars();
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        if from == c {
            return Some(to);
        }
    }
    None
}

/// Whether a character is set without spaces between words and fills its square: Chinese, Japanese.
pub(super) fn is_ideographic(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{303f}' | '\u{3040}'..='\u{30ff}' | '\u{3100}'..='\u{312f}' | '\u{31a0}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3ffff}' | '\u{ff61}'..='\u{ff9f}')
}

/// Kana, with what stands among them in a reading.
pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309e}' | '\u{30a1}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}')
}

/// Hiragana, in which the phrases of Japanese end.
pub(super) fn is_hiragana(c: char) -> bool {
    ('\u{3041}'..='\u{309f}').contains(&c)
}

/// Whether a line has the marks of Japanese sentences, which titles and names have not.
pub(super) fn is_prose(text: &str) -> bool {
    text.contains(['。', '、', '，', '．'])
}

/// Whether a character ends a sentence.
pub(super) fn ends_sentence(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '…'
            | '。'
            | '！'
            | '？'
            | '．'
            | '｡'
            | '؟'
            | '۔'
            | '।'
            | '።'
            | '၊'
            | '။'
            | '︒'
    )
}

/// Whether a character closes what was opened before it, and may follow the end of a sentence.
pub(super) fn closes(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '}'
            | '"'
            | '\''
            | '’'
            | '”'
            | '»'
            | '」'
            | '』'
            | '）'
            | '】'
            | '〉'
            | '》'
            | '〕'
            | '］'
            | '｝'
    )
}

/// Whether a text ends with a whole sentence.
pub(super) fn is_finished(text: &str) -> bool {
    // A mark of a footnote may stand behind the full stop.
    let mut rest = text
        .trim_end()
        .trim_end_matches(is_superscript)
        .chars()
        .rev()
        .skip_while(|&c| closes(c));
    match rest.next() {
        Some(c) => ends_sentence(c) || (c == ':' || c == '：'),
        None => text.trim_end().ends_with(closes),
    }
}

/// Digits that are raised.
pub(super) fn is_superscript(c: char) -> bool {
    matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻' | '⁺')
}

/// A digit or sign as it is written when raised.
pub(super) fn raised(c: char) -> Option<char> {
    Some(match c {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        '-' | '−' => '⁻',
        '+' => '⁺',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radicals_become_ideographs() {
        assert_eq!(normalised("⼈⻑⻄"), "人長西");
    }

    #[test]
    fn vertical_forms_become_plain() {
        assert_eq!(normalised("﹁吾輩︒﹂"), "「吾輩。」");
    }

    #[test]
    fn ligatures_are_taken_apart_and_selectors_dropped() {
        assert_eq!(normalised("oﬃce 葛\u{e0100}"), "office 葛");
    }

    #[test]
    fn compatibility_ideographs_stay() {
        assert_eq!(normalised("髙﨑㈱①"), "髙﨑㈱①");
    }

    #[test]
    fn a_quotation_may_end_a_sentence() {
        assert!(is_finished("「そうだ。」"));
        assert!(is_finished("He said “no.”"));
        assert!(is_finished("It was so.¹²"));
        assert!(!is_finished("and then"));
    }
}
