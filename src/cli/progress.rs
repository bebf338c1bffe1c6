//! Progress on standard error, on a terminal only, and the interrupt.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::embed::Watch;
use crate::index::{Progress, Stage};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Shows what a long run is at.
pub struct Bar {
    bar: ProgressBar,
    pace: Mutex<Pace>,
}

impl Bar {
    pub fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self::of(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self::of(bar)
    }

    fn of(bar: ProgressBar) -> Self {
        Self {
            bar,
            pace: Mutex::new(Pace::new()),
        }
    }

    /// `done` of `total` of something with a rate.
    pub fn count(&self, what: &str, unit: &str, done: usize, total: usize) {
        let per_second = self.moved(done, total);
        let pace = pace(per_second, total.saturating_sub(done), 1.0, "");
        self.style(&format!(
            "{what} {{wide_bar}} {{human_pos}}/{{human_len}} {unit}{pace}"
        ));
    }

    /// Articles and passages, but the bar and the time left go by tokens: passages differ in length.
    fn embedding(
        &self,
        tokens: (usize, usize),
        passages: (usize, usize),
        articles: (usize, usize),
    ) {
        let per_token = passages.1 as f64 / tokens.1.max(1) as f64;
        let per_second = self.moved(tokens.0, tokens.1);
        self.style(&format!(
            "embedding {{wide_bar}} {}/{} articles{}",
            HumanCount(articles.0 as u64),
            HumanCount(articles.1 as u64),
            pace(
                per_second,
                tokens.1.saturating_sub(tokens.0),
                per_token,
                " passages"
            ),
        ));
    }

    /// Moves the bar; how much is done in a second, `None` where a stage begins.
    fn moved(&self, done: usize, total: usize) -> Option<f64> {
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.moved(done, Instant::now());
        pace.per_second
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }
}

/// How fast something goes: a mean in which what was done last counts most. The bar's own rate falls towards nothing
/// while one batch is computed, which takes seconds on a slow machine.
struct Pace {
    at: Instant,
    done: usize,
    per_second: Option<f64>,
}

impl Pace {
    /// The least time that says something, and what it then counts.
    const LEAST: Duration = Duration::from_millis(500);
    const SHARE: f64 = 0.3;

    fn new() -> Self {
        Self {
            at: Instant::now(),
            done: 0,
            per_second: None,
        }
    }

    fn moved(&mut self, done: usize, now: Instant) {
        if done < self.done || done == 0 {
            (self.at, self.done, self.per_second) = (now, done, None);
        }
        let passed = now.duration_since(self.at);
        if done > self.done && passed >= Self::LEAST {
            let new = (done - self.done) as f64 / passed.as_secs_f64();
            let before = self.per_second.unwrap_or(new);
            self.per_second = Some(before + Self::SHARE * (new - before));
            (self.at, self.done) = (now, done);
        }
    }
}

/// `, 812 passages/s, 2 min left`; nothing where the pace is not known yet.
fn pace(per_second: Option<f64>, left: usize, shown: f64, unit: &str) -> String {
    let Some(per_second) = per_second else {
        return String::new();
    };
    let shown = per_second * shown;
    let digits = usize::from(shown < 10.0);
    let left = match left as f64 / per_second {
        seconds if seconds < 99.5 => format!("{seconds:.0} s"),
        seconds if seconds < 5970.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3600.0),
    };
    format!(", {shown:.digits$}{unit}/s, {left} left")
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Bar {
    fn begins(&self, file: &str, bytes: usize) {
        self.style(&format!(
            "{file} {{wide_bar}} {{bytes}}/{{total_bytes}}, {{bytes_per_sec}}, {{eta}} left"
        ));
        self.bar.set_length(bytes as u64);
        self.bar.set_position(0);
    }

    fn comes(&self, bytes: usize) {
        self.bar.inc(bytes as u64);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_follows_what_was_done_last() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut pace = Pace::new();
        pace.moved(0, start);
        pace.moved(0, at(5));
        assert_eq!(pace.per_second, None);
        pace.moved(100, at(6));
        assert_eq!(pace.per_second, Some(100.0));
        pace.moved(400, at(7));
        assert_eq!(pace.per_second, Some(160.0));
        // Too soon to say anything.
        pace.moved(401, at(7));
        assert_eq!(pace.per_second, Some(160.0));
        // Another stage.
        pace.moved(3, at(8));
        assert_eq!(pace.per_second, None);
    }

    #[test]
    fn the_time_left_in_words() {
        let left = |left| pace(Some(2.0), left, 3.0, " passages");
        assert_eq!(left(60), ", 6.0 passages/s, 30 s left");
        assert_eq!(left(600), ", 6.0 passages/s, 5 min left");
        assert_eq!(left(36000), ", 6.0 passages/s, 5.0 h left");
        assert_eq!(pace(None, 9, 1.0, ""), "");
    }
}
