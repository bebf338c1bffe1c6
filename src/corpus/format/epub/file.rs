//! Files of a book that are XML.

use super::super::package::Package;
use super::super::tree::Tree;
use super::super::xml_tree;
use crate::corpus::decode::decode;
use crate::corpus::decode::decoded::Fault;

/// A file as a tree of elements; `None` where there is no such file.
///
/// # Errors
/// Where it cannot be read.
pub fn xml_of(package: &mut Package<'_>, name: &str) -> Result<Option<Tree>, Fault> {
    let Some(bytes) = package.read(name)? else {
        return Ok(None);
    };
    let decoded = decode(bytes, None)?;
    xml_tree::parse(&decoded.text).map(Some)
}
