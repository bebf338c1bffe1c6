//! A text as a quoted string is looked for in it: whole words, numbers by their value.

use super::number::{FoundNumber, Value};
use super::read::{Sink, read};
use super::{BARE, MAYBE, WRITTEN, bare, hyphenless, korean, terms_of_run};

/// The smallest thing that a quoted string and a text may have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A word of a script with spaces.
    Word {
        /// The word, folded.
        letters: String,
        /// Without accents, where it has some.
        bare: Option<String>,
        /// The next word follows behind a hyphen, which may be missing: `Wi-Fi`, or a line end.
        joins: bool,
    },
    /// A word of Korean, particles and all.
    Korean(Vec<char>),
    /// A character of a script without spaces.
    Char(char),
    /// A number, an amount of money, a month.
    Value(Value),
    /// Anything else that shows.
    Sign(char),
}

/// The tokens of a folded text.
pub fn tokens(folded: &str) -> Vec<Token> {
    let mut tokens = Tokens(Vec::new());
    read(folded, &mut tokens);
    tokens.0
}

struct Tokens(Vec<Token>);

impl Sink for Tokens {
    const AGAIN: bool = false;

    fn words(&mut self, words: &[&[char]], _: &[bool]) {
        self.0
            .extend(words.iter().zip(1..).map(|(word, number)| Token::Word {
                letters: word.iter().collect(),
                bare: bare(word),
                joins: number < words.len(),
            }));
    }

    fn korean(&mut self, word: &[char]) {
        self.0.push(Token::Korean(word.to_vec()));
    }

    fn run(&mut self, run: &[char]) {
        self.0.extend(run.iter().copied().map(Token::Char));
    }

    fn found(&mut self, found: FoundNumber) {
        self.0.extend(found.values.into_iter().map(Token::Value));
    }

    fn sign(&mut self, sign: char) {
        self.0.push(Token::Sign(sign));
    }
}

/// Whether the tokens of a quoted string stand in a text one behind the other. A word without accents is
/// found with them; Korean nouns are found under their particles.
pub fn occurs(phrase: &[Token], text: &[Token]) -> bool {
    !phrase.is_empty() && (0..text.len()).any(|at| stands(phrase, &text[at..]))
}

fn stands(mut phrase: &[Token], mut text: &[Token]) -> bool {
    while !phrase.is_empty() {
        let Some((asked, there)) = step(phrase, text) else {
            return false;
        };
        (phrase, text) = (&phrase[asked..], &text[there..]);
    }
    true
}

/// How many tokens of a quoted string and of a text are the same thing.
fn step(phrase: &[Token], text: &[Token]) -> Option<(usize, usize)> {
    let (asked, there) = (phrase.first()?, text.first()?);
    let same = match (asked, there) {
        (Token::Word { .. }, Token::Word { .. }) => return words(phrase, text),
        (Token::Korean(asked), Token::Korean(there)) => {
            let last = phrase.len() == 1;
            asked == there
                || (last && there.starts_with(asked) && korean::is_tail(&there[asked.len()..]))
        }
        (Token::Value(asked), Token::Value(there)) => there.answers(asked),
        (asked, there) => asked == there,
    };
    same.then_some((1, 1))
}

/// Words that are the same, hyphens and accents aside.
fn words(phrase: &[Token], text: &[Token]) -> Option<(usize, usize)> {
    let (mut asked, mut there) = (Joined::new(phrase), Joined::new(text));
    asked.grow();
    there.grow();
    loop {
        if asked.letters == there.letters || (!asked.accents && asked.letters == there.bare) {
            return Some((asked.count, there.count));
        }
        // Whichever is shorter goes on behind its hyphen.
        let [shorter, longer] = if asked.bare.len() < there.bare.len() {
            [&mut asked, &mut there]
        } else {
            [&mut there, &mut asked]
        };
        if !longer.bare.starts_with(&shorter.bare) || !shorter.goes_on || !shorter.grow() {
            return None;
        }
    }
}

/// Words with hyphens between them that one word may stand for.
const MOST_JOINED: usize = 8;

/// Words of a text that are taken for one.
struct Joined<'a> {
    tokens: &'a [Token],
    count: usize,
    letters: String,
    bare: String,
    accents: bool,
    goes_on: bool,
}

impl<'a> Joined<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        Self {
            tokens,
            count: 0,
            letters: String::new(),
            bare: String::new(),
            accents: false,
            goes_on: true,
        }
    }

    /// Takes one word more.
    fn grow(&mut self) -> bool {
        let next = self
            .tokens
            .get(self.count)
            .filter(|_| self.count < MOST_JOINED);
        let Some(Token::Word {
            letters,
            bare,
            joins,
        }) = next
        else {
            return false;
        };
        self.letters.push_str(letters);
        self.bare.push_str(bare.as_ref().unwrap_or(letters));
        self.accents |= bare.is_some();
        self.goes_on = *joins;
        self.count += 1;
        true
    }
}

/// A mark that belongs to the letter before it.
pub fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Whether a number that follows a text begins inside it: `2,` before `500`, `十` before `一`.
pub fn ends_in_number(before: &str) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        Some('.' | ',' | '\'') => back.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_ascii_digit() || is_numeral(c),
        None => false,
    }
}

/// Whether a number that a text follows goes on in it.
pub fn begins_in_number(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        Some('.' | ',' | '\'') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_ascii_digit() || is_numeral(c),
        None => false,
    }
}

fn is_numeral(c: char) -> bool {
    "〇一二三四五六七八九十百千万億兆".contains(c)
}

/// What a text must have for a quoted string to occur in it: of each list one term.
pub fn required(phrase: &[Token]) -> Vec<Vec<String>> {
    let mut required = Vec::new();
    let mut run: Vec<char> = Vec::new();
    for (at, token) in phrase.iter().enumerate() {
        if let Token::Char(c) = token {
            run.push(*c);
            continue;
        }
        required.extend(terms_inside(&run));
        run.clear();
        match token {
            Token::Word { letters, bare, .. } => {
                let mut any = vec![letters.clone(), marked(letters, WRITTEN)];
                any.extend(bare.is_none().then(|| marked(letters, BARE)));
                any.extend(wholes(phrase, at));
                required.push(any);
            }
            Token::Korean(word) if word.len() == 1 => required.push(vec![word[0].to_string()]),
            Token::Korean(word) => {
                required.extend(word.windows(2).map(|pair| vec![pair.iter().collect()]));
            }
            Token::Value(value) => {
                let wanted = value.wanted().iter();
                let mut any: Vec<String> = wanted
                    .flat_map(|value| [value.clone(), marked(value, MAYBE)])
                    .collect();
                any.extend(value.written.iter().map(|written| marked(written, WRITTEN)));
                required.push(any);
            }
            Token::Char(_) | Token::Sign(_) => {}
        }
    }
    required.extend(terms_inside(&run));
    required
}

fn marked(term: &str, mark: char) -> String {
    format!("{term}{mark}")
}

/// The words that a word of a quoted string makes with those that hyphens join to it, with and without
/// accents.
fn wholes(phrase: &[Token], at: usize) -> Vec<String> {
    let joins = |at: usize| matches!(phrase[at], Token::Word { joins: true, .. });
    let start = (0..at)
        .rev()
        .take_while(|at| joins(*at))
        .last()
        .unwrap_or(at);
    let end = at + (at..phrase.len()).take_while(|at| joins(*at)).count() + 1;
    let letters = |token: &Token| match token {
        Token::Word { letters, .. } => letters.chars().collect(),
        _ => Vec::new(),
    };
    let words: Vec<Vec<char>> = phrase[start..end.min(phrase.len())]
        .iter()
        .map(letters)
        .collect();
    let words: Vec<&[char]> = words.iter().map(Vec::as_slice).collect();
    let mut wholes = Vec::new();
    let pairs = words.windows(2);
    for whole in pairs.map(<[&[char]]>::concat).chain(hyphenless(&words)) {
        let whole: String = whole.into_iter().collect();
        wholes.extend([marked(&whole, BARE), whole]);
    }
    wholes
}

/// Terms of a run that every run has which it is a part of: single kana have none.
fn terms_inside(run: &[char]) -> impl Iterator<Item = Vec<String>> {
    let stacked = run.first().is_some_and(|c| super::stacks(*c));
    let whole = if stacked {
        run.len() >= 3
    } else {
        run.len() >= 2
    };
    let terms: Vec<String> = terms_of_run(run).map(Iterator::collect).collect();
    terms
        .into_iter()
        .filter(move |term| whole || term.starts_with(super::is_han))
        .map(|term| vec![term])
}

#[cfg(test)]
mod tests {
    use super::{occurs, required, tokens};
    use crate::words::{counts, fold};

    #[test]
    fn what_is_found_has_what_is_required() {
        for (phrase, text) in [
            ("Wi-Fi", "the WiFi here"),
            ("WiFi", "the Wi‐Fi here"),
            ("well known", "a well-known mill"),
            ("overheating", "it was over-\r\n  heating all day"),
            ("state of the art", "state-of-\nthe-art"),
            ("Sao Paulo", "em São Paulo"),
            ("São Paulo", "em São Paulo"),
            ("500円玉", "五〇〇円玉が二枚"),
            ("14 billion", "約140億の"),
            ("2700", "2.700 Leute und die Stadt"),
            ("1.5", "der Wert 1,5 ist"),
            ("7", "令和7年"),
            ("24 June", "am 24. Juni"),
            ("부산", "부산에서는"),
            ("한국 은행", "한국 은행이"),
            ("물", "물은"),
            ("東京都", "東京\n都"),
            ("さくら", "のさくらの"),
            ("SR71", "the SR-71"),
            ("l'île", "sur l’île"),
        ] {
            let (asked, there) = (tokens(&fold(phrase)), tokens(&fold(text)));
            assert!(
                occurs(&asked, &there),
                "{phrase} / {text}: {asked:?} {there:?}"
            );
            let counts = counts(text);
            for any in required(&asked) {
                let one = any.iter().any(|term| counts.contains_key(term));
                assert!(one, "{phrase} / {text}: {any:?} {counts:?}");
            }
        }
        for (phrase, text) in [
            ("art", "the party"),
            ("São Paulo", "em Sao Paulo"),
            ("mà", "má"),
            ("3", "3.14"),
            ("14 billion", "14 files"),
            ("1.5", "1.500 Leute und die Stadt"),
            ("부산", "부산항"),
            ("한국", "한국은행원"),
            ("かき", "かぎ"),
            ("a b", "a, b"),
        ] {
            let (asked, there) = (tokens(&fold(phrase)), tokens(&fold(text)));
            assert!(
                !occurs(&asked, &there),
                "{phrase} / {text}: {asked:?} {there:?}"
            );
        }
    }
}
