//! How long perflint takes in a repository of more than 5,000 files, and what it makes of 100,000 findings.
//!
//! `cargo xtask bench` builds an optimised perflint and runs this. It measures and judges nothing: machines differ, and a
//! test that fails on a slow one tells nothing. `cargo xtask bench PATH..` measures clones of real repositories as well;
//! they are not written to.

#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use flate2::Compression;
use flate2::write::GzEncoder;
use perflint_tests::command::perflint;
use perflint_tests::git::Scratch;
use perflint_tests::sample::{LARGE_EAGER, LARGE_SERVICE, large, many_findings};
use perflint_tests::tree::Tree;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Runs of which the median is told.
const RUNS: usize = 7;

fn main() {
    println!(
        "medians of {RUNS} runs after one that is not counted; processor time is user and system time of all threads\n"
    );
    println!("| repository | files | command | wall | processor |");
    println!("| --- | --- | --- | --- | --- |");
    let scratch = Scratch::new();
    for (name, text) in large(5_200) {
        scratch.write(&name, text);
    }
    scratch.commit("a large repository");
    scratch.edit(LARGE_SERVICE, LARGE_EAGER, "");
    scratch.git(&["add", "--all"]);
    measure("generated shop", scratch.path(), "HEAD");
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        measure(&name, &path, "HEAD~20");
    }
    worst_report();
}

/// The commands that people wait for.
fn measure(name: &str, folder: &Path, revision: &str) {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(folder).output();
    let files = listed.map_or(0, |listed| listed.stdout.iter().filter(|byte| **byte == 0).count());
    for arguments in
        [&["scan"][..], &["scan", "--commit"], &["scan", "--diff", revision], &["diff", revision]]
    {
        let (wall, processor) = median(folder, arguments);
        let command = arguments.join(" ");
        println!("| {name} | {files} | `perflint {command}` | {} | {} |", shown(wall), shown(processor));
    }
}

fn median(folder: &Path, arguments: &[&str]) -> (Duration, Duration) {
    run(folder, arguments);
    let mut runs: Vec<(Duration, Duration)> = (0..RUNS)
        .map(|_| {
            let (start, before) = (Instant::now(), children());
            run(folder, arguments);
            (start.elapsed(), children().saturating_sub(before))
        })
        .collect();
    let mut middle = |key: fn(&(Duration, Duration)) -> Duration| {
        runs.sort_by_key(key);
        key(&runs[RUNS / 2])
    };
    (middle(|run| run.0), middle(|run| run.1))
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = perflint();
    command.args(arguments).arg("--quiet").current_dir(folder).stdin(Stdio::null());
    command.output().expect("perflint runs")
}

/// Processor time of the processes that have ended, where the system tells it.
fn children() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in brackets and may hold anything; ticks are hundredths of a second.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn shown(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// The report of more findings than code scanning takes.
fn worst_report() {
    let tree = Tree::new();
    for (name, text) in many_findings() {
        tree.write(&name, text);
    }
    let (wall, processor) = median(tree.path(), &["scan", "--format", "sarif"]);
    let report = run(tree.path(), &["scan", "--format", "sarif"]).stdout;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&report).expect("memory");
    let compressed = encoder.finish().expect("memory").len();
    println!(
        "\nSARIF of 100,000 findings: {:.1} MB, {:.2} MB compressed, {} wall, {} processor",
        report.len() as f64 / 1e6,
        compressed as f64 / 1e6,
        shown(wall),
        shown(processor)
    );
}
