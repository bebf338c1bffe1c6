//! RTF (specification 1.9.1) as tokens.

/// A piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Token<'a> {
    Begin,
    End,
    /// A control word and its number: `\par`, `\u12354`.
    Word(&'a str, Option<i32>),
    /// A control symbol: `\*`, `\~`.
    Symbol(u8),
    /// A byte of text.
    Byte(u8),
}

pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// What stands behind a backslash.
    fn control(&mut self) -> Option<Token<'a>> {
        let rest = &self.bytes[self.at..];
        let first = *rest.first()?;
        if first == b'\'' {
            let digits = rest
                .get(1..3)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            self.at += if byte.is_some() { 3 } else { 1 };
            return Some(byte.map_or(Token::Symbol(first), Token::Byte));
        }
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return Some(match first {
                b'\\' | b'{' | b'}' => Token::Byte(first),
                b'\n' | b'\r' => Token::Word("par", None),
                b'\t' => Token::Word("tab", None),
                _ => Token::Symbol(first),
            });
        }
        let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let name = std::str::from_utf8(&rest[..letters]).unwrap_or_default();
        let after = &rest[letters..];
        let minus = usize::from(after.first() == Some(&b'-'));
        let digits = after[minus..]
            .iter()
            .take(10)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let length = if digits > 0 { minus + digits } else { 0 };
        let number = std::str::from_utf8(&after[..length]).unwrap_or_default();
        let number: Option<i64> = number.parse().ok();
        self.at += letters + length;
        // A space ends a word and is no part of the text.
        self.at += usize::from(self.bytes.get(self.at) == Some(&b' '));
        if name == "bin" {
            let length = number.and_then(|length| usize::try_from(length).ok());
            self.at = self
                .at
                .saturating_add(length.unwrap_or(0))
                .min(self.bytes.len());
        }
        let number = number.map(|number| i32::try_from(number).unwrap_or(i32::MAX));
        Some(Token::Word(name, number))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            return Some(match byte {
                b'{' => Token::Begin,
                b'}' => Token::End,
                b'\\' => return self.control(),
                // Line ends lay out the file and not the text.
                b'\r' | b'\n' | 0 => continue,
                b'\t' => Token::Word("tab", None),
                _ => Token::Byte(byte),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_symbols_and_bytes() {
        let tokens: Vec<Token<'_>> =
            Tokens::new(b"{\\rtf1\\b0 a\\'82\\~\\u-5 ?\n\\\\\\bin3 {}}\\\n\\'zz\\").collect();
        use Token::{Begin, Byte, End, Symbol, Word};
        assert_eq!(
            tokens,
            [
                Begin,
                Word("rtf", Some(1)),
                Word("b", Some(0)),
                Byte(b'a'),
                Byte(0x82),
                Symbol(b'~'),
                Word("u", Some(-5)),
                Byte(b'?'),
                Byte(b'\\'),
                Word("bin", Some(3)),
                Word("par", None),
                Symbol(b'\''),
                Byte(b'z'),
                Byte(b'z'),
            ]
        );
        assert_eq!(Tokens::new(b"\\bin99999999999 x").count(), 1);
        let _ = End;
    }
}
