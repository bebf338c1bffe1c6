//! The language of a text.

use whatlang::Lang;

/// The language as ISO 639-1 (639-3 where there is no shorter code), `None` where the text is too
/// short or too mixed to tell.
pub fn detect_language(text: &str) -> Option<String> {
    // Kana occur in no other language, however much Latin script stands between them.
    let (mut kana, mut letters) = (0usize, 0usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        kana += usize::from(matches!(c, '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}'));
    }
    if kana * 10 >= letters && kana > 0 {
        return Some("ja".to_owned());
    }
    let info = whatlang::detect(text)?;
    info.is_reliable().then(|| code(info.lang()).to_owned())
}

/// The language that a text says it is in (`ja-JP`), as above; `None` where that is no language tag.
pub fn of_tag(tag: &str) -> Option<String> {
    let language = tag.trim().split(['-', '_']).next()?.to_lowercase();
    let letters = language.bytes().all(|b| b.is_ascii_lowercase());
    let known = letters && matches!(language.len(), 2 | 3) && language != "und";
    let known = known.then_some(language)?;
    let lang = Lang::from_code(&known).map(|lang| code(lang).to_owned());
    Some(lang.unwrap_or(known))
}

/// ISO 639-1 of the languages that have such a code.
fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        other => other.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::detect_language;

    #[test]
    fn languages_of_short_passages() {
        for (lang, text) in [
            (
                "ja",
                "MetaのAI部門は、OpenAI、Anthropic、Googleと競争している。",
            ),
            (
                "en",
                "The research division will open its models to the public next year.",
            ),
            (
                "vi",
                "Công ty này đã từ chối lời đề nghị mua lại trị giá một tỷ đô la Mỹ.",
            ),
            ("zh", "这家公司拒绝了十亿美元的收购提议，并继续独立运营。"),
            ("ko", "그 회사는 십억 달러의 인수 제안을 거절했다."),
            (
                "ru",
                "Компания отказалась от предложения о покупке за миллиард долларов. Исследователи предпочли остаться, потому что верят в её цели.",
            ),
        ] {
            assert_eq!(detect_language(text).as_deref(), Some(lang), "{text}");
        }
        assert_eq!(detect_language("123 456"), None);
        assert_eq!(detect_language(""), None);
    }
}
