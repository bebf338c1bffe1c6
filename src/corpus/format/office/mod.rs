//! Reads documents of office programs: Office Open XML, OpenDocument and Excel's older files.
//!
//! [`kind`] tells the form. Each form has its reader: [`word`], [`slides`], [`open_document`], [`excel`]. They read
//! the parts of the package ([`relations`]) as XML ([`xml`]), and give paragraphs and tables ([`content`]), of which
//! [`story`] and [`tables`] make blocks. Spreadsheets give rows ([`sheet`]).

mod cell_format;
mod content;
mod drawing;
mod excel;
mod excel_values;
mod kind;
mod number_format;
mod open_document;
mod open_document_blocks;
mod open_document_cells;
mod open_document_styles;
mod properties;
mod relations;
mod sheet;
mod sheet_names;
mod slides;
mod story;
mod tables;
#[cfg(test)]
mod tests;
mod word;
mod word_numbers;
mod word_parts;
mod word_styles;
mod word_tables;
mod xml;

pub use kind::{KINDS, Kind};

use std::sync::Arc;

use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::{Limits, Package};
use crate::corpus::format::reader::{Bytes, FormatOfBytes, Parsed};

/// The form of a file; `None`: it is none of these.
pub fn form(extension: &str, bytes: &[u8]) -> Option<&'static dyn FormatOfBytes> {
    let kind = kind::kind(extension, bytes)?;
    let known = KINDS.iter().find(|known| **known == kind);
    known.map(|kind| kind as &dyn FormatOfBytes)
}

impl FormatOfBytes for Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::Docx => "DOCX",
            Self::Pptx => "PPTX",
            Self::Xlsx => "XLSX",
            Self::Xlsb => "XLSB",
            Self::Xls => "XLS",
            Self::Odt => "ODT",
            Self::Odp => "ODP",
            Self::Ods => "ODS",
            Self::Fodt => "FODT",
            Self::Fodp => "FODP",
            Self::Fods => "FODS",
            Self::Locked => "locked Office",
            Self::OldWord => "DOC",
            Self::OldSlides => "PPT",
            Self::Damaged => "damaged Office",
        }
    }

    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool {
        kind::kind(extension, bytes) == Some(*self)
    }

    fn read(&self, bytes: Bytes) -> Result<Vec<Parsed>, Fault> {
        let unreadable = |reason: &str| Err(Fault::unreadable(reason));
        match self {
            Self::Docx => word::word(&mut Package::open(&bytes, Limits::default())?),
            Self::Pptx => slides::slides(&mut Package::open(&bytes, Limits::default())?),
            Self::Xlsx | Self::Xlsb | Self::Xls => excel::workbook(*self, &bytes),
            Self::Odt | Self::Odp | Self::Ods => {
                open_document::package(&mut Package::open(&bytes, Limits::default())?)
            }
            Self::Fodt | Self::Fodp | Self::Fods => {
                open_document::flat(Arc::unwrap_or_clone(bytes))
            }
            Self::Locked => unreadable(
                "locked by a password; open it in the program that made it and save it without one",
            ),
            Self::OldWord => unreadable("a Word document of before 2007 (.doc); save it as .docx"),
            Self::OldSlides => {
                unreadable("a PowerPoint presentation of before 2007 (.ppt); save it as .pptx")
            }
            Self::Damaged => unreadable(
                "a damaged document: by its name it is an office document, and it is no ZIP archive",
            ),
        }
    }
}
