//! `perflint routes`: methods and paths in full, as each framework puts them together.

#![expect(clippy::panic, reason = "helpers of tests panic like tests")]

use perflint_tests::command::{perflint, run};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::fs;

/// The routes of a folder, as `GET /orders app/orders.py`, with `-` where the code of the handler is not found; sorted.
fn routes(folder: &std::path::Path) -> Vec<String> {
    let run = run(perflint().args(["routes", "--format", "json"]).arg(folder));
    let found: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.out(), run.err()));
    let text = |value: &Value| value.as_str().unwrap_or("*").to_owned();
    let prefix = format!("{}/", folder.file_name().unwrap_or_default().to_string_lossy());
    let mut all = Vec::new();
    for entry in found["entries"].as_array().into_iter().flatten() {
        let file = text(&entry["file"]);
        let file = file.split_once(&prefix).map_or(file.as_str(), |(_, rest)| rest).to_owned();
        for route in entry["routes"].as_array().into_iter().flatten() {
            all.push(format!("{} {} {file}", text(&route["method"]), text(&route["path"])));
        }
    }
    for route in found["unhandled"].as_array().into_iter().flatten() {
        all.push(format!("{} {} -", text(&route["method"]), text(&route["route"])));
    }
    all.sort();
    all
}

#[test]
fn applications_have_the_routes_that_their_frameworks_would_list() {
    let folder = workspace().join("fixtures/routes");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{error}"))
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    for path in names {
        let listed = fs::read_to_string(path.join("routes.list")).unwrap_or_else(|error| panic!("{error}"));
        let expected: Vec<&str> = listed.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(routes(&path), expected, "{}", path.display());
    }
}

#[test]
fn a_router_that_is_mounted_twice_has_its_routes_twice() {
    let tree = Tree::of(&[
        ("package.json", "{\"dependencies\": {\"express\": \"4\"}}"),
        (
            "app.js",
            "const express = require('express')\nconst r = express.Router()\nr.get('/x', (q, s) => s.send(''))\n\
             const app = express()\napp.use('/a', r)\napp.use('/b', r)\n",
        ),
    ]);
    assert_eq!(routes(tree.path()), ["GET /a/x app.js", "GET /b/x app.js"]);
}

#[test]
fn routers_that_mount_each_other_end() {
    let tree = Tree::of(&[
        ("package.json", "{\"dependencies\": {\"express\": \"4\"}}"),
        (
            "app.js",
            "const express = require('express')\nconst a = express.Router()\nconst b = express.Router()\n\
             a.use('/b', b)\nb.use('/a', a)\na.get('/x', (q, s) => s.send(''))\n",
        ),
    ]);
    assert!(!routes(tree.path()).is_empty());
}
