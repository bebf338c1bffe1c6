//! What one section of a number format of Excel adds to a value: `25%` for 0.25, `¥1200`, `12 kg`, `007`.
//!
//! The figures stay those of the value: what is rounded or grouped on the screen is whole here, because a question may
//! ask for it.
//!
//! Source: ECMA-376, part 1, 18.8.31.

/// What a section of a format shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// A number with something around it, or as it is.
    Number(NumberFormat),
    /// Words in the place of a number.
    Words(String),
    /// A text with something before and behind it.
    Text(String, String),
    /// What is not understood (fractions, dates); a value is shown as it is.
    Unknown,
}

/// What stands around a number, and what is done to it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct NumberFormat {
    before: String,
    after: String,
    /// Marks for percent: a hundredfold each.
    percent: u32,
    /// Figures of a number that is filled up with zeros, and what stands between them from behind: (figures to the
    /// right, mark).
    filled: usize,
    between: Vec<(usize, char)>,
    /// A zero is shown as one.
    shows_zero: bool,
}

/// Signs of a number below zero: brackets and the triangle of Japanese accounts are among them.
const SIGNS: [char; 6] = ['-', '\u{2212}', '(', ')', '▲', '△'];

/// Excel knows fifteen figures of a number.
const MOST_FIGURES: usize = 32;

/// A part of the code of a section.
#[derive(PartialEq, Eq)]
enum Token {
    /// `0`, `#` or `?`: a figure; one that is shown even where it is zero.
    Figure(bool),
    /// Between figures: a point, or the mark of groups.
    Point,
    Group,
    Percent,
    General,
    /// The text of the cell.
    Text,
    Literal(String),
    /// Fractions, powers of ten, and brackets that are no currency and no colour.
    Other,
}

/// The parts of the code of a section.
fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '0' | '#' | '?' => Token::Figure(c == '0'),
            '.' => Token::Point,
            ',' => Token::Group,
            '%' => Token::Percent,
            '@' => Token::Text,
            '"' => Token::Literal(chars.by_ref().take_while(|c| *c != '"').collect()),
            '\\' => match chars.next() {
                Some(c) => Token::Literal(c.to_string()),
                None => Token::Other,
            },
            // A blank of another width, and a character that fills the cell.
            '_' | '*' => {
                chars.next();
                continue;
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                currency(&inside).map_or(Token::Other, Token::Literal)
            }
            'G' if chars.as_str().starts_with("eneral") => {
                chars = chars.as_str()["eneral".len()..].chars();
                Token::General
            }
            '/' | 'E' | 'e' => Token::Other,
            c => Token::Literal(c.to_string()),
        });
    }
    tokens
}

impl Section {
    /// Reads the code of a section, without its condition.
    pub fn new(code: &str) -> Self {
        let tokens = tokens(code);
        let is_figure = |token: &Token| matches!(token, Token::Figure(_) | Token::General);
        let literals = |tokens: &[Token]| -> String {
            let literal = |token: &Token| match token {
                Token::Literal(text) => text.clone(),
                Token::Percent => '%'.to_string(),
                Token::Point => '.'.to_string(),
                Token::Group => ','.to_string(),
                _ => String::new(),
            };
            tokens.iter().map(literal).collect()
        };
        if tokens.contains(&Token::Other) {
            return Self::Unknown;
        }
        if let Some(at) = tokens.iter().position(|token| *token == Token::Text) {
            return Self::Text(literals(&tokens[..at]), literals(&tokens[at + 1..]));
        }
        if !tokens.iter().any(is_figure) {
            return Self::Words(literals(&tokens).trim().to_owned());
        }
        NumberFormat::of_tokens(tokens).map_or(Self::Unknown, Self::Number)
    }
}

impl NumberFormat {
    /// `None` where what is done to the figures is not understood.
    fn of_tokens(tokens: Vec<Token>) -> Option<Self> {
        let mut format = Self::default();
        // Places of figures so far, whether some may be missing, and what stands behind how many of them.
        let (mut figures, mut optional, mut inside) = (0, false, Vec::new());
        // A comma behind the last figure divides by a thousand, which is not done here.
        let mut divides = false;
        for token in tokens {
            let literal = match token {
                Token::Figure(always) => {
                    figures += 1;
                    divides = false;
                    optional |= !always;
                    format.shows_zero |= always;
                    continue;
                }
                Token::General => {
                    figures += 1;
                    optional = true;
                    format.shows_zero = true;
                    continue;
                }
                Token::Point if divides => return None,
                Token::Point | Token::Group => {
                    optional = true;
                    divides = token == Token::Group;
                    continue;
                }
                Token::Percent => {
                    format.percent += 1;
                    '%'.to_string()
                }
                Token::Literal(text) => text,
                Token::Text | Token::Other => return None,
            };
            match figures {
                0 => format.before.push_str(&literal),
                _ => inside.push((figures, literal)),
            }
        }
        for (at, literal) in inside {
            match figures - at {
                0 => format.after.push_str(&literal),
                right if !optional && literal.chars().count() == 1 => {
                    format.between.extend(literal.chars().map(|c| (right, c)));
                }
                _ => return None,
            }
        }
        format.filled = if optional { 0 } else { figures };
        let is_known = (1..=MOST_FIGURES).contains(&figures) && !divides && format.percent < 3;
        is_known.then_some(format)
    }

    /// Whether it adds something to the figures.
    pub fn adds(&self) -> bool {
        self.filled > 1 || !(self.before.trim().is_empty() && self.after.trim().is_empty())
    }

    /// Whether a zero is a figure in it; in `"-"??` it is none.
    pub fn shows_zero(&self) -> bool {
        self.shows_zero
    }

    pub fn is_signed(&self) -> bool {
        self.before.contains(SIGNS) || self.after.contains(SIGNS)
    }

    pub fn without_sign(&self) -> Self {
        Self {
            before: self.before.replace(SIGNS, "").replace('+', ""),
            after: self.after.replace(SIGNS, ""),
            ..self.clone()
        }
    }

    /// Whether the same words stand around a number.
    pub fn says(&self, other: &Self) -> bool {
        let words = |one: &Self| (one.before.trim().to_owned(), one.after.trim().to_owned());
        words(self) == words(other)
    }

    /// A number without its sign; `plain` writes its figures.
    pub fn of_amount(&self, number: f64, plain: impl Fn(f64) -> String) -> String {
        let scaled = number * 100_f64.powi(self.percent.try_into().unwrap_or(0));
        let figures = plain(scaled.abs());
        let is_whole = figures.bytes().all(|b| b.is_ascii_digit());
        let figures = match self.filled {
            2.. if is_whole => self.filled_up(&figures),
            _ => figures,
        };
        format!("{}{figures}{}", self.before, self.after)
            .trim()
            .to_owned()
    }

    fn filled_up(&self, figures: &str) -> String {
        let figures = format!("{figures:0>width$}", width = self.filled);
        let mut shown = String::new();
        for (at, figure) in figures.char_indices() {
            let right = figures.len() - at;
            let marks = self.between.iter().filter(|(behind, _)| *behind == right);
            shown.extend(marks.map(|(_, mark)| mark));
            shown.push(figure);
        }
        shown
    }
}

/// What brackets hold: `[$¥-411]` is a currency, a colour is nothing; `None`: a condition, or a time.
fn currency(inside: &str) -> Option<String> {
    if let Some(currency) = inside.strip_prefix('$') {
        let sign = currency.rsplit_once('-').map_or(currency, |(sign, _)| sign);
        return Some(sign.to_owned());
    }
    let is_name = inside.len() > 2 && inside.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_name || inside.starts_with("DBNum")).then(String::new)
}
