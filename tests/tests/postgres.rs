//! Proposed indexes and their migrations on a real PostgreSQL: each index is used and makes its queries cheaper, each migration
//! applies and rolls back, and neither blocks what runs beside it for long.

#![cfg(unix)]

use perflint_tests::command::{perflint, run};
use perflint_tests::files::{files, text};
use perflint_tests::postgres::{Database, postgres};
use perflint_tests::rows::{Table, explain};
use perflint_tests::tools::{npm, succeeds};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The applications: a schema in each, from another kind of declaration, and queries that lack an index.
const APPS: &[&str] = &[
    "actix_diesel",
    "django_desk",
    "django_shop",
    "java_spring_shop",
    "kotlin_spring_jpa",
    "nest_typeorm",
    "php_laravel_shop",
    "pnpm_workspace",
    "prisma_next",
    "rails_shop",
    "raw_sql_ledger",
    "trpc_prisma",
];

/// All indexes with their definitions.
const INDEXES: &str = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";

/// Indexes that were begun and not finished.
const INVALID: &str = "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid";

/// An application whose settings name PostgreSQL.
fn app(name: &str) -> Tree {
    let folder = workspace().join("fixtures/apps").join(name);
    let tree = Tree::new();
    for path in files(&folder, &[]) {
        let inside = path.strip_prefix(&folder).expect("inside").to_string_lossy().into_owned();
        tree.write(
            &inside,
            text(&path).replace("django.db.backends.sqlite3", "django.db.backends.postgresql"),
        );
    }
    tree
}

fn schema(tree: &Tree, options: &[&str]) -> Value {
    let run = run(perflint()
        .args(["schema", "--quiet", "--format", "json"])
        .args(options)
        .current_dir(tree.path()));
    assert_eq!(run.code, Some(0), "{}", run.err());
    serde_json::from_slice(&run.stdout).expect("json")
}

/// Writes the plan, and gives the migration in SQL and the one that undoes it.
fn migrations(tree: &Tree) -> [PathBuf; 2] {
    let run = run(perflint().args(["plan", "--quiet", "--output", "plan"]).current_dir(tree.path()));
    assert_eq!(run.code, Some(0), "{}", run.err());
    ["plan/migrations/indexes.sql", "plan/migrations/indexes.rollback.sql"].map(|path| tree.join(path))
}

/// The tables that proposals are about, with rows.
fn tables(database: &Database, schema: &Value, proposals: &Value) {
    let list = proposals.as_array().expect("proposals");
    let names: BTreeSet<&str> = list.iter().filter_map(|proposal| proposal["table"].as_str()).collect();
    for name in names {
        Table::of(schema, name).create(database, proposals);
    }
}

/// A query that asks for an index, or that used one which goes, and what it costs before.
struct Asked {
    index: String,
    added: bool,
    sql: String,
    cost: f64,
}

impl Asked {
    /// What is wrong once the indexes are there.
    fn complaint(&self, database: &Database) -> Option<String> {
        let (after, used) = explain(database, &self.sql);
        let kept = match self.added {
            true => after < self.cost && used.contains(&self.index),
            // Another index does it, whose entries may be somewhat longer.
            false => after < self.cost * 1.5 && !used.is_empty() && !used.contains(&self.index),
        };
        let Self { index, sql, cost, .. } = self;
        (!kept).then(|| format!("{index}: {cost} before, {after} after with {used:?}: {sql}"))
    }
}

fn asked(database: &Database, schema: &Value, proposals: &Value) -> Vec<Asked> {
    let mut all = Vec::new();
    for proposal in proposals.as_array().into_iter().flatten() {
        let added = proposal["action"] == "add";
        let table = Table::of(schema, proposal["table"].as_str().expect("a table"));
        for evidence in proposal["evidence"].as_array().expect("evidence") {
            let sql = table.query(database, proposal, evidence);
            let index = proposal["index"]["name"].as_str().expect("a name").to_owned();
            let (cost, used) = explain(database, &sql);
            assert!(added || !used.is_empty(), "{sql} used no index");
            all.push(Asked { index, added, sql, cost });
        }
    }
    all
}

#[test]
fn proposed_indexes_are_used_and_make_queries_cheaper() {
    let mut complaints = Vec::new();
    for name in APPS {
        let tree = app(name);
        let (schema, proposals) = (schema(&tree, &[]), schema(&tree, &["--indexes"]));
        let database = postgres().database(name);
        tables(&database, &schema, &proposals);
        let before = database.query(INDEXES);
        let queries = asked(&database, &schema, &proposals);
        assert!(!queries.is_empty(), "{name}: no index is proposed");
        let [up, down] = migrations(&tree);
        let applied = database.file(&up);
        assert_eq!(applied.code, Some(0), "{name}: {}", applied.err());
        assert_eq!(database.query(INVALID), "", "{name}");
        let wrong = queries.iter().filter_map(|asked| asked.complaint(&database));
        complaints.extend(wrong.map(|wrong| format!("{name}: {wrong}")));
        let undone = database.file(&down);
        assert_eq!(undone.code, Some(0), "{name}: {}", undone.err());
        assert_eq!(database.query(INDEXES), before, "{name}: the way back leads elsewhere");
    }
    assert!(complaints.is_empty(), "PostgreSQL does without:\n  {}", complaints.join("\n  "));
}

/// One of each kind of query that a proposal may come from.
const MODELS: &str = r#"from django.db import models


class Event(models.Model):
    account = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    at = models.DateTimeField()
    amount = models.DecimalField(max_digits=10, decimal_places=2)


class Visit(models.Model):
    host = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    seen = models.DateTimeField()
    took = models.IntegerField()
    kind = models.CharField(max_length=10)


class Note(models.Model):
    title = models.CharField(max_length=40)
    written = models.DateTimeField()
"#;

const VIEWS: &str = r#"from django.http import JsonResponse
from django.urls import path

from shop.models import Event, Note, Visit


def since(request, account):
    return JsonResponse({"rows": list(Event.objects.filter(account=account, at__gte=request.GET["since"]))})


def newest(request, code):
    return JsonResponse({"rows": list(Event.objects.filter(code=code).order_by("-at")[:20])})


def both(request, code, account):
    return JsonResponse({"rows": list(Event.objects.filter(amount=code, account=account))})


def amount(request, amount):
    return JsonResponse({"rows": list(Event.objects.filter(amount=amount))})


def dear(request):
    return JsonResponse({"rows": list(Event.objects.order_by("-at", "amount")[:25])})


def some(request):
    hosts = request.GET.getlist("host")
    return JsonResponse({"rows": list(Visit.objects.filter(host__in=hosts, kind="page").order_by("seen")[:30])})


def forget(request, host):
    Visit.objects.filter(host=host, took__gt=5000).delete()
    return JsonResponse({})


def first(request, page):
    return JsonResponse({"visit": Visit.objects.filter(path=page).order_by("-seen").first().pk})


def day(request, day):
    return JsonResponse({"rows": list(Note.objects.filter(written__date=day))})


def begins(request, text):
    return JsonResponse({"rows": list(Note.objects.filter(title__startswith=text))})


urlpatterns = [
    path("since/<account>/", since), path("newest/<code>/", newest), path("both/<code>/<account>/", both),
    path("amount/<amount>/", amount), path("dear/", dear), path("some/", some), path("forget/<host>/", forget),
    path("first/<page>/", first), path("day/<day>/", day), path("begins/<text>/", begins),
]
"#;

#[test]
fn keys_for_every_kind_of_query_are_used() {
    let tree = Tree::of(&[
        ("shop/models.py", MODELS),
        ("shop/views.py", VIEWS),
        ("settings.py", "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n"),
    ]);
    let (schema, proposals) = (schema(&tree, &[]), schema(&tree, &["--indexes"]));
    let found: BTreeSet<&str> = proposals
        .as_array()
        .expect("proposals")
        .iter()
        .filter_map(|one| one["index"]["name"].as_str())
        .collect();
    let expected = [
        "idx_shop_event_account_at",
        "idx_shop_event_amount_account",
        "idx_shop_event_at_amount",
        "idx_shop_event_code_at",
        "idx_shop_visit_host_seen",
        "idx_shop_visit_path",
    ];
    assert_eq!(found, BTreeSet::from(expected), "the day of a moment and the start of a text are no keys");
    let database = postgres().database("kinds");
    tables(&database, &schema, &proposals);
    let queries = asked(&database, &schema, &proposals);
    let [up, _] = migrations(&tree);
    let applied = database.file(&up);
    assert_eq!(applied.code, Some(0), "{}", applied.err());
    let wrong: Vec<String> = queries.iter().filter_map(|asked| asked.complaint(&database)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Queries that all leave the same rows out, and ask for few columns.
const DESK: &str = r#"from django.db import models
from django.http import JsonResponse
from django.urls import path


class Ticket(models.Model):
    account = models.CharField(max_length=40)
    closed = models.DateTimeField(null=True)
    total = models.IntegerField()
    note = models.TextField()


class Task(models.Model):
    state = models.CharField(max_length=10)
    due = models.DateTimeField()


class Visit(models.Model):
    host = models.CharField(max_length=40)
    took = models.IntegerField()
    path = models.TextField()


def tickets(request, account):
    return JsonResponse({"rows": list(Ticket.objects.filter(account=account, closed__isnull=True))})


def newest(request, account):
    return JsonResponse({"rows": list(Ticket.objects.filter(account=account, closed=None)[:20])})


def waiting(request):
    return JsonResponse({"rows": list(Task.objects.filter(state="waiting").order_by("due")[:20])})


def times(request, host):
    return JsonResponse({"rows": list(Visit.objects.filter(host=host).values_list("id", "took"))})


urlpatterns = [
    path("tickets/<account>/", tickets), path("newest/<account>/", newest), path("waiting/", waiting), path("times/<host>/", times),
]
"#;

fn desk() -> Tree {
    Tree::of(&[
        ("shop/models.py", DESK),
        ("settings.py", "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n"),
    ])
}

#[test]
fn partial_and_covering_indexes_are_used() {
    let tree = desk();
    let (schema, proposals) = (schema(&tree, &[]), schema(&tree, &["--indexes"]));
    let database = postgres().database("refined");
    tables(&database, &schema, &proposals);
    let queries = asked(&database, &schema, &proposals);
    let [up, down] = migrations(&tree);
    let before = database.query(INDEXES);
    let applied = database.file(&up);
    assert_eq!(applied.code, Some(0), "{}", applied.err());
    let wrong: Vec<String> = queries.iter().filter_map(|asked| asked.complaint(&database)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let indexes = database.query(INDEXES);
    for definition in [
        "idx_shop_ticket_account_closed ON public.shop_ticket USING btree (account) WHERE (closed IS NULL)",
        "idx_shop_task_due_state ON public.shop_task USING btree (due) WHERE (state = 'waiting'::text)",
        "idx_shop_visit_host ON public.shop_visit USING btree (host) INCLUDE (id, took)",
    ] {
        assert!(indexes.contains(definition), "{definition}\n{indexes}");
    }
    // The rows are not read where the index has all that is asked for, once they are known to be visible to all.
    database.query("VACUUM shop_visit");
    let times = queries.iter().find(|one| one.index == "idx_shop_visit_host").expect("it is asked for");
    let (_, used) = explain(&database, &times.sql);
    assert!(used.contains(&"only idx_shop_visit_host".to_owned()), "{used:?} for {}", times.sql);
    let undone = database.file(&down);
    assert_eq!(undone.code, Some(0), "{}", undone.err());
    assert_eq!(database.query(INDEXES), before);
}

#[test]
fn squawk_finds_nothing_in_the_migrations() {
    let apps = APPS.iter().map(|name| app(name));
    for tree in apps.chain([desk()]) {
        let mut squawk = npm("@squawk-cli/linux-x64/bin/squawk");
        succeeds(squawk.args(migrations(&tree)).current_dir(tree.path()));
    }
    // It would find something: a plain index blocks writes.
    let tree = Tree::of(&[("plain.sql", "CREATE INDEX plain ON orders (customer_id);\n")]);
    let found = run(npm("@squawk-cli/linux-x64/bin/squawk").arg("plain.sql").current_dir(tree.path()));
    assert!(
        found.code == Some(1) && found.out().contains("require-concurrent-index-creation"),
        "{}",
        found.out()
    );
}

#[test]
fn a_migration_waits_a_while_blocks_nobody_and_can_be_run_again() {
    let tree = app("raw_sql_ledger");
    let (schema, proposals) = (schema(&tree, &[]), schema(&tree, &["--indexes"]));
    let database = postgres().database("under_load");
    tables(&database, &schema, &proposals);
    let [up, _] = migrations(&tree);
    let insert = "INSERT INTO posting (id, account_id, amount, booked, note) VALUES";
    let other = database.session(&format!("BEGIN;\n{insert} (-1, 1, 1, now(), '');"));
    let (migration, beside) = std::thread::scope(|scope| {
        let migration = scope.spawn(|| database.file(&up));
        let building = "SELECT count(*) FROM pg_stat_progress_create_index";
        while database.query(building) == "0" && !migration.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        // Readers and writers go on while it waits for the transaction that was there before.
        let beside = database
            .query(&format!("SET statement_timeout = '2s';\n{insert} (-2, 1, 1, now(), '') RETURNING id;"));
        (migration.join().expect("psql ends"), beside)
    });
    assert_eq!(beside, "-2");
    assert!(
        migration.code == Some(3) && migration.err().contains("due to lock timeout"),
        "{}",
        migration.err()
    );
    assert_eq!(database.query(INVALID), "idx_posting_account_id_booked", "PostgreSQL leaves the rest behind");
    drop(other);
    let again = database.file(&up);
    assert_eq!(again.code, Some(0), "{}", again.err());
    assert_eq!(database.query(INVALID), "");
    assert!(database.query(INDEXES).contains("idx_posting_account_id_booked"));
}
