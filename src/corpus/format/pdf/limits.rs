//! How much of a document is read.

/// What is read at most. What lies beyond is named in [`super::Document::notes`].
#[derive(Debug, Clone)]
pub struct Limits {
    /// Pages of a document.
    pub pages: usize,
    /// Glyphs of a page.
    pub page_glyphs: usize,
    /// Glyphs of a document.
    pub glyphs: usize,
    /// Operators of a page, those in forms counted each time that the form is drawn.
    pub page_operators: usize,
    /// Forms inside each other.
    pub form_depth: usize,
    /// Bytes of one stream after decoding.
    pub stream_bytes: usize,
    /// Bytes of all content streams of a document after decoding.
    pub content_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 20_000,
            // A page of a newspaper has some 30,000 letters.
            page_glyphs: 200_000,
            glyphs: 20_000_000,
            page_operators: 4_000_000,
            form_depth: 16,
            stream_bytes: 64 << 20,
            content_bytes: 2 << 30,
        }
    }
}

/// Pieces of a page whose places are compared with each other. A page with more is a drawing: it is read in the order
/// of the content.
pub(super) const COMPARED: usize = 5000;
