//! Findings for a person at a terminal.

mod excerpt;
pub(crate) mod summary;

use crate::clean;
use crate::{Input, ReportError, split_title};
use excerpt::{Excerpt, MAX_LINE_BYTES};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters,
    ThemeStyles,
};
use perflint_rules::{Context, Finding, Level, Place, Sources, Step};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// How many steps of a route are shown; JSON and SARIF have all.
const MAX_STEPS: usize = 12;

/// How text is drawn.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// Whether to use colours.
    pub color: bool,
    /// Columns to wrap at.
    pub width: usize,
    /// How long the scan took, if the summary should say so.
    pub elapsed: Option<Duration>,
    /// Whether to leave out the summary.
    pub quiet: bool,
}

/// Writes the report as text: findings by file, then a summary.
pub fn text(out: &mut dyn Write, input: Input<'_>, style: TextStyle) -> Result<(), ReportError> {
    let mut printer = Printer::new(input.sources, style);
    let live: Vec<&Finding> = input.report.live().collect();
    for of_file in live.chunk_by(|a, b| a.primary.file == b.primary.file) {
        let file = clean::line(&of_file[0].primary.file);
        writeln!(out, "{file} ({})\n", crate::counted(of_file.len(), "finding"))?;
        for finding in of_file {
            writeln!(out, "{}", printer.finding(finding)?)?;
        }
    }
    if !style.quiet {
        write!(out, "{}", summary::summary(input.report, style.elapsed))?;
    }
    Ok(())
}

/// Draws findings, and keeps the excerpts of the files that it has opened.
struct Printer<'a> {
    sources: &'a dyn Sources,
    excerpts: HashMap<Arc<str>, Option<Arc<Excerpt>>>,
    handler: GraphicalReportHandler,
}

impl<'a> Printer<'a> {
    fn new(sources: &'a dyn Sources, style: TextStyle) -> Self {
        let styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(style.width.max(40))
            .with_links(false)
            .without_syntax_highlighting();
        Self { sources, excerpts: HashMap::new(), handler }
    }

    fn excerpt(&mut self, file: &Arc<str>) -> Option<Arc<Excerpt>> {
        let sources = self.sources;
        let entry = self.excerpts.entry(Arc::clone(file));
        entry.or_insert_with(|| sources.text(file).map(|text| Arc::new(Excerpt::new(file, &text)))).clone()
    }

    fn finding(&mut self, finding: &Finding) -> Result<String, ReportError> {
        let excerpt = self.excerpt(&finding.primary.file);
        let shown = excerpt.filter(|excerpt| excerpt.line_bytes(&finding.primary) <= MAX_LINE_BYTES);
        let (title, details) = split_title(&finding.message);
        let drawn = Drawn {
            title: clean::line(title).into_owned(),
            rule: finding.rule.to_string(),
            severity: severity(finding.level),
            labels: shown.as_ref().map(|excerpt| labels(finding, excerpt)).unwrap_or_default(),
            help: finding.fix.as_ref().map(|fix| advice(fix, finding)),
            excerpt: shown,
        };
        let mut text = String::new();
        self.handler.render_report(&mut text, &drawn)?;
        if drawn.excerpt.is_none() {
            writeln!(text, "  at {}", location(&finding.primary))?;
        }
        if !details.is_empty() {
            writeln!(text, "  note: {}", clean::line(details))?;
        }
        facts(&mut text, finding)?;
        Ok(text)
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Advice,
    }
}

fn location(place: &Place) -> String {
    format!("{}:{}", clean::line(&place.file), place.line)
}

fn advice(fix: &perflint_rules::Fix, finding: &Finding) -> String {
    let advice = clean::line(&fix.advice);
    let at_primary = fix.place.file == finding.primary.file && fix.place.line == finding.primary.line;
    if at_primary {
        advice.into_owned()
    } else {
        format!("{} ({})", advice.trim_end_matches('.'), location(&fix.place))
    }
}

/// What a cost is the cost of.
fn run(context: Context) -> &'static str {
    match context {
        Context::Request => "request",
        Context::Job => "job",
        Context::Script | Context::Migration | Context::Test => "run",
        Context::Client | Context::Library => "call",
    }
}

/// Cost, route and further places, below the excerpt.
fn facts(text: &mut String, finding: &Finding) -> fmt::Result {
    let (run, confidence) = (run(finding.context), finding.confidence.name());
    let per = if finding.cost.contains(" per ") { "and" } else { "per" };
    writeln!(text, "  cost: {} {per} {run} ({confidence} confidence)", clean::line(&finding.cost))?;
    let leaves_file = finding.route.iter().any(|step| step.place.file != finding.primary.file);
    if leaves_file {
        writeln!(text, "  route:")?;
        let places: Vec<String> = finding.route.iter().map(|step| location(&step.place)).collect();
        let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
        // Of a long route, where it begins and where it leads says most.
        let cut = finding.route.len().saturating_sub(MAX_STEPS);
        for (index, (step, place)) in finding.route.iter().zip(&places).enumerate() {
            match index.checked_sub(MAX_STEPS / 2) {
                Some(0) if cut > 0 => writeln!(text, "    ({} more)", crate::counted(cut, "step"))?,
                Some(beyond) if beyond < cut => {}
                _ => {
                    writeln!(
                        text,
                        "    {:<6}  {place:<width$}  {}",
                        step.kind.name(),
                        clean::line(&step.label)
                    )?;
                }
            }
        }
    }
    if !finding.also.is_empty() {
        let places: Vec<String> = finding.also.iter().map(location).collect();
        writeln!(text, "  also: {}", places.join(", "))?;
    }
    Ok(())
}

/// The primary place and the steps of the route that stand in the same file. A step at the primary place names it.
fn labels(finding: &Finding, excerpt: &Excerpt) -> Vec<LabeledSpan> {
    let is_primary = |step: &&Step| step.place == finding.primary;
    let label = finding.route.iter().find(is_primary).map(|step| clean::line(&step.label).into_owned());
    let (start, len) = excerpt.span(&finding.primary);
    let mut labels = vec![LabeledSpan::new_primary_with_span(label, (start, len))];
    for step in finding.route.iter().filter(|step| step.place.file == finding.primary.file) {
        let (start, len) = excerpt.span(&step.place);
        let repeated = labels.iter().any(|label| label.offset() == start && label.len() == len);
        if !repeated && excerpt.line_bytes(&step.place) <= MAX_LINE_BYTES {
            labels.push(LabeledSpan::new(Some(clean::line(&step.label).into_owned()), start, len));
        }
    }
    labels
}

/// A finding as `miette` wants it.
#[derive(Debug)]
struct Drawn {
    title: String,
    rule: String,
    severity: Severity,
    labels: Vec<LabeledSpan>,
    help: Option<String>,
    excerpt: Option<Arc<Excerpt>>,
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.rule))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_deref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{TextStyle, text};
    use crate::Input;
    use crate::example::{pages, report, with_input};
    use perflint_rules::Sources;
    use std::sync::Arc;
    use std::time::Duration;

    const STYLE: TextStyle = TextStyle { color: false, width: 100, elapsed: None, quiet: false };

    fn draw(input: Input<'_>, style: TextStyle) -> String {
        let mut out = Vec::new();
        text(&mut out, input, style).expect("written");
        String::from_utf8(out).expect("utf-8")
    }

    #[test]
    fn shows_the_excerpt_the_route_and_the_fix() {
        let drawn = with_input(|input| draw(input, STYLE));
        for expected in [
            "shop/views.py (1 finding)",
            "n-plus-one-lazy-load",
            "⚠ Each order reads its customer with a query of its own\n",
            "[shop/views.py:3:5]",
            "postgres://***@db",
            "help: Add `.select_related(\"customer\")` (shop/views.py:2)",
            "note: The rows come from `Order.objects.all()`.",
            "cost: 1 + |orders| queries per request (high confidence)",
            "effect  shop/a b.py:2    reads order.customer",
            "also: shop/views.py:4",
            "1 warning, 1 suppressed",
            "2 held back",
            "1,234 lines",
            "shop/\\u{1b}x.py: Permission denied",
        ] {
            assert!(drawn.contains(expected), "{expected:?} is not in\n{drawn}");
        }
        assert!(!drawn.contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn colour_time_and_summary_are_options() {
        let style = TextStyle { color: true, elapsed: Some(Duration::from_millis(1_234)), ..STYLE };
        let drawn = with_input(|input| draw(input, style));
        assert!(drawn.contains("\u{1b}[") && drawn.contains("in 1.2 s"));
        let quiet = with_input(|input| draw(input, TextStyle { quiet: true, ..STYLE }));
        assert!(!quiet.contains("files"));
    }

    /// Sources that changed or vanished since the scan.
    #[derive(Debug)]
    struct Changed(Option<&'static str>);

    impl Sources for Changed {
        fn text(&self, _: &str) -> Option<Arc<str>> {
            self.0.map(Arc::from)
        }
    }

    #[test]
    fn survives_changed_sources() {
        let (report, pages) = (report(), pages());
        for source in [None, Some(""), Some("é"), Some("x\n\n"), Some("\u{202e}\r")] {
            let sources = Changed(source);
            let input = Input { report: &report, pages: &pages, sources: &sources, version: "0" };
            assert!(draw(input, TextStyle { width: 1, ..STYLE }).contains("customer"));
        }
        let long = "x = 1;".repeat(1_000);
        let sources = Changed(Some(long.leak()));
        let input = Input { report: &report, pages: &pages, sources: &sources, version: "0" };
        assert!(draw(input, STYLE).contains("at shop/views.py:3"));
    }
}
