//! Language tags as texts give them, and the scripts in which a language is written.

use super::script::Script;

/// Codes of three letters (ISO 639-2, both of them where there are two) before their code of two (ISO 639-1).
const SHORT: &str = "aaraa abkab afraf akaak albsq amham araar argan armhy asmas avaav aveae aymay azeaz bakba bambm \
    baqeu belbe benbn bihbh bisbi bodbo bosbs brebr bulbg burmy catca cescs chach chece chizh chucu chvcv corkw cosco \
    crecr cymcy czecs danda deude divdv dutnl dzodz ellel engen epoeo estet euseu eweee faofo fasfa fijfj finfi frafr \
    frefr fryfy fulff geoka gerde glagd glega glggl glvgv greel grngn gujgu hatht hauha hebhe herhz hinhi hmoho hrvhr \
    hunhu hyehy iboig iceis idoio iiiii ikuiu ileie inaia indid ipkik islis itait javjv jpnja kalkl kankn kasks katka \
    kaukr kazkk khmkm kikki kinrw kirky komkv konkg korko kuakj kurku laolo latla lavlv limli linln litlt ltzlb lublu \
    luglg macmk mahmh malml maomi marmr mayms mkdmk mlgmg mltmt monmn mrimi msams myamy nauna navnv nblnr ndend ndong \
    nepne nldnl nnonn nobnb nornb nyany ocioc ojioj orior ormom ossos panpa perfa plipi polpl porpt pusps quequ rohrm \
    ronro rumro runrn rusru sagsg sansa sinsi slksk slosk slvsl smese smosm snasn sndsd somso sotst spaes sqisq srdsc \
    srpsr sswss sunsu swasw swesv tahty tamta tattt telte tgktg tgltl thath tibbo tirti tonto tsntn tsots tuktk turtr \
    twitw uigug ukruk urdur uzbuz venve vievi volvo welcy wlnwa wolwo xhoxh yidyi yoryo zhaza zhozh zulzu";
/// Codes of single languages of a group that has the shorter code, and codes of old.
const SAME: &str = "cmn:zh arb:ar pes:fa prs:fa azj:az khk:mn lvs:lv ekk:et swh:sw npi:ne zsm:ms uzn:uz ydd:yi plt:mg \
    als:sq ory:or pbu:ps pbt:ps fil:tl kmr:ku gax:om no:nb iw:he in:id ji:yi jw:jv mo:ro";
/// Languages that are written in a script other than Latin, the main one first, and again those of them that are
/// written in Latin too.
const WRITTEN: [(Script, &str); 27] = [
    (
        Script::Latin,
        "az bs crh ha hak kaa kk ku lad ms nan sh sr tk tt ug uz zza",
    ),
    (
        Script::Cyrillic,
        "ab av az ba be bg bs ce crh cu cv kaa kk ku kv ky mk mn os rue ru sah sh sr tg tk tt tyv udm ug uk uz",
    ),
    (
        Script::Arabic,
        "apc ar ary arz az azb bal bqi ckb fa glk ha kk ks ku ky lrc ms mzn pa pnb ps sd skr tg tk ug ur uz",
    ),
    (Script::Hebrew, "arc he lad yi"),
    (
        Script::Devanagari,
        "awa bh bho brx doi gom hi kok ks mag mai mr ne new pi sa sat sd",
    ),
    (Script::Ethiopic, "am ti tig gez"),
    (Script::Tibetan, "bo dz"),
    (Script::Greek, "el grc"),
    (Script::Armenian, "hy hyw"),
    (Script::Georgian, "ka xmf"),
    (Script::Thaana, "dv"),
    (Script::Bengali, "bn as bpy mni sa"),
    (Script::Gurmukhi, "pa"),
    (Script::Gujarati, "gu"),
    (Script::Oriya, "or"),
    (Script::Tamil, "ta"),
    (Script::Telugu, "te"),
    (Script::Kannada, "kn tcy"),
    (Script::Malayalam, "ml"),
    (Script::Sinhala, "si pi"),
    (Script::Thai, "th"),
    (Script::Lao, "lo"),
    (Script::Myanmar, "my mnw shn"),
    (Script::Khmer, "km"),
    (Script::Hangul, "ko"),
    (Script::Kana, "ja"),
    (Script::Han, "gan hak ja ko lzh nan wuu yue zh"),
];
/// Languages whose scripts are none of these.
const ELSEWHERE: &str = "chr cr ii iu nqo oj";

/// The language that a text says it is in (`ja-JP`): ISO 639-1, 639-3 where there is no shorter code; `None` where
/// that is no language tag.
pub fn of_tag(tag: &str) -> Option<String> {
    let language = tag.trim().split(['-', '_']).next()?.to_lowercase();
    let letters = language.bytes().all(|b| b.is_ascii_lowercase());
    if !letters || ["und", "mul", "zxx", "mis", "art"].contains(&language.as_str()) {
        return None;
    }
    let same = || {
        let mut pairs = SAME.split(' ').filter_map(|pair| pair.split_once(':'));
        pairs.find_map(|(code, short)| (code == language).then_some(short))
    };
    let short = || {
        SHORT
            .split(' ')
            .find_map(|pair| pair.strip_prefix(&language))
    };
    match language.len() {
        2 => Some(same().map_or(language.clone(), str::to_owned)),
        3 => Some(
            same()
                .or_else(short)
                .map_or(language.clone(), str::to_owned),
        ),
        _ => None,
    }
}

/// Whether a language is ever written in a script; `None` where that is not known.
pub fn is_written_in(language: &str, script: Script) -> Option<bool> {
    let among = |list: &str| list.split(' ').any(|code| code == language);
    let elsewhere = WRITTEN
        .iter()
        .any(|(script, list)| *script != Script::Latin && among(list));
    if elsewhere {
        let here = |(written, list): &(Script, &str)| *written == script && among(list);
        return Some(WRITTEN.iter().any(here));
    }
    let known = language.len() == 2 && !among(ELSEWHERE);
    known.then_some(script == Script::Latin)
}

/// The language that is written in a script more than any other.
pub fn main_language(script: Script) -> Option<&'static str> {
    let (_, list) = WRITTEN.iter().find(|(written, _)| *written == script)?;
    list.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_any_form_are_the_shortest_code() {
        for (tag, code) in [
            ("ja-JP", Some("ja")),
            (" EN_us ", Some("en")),
            ("jpn", Some("ja")),
            ("ger", Some("de")),
            ("cmn-Hans", Some("zh")),
            ("yue", Some("yue")),
            ("no", Some("nb")),
            ("iw", Some("he")),
            ("und", None),
            ("english", None),
            ("x-klingon", None),
            ("", None),
            ("e1", None),
        ] {
            assert_eq!(of_tag(tag).as_deref(), code, "{tag}");
        }
    }

    #[test]
    fn scripts_of_languages() {
        for (language, script, expected) in [
            ("en", Script::Latin, Some(true)),
            ("en", Script::Kana, Some(false)),
            ("ja", Script::Latin, Some(false)),
            ("sr", Script::Latin, Some(true)),
            ("sr", Script::Cyrillic, Some(true)),
            ("ru", Script::Latin, Some(false)),
            ("yue", Script::Han, Some(true)),
            ("tlh", Script::Latin, None),
            ("iu", Script::Latin, None),
        ] {
            assert_eq!(is_written_in(language, script), expected, "{language}");
        }
    }
}
