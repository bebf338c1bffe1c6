//! Memory and sizes that both ways to multiply in bf16 share.

use crate::kernel::amx::TILE_ROWS;

/// Numbers of bf16 in a row of a tile.
pub const PAIRED: usize = 32;

/// Numbers of f32 in a row of a tile.
pub const WIDE: usize = 16;

/// Numbers of bf16 in a tile.
pub const TILE: usize = TILE_ROWS * PAIRED;

/// Memory that calls share. Keys are padded to whole tiles of 32.
#[derive(Default)]
pub struct Scratch {
    /// `[tokens / 16][16][head_size]` bf16
    pub(super) queries: Vec<u16>,
    /// `[tokens / 16][head_size / 32][16 pairs of components][16 keys][2]` bf16
    pub(super) keys: Vec<u16>,
    /// `[tokens / 32][head_size / 16][16 pairs of keys][16 components][2]` bf16
    pub(super) values: Vec<u16>,
    /// `[16][tokens]` f32
    pub(super) scores: Vec<f32>,
    /// `[16][tokens]` bf16
    pub(super) weights: Vec<u16>,
    /// `[head_size / 16][16][16]` f32
    pub(super) mixed: Vec<f32>,
}
