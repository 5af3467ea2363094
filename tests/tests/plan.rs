//! `perflint routes` and `perflint plan`.

use perflint_tests::command::{Run, perflint, run};
use perflint_tests::files::{files, folders, text};
use perflint_tests::tools::{python, succeeds};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::fs;
use std::path::Path;

const APP: &str = "\
from django.db import models
from django.http import JsonResponse
from django.urls import path


class Customer(models.Model):
    name = models.CharField(max_length=80)


class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)


def orders(request):
    return JsonResponse({'orders': [order.customer.name for order in Order.objects.all()]})


urlpatterns = [path('orders/', orders)]
";

fn app(config: &str) -> Tree {
    Tree::of(&[("shop.py", APP), ("perflint.toml", config)])
}

fn plan(tree: &Tree, arguments: &[&str]) -> Run {
    run(perflint().args(["plan", "--quiet"]).args(arguments).current_dir(tree.path()))
}

fn json(tree: &Tree) -> Value {
    let run = plan(tree, &["--format", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.err());
    serde_json::from_slice(&run.stdout).expect("json")
}

#[test]
fn figures_follow_the_volumes_and_name_their_source() {
    let plan = json(&app("[targets]\np95 = '250ms'\n[volumes]\norders = 1000\n"));
    let entry = &plan["entries"][0];
    assert_eq!(entry["label"], "orders/");
    // 5 ms, 1000 rows of 0.02 ms, 1 + 1000 queries of 2 ms, each lazy load one row.
    let term = entry["terms"]
        .as_array()
        .expect("terms")
        .iter()
        .find(|term| {
            term["times"] == "|objects.all|"
                || term["times"].as_str().is_some_and(|times| times.starts_with('|'))
        })
        .expect("a term per row");
    assert_eq!(term["counts"], serde_json::json!([1000.0, 10_000.0, 100_000.0]), "{term}");
    assert!(
        term["sizes"][0].as_str().is_some_and(|size| size.contains("configuration volumes.orders")),
        "{term}"
    );
    assert_eq!(entry["p95"]["source"]["key"], "targets.p95");
    assert_eq!(entry["breaks_at"], 1.0);
    let unknown = json(&app(""));
    let sizes = unknown["entries"][0]["terms"].to_string();
    assert!(sizes.contains("assumption: rows of `Order`"), "{sizes}");
    assert!(unknown["questions"].to_string().contains("How many rows has `Order`?"));
}

#[test]
fn the_slowest_responses_have_a_target_of_their_own() {
    let config = "[targets]\np95 = '250ms'\np99 = '2s'\n[targets.entries.'orders/']\np99 = '3s'\n[volumes]\norders = 1000\n";
    let tree = app(config);
    let plan = json(&tree);
    let entry = &plan["entries"][0];
    assert_eq!(entry["p99"]["source"]["key"], "targets.entries.\"orders/\".p99");
    // 2027 ms at the volumes as given: within three seconds, and beyond them at one and a half times the rows.
    let breaks = entry["p99_breaks_at"].as_f64().expect("a scale");
    assert!(breaks > 1.4 && breaks < 1.6, "{breaks}");
    assert_eq!(plan["load"]["requests"][0]["p99"], 3000.0);
    assert!(json(&app(""))["entries"][0]["p99"].is_null(), "none is assumed");
    let run = self::plan(&tree, &["--output", "plan"]);
    assert_eq!(run.code, Some(0), "{}", run.err());
    let written = |path: &str| fs::read_to_string(tree.path().join("plan").join(path)).expect(path);
    assert!(written("load/k6.js").contains("p(99)<3000"));
    assert!(written("monitoring/rules.yaml").contains("alert: SlowestResponses"));
    assert!(written("report.md").contains("### The slowest responses"));
}

#[test]
fn targets_and_volumes_that_cannot_be_meant_are_refused() {
    for (config, message, help) in [
        (
            "[volumes]\nordres = 5",
            "`volumes.ordres`: there is no table or entity `ordres`",
            "did you mean `Order`?",
        ),
        ("[volumes]\norders = -5", "`volumes.orders`: `-5` is no number of rows", "not negative"),
        (
            "[targets]\np95 = '1s'\np99 = '300ms'",
            "`targets`: p95 is 1000 ms and p99 is 300 ms",
            "at least as long",
        ),
        (
            "[targets]\navailabilty = 99.9",
            "perflint.toml:2:1: there is no setting `availabilty`",
            "did you mean `availability`?",
        ),
        ("[targets.entries.'GET /ordr']\np95 = 100", "no entry point fits it", "perflint routes"),
        (
            "[volumes]\norders = 5\nOrder = 7",
            "`volumes.Order` and `volumes.orders` are of the same table",
            "leave one of them out",
        ),
        ("[volumes]\norders = 9223372036854775807", "is no number of rows", "not negative"),
        ("[targets]\np95 = 1e300", "is no time above zero and up to a day", "300ms"),
        ("[targets]\ngrowth-per-month = 1e300", "is no growth", "from 0 to 1000"),
        ("[targets]\nrequests-per-second = 1e-300", "is no rate above zero", "leave it out"),
        ("[targets]\nregions = ['eu', ' ']", "`targets.regions`: a region has no name", "leave it out"),
        ("[targets]\navailability = 100.5", "`100.5` is no share", "99.9"),
    ] {
        let run = plan(&app(config), &[]);
        assert_eq!(run.code, Some(2), "{config}");
        assert!(run.err().contains(message) && run.err().contains(help), "{config}: {}", run.err());
    }
}

#[test]
fn an_output_that_cannot_be_written_is_refused_and_nothing_is_left() {
    let tree = app("");
    tree.write("taken", "a file");
    let before = tree.contents();
    for (folder, message) in [("taken", "is a file"), ("absent/plan", "is not a folder")] {
        let run = plan(&tree, &["--output", folder]);
        assert_eq!(run.code, Some(2));
        assert!(run.err().contains(message), "{}", run.err());
    }
    let run = plan(&tree, &["--section", "overveiw"]);
    assert!(run.err().contains("did you mean `overview`?"), "{}", run.err());
    assert_eq!(tree.contents(), before);
}

/// Who runs as root may write into a folder whatever its permissions, but nobody into the kernel's.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_read_only_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let tree = app("");
    let shut = tree.path().join("shut");
    fs::create_dir(&shut).expect("created");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o555)).expect("shut");
    for (folder, message) in [
        ("shut", "shut is read-only"),
        ("/proc/plan", "/proc/plan cannot be written: "),
        ("/proc/self/plan", "cannot be written"),
    ] {
        let run = plan(&tree, &["--output", folder]);
        assert_eq!(run.code, Some(2), "{folder}");
        assert!(run.err().contains(message) && run.err().contains("help: --output takes"), "{}", run.err());
    }
    assert_eq!(fs::read_dir(&shut).expect("read").count(), 0);
    let beside = fs::read_dir(tree.path()).expect("read").flatten();
    assert!(beside.into_iter().all(|entry| !entry.file_name().to_string_lossy().contains("perflint-plan")));
}

/// One report as a whole, so that a change of its words or figures is seen by who reviews it.
#[test]
fn the_report_of_an_application_is_as_reviewed() {
    let app = workspace().join("fixtures/apps/django_desk");
    let tree = Tree::of::<&str, &str>(&[]);
    for path in files(&app, &[]) {
        let inside = path.strip_prefix(&app).expect("inside").to_string_lossy().into_owned();
        tree.write(&inside, text(&path));
    }
    let targets = "[targets]\np95 = '300ms'\nrequests-per-second = 50\nconcurrent-users = 400\n";
    tree.write("perflint.toml", format!("{targets}[volumes]\ntickets = '20k'\ndesk_queue = 5000\n"));
    let run = plan(&tree, &[]);
    assert_eq!(run.code, Some(0), "{}", run.err());
    let path = workspace().join("fixtures/plan.md");
    if std::env::var_os("PERFLINT_BLESS").is_some() {
        fs::write(&path, run.out()).expect("fixtures/plan.md");
    }
    assert_eq!(run.out(), text(&path), "fixtures/plan.md is old: PERFLINT_BLESS=1 writes it anew");
}

fn written(folder: &Path, output: &Path, jobs: &str) -> Vec<(String, Vec<u8>)> {
    let run = run(perflint().args(["plan", "--quiet", "--jobs", jobs, "--output"]).arg(output).arg(folder));
    assert_eq!(run.code, Some(0), "{}: {}", folder.display(), run.err());
    let paths = files(output, &[]).into_iter();
    paths
        .map(|path| {
            (path.strip_prefix(output).expect("inside").display().to_string(), fs::read(&path).expect("read"))
        })
        .collect()
}

#[test]
fn every_application_has_a_plan_with_the_same_bytes() {
    let out = tempfile::tempdir().expect("a folder");
    for app in folders(&workspace().join("fixtures/apps")) {
        let name = app.file_name().expect("a name").to_string_lossy().into_owned();
        let first = written(&app, &out.path().join(format!("{name}-1")), "1");
        assert_eq!(first, written(&app, &out.path().join(format!("{name}-2")), "4"), "{name}");
        for (path, bytes) in &first {
            let text = String::from_utf8(bytes.clone()).expect("utf-8");
            assert!(!text.contains(&workspace().display().to_string()), "{name}/{path}: an absolute path");
            if path.ends_with(".json") {
                serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{name}/{path}: {error}"));
            }
        }
        for wanted in
            ["report.md", "report.html", "report.json", "caching.yaml", "load/k6.js", "monitoring/rules.yaml"]
        {
            assert!(first.iter().any(|(path, _)| path == wanted), "{name}: no {wanted}");
        }
    }
}

#[test]
fn artefacts_are_what_their_schemas_say() {
    let out = tempfile::tempdir().expect("a folder");
    let hostile = APP.replace("'orders/'", "'o: [}\\n- \\u2028 #\\x00 %YAML/'");
    let hostile = Tree::of(&[("shop.py", hostile.as_str())]);
    let mut apps = folders(&workspace().join("fixtures/apps"));
    apps.push(hostile.path().to_owned());
    let plans: Vec<_> = (0..apps.len()).map(|at| out.path().join(at.to_string())).collect();
    for (app, plan) in apps.iter().zip(&plans) {
        written(app, plan, "2");
    }
    let all = |path: &str| plans.iter().map(|plan| plan.join(path)).collect::<Vec<_>>();
    let schema = plans[0].join("caching.schema.json");
    let mut check = python("check-jsonschema");
    succeeds(check.arg("--schemafile").arg(&schema).args(all("caching.yaml")));
    let mut check = python("check-jsonschema");
    succeeds(check.args(["--builtin-schema", "vendor.compose-spec"]).args(all("scaling/compose.yaml")));
    // The published schema refuses what is not of its form.
    let wrong = out.path().join("wrong.yaml");
    fs::write(&wrong, "version: 1\nresponses: []\nentities: []\nmore: 1\n").expect("written");
    assert_eq!(run(python("check-jsonschema").arg("--schemafile").arg(&schema).arg(&wrong)).code, Some(1));
}

#[test]
fn what_is_quoted_is_no_markup() {
    let hostile = APP.replace("'orders/'", "'<script>alert(1)</script>|{{ 7 * 7 }}'");
    let tree = Tree::of(&[("shop.py", hostile.as_str())]);
    let html = plan(&tree, &["--format", "html"]).out();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "escaped");
    assert!(html.contains("{{ 7 * 7 }}"), "not evaluated");
    // In Markdown, what stands between backticks is text.
    let markdown = plan(&tree, &[]).out();
    let outside = markdown.lines().flat_map(|line| line.split('`').step_by(2));
    assert!(outside.into_iter().all(|text| !text.contains("<script")), "{markdown}");
}

#[test]
fn indexes_that_queries_lack_become_migrations() {
    let lookup = "\n\ndef find(request, name):\n    return JsonResponse({'id': Customer.objects.filter(name=name).first().pk})\n\n\nurlpatterns += [path('find/<name>/', find)]\n";
    let tree = Tree::of(&[
        ("shop/models.py", format!("{APP}{lookup}").as_str()),
        ("perflint.toml", "[volumes]\nshop_customer = '2M'\n"),
    ]);
    let database = &json(&tree)["database"];
    assert_eq!(database["tables"], 2, "{database:#}");
    let proposals = database["proposals"].as_array().expect("proposals");
    let found: Vec<_> =
        proposals.iter().map(|one| (&one["action"], &one["table"], &one["columns"])).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&proposals[0]["table"], &proposals[0]["columns"][0]),
        (&"shop_customer".into(), &"name".into())
    );
    assert_eq!(proposals[0]["rows"], 2_000_000, "a volume may name the table");
    let run = plan(&tree, &["--output", "plan"]);
    assert_eq!(run.code, Some(0), "{}", run.err());
    let written = |path: &str| fs::read_to_string(tree.path().join("plan").join(path)).expect(path);
    assert!(written("migrations/indexes.sql").contains("CREATE INDEX"));
    assert!(written("migrations/indexes.rollback.sql").contains("DROP INDEX"));
    let card = &database["picture"]["cards"][0];
    assert_eq!((&card["name"], &card["lines"][0]["state"]), (&"shop_customer".into(), &"missing".into()));
    assert!(written("report.html").contains("<title>name</title>+ name</text>"), "the picture of the schema");
    assert!(written("report.md").contains("| add | shop\\_customer (2000000 rows) | name |"));
    tree.write("perflint.toml", "[volumes]\nshop_custmer = 5\n");
    let refused = plan(&tree, &[]).err();
    assert!(refused.contains("did you mean `shop_customer`?"), "{refused}");
}

#[test]
fn names_of_tables_are_shown_and_not_obeyed() {
    let tree = Tree::of(&[(
        "shop.py",
        "from django.db import models\nfrom django.http import JsonResponse\nfrom django.urls import path\n\n\nclass Customer(models.Model):\n    name = models.CharField(max_length=80)\n\n    class Meta:\n        db_table = 'cust\u{1b}[31m'\n\n\ndef find(request, name):\n    return JsonResponse({'id': Customer.objects.filter(name=name).first().pk})\n\n\nurlpatterns = [path('find/<name>/', find)]\n",
    )]);
    assert_eq!(json(&tree)["database"]["proposals"].as_array().map(Vec::len), Some(1));
    for format in ["markdown", "html", "json"] {
        let run = plan(&tree, &["--format", format, "--section", "database"]);
        assert!(run.code == Some(0) && run.out().contains("cust"), "{format}: {}", run.err());
        assert!(!run.out().contains('\u{1b}') && !run.out().contains("\\u001b"), "{format}: {}", run.out());
    }
}
