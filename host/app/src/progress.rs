//! A progress bar on a terminal. Invariant: nothing is drawn where standard error is no terminal.

use indicatif::{ProgressBar, ProgressStyle};
use model::report::Stage;

use engine::observer::Observer;

/// Draws the current stage's progress.
pub(crate) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// Starts a bar; `is_quiet` hides it.
    pub(crate) fn new(is_quiet: bool) -> Self {
        let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        if let Ok(style) = ProgressStyle::with_template("{msg:>12} {bar:30} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Bar {
    fn stage_started(&self, stage: Stage, units: usize) {
        self.bar.reset();
        self.bar.set_length(units as u64);
        self.bar.set_message(stage.as_str());
    }

    fn unit_done(&self, _stage: Stage) {
        self.bar.inc(1);
    }
}
