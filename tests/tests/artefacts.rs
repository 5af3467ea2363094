//! What a plan writes, in the hands of the programs that it is for.

#![cfg(unix)]

use perflint_tests::command::{perflint, run};
use perflint_tests::files::{folders, text};
use perflint_tests::tools::{npm, python, succeeds, tools};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Starts it, and waits until it listens.
    fn start(command: &mut Command, port: u16) -> Self {
        let server = Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"));
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "{command:?} does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

fn plan(app: &Path, to: &Path) {
    let run = run(perflint().args(["plan", "--quiet", "--output"]).arg(to).arg(app));
    assert_eq!(run.code, Some(0), "{}: {}", app.display(), run.err());
}

/// Settings for a server of this machine.
const SETTINGS: &str = "from config.settings import *\n\nALLOWED_HOSTS = ['127.0.0.1']\n";

const ROWS: &str = "\
from desk.models import Agent, Queue, Ticket
agent = Agent.objects.create(pk=1, name='root')
queue = Queue.objects.create(pk=1, name='mail', lead=agent)
Ticket.objects.bulk_create(Ticket(queue=queue, owner=agent, title=f'No. {n}', body='text') for n in range(40))
";

/// What the views ask for beside the path.
const QUERIES: &str =
    r#"{"GET /tickets/": "queue=1", "GET /tickets/by-owner/": "agent=1", "GET /tickets/flags/": "agent=1"}"#;

/// An application that is running, with its plan.
struct Desk {
    tree: Tree,
    address: String,
    _server: Server,
}

impl Desk {
    fn start() -> Self {
        let tree = Tree::new();
        tree.copy(&workspace().join("fixtures/apps/django_desk"), ".");
        plan(tree.path(), &tree.join("plan"));
        tree.write("settings.py", SETTINGS);
        let django = |arguments: &[&str]| {
            let mut django = python("django-admin");
            django
                .args(arguments)
                .args(["--settings", "settings", "--pythonpath", "."])
                .current_dir(tree.path());
            django
        };
        succeeds(&mut django(&["migrate", "--run-syncdb"]));
        succeeds(&mut django(&["shell", "-v", "0", "-c", ROWS]));
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let address = format!("127.0.0.1:{port}");
        let server = Server::start(&mut django(&["runserver", &address, "--noreload"]), port);
        Self { tree, address, _server: server }
    }

    /// The paths of the planned requests, of those that only read or of those that write.
    fn paths(&self, safe: bool) -> BTreeSet<String> {
        let report: Value = serde_json::from_str(&text(&self.tree.join("plan/report.json"))).expect("json");
        let requests = report["load"]["requests"].as_array().expect("requests");
        let kept = requests.iter().filter(|request| request["safe"] == safe);
        kept.map(|request| request["path"].as_str().expect("a path").to_owned()).collect()
    }
}

#[test]
fn the_script_for_k6_drives_the_planned_routes_of_an_application() {
    let desk = Desk::start();
    let folder = desk.tree.join("plan/load");
    let stand_in = workspace().join("tests/tools/k6");
    fs::create_dir_all(folder.join("node_modules/k6")).expect("created");
    for file in ["package.json", "index.js", "http.js"] {
        fs::copy(stand_in.join(file), folder.join("node_modules/k6").join(file)).expect("copied");
    }
    fs::write(folder.join("package.json"), "{\"type\": \"module\"}").expect("written");
    fs::copy(stand_in.join("run.mjs"), folder.join("run.mjs")).expect("copied");
    let run = |bodies: &str| -> Value {
        let mut node = Command::new("node");
        node.args(["run.mjs", "./k6.js", "60"]).current_dir(&folder);
        node.env("BASE_URL", format!("http://{}", desk.address)).env("QUERIES", QUERIES);
        let run = succeeds(node.env("BODIES", bodies).env("SCENARIO", "spike").env("RATE", "7"));
        serde_json::from_slice(&run.stdout).expect("json")
    };
    let seen = run("{}");
    let sent = seen["sent"].as_array().expect("requests");
    assert_eq!(sent.len(), 60, "{seen}");
    let paths = desk.paths(true);
    for one in sent {
        let (name, url) = (one["name"].as_str().expect("a name"), one["url"].as_str().expect("a url"));
        let path = name.strip_prefix("GET ").expect("nothing is changed that nobody gave a body for");
        // What a path takes, such as `{pk}`, has a value in the address.
        let fixed = path.split('{').next().unwrap_or_default();
        assert!(paths.contains(path) && url.starts_with(&format!("http://{}{fixed}", desk.address)), "{one}");
        assert_eq!(one["status"], 200, "{one}");
    }
    let names: BTreeSet<&str> = sent.iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.len() > 8, "60 requests reach most of {} routes: {names:?}", paths.len());
    assert!(seen["checks"].as_array().is_some_and(|all| all.iter().all(|check| check["holds"] == true)));
    let scenarios = seen["options"]["scenarios"].as_object().expect("scenarios");
    assert_eq!(scenarios.keys().collect::<Vec<_>>(), ["spike"], "the one that is asked for");
    assert_eq!(scenarios["spike"]["stages"][0]["target"], 35, "five times the rate");
    for path in &paths {
        let threshold = &seen["options"]["thresholds"][format!("http_req_duration{{name:GET {path}}}")];
        assert!(
            threshold[0].as_str().is_some_and(|limit| limit.starts_with("p(95)<")),
            "{path}: {threshold}"
        );
    }
    // A body makes a request that writes run; what becomes of it is the application's affair.
    let seen = run(r#"{"POST /tickets/close/": "queue=1"}"#);
    let wrote = |one: &&Value| one["name"] == "POST /tickets/close/" && one["body"] == "queue=1";
    let planned = desk.paths(false).contains("/tickets/close/");
    let posts = seen["sent"].as_array().expect("requests").iter().filter(wrote).count();
    assert!(
        planned && (posts > 0) == text(&folder.join("k6.js")).contains("POST /tickets/close/"),
        "{posts}"
    );
}

#[test]
fn locust_drives_the_planned_routes_of_an_application() {
    let desk = Desk::start();
    let (tree, address) = (&desk.tree, &desk.address);
    let mut locust = python("locust");
    locust.args(["-f", "plan/load/locustfile.py", "--headless", "--only-summary", "--csv", "out", "--host"]);
    locust.arg(format!("http://{address}")).args(["-u", "20", "-r", "20", "-t", "6s"]);
    let driven = run(locust.current_dir(tree.path()).env("QUERIES", QUERIES));
    assert_eq!(driven.code, Some(0), "{}{}", driven.out(), driven.err());

    let paths = |safe: bool| desk.paths(safe);
    let writing = [
        "/calls/back/",
        "/queues/new/",
        "/queues/{pk}/close/",
        "/queues/{pk}/copy/",
        "/queues/{pk}/tickets/",
        "/shifts/new/",
        "/tickets/close/",
        "/tickets/first-free/",
        "/tickets/import/",
        "/tickets/new/",
        "/tickets/rename/",
    ]
    .map(str::to_owned);
    assert_eq!(paths(false), BTreeSet::from(writing), "nothing is changed that nobody gave a body for");
    let stats = text(&tree.join("out_stats.csv"));
    let rows = stats.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| row[0] == "GET").collect();
    let driven: BTreeSet<String> = rows.iter().map(|row| row[1].to_owned()).collect();
    assert!(driven.is_subset(&paths(true)), "{driven:?}");
    assert!(driven.len() > 10, "about 100 requests reach nearly all of 14 routes: {driven:?}");
    assert!(rows.iter().all(|row| row[2] != "0" && row[3] == "0"), "{stats}");
}

/// Writes the plans of all applications.
fn plans(out: &Path) -> Vec<PathBuf> {
    fs::create_dir_all(out).expect("a folder");
    let apps = folders(&workspace().join("fixtures/apps"));
    let plans: Vec<PathBuf> = (0..apps.len()).map(|at| out.join(at.to_string())).collect();
    for (app, to) in apps.iter().zip(&plans) {
        plan(app, to);
    }
    plans
}

#[test]
fn kubernetes_takes_the_manifests() {
    let out = tempfile::tempdir().expect("a folder");
    let manifests: Vec<PathBuf> =
        plans(out.path()).iter().map(|plan| plan.join("scaling/kubernetes.yaml")).collect();
    for version in ["1.27", "1.37"] {
        succeeds(python("kubernetes-validate").args(["--quiet", "--strict", "-k", version]).args(&manifests));
    }
    let wrong = out.path().join("wrong.yaml");
    fs::write(&wrong, text(&manifests[0]).replacen("maxReplicas:", "mostReplicas:", 1)).expect("written");
    assert_ne!(run(python("kubernetes-validate").args(["--quiet", "--strict"]).arg(&wrong)).code, Some(0));
}

#[test]
fn grafana_knows_every_field_of_the_dashboards() {
    let out = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(tools().join("node_modules"), out.path().join("node_modules"))
        .expect("a link");
    fs::copy(workspace().join("tests/tools/dashboard.ts"), out.path().join("dashboard.ts")).expect("copied");
    let dashboards: Vec<String> = plans(&out.path().join("plans"))
        .iter()
        .map(|plan| text(&plan.join("monitoring/dashboard.json")))
        .collect();
    let check = |dashboards: &[String]| {
        let import = "import type { Written } from \"./dashboard\";\n".to_owned();
        let typed = dashboards
            .iter()
            .enumerate()
            .map(|(at, text)| format!("export const d{at}: Written = {text};\n"));
        fs::write(out.path().join("all.ts"), import + &typed.collect::<String>()).expect("written");
        let options =
            "--noEmit --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler";
        let mut tsc = npm(".bin/tsc");
        run(tsc.args(options.split(' ')).arg("all.ts").current_dir(out.path()))
    };
    let all = check(&dashboards);
    assert_eq!(all.code, Some(0), "{}", all.out());
    let wrong = check(&[dashboards[0].replacen("\"gridPos\"", "\"gridPosition\"", 1)]);
    assert!(wrong.code != Some(0) && wrong.out().contains("gridPosition"), "{}", wrong.out());

    // What the panels ask is in the language of Prometheus.
    let mut rules = "groups:\n  - name: panels\n    rules:\n".to_owned();
    for dashboard in &dashboards {
        let dashboard: Value = serde_json::from_str(dashboard).expect("json");
        for panel in dashboard["panels"].as_array().expect("panels") {
            for target in panel["targets"].as_array().expect("targets") {
                let name = format!("panel:{}", rules.len());
                rules.push_str(&format!("      - {{ record: \"{name}\", expr: {} }}\n", target["expr"]));
            }
        }
    }
    let file = out.path().join("rules.yaml");
    fs::write(&file, rules).expect("written");
    succeeds(Command::new("promtool").args(["check", "rules"]).arg(file));
}
