//! Progress on standard error, on a terminal only, and the interrupt.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::embed::Watch;
use crate::index::{Progress, Stage};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Shows what a long run is at.
pub struct Bar(ProgressBar);

impl Bar {
    pub fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// `done` of `total` of something with a rate.
    pub fn count(&self, what: &str, unit: &str, done: usize, total: usize) {
        let rate = self.0.per_sec();
        self.style(&format!(
            "{what} {{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {rate:.0}/s, {{eta}} left"
        ));
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
    }

    /// Articles and passages, but the bar and the time left go by tokens: passages differ in length.
    fn embedding(
        &self,
        tokens: (usize, usize),
        passages: (usize, usize),
        articles: (usize, usize),
    ) {
        let per_token = passages.1 as f64 / tokens.1.max(1) as f64;
        self.style(&format!(
            "embedding {{wide_bar}} {}/{} articles, {:.0} passages/s, {{eta}} left",
            HumanCount(articles.0 as u64),
            HumanCount(articles.1 as u64),
            per_token * self.0.per_sec(),
        ));
        self.0.set_length(tokens.1 as u64);
        self.0.set_position(tokens.0 as u64);
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Watch for Bar {
    fn begins(&self, file: &str, bytes: usize) {
        self.style(&format!(
            "{file} {{wide_bar}} {{bytes}}/{{total_bytes}}, {{bytes_per_sec}}, {{eta}} left"
        ));
        self.0.set_length(bytes as u64);
        self.0.set_position(0);
    }

    fn comes(&self, bytes: usize) {
        self.0.inc(bytes as u64);
    }
}

impl Progress for Bar {
    fn at(&self, stage: Stage) {
        match stage {
            Stage::Reading { done, total } => self.count("reading", "files", done, total),
            Stage::Embedding {
                tokens,
                passages,
                articles,
            } => self.embedding(tokens, passages, articles),
            Stage::Writing => self.style("{spinner} writing"),
            Stage::BuildingGraph => self.style("{spinner} building the graph ({elapsed})"),
        }
    }

    fn interrupted(&self) -> bool {
        interrupted()
    }
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// The first Ctrl-C asks the run to stop at the next safe place, the second ends it.
pub fn catch_interrupts() {
    // Fails only where a handler is set already.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}
