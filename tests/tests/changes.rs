//! Only what is new: revisions, patches, baselines, and comments that suppress.

use perflint_tests::command::{perflint, run_with_input};
use perflint_tests::git::{Scratch, git_bytes};
use perflint_tests::sample::{REQUESTS, RULE};
use perflint_tests::workspace;
use serde_json::Value;
use std::fs;

/// The query of the list of orders, without and with what its template reads.
const LAZY: &str = "orders = Order.objects.order_by(\"-placed_at\")[:50]";
const EAGER: &str = "orders = Order.objects.select_related(\"customer\").order_by(\"-placed_at\")[:50]";

/// A shop whose list of orders loads what its template reads, with every other fault it has.
fn shop() -> Scratch {
    let scratch = Scratch::new();
    let source = workspace().join("fixtures/apps/django_shop");
    for path in perflint_tests::files::files(&source, &[]) {
        let name = path.strip_prefix(&source).expect("below").to_string_lossy().into_owned();
        scratch.write(&name, fs::read(&path).expect("read"));
    }
    scratch.edit("shop/views.py", LAZY, EAGER);
    scratch.commit("first");
    scratch
}

#[test]
fn an_edit_in_one_file_is_found_through_another() {
    let shop = shop();
    assert!(shop.found(&[]).len() > 5, "the shop has old faults");
    assert_eq!(shop.found(&["--diff", "HEAD"]), [""; 0]);
    // The loop stands in a template that the change does not touch.
    shop.edit("shop/views.py", EAGER, LAZY);
    assert_eq!(shop.found(&["--diff", "HEAD"]), ["n-plus-one-lazy-load shop/views.py:12"]);
    let run = shop.perflint(&["scan", "--diff", "HEAD"]);
    assert_eq!(run.code, Some(1));
    assert!(run.out().contains("_order.html") && run.out().contains("1 warning, 10 known"), "{}", run.out());
}

#[test]
fn the_change_may_be_in_what_is_loaded_elsewhere() {
    let shop = shop();
    let template = fs::read_to_string(shop.join("shop/templates/shop/_order.html")).expect("a template");
    shop.write(
        "shop/templates/shop/_order.html",
        format!("{template}{{{{ order.customer.country.name }}}}\n"),
    );
    let found = shop.found(&["--diff", "HEAD"]);
    assert!(found.contains(&"n-plus-one-lazy-load shop/views.py:12".to_owned()), "{found:?}");
}

#[test]
fn old_faults_stay_old_when_they_move() {
    let shop = shop();
    let all = shop.found(&[]).len();
    shop.edit("shop/views.py", "from django", "# A line.\n# Another.\n\nfrom django");
    assert_eq!(shop.found(&["--diff", "HEAD"]), [""; 0], "moved lines");
    shop.git(&["mv", "shop/views.py", "shop/pages.py"]);
    shop.edit("shop/urls.py", "views", "pages");
    assert_eq!(shop.found(&["--diff", "HEAD"]), [""; 0], "a renamed file");
    assert!(shop.found(&[]).len() >= all - 1, "the faults are still there");
}

#[test]
fn old_faults_stay_old_when_they_are_reformatted() {
    let shop = shop();
    let text = fs::read_to_string(shop.join("shop/views.py")).expect("a text");
    shop.write("shop/views.py", text.replace("    ", "  ").replace('"', "'").replace(", ", ",  "));
    assert_eq!(shop.found(&["--diff", "HEAD"]), [""; 0]);
}

#[test]
fn a_second_fault_of_a_kind_is_new() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    let twice = format!("{REQUESTS}\n\ndef more(keys): return [requests.get(key) for key in keys]\n");
    scratch.write("a.py", twice);
    assert_eq!(scratch.found(&["--diff", "HEAD"]), [format!("{RULE} a.py:7")]);
}

#[test]
fn it_is_compared_with_where_the_branches_parted() {
    let scratch = Scratch::of(&[("a.py", "x = 1\n")]);
    scratch.git(&["checkout", "--quiet", "-b", "topic"]);
    scratch.write("b.py", REQUESTS);
    scratch.commit("topic");
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.write("c.py", REQUESTS);
    scratch.commit("main goes on");
    scratch.git(&["checkout", "--quiet", "topic"]);
    for revision in ["main", "HEAD~1", "main~1", "refs/heads/main"] {
        assert_eq!(scratch.found(&["--diff", revision]), [format!("{RULE} b.py:4")], "{revision}");
    }
    scratch.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(scratch.found(&["--diff", "main"]), [format!("{RULE} b.py:4")], "a detached HEAD");
}

#[test]
fn a_patch_on_standard_input_is_undone() {
    let shop = shop();
    shop.edit("shop/views.py", EAGER, LAZY);
    shop.git(&["mv", "shop/admin.py", "shop/office.py"]);
    shop.write("shop/fetch.py", REQUESTS);
    shop.git(&["add", "--all"]);
    let patch = shop.git(&["diff", "--cached"]);
    let scan = |patch: &str| {
        let mut command = perflint();
        command.args(["scan", "--quiet", "--format", "concise", "--diff", "-"]).current_dir(shop.path());
        run_with_input(&mut command, patch)
    };
    let run = scan(&patch);
    assert_eq!(run.code, Some(1), "{}", run.err());
    assert_eq!(run.out(), shop.perflint(&["scan", "--quiet", "--format", "concise", "--diff", "HEAD"]).out());
    for (wrong, message) in [
        ("", "no change in the patch"),
        ("hello\n", "no change in the patch"),
        (
            &*patch.replace("+    orders", "+    others"),
            "shop/views.py:12: the file is not what the patch made of it",
        ),
        ("--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,3 @@\n a\n", "the hunk ends too early"),
    ] {
        let run = scan(wrong);
        assert_eq!(run.code, Some(2), "{message}");
        assert!(run.err().contains(message) && run.err().contains("help: "), "{}", run.err());
    }
}

/// Names that git quotes, prefixes that a configuration changes, copies, and what is added to a patch on its way.
#[cfg(unix)]
#[test]
fn patches_of_every_kind_say_what_a_revision_says() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let bom = [b"\xef\xbb\xbf", REQUESTS.as_bytes()].concat();
    let crlf = REQUESTS.replace('\n', "\r\n");
    let cut = REQUESTS.trim_end();
    let scratch =
        Scratch::of(&[("a/a.py", REQUESTS), ("b.py", "x = 1\n"), ("b/b.py", "x = 1"), ("old.py", cut)]);
    scratch.write("bom.py", bom.as_slice());
    scratch.write("crlf.py", crlf.as_str());
    scratch.commit("others");
    let names: [&[u8]; 8] = [
        b"new\nline.py",
        b"cr\r.py",
        b"q\"u'o.py",
        b"\xff\xfe.py",
        b"a b/c d.py",
        b"back\\slash.py",
        "ü😀.py".as_bytes(),
        b"--- a.py",
    ];
    for name in names {
        let path = scratch.path().join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, REQUESTS).expect("written");
    }
    scratch.write("b/b.py", cut);
    scratch.write("bom.py", [bom.as_slice(), b"y = 2\n"].concat());
    scratch.write("crlf.py", format!("# a line\r\n{crlf}"));
    scratch.write("copy.py", cut);
    scratch.git(&["mv", "old.py", "moved.py"]);
    scratch.git(&["add", "--all"]);
    let expected = scratch.perflint(&["scan", "--quiet", "--format", "concise", "--diff", "HEAD"]);
    let new = expected.out();
    assert!(new.lines().count() >= 9 && new.contains("b/b.py:4:35") && new.contains("xFE.py:4:35"), "{new}");
    assert!(!new.contains("crlf.py") && !new.contains("bom.py"), "{new}");
    let scan = |patch: &[u8]| {
        let mut command = perflint();
        command.args(["scan", "--quiet", "--format", "concise", "--diff", "-"]).current_dir(scratch.path());
        run_with_input(&mut command, patch)
    };
    for (settings, options) in [
        (&[][..], &[][..]),
        (&["-c", "core.quotePath=false"], &["-U0"]),
        (&["-c", "diff.noprefix=true"], &["-M"]),
        (&["-c", "diff.noprefix=true"], &["--no-renames"]),
        (&["-c", "diff.mnemonicPrefix=true"], &["-C", "--find-copies-harder"]),
        (&["-c", "diff.renames=copies"], &["--src-prefix=old/", "--dst-prefix=new/"]),
        (&[], &["--stat", "-p", "-B"]),
        (&[], &["--binary", "--full-index", "-U99"]),
    ] {
        let patch = git_bytes(scratch.path(), &[settings, &["diff", "--cached", "HEAD"], options].concat());
        let run = scan(&patch);
        assert!(
            run.code == expected.code && run.out() == new,
            "{settings:?} {options:?}: {}{}",
            run.out(),
            run.err()
        );
        let head = b"From 0123 Mon Sep 17\nSubject: [PATCH] x\n\n---\n a.py | 2 +-\n\n";
        let mailed = [&head[..], &patch, b"-- \n2.47\n\n"].concat();
        assert!(scan(&mailed).out() == new, "{settings:?} {options:?} in a mail");
    }
    // Where the line ends are rewritten on the way, a name or a file that holds one cannot be the same.
    scratch.git(&["reset", "--quiet", "--hard", "HEAD"]);
    scratch.write("n.py", REQUESTS);
    scratch.git(&["add", "--all"]);
    let rewritten = scratch.git(&["diff", "--cached", "HEAD"]).replace('\n', "\r\n");
    assert!(scan(rewritten.as_bytes()).out().starts_with("n.py:4"), "{}", scan(rewritten.as_bytes()).err());
    let coloured = scratch.git(&["diff", "--cached", "--color=always", "HEAD"]);
    let run = scan(coloured.as_bytes());
    assert!(run.code == Some(2) && run.err().contains("without colours"), "{}", run.err());
    scratch.write(".gitattributes", "*.py -diff\n");
    scratch.commit("attributes");
    scratch.write("n.py", format!("{REQUESTS}\n"));
    let run = scan(scratch.git(&["diff", "HEAD"]).as_bytes());
    assert!(run.code == Some(2) && run.err().contains("git diff --text"), "{}", run.err());
    let merged =
        "diff --cc n.py\nindex 1,2..3\n--- a/n.py\n+++ b/n.py\n@@@ -1,1 -1,1 +1,1 @@@\n- x\n -y\n++z\n";
    let run = scan(merged.as_bytes());
    assert!(
        run.code == Some(2) && run.err().contains("a merge compared with several commits"),
        "{}",
        run.err()
    );
}

#[test]
fn a_baseline_is_used_kept_and_pruned() {
    let shop = shop();
    let accepted = shop.found(&[]).len();
    let written = shop.perflint(&["baseline"]);
    assert_eq!(written.code, Some(0), "{}", written.err());
    assert!(
        written.out().contains(&format!(".perflint/baseline.json: {accepted} findings")),
        "{}",
        written.out()
    );
    let again = fs::read(shop.join(".perflint/baseline.json")).expect("written");
    shop.perflint(&["baseline", "--quiet"]);
    assert!(fs::read(shop.join(".perflint/baseline.json")).expect("written") == again, "the same bytes");
    assert_eq!(shop.found(&[]), [""; 0]);
    assert_eq!(shop.found(&["--no-baseline"]).len(), accepted);
    shop.edit("shop/views.py", EAGER, LAZY);
    assert_eq!(shop.found(&[]), ["n-plus-one-lazy-load shop/views.py:12"]);
    fs::remove_file(shop.join("shop/admin.py")).expect("removed");
    let pruned = shop.perflint(&["baseline", "--prune"]).out();
    assert!(pruned.contains(&format!("{} left, 1 taken out", accepted - 1)), "{pruned}");
    assert_eq!(shop.found(&[]), ["n-plus-one-lazy-load shop/views.py:12"], "pruning accepts nothing");
    let part = shop.perflint(&["baseline", "shop"]);
    assert_eq!(part.code, Some(2), "a part must not forget the rest");
}

/// Code hosts close the alerts that a report leaves out, so theirs hold everything.
#[test]
fn reports_for_programs_hold_what_is_known_too() {
    let scratch = Scratch::of(&[("a.py", REQUESTS)]);
    scratch.write("b.py", REQUESTS);
    let json: Value =
        serde_json::from_slice(&scratch.perflint(&["scan", "--diff", "HEAD", "--format", "json"]).stdout)
            .expect("JSON");
    let known: Vec<&Value> = (0..2).map(|at| &json["findings"][at]["known"]).collect();
    assert_eq!(known, [&Value::Bool(true), &Value::Bool(false)]);
    let sarif: Value =
        serde_json::from_slice(&scratch.perflint(&["scan", "--diff", "HEAD", "--format", "sarif"]).stdout)
            .expect("SARIF");
    let states: Vec<&Value> = (0..2).map(|at| &sarif["runs"][0]["results"][at]["baselineState"]).collect();
    assert_eq!(states, ["unchanged", "new"]);
}

#[test]
fn suppressions_expire_and_may_have_to_give_a_reason() {
    let scratch = Scratch::new();
    let call = "def fetch(keys): return [requests.get(key) for key in keys]";
    scratch.write(
        "a.py",
        format!("import requests\n\n\n{call}  # perflint: ignore[{RULE}] until=2027-01-31 mirrors\n"),
    );
    let on = |day: &str, arguments: &[&str]| {
        let mut command = perflint();
        command.args(["scan"]).args(arguments).current_dir(scratch.path()).env("SOURCE_DATE_EPOCH", day);
        run_with_input(&mut command, "")
    };
    let (before, last, after) = ("1704067200", "1801353600", "1801440000");
    assert_eq!((on(before, &[]).code, on(last, &[]).code, on(after, &[]).code), (Some(0), Some(0), Some(1)));
    let expired = on(after, &[]).out();
    assert!(
        expired.contains("1 suppressing comment does not count: a.py:4 expired on 2027-01-31."),
        "{expired}"
    );
    assert_eq!(on(before, &["--no-suppressions"]).code, Some(1));
    assert_eq!(on("soon", &[]).code, Some(2));
    scratch.write("perflint.toml", "[suppressions]\nrequire-reason = true\n");
    assert_eq!(on(before, &[]).code, Some(0));
    scratch.write("a.py", format!("import requests\n\n\n{call}  # perflint: ignore[{RULE}]\n"));
    let silent = on(before, &[]);
    assert!(silent.code == Some(1) && silent.out().contains("a.py:4 gives no reason"), "{}", silent.out());
}

#[test]
fn costs_are_compared_by_entry_point() {
    let shop = shop();
    shop.edit("shop/views.py", EAGER, LAZY);
    let text = shop.perflint(&["diff", "HEAD"]);
    assert_eq!(text.code, Some(0), "{}", text.err());
    assert!(text.out().contains("1 -> 1 + |orders| queries"), "{}", text.out());
    assert!(text.out().contains("1 cost changed, 0 new, 0 gone"), "{}", text.out());
    let json: Value =
        serde_json::from_slice(&shop.perflint(&["diff", "HEAD", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["changes"][0]["cost"]["queries"]["after"], "1 + |orders|");
    let markdown = shop.perflint(&["diff", "HEAD", "--format", "markdown"]).out();
    assert!(
        markdown.contains(
            "| <code>orders/</code> | queries | <code>1</code> | <code>1 + &#124;orders&#124;</code> |"
        ),
        "{markdown}"
    );
}

#[test]
fn budgets_are_kept_or_reported() {
    let shop = shop();
    let budget = |limit: &str| {
        shop.write(
            "perflint.toml",
            format!("[budget.\"orders/\"]\nqueries = {limit}\n[budget.\"nowhere\"]\nqueries = 1\n"),
        )
    };
    budget("1");
    let found = shop.perflint(&["scan", "--select", "budget-exceeded"]);
    assert_eq!(found.code, Some(0), "{}", found.out());
    assert!(found.out().contains("No entry point falls under the budget of `nowhere`."), "{}", found.out());
    shop.edit("shop/views.py", EAGER, LAZY);
    let found = shop.perflint(&["scan", "--select", "budget-exceeded"]);
    assert_eq!(found.code, Some(1));
    assert!(found.out().contains("`orders/` exceeds its budget of 1 queries"), "{}", found.out());
    budget("\"1 + n\"");
    assert_eq!(shop.perflint(&["scan", "--select", "budget-exceeded"]).code, Some(0));
}
