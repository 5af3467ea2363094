//! The progress bar.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use perflint_engine::Progress;
use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// Scans that are faster show nothing.
const DELAY: Duration = Duration::from_millis(500);

/// A bar on standard error that appears when a scan turns out to take time. Gone when dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    timer: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// A bar, which stays invisible if `quiet` or if nobody watches standard error.
    pub(crate) fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let visible = !quiet && io::stderr().is_terminal();
        Self { timer: visible.then(|| show_later(bar.clone())), bar }
    }
}

fn show_later(bar: ProgressBar) -> (Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = mpsc::channel();
    let timer = std::thread::spawn(move || {
        if stopped.recv_timeout(DELAY) == Err(RecvTimeoutError::Timeout) {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {human_pos} files") {
                bar.set_style(style);
            }
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    });
    (stop, timer)
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((stop, timer)) = self.timer.take() {
            drop(stop);
            // The timer cannot panic, and a bar is not worth a failure.
            let _ = timer.join();
        }
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn files(&self, seen: usize) {
        self.bar.set_position(seen as u64);
    }

    fn phase(&self, name: &'static str) {
        self.bar.set_message(name);
    }
}
