//! What is laid over a page: values of form fields and notes.

use hayro_syntax::object::{Array, Dict, Name, Object, Rect, Stream, String as PdfString};
use hayro_syntax::page::{Page, Resources};

use super::characters::normalised;
use super::content::Interpreter;
use super::geometry::{Course, Matrix};
use super::glyphs::{Glyph, Origin};
use super::strings::text;

/// Annotations of a page.
const ANNOTATIONS: usize = 10_000;

const HIDDEN: i64 = 1 << 1;
const NO_VIEW: i64 = 1 << 5;

/// Reads the annotations of a page.
pub(super) fn read<'a>(interpreter: &mut Interpreter<'a, '_>, page: &Page<'a>) {
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else {
        return;
    };
    let matrix = Matrix(page.initial_transform(true).as_coeffs());
    interpreter.origin = Origin::Annotation;
    for annotation in annotations.iter::<Dict<'_>>().take(ANNOTATIONS) {
        let flags = annotation.get::<i64>("F").unwrap_or(0);
        if flags & (HIDDEN | NO_VIEW) != 0 || interpreter.layers.hides(&annotation, "OC") {
            continue;
        }
        interpreter.state = super::state::State::new(matrix);
        let before = interpreter.out.glyphs.len();
        let images = interpreter.out.images;
        if let Some(stream) = appearance(&annotation) {
            appear(interpreter, &annotation, &stream, page.resources());
        }
        // The picture of a button is no picture of the page.
        interpreter.out.images = images;
        if interpreter.out.glyphs.len() == before {
            value(interpreter, &annotation, matrix);
        }
    }
}

/// What an annotation shows.
fn appearance<'a>(annotation: &Dict<'a>) -> Option<Stream<'a>> {
    match annotation.get::<Dict<'_>>("AP")?.get::<Object<'_>>("N")? {
        Object::Stream(stream) => Some(stream),
        Object::Dict(states) => annotation
            .get::<Name<'_>>("AS")
            .and_then(|state| states.get::<Stream<'_>>(state.as_str())),
        _ => None,
    }
}

/// Draws an appearance where the annotation is, as in 12.5.5 of ISO 32000.
fn appear<'a>(
    interpreter: &mut Interpreter<'a, '_>,
    annotation: &Dict<'a>,
    form: &Stream<'a>,
    resources: &Resources<'a>,
) {
    let Some(place) = annotation.get::<Rect>("Rect") else {
        return;
    };
    let [x0, y0, x1, y1] = form
        .dict()
        .get::<[f64; 4]>("BBox")
        .unwrap_or([0.0, 0.0, 1.0, 1.0]);
    let own = form
        .dict()
        .get::<[f64; 6]>("Matrix")
        .map_or(Matrix::IDENTITY, Matrix);
    let corners = [
        own.point(x0, y0),
        own.point(x1, y0),
        own.point(x0, y1),
        own.point(x1, y1),
    ];
    let least = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::MAX, f64::min);
    let most = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::MIN, f64::max);
    let (left, right) = (least(|corner| corner.0), most(|corner| corner.0));
    let (low, high) = (least(|corner| corner.1), most(|corner| corner.1));
    let scale = |to: f64, from: f64| if from.abs() > 1e-6 { to / from } else { 1.0 };
    let (sx, sy) = (
        scale(place.x1 - place.x0, right - left),
        scale(place.y1 - place.y0, high - low),
    );
    let fit = Matrix([sx, 0.0, 0.0, sy, place.x0 - sx * left, place.y0 - sy * low]);
    interpreter.state.matrix = interpreter.state.matrix.after(fit);
    interpreter.form(form, resources);
}

/// Puts the value of a text field in its place if the file leaves the drawing to the viewer.
fn value<'a>(interpreter: &mut Interpreter<'a, '_>, annotation: &Dict<'a>, matrix: Matrix) {
    let parent = annotation.get::<Dict<'_>>("Parent").unwrap_or_default();
    let kind = annotation
        .get::<Name<'_>>("FT")
        .or_else(|| parent.get::<Name<'_>>("FT"));
    if !kind.is_some_and(|kind| matches!(kind.as_str(), "Tx" | "Ch")) {
        return;
    }
    let value = annotation
        .get::<PdfString<'_>>("V")
        .or_else(|| parent.get::<PdfString<'_>>("V"));
    let (Some(value), Some(place)) = (value, annotation.get::<Rect>("Rect")) else {
        return;
    };
    let value = text(value.as_bytes());
    let value = normalised(value.trim());
    let small = |(x, y): (f64, f64)| (x as f32, y as f32);
    let middle = f64::midpoint(place.y0, place.y1);
    let (start, end) = (
        small(matrix.point(place.x0, middle)),
        small(matrix.point(place.x1, middle)),
    );
    let size = ((place.y1 - place.y0) as f32 * 0.8).clamp(4.0, 12.0);
    if value.is_empty()
        || !start.0.is_finite()
        || !start.1.is_finite()
        || !end.0.is_finite()
        || !end.1.is_finite()
    {
        return;
    }
    interpreter.out.glyphs.push(Glyph {
        text: std::rc::Rc::from(&*value),
        start,
        end,
        centre: (f32::midpoint(start.0, end.0), f32::midpoint(start.1, end.1)),
        size,
        course: Course::of(end.0 - start.0, end.1 - start.1),
        vertical: false,
        bold: false,
        mono: false,
        origin: Origin::Annotation,
    });
}
