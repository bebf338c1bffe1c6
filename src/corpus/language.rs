//! The language of a text: what it says of itself, unless its letters say otherwise.

mod letters;
mod prose;
mod script;
mod tag;

use std::cmp::Ordering;
use std::collections::HashMap;

use encoding_rs::{BIG5, Encoding, SHIFT_JIS};
use letters::Scores;
use prose::Words;
use script::Script;

use crate::corpus::block::Block;

pub use tag::of_tag;

/// A text is Japanese where one in so many of its letters is kana.
const KANA: usize = 10;
/// What a letter of a syllabic script weighs, and one of another script than Latin: names and words in Latin letters
/// stand in texts of every language.
const SYLLABLE: usize = 4;
const LETTER: usize = 2;
/// Characters that are looked at to tell Chinese from Japanese without kana, and how many of them may be rare.
const HAN: usize = 100;
const ODD: usize = 20;
/// So many characters that are common to both are more likely Chinese.
const NO_KANA: usize = 12;
/// A script alone tells the language from so many letters on.
const SIGNS: usize = 4;
/// A language that is declared is found in a text that has so many letters of its script, one in.
const DECLARED: usize = 10;
/// What is known of a text's language.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Language {
    /// ISO 639-1 (639-3 where there is no shorter code); `None` where the text is too short or no language.
    pub code: Option<String>,
    /// What the text says of itself and was not believed.
    pub note: Option<String>,
}

/// The language of a text that says, or does not, what it is in.
pub fn of(text: &str, blocks: &[Block], said: Option<&str>) -> Language {
    let said = said.and_then(of_tag);
    let found = Found::of(&Words::of(text, blocks));
    match said {
        None => Language {
            code: found.language(),
            note: None,
        },
        Some(said) if found.allows(&said) => Language {
            code: Some(said),
            note: None,
        },
        Some(said) => {
            let code = found.language();
            let note = format!(
                "the text says that its language is {said}, and is {}",
                code.as_deref().unwrap_or("another")
            );
            Language {
                code,
                note: Some(note),
            }
        }
    }
}

/// The language of a short text, one of several in a file, of which so many are in these languages; `None` where that
/// tells nothing.
pub fn among(text: &str, blocks: &[Block], counts: &HashMap<String, usize>) -> Option<String> {
    let found = Found::of(&Words::of(text, blocks));
    let count = |code: &str| counts.get(code).copied().unwrap_or(0);
    let code = match found.script {
        Script::Han | Script::Kana if found.is_japanese() => "ja",
        Script::Han | Script::Kana if found.is_chinese() => "zh",
        Script::Han | Script::Kana => match count("ja").cmp(&count("zh")) {
            Ordering::Greater => "ja",
            Ordering::Less => "zh",
            Ordering::Equal => return None,
        },
        _ => found.scores.as_ref()?.best_among(counts)?,
    };
    Some(code.to_owned())
}

/// The language of a text by its letters.
pub fn detect_language(text: &str) -> Option<String> {
    Found::of(&Words::of_text(text)).language()
}

/// What the words of a text say.
struct Found {
    /// Letters of each script.
    letters: [usize; script::COUNT],
    /// The script that weighs most.
    script: Script,
    /// Letters of all that was looked at.
    seen: usize,
    /// The languages of the script, where it has several.
    scores: Option<Scores>,
    /// Some of the Han characters, and the letters of Assamese that Bengali lacks.
    han: String,
    assamese: bool,
}

impl Found {
    fn of(words: &Words) -> Self {
        let mut letters = [0; script::COUNT];
        for c in words.words.iter().flat_map(|word| word.chars()) {
            letters[script::of(c) as usize] += usize::from(c.is_alphabetic());
        }
        let script = heaviest(&letters);
        let of_script = |word: &&str| word.chars().next().is_some_and(|c| script::of(c) == script);
        let of_script = words.words.iter().map(String::as_str).filter(of_script);
        let han = words.words.iter().flat_map(|word| word.chars());
        let han = han.filter(|c| script::of(*c) == Script::Han);
        let shared = (script as usize) < script::SHARED;
        Self {
            letters,
            script,
            seen: words.letters,
            scores: shared.then(|| Scores::of(script, of_script)),
            han: han.take(HAN).collect(),
            assamese: words
                .words
                .iter()
                .any(|word| word.contains(['\u{9f0}', '\u{9f1}'])),
        }
    }

    fn count(&self, script: Script) -> usize {
        self.letters[script as usize]
    }

    /// Kana stand in no other language's texts, however much Latin script stands between them.
    fn is_japanese(&self) -> bool {
        let kana = self.count(Script::Kana);
        let all = kana + self.count(Script::Han) + self.count(Script::Latin);
        kana > 0 && kana * KANA >= all
    }

    fn language(&self) -> Option<String> {
        if self.is_japanese() {
            return Some("ja".to_owned());
        }
        let code = match self.script {
            Script::Han | Script::Kana => self.of_han()?,
            Script::Bengali if self.assamese => "as",
            _ => match &self.scores {
                Some(scores) => scores.best(self.seen)?,
                None if self.count(self.script) < SIGNS => return None,
                None => tag::main_language(self.script)?,
            },
        };
        Some(code.to_owned())
    }

    /// Whether the text may be in the language that it declares.
    fn allows(&self, said: &str) -> bool {
        let all: usize = self.letters.iter().sum();
        let written = |script| tag::is_written_in(said, script);
        match written(self.script) {
            _ if all == 0 => true,
            None => self.script != Script::Han || !self.is_japanese(),
            Some(true) if self.script == Script::Han => self
                .of_han()
                .is_none_or(|found| (found == "ja") == (said == "ja")),
            Some(true) => self
                .scores
                .as_ref()
                .is_none_or(|scores| scores.allows(said)),
            Some(false) => {
                let theirs = Script::ALL
                    .iter()
                    .filter(|script| written(**script) == Some(true));
                let theirs: usize = theirs.map(|script| self.count(*script)).sum();
                self.script == Script::Latin && theirs * DECLARED >= all
            }
        }
    }

    /// Japanese or Chinese; `None` where the characters are too few and common to both.
    fn of_han(&self) -> Option<&'static str> {
        if self.is_japanese() {
            return Some("ja");
        }
        if self.is_chinese() {
            return Some("zh");
        }
        // What has been simplified, and not as in China, is Japanese.
        let count = self.han.chars().count();
        if self.count(Script::Kana) > 0 || self.lacking(BIG5) * ODD >= count.max(1) {
            return Some("ja");
        }
        (count >= NO_KANA).then_some("zh")
    }

    /// Whether it has characters that no Japanese encoding has.
    fn is_chinese(&self) -> bool {
        let odd = self.lacking(SHIFT_JIS);
        odd > 0 && odd * ODD >= self.han.chars().count()
    }

    /// How many Han characters an encoding lacks.
    fn lacking(&self, encoding: &'static Encoding) -> usize {
        let lacks = |c: &char| encoding.encode(c.encode_utf8(&mut [0; 4])).2;
        self.han.chars().filter(lacks).count()
    }
}

/// The script that weighs most; Han for kana too.
fn heaviest(letters: &[usize; script::COUNT]) -> Script {
    let mut weights = *letters;
    for script in Script::ALL {
        weights[script as usize] *= match script {
            Script::Latin | Script::Other => 1,
            Script::Han | Script::Kana | Script::Hangul => SYLLABLE,
            _ => LETTER,
        };
    }
    weights[Script::Han as usize] += std::mem::take(&mut weights[Script::Kana as usize]);
    let heaviest = Script::ALL
        .iter()
        .rev()
        .max_by_key(|script| weights[**script as usize]);
    heaviest.copied().unwrap_or(Script::Other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::block::BlockKind;
    use crate::corpus::plain::layout::layout;

    fn code(text: &str, said: Option<&str>) -> Option<String> {
        of(text, &layout(text).0, said).code
    }

    #[test]
    fn short_texts_are_in_the_language_of_those_beside_them() {
        let counts = |all: &[(&str, usize)]| -> HashMap<String, usize> {
            let all = all.iter();
            all.map(|(code, count)| ((*code).to_owned(), *count))
                .collect()
        };
        let of = |text: &str, counts: &HashMap<String, usize>| among(text, &layout(text).0, counts);
        let english = counts(&[("en", 50), ("nl", 1)]);
        let japanese = counts(&[("ja", 50), ("zh", 3)]);
        for (text, counts, expected) in [
            ("Paid the electrician", &english, Some("en")),
            (
                "Rechnung für die Heizung bezahlt und abgelegt",
                &english,
                Some("de"),
            ),
            ("東京都庁", &japanese, Some("ja")),
            ("北京市政府", &counts(&[]), None),
            ("这家公司拒绝了", &japanese, Some("zh")),
            ("売上の報告", &counts(&[("zh", 9)]), Some("ja")),
            ("123", &english, None),
        ] {
            assert_eq!(of(text, counts).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn languages_of_short_passages() {
        for (lang, text) in [
            (
                "ja",
                "MetaのAI部門は、OpenAI、Anthropic、Googleと競争している。",
            ),
            ("ja", "日経平均続落、東京株式市場"),
            (
                "en",
                "The research division will open its models to the public next year.",
            ),
            (
                "vi",
                "Công ty này đã từ chối lời đề nghị mua lại trị giá một tỷ đô la Mỹ.",
            ),
            ("zh", "这家公司拒绝了十亿美元的收购提议，并继续独立运营。"),
            ("zh", "這家公司拒絕了十億美元的收購提議，並繼續獨立運營。"),
            ("ko", "그 회사는 십억 달러의 인수 제안을 거절했다."),
            (
                "ru",
                "Компания отказалась от предложения о покупке за миллиард долларов.",
            ),
            (
                "uk",
                "Компанія відмовилася від пропозиції про купівлю за мільярд доларів.",
            ),
            (
                "de",
                "Das Unternehmen lehnte das Angebot ab und bleibt weiterhin unabhängig.",
            ),
            (
                "fr",
                "L’entreprise a refusé l’offre et continue de fonctionner seule.",
            ),
            ("th", "บริษัทปฏิเสธข้อเสนอซื้อกิจการ"),
            ("el", "Η εταιρεία απέρριψε την πρόταση εξαγοράς."),
            (
                "fa",
                "این شرکت پیشنهاد خرید را رد کرد و به کار مستقل خود ادامه می‌دهد.",
            ),
            (
                "ar",
                "رفضت الشركة عرض الاستحواذ واستمرت في العمل بشكل مستقل.",
            ),
            (
                "hi",
                "कंपनी ने अधिग्रहण का प्रस्ताव ठुकरा दिया और स्वतंत्र रूप से काम करती रही।",
            ),
        ] {
            assert_eq!(detect_language(text).as_deref(), Some(lang), "{text}");
        }
    }

    #[test]
    fn what_is_no_language_is_unknown() {
        for text in [
            "",
            "123 456",
            "12.5\t13.9\t-4\nA1\tB7\tC9",
            "aGVsbG8gd29ybGQsIHRoaXMgaXMgYmFzZTY0IHRleHQgZm9yIGEgdGVzdA==",
            "fn f(x: &[u8]) -> u32 { x.len() as u32 } // f(x)\nlet y_1 = f(&a[0..2]);",
            "qzx vkj wqpz xkcd zzrt plmk vbnq wxyz kjhg qwrt zxcv pldk",
        ] {
            assert_eq!(detect_language(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_is_read_for_its_sentences() {
        let text = "# tane-cli 0.3 (2024-05-03)\n\n- `--lang`: the language of the text, as in \
                    [the manual](https://example.org/manual.html)\n- see src/main.rs, NAME_OF_IT and camelCaseName\n\n\
                    | Lisboa | 12 | 14 |\n\nIt reads the files that are given and writes what it found in them.\n";
        assert_eq!(code(text, None).as_deref(), Some("en"));
        let long = format!(
            "{}\n\n{}",
            "A short preface in English, and no more. ".repeat(20),
            "Der Rest des Buches ist auf Deutsch geschrieben. ".repeat(400)
        );
        assert_eq!(code(&long, None).as_deref(), Some("de"));
        let block = Block {
            span: 0..text.len(),
            kind: BlockKind::Code,
        };
        assert_eq!(of(text, &[block], None).code, None);
    }

    #[test]
    fn a_language_that_is_declared_and_fits_is_kept() {
        let french = "Le moulin se trouve au bord de la rivière, et le meunier y travaille depuis vingt ans. ".repeat(3);
        for (said, text, expected) in [
            (
                "en",
                "市営プールは七月一日から八月末まで開きます。",
                Some("ja"),
            ),
            (
                "zh",
                "市営プールは七月一日から八月末まで開きます。",
                Some("ja"),
            ),
            ("ja", "图书馆星期一不开门，还书口晚上也开着。", Some("zh")),
            ("ja", "東京電力", Some("ja")),
            ("en", "도서관은 월요일에 쉽니다.", Some("ko")),
            (
                "en",
                "Библиотека закрыта по понедельникам, вход со двора.",
                Some("ru"),
            ),
            ("uk", "Бібліотека.", Some("uk")),
            (
                "ja",
                "The library is closed on Mondays; books may be returned at night.",
                Some("en"),
            ),
            ("fr-CA", french.as_str(), Some("fr")),
            ("en", french.as_str(), Some("fr")),
            ("en", "Le moulin", Some("en")),
            ("tlh", french.as_str(), Some("tlh")),
            ("no", "Biblioteket er stengt på mandager.", Some("nb")),
            ("en", "123", Some("en")),
        ] {
            assert_eq!(
                code(text, Some(said)).as_deref(),
                expected,
                "{said}: {text}"
            );
        }
        let pool = "プールは七月一日から開きます。";
        let note = of(pool, &layout(pool).0, Some("en"))
            .note
            .unwrap_or_default();
        assert!(note.contains("en") && note.contains("ja"), "{note}");
    }
}
