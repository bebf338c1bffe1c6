//! What lies on disk: the manifest, segments and their sections, graphs' records, the journal. Nothing here searches or decides.

pub(super) mod bits;
pub(super) mod codes;
pub(super) mod damage;
pub(super) mod disk;
pub(super) mod effort;
pub(super) mod format;
pub(super) mod hashed_file;
pub(super) mod journal;
pub(super) mod key;
pub(super) mod keyword;
pub(super) mod manifest;
pub(super) mod names;
pub(super) mod position;
pub(super) mod row_reads;
pub(super) mod rows;
pub(super) mod segment;
pub(super) mod segment_writer;
pub(super) mod token_codes;
pub(super) mod token_rows;
pub(super) mod tombstones;
pub(super) mod unfinished;
pub(super) mod vectors;
pub(super) mod writer_lock;
