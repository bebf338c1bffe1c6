//! Strings that must occur in an answer, and words that must not.

use crate::error::Result;
use crate::index::Index;
use crate::words::{fold, is_unspaced, of_question};

/// A string that occurs or does not, after both sides were made equal ([`fold`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    folded: String,
    terms: Vec<String>,
}

impl Phrase {
    pub fn new(text: &str) -> Self {
        Self {
            folded: fold(text.trim()),
            terms: of_question(text),
        }
    }

    /// Whether it occurs in a folded text, in scripts with spaces as whole words.
    fn occurs(&self, folded: &str) -> bool {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
        let (first, last) = (self.folded.chars().next(), self.folded.chars().next_back());
        folded.match_indices(&self.folded).any(|(start, found)| {
            let before = folded[..start].chars().next_back();
            let after = folded[start + found.len()..].chars().next();
            !(word(first) && word(before) || word(last) && word(after))
        })
    }

    /// The rows it occurs in: those that have all its words are looked at.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`].
    pub fn rows(&self, index: &Index) -> Result<Vec<usize>> {
        let rows = index.rows();
        let mut candidates: Vec<usize> = match self.terms.first() {
            Some(term) => rows.find(term).map(|(row, _)| row).collect(),
            // Signs without words.
            None => (0..rows.len()).filter(|row| rows.is_live(*row)).collect(),
        };
        for term in self.terms.iter().skip(1) {
            let mut found = rows.find(term).map(|(row, _)| row).peekable();
            candidates.retain(|row| {
                while found.next_if(|found| found < row).is_some() {}
                found.peek() == Some(row)
            });
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
    }
}
