//! What the columns of a table are called, and which of these names some row said. A name that no row said stands over
//! an empty column; it is listed as left out.

use std::collections::BTreeMap;

/// Between the names of several rows of heads: `2024 > Q1`.
pub const BELOW: &str = " > ";

/// The names of columns, by the numbers of the columns.
#[derive(Debug, Default)]
pub(super) struct ColumnNames(BTreeMap<usize, ColumnName>);

#[derive(Debug, Default)]
struct ColumnName {
    text: String,
    /// Where the lowest of its names begins.
    last: usize,
    said: bool,
}

impl ColumnNames {
    /// Adds a name below those that the column has. A cell over several rows of a head is in each of them.
    pub fn add(&mut self, column: usize, name: &str) {
        if name.is_empty() {
            return;
        }
        let known = self.0.entry(column).or_default();
        if known.text.is_empty() {
            name.clone_into(&mut known.text);
        } else if &known.text[known.last..] != name {
            known.text.push_str(BELOW);
            known.last = known.text.len();
            known.text.push_str(name);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of a column; empty where it has none.
    pub fn of(&self, column: usize) -> &str {
        self.0.get(&column).map_or("", |name| &name.text)
    }

    /// The same, where a row says it.
    pub fn say(&mut self, column: usize) -> &str {
        self.0.get_mut(&column).map_or("", |name| {
            name.said = true;
            &name.text
        })
    }

    /// The columns that have names, with these.
    pub fn all(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0
            .iter()
            .map(|(column, name)| (*column, name.text.as_str()))
    }

    /// Whether a name is longer than so many characters: such a row of heads names nothing.
    pub fn any_longer_than(&self, chars: usize) -> bool {
        self.all()
            .any(|(_, name)| name.chars().nth(chars).is_some())
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Forgets the names, and gives those that no row said. One over several columns is given once.
    pub fn take_unsaid(&mut self) -> Vec<String> {
        let mut names: Vec<ColumnName> = std::mem::take(&mut self.0).into_values().collect();
        names.dedup_by(|next, name| {
            next.text == name.text && {
                name.said |= next.said;
                true
            }
        });
        let unsaid = names.into_iter().filter(|name| !name.said);
        unsaid.map(|name| name.text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_and_those_that_no_row_said_are_given() {
        let mut names = ColumnNames::default();
        for (column, name) in [(0, "Pier"), (2, "2024"), (3, "2024"), (5, "Note"), (6, "")] {
            names.add(column, name);
        }
        for (column, name) in [(0, "Pier"), (2, "Q1"), (3, "Q2")] {
            names.add(column, name);
        }
        assert_eq!(names.say(0), "Pier");
        assert_eq!(names.say(1), "");
        assert_eq!(names.of(3), "2024 > Q2");
        assert!(names.any_longer_than(8) && !names.any_longer_than(9));
        assert_eq!(names.take_unsaid(), ["2024 > Q1", "2024 > Q2", "Note"]);
        assert!(names.is_empty());
    }

    #[test]
    fn a_name_over_several_columns_is_said_once() {
        let mut names = ColumnNames::default();
        (0..3).for_each(|column| names.add(column, "Size"));
        names.say(1);
        (4..6).for_each(|column| names.add(column, "Empty"));
        assert_eq!(names.take_unsaid(), ["Empty"]);
    }
}
