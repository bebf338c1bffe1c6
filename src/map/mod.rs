//! The map of a corpus in two dimensions, and the matrix of its similarities.
//!
//! Vectors and their nearest neighbours come in, pictures go out:
//!
//! 1. `sample` chooses points if there are more than 100,000.
//! 2. `principal` gives the start, `graph` the fuzzy graph of the neighbours.
//! 3. `layout` places the points, `clusters` groups them, `order` puts articles side by side.
//! 4. `svg`, `matrix` and `html` draw.
//!
//! Each step gives the same bits on any number of threads. None reads a clock, and none panics or gives a number that is
//! not finite, whatever comes in.

mod clusters;
mod corpus;
mod curve;
mod graph;
mod html;
mod kept;
mod labels;
mod layout;
mod made;
mod matrix;
mod names;
mod nearest;
mod order;
mod orient;
mod palette;
mod picture;
mod png;
mod points;
mod principal;
mod random;
mod sample;
mod similarities;
mod svg;
mod text;

pub use corpus::{CorpusMap, MapArticle, MapCluster, MapPoints};
pub use made::{map_of, matrix_of};
pub use picture::{Colour, Form, map_picture, matrix_picture};
pub use points::Of;
pub use similarities::{AlikePair, MatrixArticle, MatrixCluster, Similarities};
