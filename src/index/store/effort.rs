//! How far the searches of a graph go, as the manifest says it. No setting suits every index: the more passages and the
//! closer together, the further; `nearest/measure.rs` measures it.

use serde::{Deserialize, Serialize};

/// How far searches go, and how much work that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// Factor on squared distances, 1 or more: the larger, the further a search goes.
    pub slack: f32,
    /// Rows that a question is compared with.
    pub compared: usize,
}

/// For an index of which nothing was measured.
impl Default for Effort {
    fn default() -> Self {
        Self {
            slack: 1.2,
            compared: 1 << 15,
        }
    }
}
