//! Progress on standard error, on a terminal only, and the interrupt.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

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
        let template =
            format!("{what} {{wide_bar}} {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left");
        self.style(&template);
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
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
            Stage::Embedding { done, total } => self.count("embedding", "tokens", done, total),
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

/// Asks a run to stop as Ctrl-C does.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
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
