//! Reads a page's content: a small interpreter of the operators that place text and draw lines.
//!
//! hayro has an interpreter too. It draws: it has no limit on operators, builds every path and colour, and does
//! not say which font a glyph is from. Text needs a third of it.

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use hayro_syntax::page::{Page, Resources};

use super::fonts::Fonts;
use super::geometry::Matrix;
use super::glyphs::{Origin, PageContent};
use super::layers::Layers;
use super::limits::Limits;
use super::marked::Marks;
use super::paths::Path;
use super::state::{Pen, State};
use super::streams::decoded;

/// Saved states inside each other.
const STATES: usize = 4096;

/// What stands outside the page is listed up to this length.
const OUTSIDE: usize = 10_000;

/// Reads the content of pages, one after the other.
pub(super) struct Interpreter<'a, 'p> {
    pub(super) fonts: &'p mut Fonts<'a>,
    pub(super) layers: &'p Layers,
    pub(super) limits: &'p Limits,
    /// Bytes of content that may still be decoded.
    pub(super) bytes_left: &'p mut usize,
    pub(super) out: PageContent,
    pub(super) state: State<'a>,
    pub(super) origin: Origin,
    stack: Vec<State<'a>>,
    pen: Pen,
    marks: Marks,
    path: Path,
    operators: usize,
    depth: usize,
}

impl<'a, 'p> Interpreter<'a, 'p> {
    pub(super) fn new(
        page: &Page<'a>,
        fonts: &'p mut Fonts<'a>,
        layers: &'p Layers,
        limits: &'p Limits,
        bytes_left: &'p mut usize,
    ) -> Self {
        let (width, height) = page.render_dimensions();
        let matrix = Matrix(page.initial_transform(true).as_coeffs());
        Self {
            fonts,
            layers,
            limits,
            bytes_left,
            out: PageContent {
                width,
                height,
                ..PageContent::default()
            },
            state: State::new(matrix),
            origin: Origin::Content,
            stack: Vec::new(),
            pen: Pen::default(),
            marks: Marks::default(),
            path: Path::default(),
            operators: 0,
            depth: 0,
        }
    }

    /// Reads the page's own content.
    pub(super) fn page(&mut self, page: &Page<'a>) {
        let mut content = Vec::new();
        let mut add = |interpreter: &mut Self, stream: &Stream<'a>| {
            if let Some(data) = interpreter.decoded(stream) {
                content.extend_from_slice(&data);
                // An operator does not cross the end of a stream.
                content.push(b' ');
            }
        };
        match page.raw().get::<Object<'_>>("Contents") {
            Some(Object::Stream(stream)) => add(self, &stream),
            Some(Object::Array(streams)) => streams
                .iter::<Stream<'_>>()
                .for_each(|stream| add(self, &stream)),
            _ => {}
        }
        self.run(&content, page.resources());
        self.marks = Marks::default();
    }

    /// Reads a form: a piece of content with a place of its own.
    pub(super) fn form(&mut self, form: &Stream<'a>, resources: &Resources<'a>) {
        if self.depth >= self.limits.form_depth {
            self.out
                .cut
                .get_or_insert("forms inside each other too deeply");
            return;
        }
        let dict = form.dict();
        if self.layers.hides(dict, "OC") {
            return;
        }
        let Some(data) = self.decoded(form) else {
            return;
        };
        let own = dict.get::<Dict<'_>>("Resources").map(Resources::new);
        let matrix = dict
            .get::<[f64; 6]>("Matrix")
            .map_or(Matrix::IDENTITY, Matrix);
        let (state, pen) = (self.state.clone(), self.pen);
        let saved = std::mem::take(&mut self.stack);
        self.state.matrix = self.state.matrix.after(matrix);
        self.depth += 1;
        let marks = self.marks.depth();
        self.run(&data, own.as_ref().unwrap_or(resources));
        while self.marks.depth() > marks {
            self.marks.end(&mut self.out.glyphs);
        }
        self.depth -= 1;
        self.stack = saved;
        self.state = state;
        self.pen = pen;
    }

    fn decoded(&mut self, stream: &Stream<'a>) -> Option<std::borrow::Cow<'a, [u8]>> {
        let limit = self.limits.stream_bytes.min(*self.bytes_left);
        let data = decoded(stream, limit);
        match &data {
            Some(data) => *self.bytes_left = self.bytes_left.saturating_sub(data.len()),
            None => {
                _ = self
                    .out
                    .cut
                    .get_or_insert("a stream that is damaged or expands too far");
            }
        }
        data
    }

    /// Whether a limit of the page is reached.
    fn is_over(&mut self) -> bool {
        if self.operators > self.limits.page_operators {
            self.out.cut = Some("too many operators");
        } else if self.out.glyphs.len() >= self.limits.page_glyphs {
            self.out.cut = Some("too many letters");
        } else {
            return false;
        }
        true
    }

    fn run(&mut self, content: &[u8], resources: &Resources<'a>) {
        let mut operators = TypedIter::new(content);
        while let Some(operator) = operators.next() {
            self.operators += 1;
            if self.is_over() {
                return;
            }
            match operator {
                TypedInstruction::SaveState(_) => {
                    if self.stack.len() < STATES {
                        self.stack.push(self.state.clone());
                    }
                }
                TypedInstruction::RestoreState(_) => {
                    self.state = self.stack.pop().unwrap_or_else(|| self.state.clone());
                }
                TypedInstruction::Transform(t) => {
                    let inner = matrix([t.0, t.1, t.2, t.3, t.4, t.5]);
                    self.state.matrix = self.state.matrix.after(inner);
                }
                TypedInstruction::XObject(name) => self.x_object(name.0, resources),
                TypedInstruction::InlineImage(_) => self.out.images += 1,
                TypedInstruction::SetGraphicsState(name) => self.graphics_state(name.0, resources),
                TypedInstruction::BeginMarkedContent(tag) => {
                    self.marks.begin(tag.0, None, false, self.out.glyphs.len());
                }
                TypedInstruction::BeginMarkedContentWithProperties(tag) => {
                    self.marked(tag.0, tag.1, resources);
                }
                TypedInstruction::EndMarkedContent(_) => self.marks.end(&mut self.out.glyphs),
                other => {
                    if !self.text(&other, resources) {
                        self.draw(&other);
                    }
                }
            }
        }
    }

    /// An operator of text; false if it is none.
    fn text(&mut self, operator: &TypedInstruction<'_, '_>, resources: &Resources<'a>) -> bool {
        let state = &mut self.state;
        match operator {
            TypedInstruction::BeginText(_) => self.pen = Pen::default(),
            TypedInstruction::CharacterSpacing(by) => state.letter_space = by.0.as_f64(),
            TypedInstruction::WordSpacing(by) => state.word_space = by.0.as_f64(),
            TypedInstruction::HorizontalScaling(by) => state.stretch = by.0.as_f64() / 100.0,
            TypedInstruction::TextLeading(by) => state.leading = by.0.as_f64(),
            TypedInstruction::TextRise(by) => state.rise = by.0.as_f64(),
            TypedInstruction::TextFont(font) => {
                state.size = font.1.as_f64();
                state.font = resources
                    .get_font(font.0)
                    .and_then(|dict| self.fonts.font(&dict));
            }
            TypedInstruction::NextLine(by) => self.pen.next_line(by.0.as_f64(), by.1.as_f64()),
            TypedInstruction::NextLineAndSetLeading(by) => {
                state.leading = -by.1.as_f64();
                self.pen.next_line(by.0.as_f64(), by.1.as_f64());
            }
            TypedInstruction::SetTextMatrix(t) => {
                self.pen.set(matrix([t.0, t.1, t.2, t.3, t.4, t.5]));
            }
            TypedInstruction::NextLineUsingLeading(_) => {
                self.pen.next_line(0.0, -self.state.leading);
            }
            TypedInstruction::ShowText(text) => self.show(text.0.as_bytes()),
            TypedInstruction::NextLineAndShowText(text) => {
                self.pen.next_line(0.0, -self.state.leading);
                self.show(text.0.as_bytes());
            }
            TypedInstruction::ShowTextWithParameters(text) => {
                state.word_space = text.0.as_f64();
                state.letter_space = text.1.as_f64();
                self.pen.next_line(0.0, -self.state.leading);
                self.show(text.2.as_bytes());
            }
            TypedInstruction::ShowTexts(texts) => {
                for item in texts.0.iter::<Object<'_>>() {
                    match item {
                        Object::String(text) => self.show(text.as_bytes()),
                        Object::Number(by) => self.pen.adjust(&self.state, by.as_f64()),
                        _ => {}
                    }
                }
            }
            _ => return false,
        }
        true
    }

    fn show(&mut self, mut bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else {
            self.out.unknown += bytes.len();
            return;
        };
        if self.marks.hidden() {
            return;
        }
        let origin = if self.marks.artifact() {
            Origin::Artifact
        } else {
            self.origin
        };
        while !bytes.is_empty() && self.out.glyphs.len() < self.limits.page_glyphs {
            let (letter, length) = font.letter(bytes);
            bytes = bytes.get(length..).unwrap_or_default();
            if let Some(glyph) = self.pen.glyph(&self.state, &letter, &font, origin) {
                let (x, y) = glyph.centre;
                let room = glyph.size;
                if x < -room || y < -room || x > self.out.width + room || y > self.out.height + room
                {
                    if self.out.outside.len() < OUTSIDE {
                        self.out.outside.push_str(&glyph.text);
                    }
                } else if letter.known {
                    self.out.glyphs.push(glyph);
                } else {
                    self.out.unknown += 1;
                }
            }
            self.pen.pass(&self.state, &letter, font.vertical);
        }
    }

    /// An operator of paths.
    fn draw(&mut self, operator: &TypedInstruction<'_, '_>) {
        let (matrix, drawn) = (self.state.matrix, &mut self.out.drawn);
        match operator {
            TypedInstruction::MoveTo(to) => self.path.move_to(matrix, to.0.as_f64(), to.1.as_f64()),
            TypedInstruction::LineTo(to) => self.path.line_to(matrix, to.0.as_f64(), to.1.as_f64()),
            TypedInstruction::CubicTo(_)
            | TypedInstruction::CubicStartTo(_)
            | TypedInstruction::CubicEndTo(_) => {
                self.path.curve();
            }
            TypedInstruction::ClosePath(_) => self.path.close(),
            TypedInstruction::RectPath(r) => {
                self.path.rectangle(
                    matrix,
                    [r.0.as_f64(), r.1.as_f64(), r.2.as_f64(), r.3.as_f64()],
                );
            }
            TypedInstruction::StrokePath(_) => self.path.paint(false, true, drawn),
            TypedInstruction::CloseAndStrokePath(_) => {
                self.path.close();
                self.path.paint(false, true, drawn);
            }
            TypedInstruction::FillPathNonZero(_)
            | TypedInstruction::FillPathNonZeroCompatibility(_)
            | TypedInstruction::FillPathEvenOdd(_) => self.path.paint(true, false, drawn),
            TypedInstruction::FillAndStrokeEvenOdd(_)
            | TypedInstruction::FillAndStrokeNonZero(_) => {
                self.path.paint(true, true, drawn);
            }
            TypedInstruction::CloseFillAndStrokeEvenOdd(_)
            | TypedInstruction::CloseFillAndStrokeNonZero(_) => {
                self.path.close();
                self.path.paint(true, true, drawn);
            }
            TypedInstruction::EndPath(_) => self.path.paint(false, false, drawn),
            _ => {}
        }
    }

    fn x_object(&mut self, name: &Name<'_>, resources: &Resources<'a>) {
        let Some(object) = resources.get_x_object(name) else {
            return;
        };
        match object
            .dict()
            .get::<Name<'_>>("Subtype")
            .as_ref()
            .map(Name::as_str)
        {
            Some("Image") => self.out.images += 1,
            Some("Form") if !self.marks.hidden() => self.form(&object, resources),
            _ => {}
        }
    }

    fn graphics_state(&mut self, name: &Name<'_>, resources: &Resources<'a>) {
        let Some(dict) = resources.get_ext_g_state(name) else {
            return;
        };
        let Some(font) = dict.get::<Array<'_>>("Font") else {
            return;
        };
        let mut items = font.flex_iter();
        if let (Some(font), Some(size)) = (items.next::<Dict<'_>>(), items.next::<Number>()) {
            self.state.font = self.fonts.font(&font);
            self.state.size = size.as_f64();
        }
    }

    fn marked(&mut self, tag: &Name<'_>, properties: &Object<'_>, resources: &Resources<'a>) {
        let glyphs = self.out.glyphs.len();
        match properties {
            Object::Dict(dict) => self.marks.begin(tag, Some(dict), false, glyphs),
            Object::Name(name) => {
                let hidden =
                    tag.as_str() == "OC" && self.layers.hides(&resources.properties, name.as_str());
                let dict = resources.properties.get::<Dict<'_>>(name);
                self.marks.begin(tag, dict.as_ref(), hidden, glyphs);
            }
            _ => self.marks.begin(tag, None, false, glyphs),
        }
    }
}

fn matrix(numbers: [Number; 6]) -> Matrix {
    Matrix(numbers.map(|number| number.as_f64()))
}
