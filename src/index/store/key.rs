//! Content keys: what a vector was computed from. Nothing with a known key is embedded again.

use crate::embed::{Input, Space};

/// First half of a BLAKE3 hash.
pub type Key = [u8; 16];

/// Version of what is computed for an input (numbers, order and pooling of its vectors).
const VERSION: u8 = 1;

/// The key of an input's vectors in a space.
pub fn input_key(space: &Space, input: &Input) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[VERSION]);
    hasher.update(space.id.as_bytes());
    input.hash_into(&mut hasher);
    let mut key = Key::default();
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    key
}
