//! Numbers of rows and articles: one type for those of the index, another for those of one segment, so that neither is
//! taken for the other. Loops over one array keep plain numbers inside.

use std::fmt::{self, Debug};
use std::hash::Hash;
use std::ops::{Add, Sub};

/// A place in a numbering from 0.
pub trait Position:
    Copy
    + Ord
    + Hash
    + Debug
    + Send
    + Sync
    + Add<usize, Output = Self>
    + Sub<Self, Output = usize>
    + 'static
{
    /// The place with this number.
    fn new(number: usize) -> Self;

    /// Its number, for indexing an array that has one element for each place.
    fn get(self) -> usize;
}

macro_rules! positions {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(transparent)]
        pub struct $name(usize);

        impl $name {
            /// The one with this number.
            pub const fn new(number: usize) -> Self {
                Self(number)
            }

            /// Its number, for indexing an array that has one element for each.
            pub const fn get(self) -> usize {
                self.0
            }

            /// The one before it; `None` for the first.
            pub fn before(self) -> Option<Self> {
                self.0.checked_sub(1).map(Self)
            }
        }

        impl Position for $name {
            fn new(number: usize) -> Self {
                Self(number)
            }

            fn get(self) -> usize {
                self.0
            }
        }

        impl Add<usize> for $name {
            type Output = Self;

            fn add(self, steps: usize) -> Self {
                Self(self.0 + steps)
            }
        }

        impl Sub for $name {
            type Output = usize;

            fn sub(self, other: Self) -> usize {
                self.0 - other.0
            }
        }

        impl Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

/// Whatever has numbers of its own, such as the pairs of a labelled set.
impl Position for usize {
    fn new(number: usize) -> Self {
        number
    }

    fn get(self) -> usize {
        self
    }
}

positions! {
    /// A row of the index: the rows of all segments are numbered through, those of removed articles counted.
    Row;
    /// A row of one segment.
    LocalRow;
    /// An article of the index: the articles of all segments are numbered through, removed ones counted.
    ArticleNo;
    /// An article of one segment.
    LocalArticle;
    /// A language of the index, in the order in which the segments have them.
    LanguageNo;
}

/// Consecutive places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Run<P> {
    /// The first.
    pub start: P,
    /// The one after the last.
    pub end: P,
}

impl<P: Position> Run<P> {
    /// From `start` up to, but without, `end`.
    pub fn new(start: P, end: P) -> Self {
        Self { start, end }
    }

    /// The first `count` places of a numbering.
    pub fn first(count: usize) -> Self {
        Self::new(P::new(0), P::new(count))
    }

    /// One place.
    pub fn one(place: P) -> Self {
        Self::new(place, place + 1)
    }

    /// How many places there are.
    pub fn len(self) -> usize {
        self.end.get().saturating_sub(self.start.get())
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether a place is one of them.
    pub fn contains(self, place: P) -> bool {
        self.start <= place && place < self.end
    }

    /// The last; the first where there is none.
    pub fn last(self) -> P {
        self.start + self.len().saturating_sub(1)
    }

    /// The places, ascending.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = P> + ExactSizeIterator + Clone {
        (self.start.get()..self.end.get()).map(P::new)
    }
}

impl<P: Position> IntoIterator for Run<P> {
    type Item = P;
    type IntoIter = std::iter::Map<std::ops::Range<usize>, fn(usize) -> P>;

    fn into_iter(self) -> Self::IntoIter {
        (self.start.get()..self.end.get()).map(P::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_the_places_from_its_start_up_to_its_end() {
        let run = Run::new(Row::new(3), Row::new(6));
        let rows: Vec<usize> = run.iter().map(Row::get).collect();
        assert_eq!(rows, [3, 4, 5]);
        assert_eq!((run.len(), run.last()), (3, Row::new(5)));
        assert!(run.contains(Row::new(5)) && !run.contains(Row::new(6)));
        let backwards = Run::new(Row::new(6), Row::new(3));
        assert!(backwards.is_empty());
        assert_eq!(backwards.iter().count(), 0);
        assert_eq!(
            Run::one(Row::new(7)).iter().collect::<Vec<_>>(),
            [Row::new(7)]
        );
    }
}
