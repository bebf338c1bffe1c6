//! Reads PDF documents: text in the order of reading, with its places.
//!
//! A page goes through these steps: [`content`] gives glyphs, [`runs`] puts them in rows, [`ruby`] takes readings
//! out, [`lines`] makes text of them, with [`direction`] where it runs to the left. When all pages are read, [`heads`]
//! takes running heads out. Then each page goes through [`tables`], [`notes`] and [`order`], and [`pieces`] makes
//! paragraphs of the lines of all pages. [`recognised`] adds what a program recognised on pages without text.
//! [`drawing`] draws a page.

mod annotations;
mod article;
mod band_rows;
mod bands;
mod bitmaps;
mod cells;
mod characters;
mod close_cells;
mod column_edges;
mod content;
mod direction;
mod document;
mod drawing;
mod edge_rows;
mod filled_heads;
mod floats;
mod flow;
mod fonts;
mod formulas;
mod geometry;
mod glyphs;
mod going_on;
mod grids;
mod group_heads;
mod heads;
mod heads_by_place;
mod info;
mod interleaved;
mod joining;
mod late_cells;
mod layers;
mod limits;
mod lines;
mod margins;
mod marked;
mod markers;
mod measure;
mod narrow_gaps;
mod notes;
mod order;
mod page;
mod paths;
mod pieces;
mod reading;
mod recognised;
mod ruby;
mod runs;
mod state;
mod streams;
mod strings;
mod tables;
mod walls;

pub use article::PdfFile;
