//! Draws a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::FontQuery;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use hayro_syntax::Pdf;

use crate::corpus::format::places::Picture;

/// A picture is at most so wide and so high, in pixels.
const MOST_PIXELS: f32 = 8000.0;

/// The picture of a page, from 1, on white. A page that is much higher than wide is drawn narrower.
///
/// # Errors
/// Why it cannot be drawn.
pub(super) fn draw(pdf: &Pdf, page: usize, width: u32) -> Result<Picture, String> {
    let pages = pdf.pages();
    let found = page.checked_sub(1).and_then(|at| pages.get(at));
    let page = found.ok_or_else(|| format!("no page {page}: it has {}", pages.len()))?;
    let (wide, high) = page.render_dimensions();
    if !(wide > 0.0 && high > 0.0 && wide.is_finite() && high.is_finite()) {
        return Err(format!("a page of {wide} x {high} points has no picture"));
    }
    let scale = (width as f32 / wide).min(MOST_PIXELS / wide.max(high));
    if wide * scale < 1.0 || high * scale < 1.0 {
        return Err(format!("a page of {wide} x {high} points has no picture"));
    }
    let is_incomplete = Arc::new(AtomicBool::new(false));
    let settings = settings(Arc::clone(&is_incomplete));
    let pixels = PixmapSettings {
        // Half a pixel more, because the library cuts what is no whole one.
        x_scale: scale + 0.5 / wide,
        y_scale: scale + 0.5 / high,
        bg_color: WHITE,
    };
    let cache = RenderCache::new();
    let drawn = render(page, &cache, &settings, &RenderSettings::default(), &pixels);
    let png = drawn.into_png().map_err(|error| error.to_string())?;
    Ok(Picture {
        png,
        is_incomplete: is_incomplete.load(Ordering::Relaxed),
    })
}

/// The library's own, which tell where letters are not drawn: a font that is not in the document has substitutes for
/// Latin letters only.
fn settings(is_incomplete: Arc<AtomicBool>) -> InterpreterSettings {
    let own = InterpreterSettings::default();
    let resolve = Arc::clone(&own.font_resolver);
    InterpreterSettings {
        font_resolver: Arc::new(move |query| {
            if let FontQuery::Fallback(font) = query
                && font.character_collection.is_some()
            {
                is_incomplete.store(true, Ordering::Relaxed);
            }
            resolve(query)
        }),
        ..own
    }
}
