//! Plain text: its blocks, what of it is clutter, and the title and source that it names.

pub(super) mod clutter;
pub(super) mod layout;
pub(super) mod source;
pub(super) mod title;
