//! Configuration files of a repository, reduced to what resolution needs.
//!
//! A configuration is hostile input like any other file. It is read here once, with caps on depth, length and number, and
//! what goes on to the resolver is written anew from the fields that matter: a text of ours, never theirs.

use serde_json::{Map, Value};

/// A configuration file as the walk found it: `package.json`, `tsconfig.json`, `jsconfig.json`, `pnpm-workspace.yaml`,
/// `application.yml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its path relative to the root, with forward slashes.
    pub path: Box<str>,
    /// Its text.
    pub text: Box<str>,
}

/// Longest text kept: longer ones are no paths, and resolvers keep one entry per folder of a path.
const MAX_TEXT: usize = 512;
/// Most folders in a path.
const MAX_FOLDERS: usize = 48;
/// Most entries of a map.
const MAX_ENTRIES: usize = 1_000;
/// Most elements of a list.
const MAX_ELEMENTS: usize = 64;
/// Deepest conditions of `exports`.
const MAX_DEPTH: u32 = 8;

/// True for a specifier or path of a length that people write.
pub(super) fn is_sane(text: &str) -> bool {
    text.len() <= MAX_TEXT && text.bytes().filter(|b| matches!(b, b'/' | b'\\')).count() <= MAX_FOLDERS
}

/// What a `package.json` says.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) name: Option<Box<str>>,
    /// Globs of the packages of a workspace that starts here.
    pub(super) workspaces: Vec<String>,
    /// Names of packages that it depends on.
    pub(super) dependencies: Vec<Box<str>>,
    /// Its fields that name modules, as JSON.
    pub(super) text: String,
}

/// Reads a `package.json`; `None` if it is not one.
pub(super) fn manifest(text: &str) -> Option<Manifest> {
    let Value::Object(map) = parse(text, false)? else { return None };
    let mut out = Manifest { name: field(&map, "name").map(Into::into), ..Manifest::default() };
    let workspaces = match map.get("workspaces") {
        Some(Value::Object(inner)) => inner.get("packages"),
        other => other,
    };
    out.workspaces = texts(workspaces);
    for field in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
        if let Some(Value::Object(names)) = map.get(field) {
            let names = names.keys().filter(|name| is_sane(name)).take(MAX_ENTRIES);
            out.dependencies.extend(names.map(|name| name.as_str().into()));
        }
    }
    let fields = ["name", "main", "module", "source", "types", "typings", "svelte", "exports", "imports"];
    let kept = fields.iter().filter_map(|key| Some(((*key).to_owned(), clean(map.get(*key)?, 0)?)));
    out.text = Value::Object(kept.collect()).to_string();
    Some(out)
}

/// What a `tsconfig.json` says.
#[derive(Debug, Default)]
pub(super) struct Compiler {
    pub(super) extends: Vec<String>,
    pub(super) references: Vec<String>,
    pub(super) conditions: Vec<String>,
    options: Map<String, Value>,
}

impl Compiler {
    /// The configuration as JSON, with `extends` led to paths that exist. Which files it includes is left out: an import is
    /// resolved by the nearest configuration, whether that compiles the file or not.
    pub(super) fn text(&self, extends: &[String]) -> String {
        let mut map = Map::new();
        let extends = extends.iter().map(|path| Value::String(path.clone())).collect();
        map.insert("extends".to_owned(), Value::Array(extends));
        map.insert("compilerOptions".to_owned(), Value::Object(self.options.clone()));
        Value::Object(map).to_string()
    }
}

/// Reads a `tsconfig.json`, which may hold comments and trailing commas; `None` if it is not one.
pub(super) fn compiler(text: &str) -> Option<Compiler> {
    let Value::Object(map) = parse(text, true)? else { return None };
    let mut out = Compiler {
        extends: match map.get("extends") {
            Some(Value::String(one)) if is_sane(one) => vec![one.clone()],
            many => texts(many),
        },
        ..Compiler::default()
    };
    if let Some(Value::Array(references)) = map.get("references") {
        let paths = references.iter().filter_map(|one| field(one.as_object()?, "path"));
        out.references = paths.take(MAX_ELEMENTS).map(str::to_owned).collect();
    }
    if let Some(Value::Object(options)) = map.get("compilerOptions") {
        out.conditions = texts(options.get("customConditions"));
        if let Some(base) = field(options, "baseUrl") {
            out.options.insert("baseUrl".to_owned(), Value::String(base.to_owned()));
        }
        if let Some(Value::Object(paths)) = options.get("paths") {
            let lists = paths.iter().filter(|(key, _)| is_sane(key)).take(MAX_ENTRIES);
            let lists = lists.map(|(key, list)| (key.clone(), Value::from(texts(Some(list)))));
            out.options.insert("paths".to_owned(), Value::Object(lists.collect()));
        }
        let folders = texts(options.get("rootDirs"));
        if !folders.is_empty() {
            out.options.insert("rootDirs".to_owned(), Value::from(folders));
        }
    }
    Some(out)
}

/// The globs under `packages:` of a `pnpm-workspace.yaml`: a list in either of YAML's notations, which is all that pnpm's
/// documentation shows.
pub(super) fn pnpm_packages(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let bare = line.split(" #").next().unwrap_or(line).trim_end();
        if let Some(rest) = bare.strip_prefix("packages:") {
            inside = true;
            let inline = rest.trim().trim_start_matches('[').trim_end_matches(']');
            out.extend(inline.split(',').map(unquoted).filter(|one| !one.is_empty()));
        } else if let Some(item) = bare.trim_start().strip_prefix("- ").filter(|_| inside) {
            out.push(unquoted(item));
        } else if !bare.is_empty() && !bare.starts_with([' ', '#', '-']) {
            inside = false;
        }
    }
    out.retain(|glob| !glob.is_empty() && is_sane(glob));
    out.truncate(MAX_ELEMENTS);
    out
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

/// Parses JSON of any kind; nesting is bounded by the parser.
fn parse(text: &str, comments: bool) -> Option<Value> {
    let mut bytes = text.trim_start_matches('\u{feff}').as_bytes().to_vec();
    if comments {
        json_strip_comments::strip_slice(&mut bytes).ok()?;
    }
    serde_json::from_slice(&bytes).ok()
}

fn field<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key)?.as_str().filter(|text| !text.is_empty() && is_sane(text))
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let Some(Value::Array(list)) = value else { return Vec::new() };
    let texts = list.iter().filter_map(Value::as_str).filter(|text| is_sane(text));
    texts.take(MAX_ELEMENTS).map(str::to_owned).collect()
}

/// A value of `exports` or `imports` with nothing but texts, `null`, lists and maps.
fn clean(value: &Value, depth: u32) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    match value {
        Value::Null => Some(Value::Null),
        Value::String(text) => is_sane(text).then(|| value.clone()),
        Value::Array(list) => {
            Some(list.iter().take(MAX_ELEMENTS).filter_map(|one| clean(one, depth + 1)).collect())
        }
        Value::Object(map) => {
            let entries = map.iter().filter(|(key, _)| is_sane(key)).take(MAX_ENTRIES);
            Some(Value::Object(
                entries.filter_map(|(key, one)| Some((key.clone(), clean(one, depth + 1)?))).collect(),
            ))
        }
        Value::Bool(_) | Value::Number(_) => None,
    }
}
