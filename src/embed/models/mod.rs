//! Models and where they come from: the registry, the hub, the lock file, the one inside the binary.

pub(super) mod bundled;
pub(super) mod files;
pub(super) mod hub;
pub(super) mod integrity;
pub(super) mod lockfile;
pub(super) mod registry;
