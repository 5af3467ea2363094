//! Every format against the parser or the documented demands of whoever reads it, on trees that mean no good.
//!
//! Where the reader has a schema of its own, `sarif.rs` uses it. GitLab, reviewdog, JUnit's readers and GitHub's runner
//! describe what they take in their documentation; the checks here are written from that.

#![expect(clippy::panic, reason = "helpers of tests panic like tests")]

use perflint_tests::command::{perflint, run};
use perflint_tests::sample::{CLEAN, HOSTILE, everything, hostile};
use perflint_tests::tools::{npm, python, succeeds};
use perflint_tests::tree::Tree;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const ALL: &[&str] = &[
    "text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html",
    "agent",
];

fn trees() -> [(&'static str, Tree); 3] {
    [("everything", everything()), ("hostile", hostile()), ("clean", Tree::of(&[("a.py", CLEAN)]))]
}

fn written(tree: &Tree, format: &str) -> String {
    let run = run(perflint().args(["scan", "--quiet", "--pedantic", "--format", format]).arg(tree.path()));
    assert!(matches!(run.code, Some(0 | 1)), "{format}: {}", run.err());
    String::from_utf8(run.stdout).unwrap_or_else(|error| panic!("{format}: {error}"))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

#[test]
fn no_format_repeats_a_secret_an_escape_or_an_absolute_path() {
    for (name, tree) in trees() {
        let folder = tree.path().to_string_lossy().into_owned();
        for format in ALL {
            let text = written(&tree, format);
            for forbidden in ["user:secret", "\u{1b}", "\u{202e}", "\r", &folder] {
                assert!(!text.contains(forbidden), "{format} of {name} holds {forbidden:?}");
            }
        }
    }
}

#[test]
fn all_formats_at_once_are_those_of_each_alone() {
    let tree = hostile();
    let place = tempfile::tempdir().expect("temp");
    let mut command = perflint();
    command.args(["scan", "--quiet", "--pedantic"]);
    for format in ALL {
        command.arg("--output").arg(format!("{format}={}", place.path().join(format).display()));
    }
    assert_eq!(run(command.arg(tree.path())).code, Some(1));
    for format in ALL {
        let text = fs::read_to_string(place.path().join(format)).expect("written");
        // JSON tells the costs of entry points, and a scan that is asked for them tells nobody else.
        assert!(text == written(&tree, format), "{format}");
    }
}

#[test]
fn lines_are_findings() {
    for (name, tree) in trees() {
        let report = json(&written(&tree, "json"));
        let findings = array(&report["findings"]);
        let lines: Vec<Value> = written(&tree, "jsonl").lines().map(json).collect();
        assert_eq!(lines, findings, "{name}");
        let live = findings.iter().filter(|finding| finding["suppressed"].is_null()).count();
        assert_eq!(written(&tree, "concise").lines().count(), live, "{name}");
        let agent = written(&tree, "agent");
        assert_eq!(agent.lines().count(), live + 1, "{name}: a head and a line each");
        assert!(agent.lines().all(|line| line.len() < 2_000));
        assert!(!agent.contains("Ignore all previous"), "comments and documentation are not quoted");
        let ids: BTreeSet<&str> = findings.iter().filter_map(|finding| finding["id"].as_str()).collect();
        assert_eq!(ids.len(), findings.len(), "{name}: ids are unique");
    }
}

/// Names and values, in their order.
type Properties = Vec<(String, String)>;

/// What the runner of GitHub Actions does with a line of output.
fn command(line: &str) -> Option<(String, Properties, String)> {
    let unescaped = |text: &str, property: bool| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
        text.replace("%25", "%")
    };
    let (head, data) = line.strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.split(',').filter_map(|property| property.split_once('='));
    let properties = properties.map(|(key, value)| (key.to_owned(), unescaped(value, true))).collect();
    Some((name.to_owned(), properties, unescaped(data, false)))
}

#[test]
fn github_sees_annotations_and_no_other_command() {
    for (name, tree) in trees() {
        let text = written(&tree, "github");
        let report = json(&written(&tree, "json"));
        let files: BTreeSet<&str> =
            array(&report["findings"]).iter().filter_map(|f| f["place"]["file"].as_str()).collect();
        for line in text.lines() {
            let (kind, properties, data) =
                command(line).unwrap_or_else(|| panic!("{name}: no command: {line}"));
            assert!(["error", "warning", "notice"].contains(&kind.as_str()), "{name}: {kind}");
            let keys: Vec<&str> = properties.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(keys, ["file", "line", "endLine", "col", "endColumn", "title"], "{line}");
            let file = properties[0].1.as_str();
            assert!(files.contains(file) || file.contains("\\u{"), "{file:?} is no file");
            assert!(data.contains("Cost: ") && !data.contains('\r'), "{data}");
        }
        assert_eq!(
            text.lines().count(),
            array(&report["findings"]).iter().filter(|f| f["suppressed"].is_null()).count()
        );
    }
}

#[test]
fn gitlab_takes_the_report() {
    for (name, tree) in trees() {
        let report = json(&written(&tree, "gitlab"));
        let mut seen = BTreeSet::new();
        for issue in array(&report) {
            for field in ["description", "check_name", "fingerprint"] {
                assert!(
                    issue[field].as_str().is_some_and(|text| !text.is_empty()),
                    "{name}: {field} of {issue}"
                );
            }
            assert!(
                seen.insert(issue["fingerprint"].to_string()),
                "{name}: a fingerprint occurs twice: {issue}"
            );
            let severity = issue["severity"].as_str().unwrap_or_default();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{issue}");
            let path = issue["location"]["path"].as_str().unwrap_or_default();
            assert!(!path.is_empty() && !path.starts_with(['/', '.']), "{issue}");
            assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0), "{issue}");
        }
    }
}

#[test]
fn reviewdog_takes_the_report() {
    for (name, tree) in trees() {
        let report = json(&written(&tree, "rdjson"));
        assert_eq!(
            (&report["source"]["name"], &report["severity"]),
            (&"perflint".into(), &"WARNING".into()),
            "{name}"
        );
        for diagnostic in array(&report["diagnostics"]) {
            assert!(diagnostic["message"].as_str().is_some_and(|text| !text.is_empty()), "{diagnostic}");
            assert!(
                ["ERROR", "WARNING", "INFO"].contains(&diagnostic["severity"].as_str().unwrap_or_default())
            );
            assert!(diagnostic["code"]["value"].as_str().is_some_and(|rule| rule.contains('-')));
            let related = diagnostic["relatedLocations"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|related| &related["location"]);
            for location in related.chain([&diagnostic["location"]]) {
                let path = location["path"].as_str().unwrap_or_default();
                assert!(!path.is_empty() && !path.starts_with('/'), "{location}");
                let (start, end) = (&location["range"]["start"], &location["range"]["end"]);
                for position in [start, end] {
                    assert!(position["line"].as_u64().is_some_and(|line| line > 0), "{location}");
                    assert!(position["column"].as_u64().is_some_and(|column| column > 0), "{location}");
                }
                let order = |position: &Value| (position["line"].as_u64(), position["column"].as_u64());
                assert!(order(start) <= order(end), "{location}");
            }
        }
    }
    // Columns count bytes: the emoji before the call has four.
    let tree = Tree::of(&[(
        "a.py",
        "import requests\n\n\ndef f(keys): return ['😀' and requests.get(u) for u in keys]\n",
    )]);
    let column = |format: &str| json(&written(&tree, format));
    let utf16 = column("json")["findings"][0]["place"]["end_column"].as_u64().unwrap_or_default();
    let bytes =
        column("rdjson")["diagnostics"][0]["location"]["range"]["end"]["column"].as_u64().unwrap_or_default();
    assert!(bytes >= utf16, "{bytes} {utf16}");
}

#[test]
fn test_reports_are_xml_that_adds_up() {
    for (name, tree) in trees() {
        let text = written(&tree, "junit");
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        let count = |node: roxmltree::Node<'_, '_>, tag: &str| {
            node.descendants().filter(|n| n.has_tag_name(tag)).count()
        };
        let says = |node: roxmltree::Node<'_, '_>, what: &str| {
            node.attribute(what).and_then(|n| n.parse::<usize>().ok())
        };
        assert_eq!(says(root, "tests"), Some(count(root, "testcase")), "{name}");
        assert_eq!(says(root, "failures"), Some(count(root, "failure")), "{name}");
        assert!(count(root, "testcase") > 0, "{name}: a report without a test is taken for a failed run");
        for suite in root.children().filter(roxmltree::Node::is_element) {
            assert!(suite.has_tag_name("testsuite") && suite.attribute("name").is_some());
            assert_eq!(
                (says(suite, "tests"), says(suite, "failures")),
                (Some(count(suite, "testcase")), Some(count(suite, "failure")))
            );
        }
    }
}

/// The validators and parsers of others: Microsoft's of SARIF with its rules for GitHub, one of reviewdog's format, one of
/// JUnit's.
#[test]
fn the_readers_of_others_accept_it() {
    let place = tempfile::tempdir().expect("temp");
    for (name, tree) in trees() {
        let at = |format: &str| {
            let path = place.path().join(format!("{name}.{format}"));
            fs::write(&path, written(&tree, format)).expect("written");
            path
        };
        let verdict = place.path().join("verdict.sarif");
        let mut sarif = npm("@microsoft/sarif-multitool-linux/Sarif.Multitool");
        sarif.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate").arg(at("sarif"));
        succeeds(
            sarif.args(["--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite", "--output"]).arg(&verdict),
        );
        let verdict = fs::read_to_string(&verdict).expect("a verdict");
        let verdict = json(verdict.trim_start_matches('\u{feff}'));
        let faults: Vec<&Value> =
            array(&verdict["runs"][0]["results"]).iter().filter(|r| r["level"] != "note").collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
        succeeds(npm(".bin/rdformat-validator").arg("--silent").arg(at("rdjson")));
        let count = "import sys, junitparser; x = junitparser.JUnitXml.fromfile(sys.argv[1]); print(sum(len(list(s)) for s in x), x.failures)";
        let counted = succeeds(python("python").args(["-c", count]).arg(at("junit"))).out();
        let text = written(&tree, "junit");
        let expected =
            format!("{} {}", text.matches("<testcase ").count(), text.matches("<failure ").count());
        assert_eq!(counted.trim(), expected, "{name}");
    }
}

/// What is left of Markdown once code spans are taken out.
fn outside_code(text: &str) -> String {
    text.lines().map(|line| line.split('`').step_by(2).collect::<String>() + "\n").collect()
}

#[test]
fn markdown_holds_no_markup_of_the_repository() {
    for (name, tree) in trees() {
        let text = written(&tree, "markdown");
        assert!(text.len() < 65_536, "{name}: a comment holds no more");
        let prose = outside_code(&text);
        for line in prose.lines() {
            let tags: Vec<&str> =
                line.split('<').skip(1).map(|rest| rest.split(['>', ' ']).next().unwrap_or("")).collect();
            let ours = ["details", "summary", "b", "/b", "code", "/code", "/summary", "/details"];
            assert!(tags.iter().all(|tag| ours.contains(tag)), "{name}: {line}");
            assert!(!line.contains("](") && !line.contains('@'), "{name}: {line}");
        }
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
}

#[test]
fn costs_in_markdown_hold_no_markup_either() {
    let scratch = perflint_tests::git::Scratch::of(&[("a.py", CLEAN)]);
    scratch.write("app/views.py", HOSTILE);
    for format in ["text", "json", "markdown"] {
        let run = scratch.perflint(&["diff", "HEAD", "--format", format]);
        assert_eq!(run.code, Some(0), "{}", run.err());
        let out = run.out();
        assert!(out.contains("everyone"), "{format}: {out}");
        if format == "markdown" {
            assert!(!out.contains("<script") && !out.contains("@everyone") && !out.contains("]("), "{out}");
            let cells = |line: &str| line.matches(" | ").count();
            let rows: Vec<&str> = out.lines().filter(|line| line.starts_with('|')).collect();
            assert!(rows.iter().all(|row| cells(row) == 3), "{out}");
        }
    }
}

/// Whoever reads the advice acts on it: a query may leave the loop only if nothing of the element reaches it.
#[test]
fn advice_says_whether_the_element_matters() {
    let apart = "Nothing that it is called with depends on the element";
    for (loop_, told) in [
        ("rows += Setting.objects.filter(name=\"vat\").count()", true),
        ("rows += Order.objects.filter(customer_id=customer).count()", false),
        ("key.append(customer)\n        rows += count(key)", false),
    ] {
        let text = format!(
            "from django.http import HttpResponse\nfrom shop.models import Order, Setting\n\n\n\
             def count(key):\n    return Order.objects.filter(customer_id=key[-1]).count()\n\n\n\
             def totals(request):\n    rows = 0\n    key = []\n    for customer in request.GET.getlist(\"customers\"):\n        {loop_}\n    \
             return HttpResponse(rows)\n"
        );
        let models = "from django.db import models\n\n\nclass Setting(models.Model):\n    name = models.CharField(max_length=9)\n\n\n\
                      class Order(models.Model):\n    customer_id = models.IntegerField()\n";
        let urls = "from django.urls import path\nfrom shop.views import totals\n\nurlpatterns = [path(\"totals\", totals)]\n";
        let tree = Tree::of(&[("shop/views.py", &*text), ("shop/models.py", models), ("shop/urls.py", urls)]);
        let report = written(&tree, "text");
        assert!(report.contains("n-plus-one-query"), "{loop_}: {report}");
        assert_eq!(report.contains(apart), told, "{loop_}: {report}");
    }
}
