//! Languages as people name them: `ja`, `JA`, `ja-JP`, `jpn`, `Japanese`, `日本語`.

use crate::words::fold;

/// Stands for texts whose language is not known.
pub const UNKNOWN: &str = "und";

/// Tag (ISO 639-1, else 639-3) and other names: three-letter codes, older and narrower tags, the name in English and
/// in the language itself.
const LANGUAGES: [(&str, &[&str]); 89] = [
    ("af", &["afr", "Afrikaans"]),
    ("ak", &["aka", "Akan"]),
    ("am", &["amh", "Amharic", "አማርኛ"]),
    ("ar", &["ara", "arb", "Arabic", "العربية"]),
    (
        "az",
        &["aze", "azj", "Azerbaijani", "Azərbaycan", "Azərbaycanca"],
    ),
    ("be", &["bel", "Belarusian", "Беларуская"]),
    ("bg", &["bul", "Bulgarian", "Български"]),
    ("bn", &["ben", "Bengali", "Bangla", "বাংলা"]),
    ("bs", &["bos", "Bosnian", "Bosanski"]),
    ("ca", &["cat", "Catalan", "Català"]),
    ("cs", &["ces", "cze", "Czech", "Čeština", "Česky"]),
    ("cy", &["cym", "wel", "Welsh", "Cymraeg"]),
    ("da", &["dan", "Danish", "Dansk"]),
    ("de", &["deu", "ger", "German", "Deutsch"]),
    ("el", &["ell", "gre", "Greek", "Ελληνικά"]),
    ("en", &["eng", "English"]),
    ("eo", &["epo", "Esperanto"]),
    ("es", &["spa", "Spanish", "Español", "Castellano"]),
    ("et", &["est", "ekk", "Estonian", "Eesti"]),
    ("eu", &["eus", "baq", "Basque", "Euskara"]),
    ("fa", &["fas", "per", "pes", "Persian", "Farsi", "فارسی"]),
    ("fi", &["fin", "Finnish", "Suomi"]),
    ("fr", &["fra", "fre", "French", "Français"]),
    ("ga", &["gle", "Irish", "Gaeilge"]),
    ("gl", &["glg", "Galician", "Galego"]),
    ("gu", &["guj", "Gujarati", "ગુજરાતી"]),
    ("ha", &["hau", "Hausa"]),
    ("he", &["heb", "iw", "Hebrew", "עברית"]),
    ("hi", &["hin", "Hindi", "हिन्दी", "हिंदी"]),
    ("hr", &["hrv", "Croatian", "Hrvatski"]),
    ("hu", &["hun", "Hungarian", "Magyar"]),
    ("hy", &["hye", "arm", "Armenian", "Հայերեն"]),
    ("id", &["ind", "in", "Indonesian", "Bahasa Indonesia"]),
    ("is", &["isl", "ice", "Icelandic", "Íslenska"]),
    ("it", &["ita", "Italian", "Italiano"]),
    ("ja", &["jpn", "Japanese", "日本語"]),
    ("jv", &["jav", "Javanese", "Basa Jawa"]),
    ("ka", &["kat", "geo", "Georgian", "ქართული"]),
    ("kk", &["kaz", "Kazakh", "Қазақ", "Қазақша"]),
    ("km", &["khm", "Khmer", "ខ្មែរ", "ភាសាខ្មែរ"]),
    ("kn", &["kan", "Kannada", "ಕನ್ನಡ"]),
    ("ko", &["kor", "Korean", "한국어"]),
    ("ku", &["kur", "Kurdish", "Kurdî"]),
    ("ky", &["kir", "Kyrgyz", "Кыргызча"]),
    ("la", &["lat", "Latin", "Latina"]),
    ("lo", &["Lao", "ລາວ"]),
    ("lt", &["lit", "Lithuanian", "Lietuvių"]),
    ("lv", &["lav", "lvs", "Latvian", "Latviešu"]),
    ("mg", &["mlg", "Malagasy"]),
    ("mk", &["mkd", "mac", "Macedonian", "Македонски"]),
    ("ml", &["mal", "Malayalam", "മലയാളം"]),
    ("mn", &["mon", "khk", "Mongolian", "Монгол"]),
    ("mr", &["mar", "Marathi", "मराठी"]),
    ("ms", &["msa", "may", "zsm", "Malay", "Bahasa Melayu"]),
    ("mt", &["mlt", "Maltese", "Malti"]),
    ("my", &["mya", "bur", "Burmese", "မြန်မာ", "မြန်မာဘာသာ"]),
    (
        "nb",
        &[
            "nob",
            "no",
            "nor",
            "nn",
            "nno",
            "Norwegian",
            "Norsk",
            "Bokmål",
            "Nynorsk",
        ],
    ),
    ("ne", &["nep", "npi", "Nepali", "नेपाली"]),
    ("nl", &["nld", "dut", "Dutch", "Flemish", "Nederlands"]),
    ("or", &["ori", "ory", "Odia", "Oriya", "ଓଡ଼ିଆ"]),
    ("pa", &["pan", "Punjabi", "Panjabi", "ਪੰਜਾਬੀ"]),
    ("pl", &["pol", "Polish", "Polski"]),
    ("ps", &["pus", "Pashto", "پښتو"]),
    ("pt", &["por", "Portuguese", "Português"]),
    ("ro", &["ron", "rum", "mo", "Romanian", "Română"]),
    ("ru", &["rus", "Russian", "Русский"]),
    ("si", &["sin", "Sinhala", "සිංහල"]),
    ("sk", &["slk", "slo", "Slovak", "Slovenčina"]),
    ("sl", &["slv", "Slovenian", "Slovene", "Slovenščina"]),
    ("sn", &["sna", "Shona", "chiShona"]),
    ("so", &["som", "Somali", "Soomaali"]),
    ("sq", &["sqi", "alb", "Albanian", "Shqip"]),
    ("sr", &["srp", "Serbian", "Српски", "Srpski"]),
    ("sv", &["swe", "Swedish", "Svenska"]),
    ("sw", &["swa", "swh", "Swahili", "Kiswahili"]),
    ("ta", &["tam", "Tamil", "தமிழ்"]),
    ("te", &["tel", "Telugu", "తెలుగు"]),
    ("th", &["tha", "Thai", "ไทย", "ภาษาไทย"]),
    ("tk", &["tuk", "Turkmen", "Türkmen", "Türkmençe"]),
    ("tl", &["tgl", "fil", "Tagalog", "Filipino"]),
    ("tr", &["tur", "Turkish", "Türkçe"]),
    ("uk", &["ukr", "Ukrainian", "Українська"]),
    ("ur", &["urd", "Urdu", "اردو"]),
    ("uz", &["uzb", "uzn", "Uzbek", "Oʻzbek", "O'zbek"]),
    ("vi", &["vie", "Vietnamese", "Tiếng Việt"]),
    ("yi", &["yid", "ydd", "ji", "Yiddish", "ייִדיש"]),
    ("yo", &["yor", "Yoruba", "Yorùbá"]),
    (
        "zh",
        &[
            "zho",
            "chi",
            "cmn",
            "Chinese",
            "Mandarin",
            "中文",
            "汉语",
            "漢語",
            "普通话",
            "國語",
        ],
    ),
    ("zu", &["zul", "Zulu", "isiZulu"]),
];

/// The one tag of a language, however it is named; regions, scripts and encodings (`zh-Hant`, `ja_JP.UTF-8`) are left
/// out. A tag of a language that is not known here is itself; `None` for what is no tag and no known name.
pub fn canonical(given: &str) -> Option<String> {
    let given = given.trim();
    let folded = fold(given);
    if let Some(tag) = known(&folded) {
        return Some(tag.to_owned());
    }
    if ["unknown", "none", "-"].contains(&given) {
        return Some(UNKNOWN.to_owned());
    }
    let mut parts = given.split(['-', '_', '.', '@']);
    let first = parts.next()?.to_ascii_lowercase();
    let is_tag = matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_lowercase());
    // What follows a language in a tag has eight letters or digits at most.
    let goes_on = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let encoded = given.contains(['.', '@']);
    if !is_tag || !(encoded || parts.all(goes_on)) {
        return None;
    }
    Some(known(&first).map_or(first, str::to_owned))
}

/// The name of a language in English, by its tag; else the tag.
pub fn said(tag: &str) -> &str {
    if tag == UNKNOWN {
        return "no known language";
    }
    let known = LANGUAGES.iter().find(|(known, _)| *known == tag);
    let is_english = |name: &&&str| name.starts_with(|c: char| c.is_ascii_uppercase());
    let english = known.and_then(|(_, names)| names.iter().find(is_english));
    english.copied().unwrap_or(tag)
}

/// The tag of a language by one of its names, folded.
fn known(folded: &str) -> Option<&'static str> {
    let named = |names: &[&str]| names.iter().any(|name| fold(name) == folded);
    let found = LANGUAGES
        .iter()
        .find(|(tag, names)| *tag == folded || named(names));
    found.map(|(tag, _)| *tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_however_it_is_named() {
        for (given, tag) in [
            ("ja", "ja"),
            ("JA", "ja"),
            ("ja-JP", "ja"),
            ("ja_JP", "ja"),
            ("ja_JP.UTF-8", "ja"),
            ("jpn", "ja"),
            ("Japanese", "ja"),
            ("日本語", "ja"),
            (" french ", "fr"),
            ("FRANÇAIS", "fr"),
            ("zh-Hant-TW", "zh"),
            ("cmn", "zh"),
            ("no", "nb"),
            ("tiếng việt", "vi"),
            ("Tie\u{302}\u{301}ng Vie\u{323}\u{302}t", "vi"),
            ("tlh", "tlh"),
            ("und", "und"),
            ("unknown", "und"),
        ] {
            assert_eq!(canonical(given).as_deref(), Some(tag), "{given}");
        }
        for none in ["", "Klingon", "j", "ja JP", "ja-", "日本", "en,fr"] {
            assert_eq!(canonical(none), None, "{none}");
        }
        assert_eq!((said("ja"), said("tlh")), ("Japanese", "tlh"));
    }

    #[test]
    fn no_name_means_two_languages() {
        let mut meant = std::collections::HashMap::new();
        for (tag, names) in LANGUAGES {
            for name in std::iter::once(&tag).chain(names) {
                let before = meant.insert(fold(name), tag);
                assert!(
                    before.is_none_or(|before| before == tag),
                    "{name}: {before:?} and {tag}"
                );
            }
        }
    }
}
