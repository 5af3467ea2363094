//! Findings as one page that needs nothing else: no server, no network, no other file.
//!
//! The page is complete without its script, which only searches and filters. A policy in its head lets nothing load and
//! nothing run but that script and that style, by their hashes, so that a mistake in the escaping of what is quoted would
//! still execute nothing.

mod picture;

use crate::clean::{self, Clean};
use crate::junit::escaped;
use crate::{Input, ReportError, counted, grouped, split_title};
use perflint_rules::{Finding, Place, Sources, Tracking};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

const SCRIPT: &str = include_str!("html/page.js");
const STYLE: &str = include_str!("html/page.css");

/// The hashes of script and style, in the notation of a content security policy. A browser refuses what does not fit.
const SCRIPT_HASH: &str = "sha256-fKrX2JNIu20+bV4UmSgfXrqqgWGCn1wdNxDQCWjO3cY=";
const STYLE_HASH: &str = "sha256-vHUOsYDtq+4T+ckO/kazyjq4dG9rfdq+vnIYapFzDQQ=";

/// Browsers become slow with more; what is left out is said.
const MAX_FINDINGS: usize = 5_000;

/// Lines of source around a place.
const CONTEXT: u32 = 3;

/// Longer lines are cut.
const MAX_LINE: usize = 300;

/// Writes the page.
pub fn html(out: &mut dyn Write, input: Input<'_>) -> Result<(), ReportError> {
    let report = input.report;
    let all: Vec<(&Finding, Option<&Tracking>)> = report
        .findings
        .iter()
        .enumerate()
        .filter(|(at, finding)| finding.suppressed.is_none() && !report.is_known(*at))
        .map(|(at, finding)| (finding, report.tracking.get(at)))
        .collect();
    let shown = &all[..all.len().min(MAX_FINDINGS)];
    head(out, shown)?;
    let coverage = &report.coverage;
    writeln!(
        out,
        "<p>{} in {} and {}; {} known, {} of {} not resolved.{}</p>",
        counted(all.len(), "finding"),
        counted(coverage.files, "file"),
        counted(coverage.lines, "line"),
        grouped(report.known()),
        grouped(coverage.holes),
        counted(coverage.calls, "call"),
        if shown.len() < all.len() {
            format!(" The first {} are shown.", grouped(shown.len()))
        } else {
            String::new()
        }
    )?;
    controls(out, shown)?;
    let mut excerpts = Excerpts { sources: input.sources, files: HashMap::new() };
    for of_file in shown.chunk_by(|(a, _), (b, _)| a.primary.file == b.primary.file) {
        writeln!(out, "<section class=\"file\"><h2>{}</h2>", escaped(&of_file[0].0.primary.file))?;
        for (finding, tracking) in of_file {
            out.write_all(one(finding, *tracking, &mut excerpts).as_bytes())?;
        }
        writeln!(out, "</section>")?;
    }
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")?;
    Ok(())
}

fn head(out: &mut dyn Write, shown: &[(&Finding, Option<&Tracking>)]) -> Result<(), ReportError> {
    let policy = format!(
        "default-src 'none'; script-src '{SCRIPT_HASH}'; style-src '{STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'"
    );
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>perflint: {}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>perflint</h1>",
        counted(shown.len(), "finding")
    )?;
    Ok(())
}

/// What a filter looks at.
type Field = fn(&Finding) -> &str;

/// The search field, and a filter for each field with more than one value.
fn controls(out: &mut dyn Write, shown: &[(&Finding, Option<&Tracking>)]) -> Result<(), ReportError> {
    writeln!(
        out,
        "<form autocomplete=\"off\"><input id=\"search\" type=\"search\" placeholder=\"Search\" aria-label=\"Search\">"
    )?;
    let fields: [(&str, Field); 4] = [
        ("level", |finding| finding.level.name()),
        ("rule", |finding| &finding.rule),
        ("confidence", |finding| finding.confidence.name()),
        ("context", |finding| finding.context.name()),
    ];
    for (name, of) in fields {
        let values: BTreeSet<&str> = shown.iter().map(|(finding, _)| of(finding)).collect();
        writeln!(
            out,
            "<select data-field=\"{name}\" aria-label=\"{name}\"><option value=\"\">any {name}</option>"
        )?;
        for value in values {
            writeln!(out, "<option>{}</option>", escaped(value))?;
        }
        writeln!(out, "</select>")?;
    }
    writeln!(out, "<output id=\"count\"></output></form>")?;
    Ok(())
}

fn one(finding: &Finding, tracking: Option<&Tracking>, excerpts: &mut Excerpts<'_>) -> String {
    let (title, rest) = split_title(&finding.message);
    let place = format!("{}:{}", finding.primary.file, finding.primary.line);
    let searched = format!("{place} {} {} {}", finding.rule, finding.message, finding.cost).to_lowercase();
    let mut text = format!(
        "<details class=\"finding\" id=\"f-{}\" data-level=\"{level}\" data-rule=\"{rule}\" data-confidence=\"{}\" data-context=\"{}\" data-text=\"{}\">\n\
         <summary><span class=\"level {level}\">{level}</span> line {}: {} <code class=\"cost\">{}</code></summary>\n",
        escaped(tracking.map_or("", |tracking| &tracking.id)),
        finding.confidence.name(),
        finding.context.name(),
        escaped(&searched),
        finding.primary.line,
        prose(title),
        escaped(&finding.cost),
        level = finding.level.name(),
        rule = escaped(&finding.rule),
    );
    let _ = writeln!(
        text,
        "<p>{} Rule <code>{}</code>, {} confidence, {}.</p>",
        prose(rest),
        escaped(&finding.rule),
        finding.confidence.name(),
        finding.context.name()
    );
    excerpts.write(&finding.primary, &mut text);
    if let Some(fix) = &finding.fix {
        let place = format!("{}:{}", fix.place.file, fix.place.line);
        let _ =
            writeln!(text, "<p><b>Fix</b> at <code>{}</code>: {}</p>", escaped(&place), prose(&fix.advice));
        if fix.place.file != finding.primary.file || fix.place.line.abs_diff(finding.primary.line) > CONTEXT {
            excerpts.write(&fix.place, &mut text);
        }
    }
    text.push_str("<div class=\"route\">");
    picture::route(&finding.route, &mut text);
    text.push_str("</div>\n");
    text.push_str("</details>\n");
    text
}

/// A sentence, with what stands between backticks as code.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let of = |(index, part): (usize, &&str)| match index % 2 {
        1 => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part),
    };
    parts.iter().enumerate().map(of).collect()
}

/// The sources that excerpts come from, cleaned once.
struct Excerpts<'a> {
    sources: &'a dyn Sources,
    files: HashMap<Arc<str>, Vec<String>>,
}

impl Excerpts<'_> {
    fn write(&mut self, place: &Place, text: &mut String) {
        let sources = self.sources;
        let lines = self.files.entry(Arc::clone(&place.file)).or_insert_with(|| {
            let source = sources.text(&place.file);
            source
                .map(|text| Clean::new(&text).text().lines().map(str::to_owned).collect())
                .unwrap_or_default()
        });
        if lines.len() < place.line as usize || place.line == 0 {
            return;
        }
        text.push_str("<pre>");
        let first = place.line.saturating_sub(CONTEXT).max(1);
        for number in first..=place.line + CONTEXT {
            let Some(line) = lines.get(number as usize - 1) else { break };
            let cut = line.char_indices().nth(MAX_LINE).map_or(line.as_str(), |(end, _)| &line[..end]);
            let here = if number == place.line { " class=\"here\"" } else { "" };
            let _ = write!(
                text,
                "<span{here}><i>{number:>5} </i>{} </span>",
                escaped(&cut.replace('\t', "    "))
            );
        }
        text.push_str("</pre>\n");
    }
}

/// What must not run: text as it stands in a picture.
fn plain(text: &str, max: usize) -> String {
    let text = clean::line(text);
    let cut = match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    };
    escaped(&cut)
}

#[cfg(test)]
mod tests {
    use super::html;
    use crate::example::with_input;

    #[test]
    fn nothing_quoted_is_markup_and_nothing_is_loaded() {
        let mut out = Vec::new();
        with_input(|input| html(&mut out, input)).expect("written");
        let text = String::from_utf8(out).expect("utf-8");
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        assert!(!text.contains("http:") && !text.contains("https:"), "no address");
        assert!(text.contains("postgres://***@db"));
        assert_eq!(text.matches("<details class=\"finding\"").count(), 1);
        assert!(text.contains("<svg") && text.contains("data-level=\"warning\""));
    }
}
