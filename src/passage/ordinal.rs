//! Numbers with a full stop that ends no sentence: `17. August`, `1. FC Köln`, `XX. století`.

/// Months whose names begin with a capital letter beside such a number, lower case. Not [`crate::corpus::MONTHS`]: names
/// and abbreviations of other languages there are words that begin a sentence here (`5. Set the table`).
const MONTHS: [&str; 34] = [
    "januar",
    "jänner",
    "februar",
    "feber",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
    "marts",
    "mars",
    "maj",
    "december",
    "desember",
    "january",
    "february",
    "march",
    "may",
    "june",
    "july",
    "october",
    "jan",
    "feb",
    "apr",
    "aug",
    "sept",
    "okt",
    "nov",
    "dez",
];

/// Words that begin sentences and name nothing, lower case, in languages that write ordinals with a full stop
/// and in those around them. A capital letter on one of them tells that a sentence begins.
const OPENERS: &str = "\
 der die das den dem des ein eine einer einen einem eines er sie es ich wir ihr du man dies diese dieser dieses \
 diesem diesen dann danach da dort damals damit dabei dazu davon dafür doch aber und oder auch als wenn weil \
 während nach nachdem vor seit seitdem bis in im am an auf aus bei beim mit von vom zu zum zur für gegen ohne um \
 unter über zwischen durch hier heute gestern jetzt nun so sein seine seiner ihre ihrer mein meine unser unsere \
 kein keine alle viele einige manche jeder jede jedes was wer wie wo warum wann noch schon nur nicht sogar später \
 zuerst zuletzt schließlich insgesamt trotzdem deshalb daher darum allerdings jedoch obwohl denn ob sowie zudem \
 the a that these those he she they we i you there here then on at by for from with after before when while if \
 but or to of its it his her their our my your no not now today later however meanwhile also some many most \
 both each every who how why where what this \
 det de han hun hon vi jeg jag så derefter herefter men og och på med til till fra från efter etter ved som når \
 när hvis dette denne disse en et ei ett nu nå af av om sedan \
 to ten ta byl byla bylo je jsou ona oni my pak potom poté po v ve na za do od z ze s se k ke ale když jak kde tam \
 tak také tento tato jeho její jejich dnes podle był była było jest są w we gdy kiedy także jego jej ich dziś nie \
 następnie przed \
 az ez azt ezt ő ők és ha majd akkor itt ott most egy nem is mint amikor ezután később \
 se ne hän he minä me sitten sen siellä siinä tämä nämä ja mutta kun jos myös ei oli \
 bu bir o onlar ben biz sonra daha ama ancak fakat çünkü eğer her şimdi orada burada \
 see need tema nad siis aga kui ka taj zatim nakon u kad kada kako tu tamo bio bila su nato tas tā viņš viņa un bet \
 tai jis ji ir kai það hann hún þeir og þá \
 het een hij zij ze wij dit dat toen maar op met \
 le la les une il elle ils elles ce cette ces puis mais dans à au aux après pour par avec son sa ses leur \
 el los las una este esta luego pero y con para después su sus al lo gli è era poi ma e per dopo suo sua di os as \
 um uma ele ela depois mas em com por seu ea în apoi dar și ";

/// Words before a number that only counts or names, lower case: `war 12.`, `Nr. 7.`, `page 12.`. Articles, and the
/// prepositions that stand before ordinals too (`ab 5. Klasse`, `in 2. Auflage`), are none of them.
const COUNTING: &str = " war waren ist sind wurde wurden hat hatte hatten mit auf über unter um von bei für gegen ohne \
 aus durch fast etwa rund nur noch erst knapp mehr nr no nos art abs kap fig abb vol bd tel was were is are be been \
 age aged than about only over least by to of at and with for from had has have reached scored won lost page \
 chapter section number ";

/// Longer words are in no list.
const LONGEST: usize = 24;

/// Whether the full stop at the end of `sentence` belongs to a number, so that what follows, `rest`, goes on with the
/// sentence. Neither has white space where they meet.
///
/// A number of one to three digits may be an ordinal, and so may a Roman one of several letters; with more digits it
/// is a year or a count, and the sentence ends. Many languages write ordinals so, and in German the word after one
/// has a capital letter, as the first word of a sentence has. What tells them apart:
///
/// - Nothing but the number stands before: no sentence is that short.
/// - A lower-case word follows: no sentence begins so. A month follows: a date.
/// - A number follows that has a full stop itself: a date (`3. 5.`), and so is the year after two of them.
/// - A word follows that begins sentences and names nothing (`Dann`, `The`): the sentence ends.
/// - A word that counts stands before (`war 12.`, `Nr. 7.`), or a name that is numbered (`Kapitel 5.`, `Apollo 11.`):
///   the sentence ends, unless the letters of a club follow (`Aufsteiger 1. FC Union`).
///
/// Where nothing tells, the sentence goes on: two sentences that stay together cost less than a torn date or name.
pub(super) fn goes_on_after_number(sentence: &str, rest: &str) -> bool {
    let Some((before, is_roman)) = sentence.strip_suffix('.').and_then(number_at_end) else {
        return false;
    };
    let before = before.trim_end();
    let Some(first) = rest.chars().next() else {
        return false;
    };
    if is_first(before) || first.is_lowercase() {
        return true;
    }
    if first.is_ascii_digit() {
        return !is_roman && is_date_with(before, rest);
    }
    // Other scripts write no ordinals so.
    if !first.is_uppercase() || !is_latin(first) {
        return false;
    }
    let word = word_at(rest);
    let lower = word.to_lowercase();
    if !is_roman && MONTHS.contains(&lower.as_str()) {
        return true;
    }
    let letters = word.chars().count();
    let is_club = (2..=4).contains(&letters) && word.chars().all(char::is_uppercase);
    is_club || (!is_in(OPENERS, &lower) && !counts(before))
}

/// Whether what comes after this is the first of its sentence.
fn is_first(before: &str) -> bool {
    !before
        .chars()
        .rev()
        .take(LONGEST)
        .any(char::is_alphanumeric)
}

/// What stands before the number that a text ends with, or before a row of them (`24./25`), and whether it is Roman.
fn number_at_end(text: &str) -> Option<(&str, bool)> {
    let count = |text: &str, of: fn(&u8) -> bool| text.bytes().rev().take_while(of).take(8).count();
    let digits = |text: &str| count(text, u8::is_ascii_digit);
    // Nobody is the fortieth of a name.
    let (length, is_roman) = match (digits(text), count(text, |b| b"IVX".contains(b))) {
        (length @ 1..=3, _) => (length, false),
        (0, length @ 2..=7) => (length, true),
        _ => return None,
    };
    let mut before = &text[..text.len() - length];
    for _ in 0..4 {
        let linked = before.strip_suffix(['/', '-', '–']);
        let Some(linked) = linked.and_then(|linked| linked.strip_suffix('.')) else {
            break;
        };
        let length = digits(linked);
        if !(1..=3).contains(&length) {
            return None;
        }
        before = &linked[..linked.len() - length];
    }
    let begins = |c: char| c.is_whitespace() || "([{\"„“”‚‘’«»‹›'¿¡*_".contains(c);
    let stands_alone = before.chars().next_back().is_none_or(begins);
    stands_alone.then_some((before, is_roman))
}

/// Whether a number before and one after make a date with the one between them.
fn is_date_with(before: &str, rest: &str) -> bool {
    let count = rest.bytes().take_while(u8::is_ascii_digit).take(5).count();
    match count {
        1 | 2 => rest[count..].starts_with('.'),
        4 => before
            .strip_suffix('.')
            .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit())),
        _ => false,
    }
}

/// Whether what stands before a number tells that it counts or names.
fn counts(before: &str) -> bool {
    let head = before.strip_suffix('.').unwrap_or(before);
    let word = word_at_end(head);
    let lower = word.to_lowercase();
    // The first word of a sentence has a capital letter whatever it is; `Deutschlands 2. Liga` is a genitive.
    let numbered = word.starts_with(char::is_uppercase)
        && !word.ends_with('s')
        && !is_in(OPENERS, &lower)
        && !is_first(&head[..head.len() - word.len()]);
    before.ends_with(['§', '№', '#']) || is_in(COUNTING, &lower) || numbered
}

fn word_at(text: &str) -> &str {
    let letters = text.char_indices().take(LONGEST);
    let end = letters
        .take_while(|(_, c)| c.is_alphabetic())
        .last()
        .map_or(0, |(at, c)| at + c.len_utf8());
    &text[..end]
}

fn word_at_end(text: &str) -> &str {
    let letters = text.char_indices().rev().take(LONGEST);
    let start = letters
        .take_while(|(_, c)| c.is_alphabetic())
        .last()
        .map_or(text.len(), |(at, _)| at);
    &text[start..]
}

/// Whether a list of words with spaces around them has a word.
fn is_in(list: &str, word: &str) -> bool {
    !word.is_empty()
        && list
            .match_indices(word)
            .any(|(at, _)| list[..at].ends_with(' ') && list[at + word.len()..].starts_with(' '))
}

fn is_latin(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

#[cfg(test)]
mod tests {
    use super::goes_on_after_number;

    #[test]
    fn ordinals_and_dates_go_on() {
        for (sentence, rest) in [
            ("17.", "August 1998 war es so weit."),
            ("Am 24.", "Juni wird geputzt."),
            ("3.", "Mai 2024 war der Tag."),
            ("1.", "FC Köln gewann."),
            ("Der Aufsteiger 1.", "FC Union gewann."),
            ("Sie spielte im 2.", "Weltkrieg keine Rolle"),
            ("Deutschlands 2.", "Liga begann."),
            ("Zum 100.", "Geburtstag kamen viele."),
            ("vom 24./25.", "Juni"),
            ("Der Termin am 3.", "5. 2024 fiel aus."),
            ("Der Termin am 3. 5.", "2024 fiel aus."),
            ("Klement žil ve 12.", "století."),
            ("Toimisto on 2.", "kerroksessa."),
            ("Im XX.", "Jahrhundert"),
            ("Anayasa 2.", "Dünya Savaşı'ndan sonra değişti."),
            ("Den 17.", "Mai er nasjonaldag."),
            ("auf 3.", "Mai verschoben"),
            ("4.", "The fourth rule"),
        ] {
            assert!(goes_on_after_number(sentence, rest), "{sentence} {rest}");
        }
    }

    #[test]
    fn sentences_end_with_numbers() {
        for (sentence, rest) in [
            ("It opened in 1998.", "The crowd cheered."),
            ("It opened in 1998.", "Crowds came."),
            ("Er war 12.", "Dann ging er."),
            ("Er war 12.", "Peter ging."),
            ("Das steht in Kapitel 5.", "Bauern wissen es."),
            ("Er kam auf Platz 3.", "Bayern gewann."),
            ("They flew on Apollo 11.", "Armstrong spoke."),
            ("She lives at no. 7.", "Visitors ring twice."),
            ("Es gilt § 12.", "Ausnahmen gibt es."),
            ("Das Spiel endete 3:2.", "Bayern gewann."),
            ("It costs $12.", "Nobody pays."),
            ("They won 24–10.", "Manning threw."),
            ("Version 1.2.", "Users wait."),
            ("Ему было 12.", "Пётр ушёл."),
            ("He was 12.", "3 years later he left."),
            ("Kaiser war Ludwig XIV.", "Er starb 1715."),
        ] {
            assert!(!goes_on_after_number(sentence, rest), "{sentence} {rest}");
        }
    }
}
