//! From the tokens of a document to its text.

use std::collections::HashMap;

use encoding_rs::{Encoding, MACINTOSH};

use super::destination::{Place, is_passed_through, letter, level_of, of};
use super::letters::{Encodings, Units, of_code_page};
use super::page::{Page, Shape};
use super::tokens::{Token, Tokens};
use crate::corpus::block::Omission;
use crate::corpus::format::reader::Parsed;
use crate::corpus::readings::listed;

/// The outline level of text that is no heading.
const NO_HEADING: i32 = 9;

/// What a group inherits from the one around it.
#[derive(Debug, Clone, Default)]
struct State {
    place: Place,
    /// Where a text in two encodings stands: what its Unicode half is for.
    outer: Option<Place>,
    /// `\*` was the last token: the next word is a destination that may be passed over.
    starred: bool,
    /// Characters behind `\u` that stand in for it.
    uc: usize,
    font: i32,
    style: i32,
    outline: i32,
    hidden: bool,
    deleted: bool,
    in_table: bool,
    in_list: bool,
}

#[derive(Default)]
struct Reading {
    page: Page,
    state: State,
    stack: Vec<State>,
    encodings: Encodings,
    /// Bytes that are not letters yet, and the encoding they are in.
    bytes: Vec<u8>,
    encoding: Option<&'static Encoding>,
    units: Units,
    /// Characters that are passed over.
    skip: usize,
    usual_font: i32,
    levels: HashMap<i32, usize>,
    /// The row that is written names the columns.
    names_columns: bool,
    /// Text of places that are no text of the document.
    buffer: String,
    title: String,
    author: String,
    created: [i32; 3],
}

/// A document as an article; what is no RTF gives what there is.
pub fn read(bytes: &[u8]) -> Parsed {
    let mut reading = Reading::default();
    reading.state.uc = 1;
    reading.state.outline = NO_HEADING;
    for token in Tokens::new(bytes) {
        match token {
            Token::Begin => reading.begin(),
            Token::End => reading.end(),
            Token::Word(word, number) => reading.word(word, number),
            Token::Symbol(symbol) => reading.symbol(symbol),
            Token::Byte(byte) => reading.byte(byte),
        }
    }
    reading.flush();
    while !reading.stack.is_empty() {
        reading.end();
    }
    reading.finish()
}

impl Reading {
    fn begin(&mut self) {
        self.flush();
        self.skip = 0;
        self.stack.push(self.state.clone());
        self.state.starred = false;
    }

    fn end(&mut self) {
        self.flush();
        self.skip = 0;
        // A brace too many ends nothing.
        let Some(around) = self.stack.pop() else {
            return;
        };
        let inner = std::mem::replace(&mut self.state, around);
        match (inner.place, self.state.place) {
            (Place::Styles, Place::Styles) => {
                let name = std::mem::take(&mut self.buffer);
                let outline = usize::try_from(inner.outline)
                    .ok()
                    .filter(|level| *level < 9);
                if let Some(level) = outline.or_else(|| level_of(&name)) {
                    self.levels.insert(inner.style, level);
                }
            }
            (Place::Field, around) if around != Place::Field => self.field(),
            (Place::About, around) if around != Place::About => {
                let about = std::mem::take(&mut self.buffer);
                self.page.leave_out(Omission::FrontMatter, &about);
            }
            (Place::Note, around) if around != Place::Note => self.page.push_note("\n"),
            (Place::Left(reason), around) if around != Place::Left(reason) => {
                let left = std::mem::take(&mut self.buffer);
                self.page.leave_out(reason, &left);
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if word != "u" && self.units.is_open() && self.skip == 0 {
            self.flush();
        }
        if self.skip > 0 && word != "u" && word != "uc" {
            // A control word counts as one character.
            self.skip -= 1;
            return;
        }
        let starred = std::mem::take(&mut self.state.starred);
        if self.destination(word, starred) {
            return;
        }
        let on = number != Some(0);
        let value = number.unwrap_or_default();
        match word {
            "u" => self.unit(value),
            "uc" => self.state.uc = usize::try_from(value).unwrap_or(0),
            "ansicpg" => {
                self.encodings.document = of_code_page(value).unwrap_or(self.encodings.document);
            }
            "mac" => self.encodings.document = MACINTOSH,
            "deff" => {
                self.usual_font = value;
                self.state.font = value;
            }
            "f" => {
                self.flush();
                self.state.font = value;
            }
            "fcharset" | "cpg" if self.state.place == Place::Fonts => {
                self.encodings.font(self.state.font, word, value);
            }
            "plain" => {
                self.flush();
                self.state.font = self.usual_font;
                (self.state.hidden, self.state.deleted) = (false, false);
            }
            "v" => {
                self.flush();
                self.state.hidden = on;
            }
            "deleted" => {
                self.flush();
                self.state.deleted = on;
            }
            _ => self.layout(word, value),
        }
    }

    /// Begins the destination that a word names, and says whether it does.
    fn destination(&mut self, word: &str, starred: bool) -> bool {
        let here = self.state.place;
        if word == "ud" {
            self.state.place = self.state.outer.unwrap_or(here);
            return true;
        }
        let found = of(word);
        let Some(place) = found else {
            if starred && !is_passed_through(word) {
                self.flush();
                self.state.place = Place::Nowhere;
            }
            return starred;
        };
        self.flush();
        // `\title` and the like are destinations in the description alone, text boxes also where nothing is read.
        let is_info = matches!(
            place,
            Place::Title | Place::Author | Place::About | Place::Created
        );
        if is_info && here != Place::Info {
            return false;
        }
        if word == "upr" {
            self.state.outer = Some(here);
        }
        if here == Place::Nowhere && !matches!(word, "shptxt" | "dptxbxtext") {
            return true;
        }
        self.state.place = match (here, place) {
            // What is left out stays so, with what it holds.
            (Place::Left(_) | Place::Fonts | Place::Styles, Place::Note | Place::Marker) => here,
            (_, place) => place,
        };
        if place == Place::Note {
            (self.state.in_table, self.state.hidden) = (false, false);
        }
        true
    }

    /// Words that lay out text, and those of the description.
    fn layout(&mut self, word: &str, value: i32) {
        self.flush();
        if let Some(letter) = letter(word) {
            self.text(letter);
            return;
        }
        let is_text = self.state.place == Place::Text;
        match word {
            "par" | "sect" | "page" | "column" | "softpage" => match self.state.place {
                Place::Text => self.page.end_paragraph(self.shape()),
                _ => self.text("\n"),
            },
            "cell" | "nestcell" if is_text => self.page.end_cell(),
            "row" | "nestrow" => {
                self.page.end_row(self.names_columns);
                self.names_columns = false;
            }
            "trowd" => self.names_columns = false,
            "trhdr" => self.names_columns = true,
            "intbl" => self.state.in_table = true,
            "ls" | "pnlvlblt" | "pnlvlbody" => self.state.in_list = true,
            "pard" => {
                (self.state.in_table, self.state.in_list) = (false, false);
                (self.state.style, self.state.outline) = (0, NO_HEADING);
            }
            "s" => self.state.style = value,
            "outlinelevel" => self.state.outline = value,
            "yr" | "mo" | "dy" if self.state.place == Place::Created => {
                let at = ["yr", "mo", "dy"].iter().position(|name| *name == word);
                self.created[at.unwrap_or(0)] = value;
            }
            _ => {}
        }
    }

    fn shape(&self) -> Shape {
        let outline = usize::try_from(self.state.outline)
            .ok()
            .filter(|level| *level < 9);
        Shape {
            level: outline.or_else(|| self.levels.get(&self.state.style).copied()),
            in_table: self.state.in_table,
            in_list: self.state.in_list,
        }
    }

    fn symbol(&mut self, symbol: u8) {
        if self.skip > 0 && symbol != b'*' {
            self.skip -= 1;
            return;
        }
        match symbol {
            b'*' => self.state.starred = true,
            b'~' => {
                self.flush();
                self.text("\u{a0}");
            }
            b'_' => {
                self.flush();
                self.text("\u{2011}");
            }
            // A place where a word may be broken, a mark of the index, and the like.
            _ => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        self.state.starred = false;
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        if self.units.is_open() {
            self.flush();
        }
        if matches!(
            self.state.place,
            Place::Nowhere | Place::Fonts | Place::Info | Place::Created
        ) {
            return;
        }
        let encoding = self.encodings.of_font(self.state.font);
        if self.encoding.is_some_and(|before| before != encoding) {
            self.flush();
        }
        self.encoding = Some(encoding);
        self.bytes.push(byte);
    }

    fn unit(&mut self, value: i32) {
        if !self.bytes.is_empty() {
            self.flush();
        }
        // Negative numbers are those above 32767.
        let letters = self.units.push(value as u16);
        self.text(&letters);
        self.skip = self.state.uc;
    }

    /// The bytes become letters.
    fn flush(&mut self) {
        let lost = self.units.end();
        self.text(lost);
        let Some(encoding) = self.encoding.take() else {
            return;
        };
        let bytes = std::mem::take(&mut self.bytes);
        let text = self.encodings.decode(encoding, &bytes);
        self.text(&text);
    }

    fn text(&mut self, text: &str) {
        let shown = self.state.place == Place::Text || self.state.place == Place::Note;
        if shown && (self.state.hidden || self.state.deleted) {
            self.page.leave_out(Omission::Hidden, text);
            return;
        }
        match self.state.place {
            Place::Text => self.page.push(text),
            Place::Note => self.page.push_note(text),
            Place::Marker => self.page.push_marker(text),
            Place::Title => self.title.push_str(text),
            Place::Author => self.author.push_str(text),
            Place::Styles | Place::Field | Place::About | Place::Left(_) => {
                self.buffer.push_str(text);
            }
            Place::Nowhere | Place::Fonts | Place::Info | Place::Created => {}
        }
    }

    /// A field ends whose text is what it computes, but for ruby: `EQ \o(\s\up 9(reading),word)`.
    fn field(&mut self) {
        let field = std::mem::take(&mut self.buffer);
        if let Some((reading, word)) = ruby(&field) {
            self.page.leave_out(Omission::Ruby, &listed(word, reading));
            self.text(word);
        }
    }

    fn finish(mut self) -> Parsed {
        self.page.end_row(self.names_columns);
        let [year, month, day] = self.created;
        let mut parsed = self.page.finish();
        let field = |text: String| Some(text).filter(|text| !text.trim().is_empty());
        parsed.title = field(self.title);
        parsed.author = field(self.author);
        let is_date = year > 0 && month > 0 && day > 0;
        parsed.published = is_date.then(|| format!("{year:04}-{month:02}-{day:02}"));
        parsed
    }
}

/// The reading and the word of a field that sets one above the other.
fn ruby(field: &str) -> Option<(&str, &str)> {
    let rest = field.trim().strip_prefix("EQ")?;
    let (_, rest) = rest.split_once("\\o")?;
    let (_, rest) = rest.split_once("\\up")?;
    let (_, rest) = rest.split_once('(')?;
    let (reading, rest) = rest.split_once(')')?;
    let word = rest.trim_start().strip_prefix([',', ';'])?;
    let word = word.trim_end().strip_suffix(')')?;
    Some((reading, word))
}
