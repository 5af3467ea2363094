//! The plan as files: templates over its data.

use crate::evaluate::{short, time, wait};
use crate::{Plan, PlanError};
use minijinja::{AutoEscape, Environment, Value, context};
use std::collections::BTreeMap;

/// So many summands of a formula stand on a line.
const SUMMANDS: usize = 6;

/// The sections of the report, in order.
pub const SECTIONS: &[&str] =
    &["overview", "algorithms", "caching", "database", "load", "scaling", "monitoring", "checklist"];

const TEMPLATES: &[(&str, &str)] = &[
    ("sections.md", include_str!("../templates/sections.md")),
    ("report.md", include_str!("../templates/report.md")),
    ("report.html", include_str!("../templates/report.html")),
    ("caching.yaml", include_str!("../templates/caching.yaml")),
    ("k6.js", include_str!("../templates/k6.js")),
    ("locustfile.py", include_str!("../templates/locustfile.py")),
    ("hpa.yaml", include_str!("../templates/hpa.yaml")),
    ("compose.yaml", include_str!("../templates/compose.yaml")),
    ("rules.yaml", include_str!("../templates/rules.yaml")),
    ("dashboard.json", include_str!("../templates/dashboard.json")),
    ("adr.md", include_str!("../templates/adr.md")),
    ("decision.md", include_str!("../templates/decision.md")),
];

/// Artefacts that are one file each: the template and the path.
const ARTEFACTS: &[(&str, &str)] = &[
    ("caching.yaml", "caching.yaml"),
    ("k6.js", "load/k6.js"),
    ("locustfile.py", "load/locustfile.py"),
    ("hpa.yaml", "scaling/kubernetes.yaml"),
    ("compose.yaml", "scaling/compose.yaml"),
    ("rules.yaml", "monitoring/rules.yaml"),
    ("dashboard.json", "monitoring/dashboard.json"),
];

/// Changes that get a record of a decision.
const DECISIONS: usize = 10;

fn environment() -> Result<Environment<'static>, PlanError> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_keep_trailing_newline(true);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
    });
    environment.add_filter("short", |value: f64| short(value));
    environment.add_filter("time", |value: f64| time(value));
    environment.add_filter("wait", |value: f64| wait(value));
    environment.add_filter("md", |text: String| markdown(&text));
    environment.add_filter("code", |text: String| Value::from_safe_string(code(&text)));
    environment.add_filter("plain", |text: String| text.replace('`', "").replace('|', "\\|"));
    environment.add_filter("brief", |formula: String| brief(&formula));
    environment.add_filter("slug", |text: String| slug(&text));
    environment.add_filter("source", |figure: Value| source(&figure));
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

/// Text of a repository inside a cell of a table: nothing in it is markup.
fn markdown(text: &str) -> String {
    // Between two backticks it is code, where a backslash would be seen. A backtick without its other half, or two in a
    // row, would make code of what follows.
    let pairs = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut code = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' if pairs => {
                code = !code;
                out.push('`');
            }
            '|' if code => out.push_str("\\|"),
            '\n' => out.push(' '),
            c if code => out.push(c),
            '|' => out.push_str("&#124;"),
            '<' => out.push_str("&lt;"),
            '`' | '\\' | '*' | '_' | '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text as HTML, with what stands between two backticks as code.
/// A formula without the summands that a line has no room for; the whole one stands in the report for programs.
fn brief(formula: &str) -> String {
    let summands: Vec<&str> = formula.split(" + ").collect();
    match summands.len().checked_sub(SUMMANDS) {
        Some(more) if more > 1 => format!("{} + {more} more summands", summands[..SUMMANDS].join(" + ")),
        _ => formula.to_owned(),
    }
}

fn code(text: &str) -> String {
    let pairs = text.matches('`').count().is_multiple_of(2);
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' if pairs => {
                out.push_str(if inside { "</code>" } else { "<code>" });
                inside = !inside;
            }
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    out
}

/// A name as a part of a path.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.take(8).collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// Where a figure comes from, in words.
fn source(figure: &Value) -> Result<String, minijinja::Error> {
    let source = figure.get_attr("source")?;
    let part = |name: &str| source.get_attr(name).map(|value| value.to_string());
    Ok(match part("kind")?.as_str() {
        "configuration" => format!("configuration: {}", part("key")?),
        "code" => format!("code: {}", part("place")?),
        _ => format!("assumption: {}", part("why")?),
    })
}

/// One section, or the whole report if none is named, in `md`, `html` or `json`.
///
/// # Errors
/// A template that cannot be filled.
pub fn section(plan: &Plan, section: Option<&str>, format: &str) -> Result<String, PlanError> {
    if format == "json" {
        let value = serde_json::to_value(plan)?;
        let value = match section {
            Some(name) => part(&value, name),
            None => value,
        };
        return Ok(serde_json::to_string_pretty(&value)? + "\n");
    }
    let sections: Vec<&str> = section.map_or_else(|| SECTIONS.to_vec(), |name| vec![name]);
    let template = if format == "html" { "report.html" } else { "report.md" };
    report(&environment()?, template, &Value::from_serialize(plan), &sections)
}

fn report(
    environment: &Environment<'_>,
    template: &str,
    plan: &Value,
    sections: &[&str],
) -> Result<String, PlanError> {
    Ok(environment.get_template(template)?.render(context! { plan, sections })?)
}

/// The fields of a section.
fn part(plan: &serde_json::Value, section: &str) -> serde_json::Value {
    let fields: &[&str] = match section {
        "overview" => &["requirements", "durations", "entries", "changes", "questions"],
        "algorithms" => &["algorithms"],
        "caching" => &["caching"],
        "database" => &["database", "changes"],
        "load" => &["load"],
        "scaling" => &["scaling", "design"],
        "monitoring" => &["monitoring", "entries"],
        _ => &["checklist", "antipatterns"],
    };
    fields
        .iter()
        .map(|field| ((*field).to_owned(), plan[*field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Everything, by path relative to the output folder.
///
/// # Errors
/// A template that cannot be filled.
pub fn files(plan: &Plan) -> Result<BTreeMap<String, String>, PlanError> {
    let environment = environment()?;
    let value = Value::from_serialize(plan);
    let mut files = BTreeMap::new();
    files.insert("report.json".to_owned(), section(plan, None, "json")?);
    for name in ["report.md", "report.html"] {
        files.insert(name.to_owned(), report(&environment, name, &value, SECTIONS)?);
    }
    for (template, path) in ARTEFACTS {
        files.insert(
            (*path).to_owned(),
            environment.get_template(template)?.render(context! { plan => value.clone() })?,
        );
    }
    files.insert(
        "caching.schema.json".to_owned(),
        include_str!("../templates/caching.schema.json").to_owned(),
    );
    files.extend(plan.database.migrations.clone());
    for (at, change) in plan.changes.iter().take(DECISIONS).enumerate() {
        let number = format!("{:04}", at + 1);
        let path = format!("adr/{number}-{}.md", slug(&change.title));
        let change = Value::from_serialize(change);
        files.insert(path, environment.get_template("adr.md")?.render(context! { change, number })?);
    }
    for (at, decision) in plan.decisions.iter().enumerate() {
        let number = format!("{:04}", plan.changes.len().min(DECISIONS) + at + 1);
        let path = format!("adr/{number}-{}.md", slug(&decision.title));
        let decision = Value::from_serialize(decision);
        files.insert(path, environment.get_template("decision.md")?.render(context! { decision, number })?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_and_code_stays_code() {
        for (text, wanted) in [
            ("`line_items` of a_b", "`line_items` of a\\_b"),
            ("`a|b` | <i>", "`a\\|b` &#124; &lt;i>"),
            ("one ` <b>", "one \\` &lt;b>"),
            ("`` <b> ``", "\\`\\` &lt;b> \\`\\`"),
            ("[a](b)\n*c* \\<", "\\[a\\](b) \\*c\\* \\\\&lt;"),
        ] {
            assert_eq!(markdown(text), wanted);
        }
    }

    #[test]
    fn what_is_small_is_not_nothing() {
        let numbers = [0.0, 1e-12, 0.01, 0.099_999_999, 0.5, 12.0, 20_500.0].map(short);
        assert_eq!(numbers, ["0", "0", "0.01", "0.1", "0.5", "12", "20.5k"]);
        assert_eq!([-0.0, 4.999_999_9, 7.96, 120.4].map(short), ["0", "5", "8", "120"]);
        let times = [0.5, 407.0, 4007.0, 90_000.0, 600_000.0, 6.1e8].map(time);
        assert_eq!(times, ["0.5 ms", "407 ms", "4 s", "90 s", "10 min", "over a day"]);
        assert_eq!([407.0, 59_000.0, 90_000.0].map(wait), ["407 ms", "59 s", "over a minute"]);
    }
}
