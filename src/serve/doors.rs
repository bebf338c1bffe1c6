//! What every handler needs.

use std::sync::mpsc::SyncSender;

use tokio::sync::Semaphore;

use super::computed::Maps;
use super::drawing::Drawing;
use super::guard::Guard;
use super::library::Library;
use crate::search::Mode;

/// Everything that a handler needs.
pub struct Doors {
    pub library: Library,
    pub guard: Guard,
    /// Room for bodies of requests under way, in kilobytes.
    pub bodies: Semaphore,
    pub limit: usize,
    pub mode: Mode,
    pub log: Option<SyncSender<String>>,
    pub maps: Maps,
    pub drawing: Drawing,
    pub openapi: Vec<u8>,
}
