//! Optional content: layers that the document switches off.

use std::collections::HashSet;

use hayro_syntax::object::{Array, Dict, Name, ObjectIdentifier};

/// Which layers are off.
#[derive(Debug, Default)]
pub(super) struct Layers {
    off: HashSet<ObjectIdentifier>,
}

impl Layers {
    /// From the document's catalog.
    pub(super) fn new(catalog: &Dict<'_>) -> Self {
        let properties = catalog.get::<Dict<'_>>("OCProperties").unwrap_or_default();
        let config = properties.get::<Dict<'_>>("D").unwrap_or_default();
        let mut off = HashSet::new();
        if config
            .get::<Name<'_>>("BaseState")
            .is_some_and(|state| state.as_str() == "OFF")
        {
            off.extend(references(&properties, "OCGs"));
            for on in references(&config, "ON") {
                off.remove(&on);
            }
        }
        off.extend(references(&config, "OFF"));
        Self { off }
    }

    /// Whether an entry of a dictionary names a layer, or a group of layers, that is off.
    pub(super) fn hides(&self, owner: &Dict<'_>, key: &str) -> bool {
        if self.off.is_empty() {
            return false;
        }
        let Some(layer) = owner.get::<Dict<'_>>(key) else {
            return false;
        };
        if layer
            .get::<Name<'_>>("Type")
            .is_none_or(|kind| kind.as_str() != "OCMD")
        {
            return owner
                .get_ref(key)
                .is_some_and(|id| self.off.contains(&id.into()));
        }
        let members = references(&layer, "OCGs");
        let policy = layer.get::<Name<'_>>("P");
        let shown = match policy.as_ref().map_or("AnyOn", |policy| policy.as_str()) {
            "AllOn" => members.iter().all(|id| !self.off.contains(id)),
            "AnyOff" => members.iter().any(|id| self.off.contains(id)),
            "AllOff" => members.iter().all(|id| self.off.contains(id)),
            _ => members.iter().any(|id| !self.off.contains(id)),
        };
        !members.is_empty() && !shown
    }
}

/// The references under a key: one, or an array of them.
fn references(dict: &Dict<'_>, key: &str) -> Vec<ObjectIdentifier> {
    match dict.get::<Array<'_>>(key) {
        Some(list) => list
            .raw_iter()
            .filter_map(|item| item.as_obj_ref())
            .map(Into::into)
            .collect(),
        None => dict.get_ref(key).map(Into::into).into_iter().collect(),
    }
}
