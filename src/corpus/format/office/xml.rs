//! The XML of office documents, element by element.
//!
//! Names are told by their namespaces, whatever prefixes a program chose; those of strict and of transitional Office
//! Open XML are the same here. Nothing that a document type declares is expanded.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

use crate::corpus::decode;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::NESTING;

/// The namespaces that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ns {
    /// `w:` of WordprocessingML.
    Word,
    /// `a:` of DrawingML.
    Drawing,
    /// `p:` of PresentationML.
    Slides,
    /// `mc:`, alternatives for older programs.
    Compat,
    /// `m:`, formulas.
    Math,
    /// `c:`, charts.
    Chart,
    /// `dgm:`, SmartArt.
    Diagram,
    /// `office:` of OpenDocument.
    Office,
    /// `text:` of OpenDocument.
    Text,
    /// `table:` of OpenDocument.
    Table,
    /// `draw:` of OpenDocument.
    Draw,
    /// `presentation:` of OpenDocument.
    Presentation,
    /// `style:` of OpenDocument.
    Style,
    /// `svg:` of OpenDocument: titles and descriptions of pictures.
    Svg,
    Other,
}

fn namespace(uri: &str) -> Ns {
    const OPEN_DOCUMENT: &str = "urn:oasis:names:tc:opendocument:xmlns:";
    if let Some(name) = uri.strip_prefix(OPEN_DOCUMENT) {
        return match name.split(':').next() {
            Some("office") => Ns::Office,
            Some("text") => Ns::Text,
            Some("table") => Ns::Table,
            Some("drawing") => Ns::Draw,
            Some("presentation") => Ns::Presentation,
            Some("style") => Ns::Style,
            Some("svg-compatible") => Ns::Svg,
            _ => Ns::Other,
        };
    }
    if uri == "http://schemas.openxmlformats.org/markup-compatibility/2006" {
        return Ns::Compat;
    }
    // Transitional, and strict.
    let name = uri
        .strip_prefix("http://schemas.openxmlformats.org/")
        .or_else(|| uri.strip_prefix("http://purl.oclc.org/ooxml/"));
    match name.map(|name| name.replace("2006/", "")).as_deref() {
        Some("wordprocessingml/main") => Ns::Word,
        Some("drawingml/main") => Ns::Drawing,
        Some("presentationml/main") => Ns::Slides,
        Some("officeDocument/math") => Ns::Math,
        Some("drawingml/chart") => Ns::Chart,
        Some("drawingml/diagram") => Ns::Diagram,
        _ => Ns::Other,
    }
}

/// The beginning of an element.
pub(super) struct Tag<'a> {
    pub(super) ns: Ns,
    start: BytesStart<'a>,
}

impl Tag<'_> {
    /// Without its prefix.
    pub(super) fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }

    pub(super) fn is(&self, ns: Ns, name: &str) -> bool {
        self.ns == ns && self.name() == name
    }

    /// An attribute by its name without a prefix. One that is written without a prefix is meant first.
    pub(super) fn attr(&self, name: &str) -> Option<String> {
        self.find(|key| key == name).or_else(|| self.prefixed(name))
    }

    /// An attribute that is written with a prefix, as references to other parts are.
    pub(super) fn prefixed(&self, name: &str) -> Option<String> {
        self.find(|key| key.rsplit_once(':').is_some_and(|(_, local)| local == name))
    }

    /// An attribute as a number.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.attr(name)?.trim().parse().ok()
    }

    /// Whether a switch is on: it stands there, and no attribute `val` says otherwise.
    pub(super) fn is_on(&self) -> bool {
        let value = self.attr("val");
        !value.is_some_and(|value| ["0", "false", "off", "none"].contains(&value.as_str()))
    }

    fn find(&self, is_it: impl Fn(&str) -> bool) -> Option<String> {
        let mut attributes = self.start.attributes();
        // One that is written twice is no reason to lose the element.
        let attributes = attributes.with_checks(false).flatten();
        let mut found = attributes.filter(|attribute| is_it(attribute.key.into_inner()));
        let found = found.next()?;
        let value = found.normalized_value(XmlVersion::Implicit1_0);
        Some(value.map_or_else(|_| found.value.to_string(), Cow::into_owned))
    }
}

/// What comes next in an element.
pub(super) enum Piece<'a> {
    Start(Tag<'a>),
    Text(Cow<'a, str>),
}

/// A part of a document, read from its beginning to its end.
pub(super) struct Xml<'a> {
    reader: NsReader<&'a [u8]>,
    /// What the part is called, for errors.
    part: &'a str,
    depth: usize,
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: &'a str, text: &'a str) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            part,
            depth: 0,
        }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// What comes next inside the element that made [`Xml::depth`] what `depth` says; `None` at its end. What was
    /// begun inside it and not read to its end goes on here.
    ///
    /// # Errors
    /// Where the XML is not well-formed, nested too deeply, or declares entities.
    pub(super) fn next(&mut self, depth: usize) -> Result<Option<Piece<'a>>, Fault> {
        loop {
            let at = self.reader.buffer_position();
            let broken = |error: &dyn std::fmt::Display| {
                Fault::unreadable(format!(
                    "a damaged document: `{}` is not well-formed XML at byte {at} ({error})",
                    self.part
                ))
            };
            let (resolved, event) = self
                .reader
                .read_resolved_event()
                .map_err(|error| broken(&error))?;
            match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > NESTING {
                        return Err(Fault::unreadable(format!(
                            "nested too deeply: `{}` has more than {NESTING} elements inside each other at byte {at}",
                            self.part
                        )));
                    }
                    let ns = match resolved {
                        ResolveResult::Bound(found) => namespace(found.as_ref()),
                        _ => Ns::Other,
                    };
                    return Ok(Some(Piece::Start(Tag { ns, start })));
                }
                Event::End(_) => {
                    self.depth -= 1;
                    if self.depth < depth {
                        return Ok(None);
                    }
                }
                Event::Text(text) => return Ok(Some(Piece::Text(text.xml10_content()))),
                Event::CData(text) => return Ok(Some(Piece::Text(text.xml10_content()))),
                Event::GeneralRef(name) => return Ok(Some(Piece::Text(reference(&name).into()))),
                Event::DocType(declared) if declared.contains('[') => {
                    return Err(Fault::unreadable(format!(
                        "`{}` declares entities, which office programs do not write; it is not read",
                        self.part
                    )));
                }
                Event::Eof if self.depth == 0 => return Ok(None),
                Event::Eof => return Err(broken(&"it ends in an element")),
                _ => {}
            }
        }
    }

    /// Passes over what is left of the element that was begun last.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let depth = self.depth;
        while self.next(depth)?.is_some() {}
        Ok(())
    }

    /// All text of the element that was begun last, with that of elements inside it.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub(super) fn text(&mut self) -> Result<String, Fault> {
        let depth = self.depth;
        let mut text = String::new();
        while let Some(piece) = self.next(depth)? {
            if let Piece::Text(piece) = piece {
                text.push_str(&piece);
            }
        }
        Ok(text)
    }
}

/// What a reference means. One that only a document type could explain stays as it is written.
fn reference(name: &str) -> String {
    let named = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(|number| {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }),
    };
    named.map_or_else(|| format!("&{name};"), String::from)
}

/// The bytes of a part as text.
///
/// # Errors
/// Where they are none.
pub(super) fn decoded(part: &str, bytes: Vec<u8>) -> Result<String, Fault> {
    let broken = |reason: &dyn std::fmt::Display| {
        Fault::unreadable(format!(
            "a damaged document: `{part}` is no text ({reason})"
        ))
    };
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let wide = marked || bytes.starts_with(b"<\0") || bytes.starts_with(b"\0<");
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).to_lowercase();
    let declared =
        head.starts_with("<?xml") && head.contains("encoding") && !head.contains("utf-8");
    if wide || declared {
        return match decode::decode(bytes, None) {
            Ok(decoded) => Ok(decoded.text),
            Err(Fault::NotText(reason) | Fault::Unreadable(reason)) => Err(broken(&reason)),
        };
    }
    let text = String::from_utf8(bytes).map_err(|error| broken(&error.utf8_error()))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}
