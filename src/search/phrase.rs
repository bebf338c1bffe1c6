//! Strings that must occur in an answer, and words that must not.

use crate::error::Result;
use crate::index::{Index, Row, Rows};
use crate::words::{self, Token, fold, is_unspaced, tokens};

/// A string that occurs or does not: as it is written once both sides were made equal ([`fold`]), or word
/// by word, with numbers by their value, hyphens and missing accents as in a search ([`words::occurs`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    folded: String,
    tokens: Vec<Token>,
}

impl Phrase {
    pub fn new(text: &str) -> Self {
        let folded = fold(text.trim());
        Self {
            tokens: tokens(&folded),
            folded,
        }
    }

    /// Whether it occurs in a folded text, in scripts with spaces as whole words, numbers as a whole.
    fn occurs(&self, folded: &str) -> bool {
        self.is_written(folded) || words::occurs(&self.tokens, &tokens(folded))
    }

    fn is_written(&self, folded: &str) -> bool {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
        let (first, last) = (self.folded.chars().next(), self.folded.chars().next_back());
        let is_value = |token: Option<&Token>| matches!(token, Some(Token::Value(_)));
        let begins_with_number = is_value(self.tokens.first());
        let ends_with_number = is_value(self.tokens.last());
        folded.match_indices(&self.folded).any(|(start, found)| {
            let before = folded[..start].chars().next_back();
            let after = &folded[start + found.len()..];
            !(word(first) && word(before)
                || word(last) && word(after.chars().next())
                || begins_with_number && words::ends_in_number(&folded[..start])
                || ends_with_number && words::begins_in_number(after)
                || after.starts_with(words::is_mark))
        })
    }

    /// The rows it occurs in: those that have all its words are looked at.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn rows(&self, index: &Index, rows: &Rows<'_>) -> Result<Vec<Row>> {
        let having = |terms: &[String]| {
            let mut found: Vec<Row> = Vec::new();
            for term in terms {
                found.extend(rows.find(term).map(|(row, _)| row));
            }
            found.sort_unstable();
            found.dedup();
            found
        };
        let mut required = words::required(&self.tokens).into_iter();
        let mut candidates: Vec<Row> = match required.next() {
            Some(any) => having(&any),
            // Signs without words.
            None => rows.live_rows().collect(),
        };
        for any in required {
            let found = having(&any);
            candidates.retain(|row| found.binary_search(row).is_ok());
        }
        let mut occurs = Vec::new();
        for row in candidates {
            let text = index.passage_text(&index.passage(row)?)?;
            if self.occurs(&fold(text)) {
                occurs.push(row);
            }
        }
        Ok(occurs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_where_words_have_ends() {
        let occurs = |phrase, text| Phrase::new(phrase).occurs(&fold(text));
        assert!(occurs("cat", "A CAT."));
        assert!(!occurs("cat", "concatenate"));
        assert!(occurs("エンジン", "検索エンジンの"));
        assert!(occurs("Meta", "MetaのAI"));
        assert!(occurs("mills - and", "The mills — and the weir"));
        assert!(occurs("May", "in May 2025"));
        assert!(occurs("three", "twenty-three"));
        assert!(occurs("7年", "令和7年"));
        assert!(occurs("五百円", "500円で"));
        assert!(!occurs("3", "3.14"));
        assert!(!occurs("000", "1,000"));
        assert!(!occurs("一日", "十一日"));
    }
}
