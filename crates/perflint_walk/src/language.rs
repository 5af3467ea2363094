//! Language by file name, first line or content.

use memchr::memmem;
use perflint_ir::Lang;

/// What a file's name says about its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameGuess {
    /// The name decides.
    Known(Lang),
    /// A template if it contains template syntax. `true` if the extension is one that only templates have.
    Template(bool),
    /// No extension: the first line may name an interpreter.
    Shebang,
    /// Nothing that perflint reads.
    Other,
}

const EXTENSIONS: &[(&str, Lang)] = &[
    ("py", Lang::Python),
    ("pyi", Lang::Python),
    ("pyw", Lang::Python),
    ("js", Lang::JavaScript),
    ("mjs", Lang::JavaScript),
    ("cjs", Lang::JavaScript),
    ("jsx", Lang::JavaScript),
    ("ts", Lang::TypeScript),
    ("mts", Lang::TypeScript),
    ("cts", Lang::TypeScript),
    ("tsx", Lang::Tsx),
    ("vue", Lang::Vue),
    ("svelte", Lang::Svelte),
    ("rs", Lang::Rust),
    ("sql", Lang::Sql),
    ("prisma", Lang::Prisma),
    ("rb", Lang::Ruby),
    ("rake", Lang::Ruby),
    ("jbuilder", Lang::Ruby),
    ("rabl", Lang::Ruby),
    ("builder", Lang::Ruby),
    ("arb", Lang::Ruby),
    ("rsb", Lang::Ruby),
    ("axlsx", Lang::Ruby),
    ("prawn", Lang::Ruby),
    ("erb", Lang::Erb),
    ("haml", Lang::Haml),
    ("slim", Lang::Slim),
    ("php", Lang::Php),
    ("inc", Lang::Php),
    ("twig", Lang::Twig),
    ("java", Lang::Java),
    ("kt", Lang::Kotlin),
    ("kts", Lang::Kotlin),
    ("jsp", Lang::Jsp),
    ("jspf", Lang::Jsp),
    ("tag", Lang::Jsp),
    ("ftl", Lang::Freemarker),
    ("ftlh", Lang::Freemarker),
    ("go", Lang::Go),
    ("gohtml", Lang::GoTemplate),
    ("gotmpl", Lang::GoTemplate),
    ("cs", Lang::CSharp),
    ("cshtml", Lang::Razor),
    ("razor", Lang::Razor),
    ("hbs", Lang::Handlebars),
    ("handlebars", Lang::Handlebars),
    ("mustache", Lang::Handlebars),
    ("ejs", Lang::Ejs),
    ("pug", Lang::Pug),
    ("jade", Lang::Pug),
];

const TEMPLATE_EXTENSIONS: &[(&str, bool)] = &[
    ("j2", true),
    ("jinja", true),
    ("jinja2", true),
    ("djhtml", true),
    ("tmpl", false),
    ("tpl", false),
    ("html", false),
    ("htm", false),
    ("txt", false),
    ("xml", false),
];

/// The end of a Blade template's name, which is also that of PHP.
const BLADE: &str = ".blade.php";

const NAMES: &[(&str, Lang)] = &[("Gemfile", Lang::Ruby), ("Rakefile", Lang::Ruby)];

const INTERPRETERS: &[(&str, Lang)] = &[
    ("python", Lang::Python),
    ("pypy", Lang::Python),
    ("node", Lang::JavaScript),
    ("deno", Lang::TypeScript),
    ("bun", Lang::TypeScript),
    ("ruby", Lang::Ruby),
    ("php", Lang::Php),
];

/// Endings of files that map PHP's classes to tables, before that of XML or YAML.
const MAPPINGS: &[&str] = &[".orm", ".dcm", ".mongodb", ".mapped-superclass"];

/// Endings of what they are written in.
const DOCUMENTS: &[&str] = &[".xml", ".yml", ".yaml"];

/// What a file's path says about its language: its name, and for change logs of databases also where it stands.
pub fn lang_of_path(path: &str) -> NameGuess {
    let name = path.rsplit('/').next().unwrap_or(path);
    match lang_of_name(name) {
        NameGuess::Other if is_log_path(path) && (name.ends_with(".yaml") || name.ends_with(".yml")) => {
            NameGuess::Template(false)
        }
        guess => guess,
    }
}

/// Whether a path is one where change logs of databases stand.
pub(crate) fn is_log_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.contains("changelog") || lower.contains("liquibase")
}

/// The language that a file's name tells, compared without case.
pub fn lang_of_name(name: &str) -> NameGuess {
    if let Some((_, lang)) = NAMES.iter().find(|(known, _)| *known == name) {
        return NameGuess::Known(*lang);
    }
    if name.len() > BLADE.len() && name.to_ascii_lowercase().ends_with(BLADE) {
        return NameGuess::Known(Lang::Blade);
    }
    let document = DOCUMENTS.iter().find_map(|ending| name.strip_suffix(ending));
    if document.is_some_and(|stem| MAPPINGS.iter().any(|ending| stem.ends_with(ending))) {
        return NameGuess::Known(Lang::Php);
    }
    let Some((stem, extension)) = name.rsplit_once('.') else { return NameGuess::Shebang };
    if stem.is_empty() {
        return NameGuess::Other;
    }
    if let Some((_, lang)) = EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)) {
        return NameGuess::Known(*lang);
    }
    TEMPLATE_EXTENSIONS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(extension))
        .map_or(NameGuess::Other, |(_, only)| NameGuess::Template(*only))
}

/// True for the small files that say how modules of JavaScript and Go are found (manifests, compiler options, workspaces), and for
/// an application's settings. Of other JSON files, those in a folder of shared compiler options count, as `extends` leads there.
pub fn is_module_config(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if matches!(name, "package.json" | "pnpm-workspace.yaml" | "go.mod" | "mybatis-config.xml")
        || is_settings(name)
    {
        return true;
    }
    let Some(stem) = name.strip_suffix(".json") else { return false };
    let parent = folder.rsplit('/').next().unwrap_or(folder);
    let shared = ["tsconfig", "ts-config", "typescript-config"].iter().any(|name| parent.contains(name));
    shared || stem.starts_with("tsconfig") || stem.starts_with("jsconfig")
}

/// `application.yml`, `application-prod.properties`: what a JVM application is set to.
fn is_settings(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    matches!(extension, "yml" | "yaml" | "properties")
        && (stem == "application" || stem.starts_with("application-"))
}

/// The language of the interpreter that a `#!` line names, with or without `env` and its options.
pub fn lang_of_shebang(head: &[u8]) -> Option<Lang> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let program = line
        .split_whitespace()
        .filter(|word| !word.starts_with('-') && !word.contains('='))
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .find(|word| *word != "env")?;
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERPRETERS.iter().find(|(known, _)| *known == bare).map(|(_, lang)| *lang)
}

/// What only templates of Go's `html/template` hold: other languages end their blocks with more than `end`, and name what they
/// include otherwise.
const GO_MARKS: &[&str] = &[
    "{{end}}",
    "{{ end }}",
    "{{- end",
    "{{end -}}",
    "{{ end -}}",
    "{{template \"",
    "{{ template \"",
    "{{define \"",
];

/// The language of a text file with a template's extension: Java where it holds the statements of a mapper's methods, Thymeleaf if it has attributes of its namespace, Go's if it
/// has its `end`, Django's or Jinja's if it has `{%`, or `{{` and stands where only templates do (JavaScript frameworks
/// use `{{` too).
pub fn lang_of_template(path: &str, only_templates: bool, text: &[u8]) -> Option<Lang> {
    let has = |mark: &str| memmem::find(text, mark.as_bytes()).is_some();
    if path.ends_with(".xml") && has("<mapper") && has("namespace=") {
        return Some(Lang::Java);
    }
    if is_log_path(path) && has("databaseChangeLog") {
        return Some(Lang::Sql);
    }
    if path.ends_with(".yaml") || path.ends_with(".yml") {
        return None;
    }
    if has("{%") {
        return Some(Lang::Jinja);
    }
    let braces = has("{{");
    if braces && GO_MARKS.iter().any(|mark| has(mark)) {
        return Some(Lang::GoTemplate);
    }
    let begins = |at: usize| at > 0 && matches!(text[at - 1], b' ' | b'\t' | b'\n' | b'<');
    if memmem::find_iter(text, b"th:").any(begins) || has(" data-th-") {
        return Some(Lang::Thymeleaf);
    }
    let at_home = only_templates || path.split('/').any(|part| part.eq_ignore_ascii_case("templates"));
    (at_home && braces).then_some(Lang::Jinja)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, guess) in [
            ("a.py", NameGuess::Known(Lang::Python)),
            ("A.PYI", NameGuess::Known(Lang::Python)),
            ("a.d.ts", NameGuess::Known(Lang::TypeScript)),
            ("a.mts", NameGuess::Known(Lang::TypeScript)),
            ("a.tsx", NameGuess::Known(Lang::Tsx)),
            ("a.jsx", NameGuess::Known(Lang::JavaScript)),
            ("schema.prisma", NameGuess::Known(Lang::Prisma)),
            ("Gemfile", NameGuess::Known(Lang::Ruby)),
            ("a.html", NameGuess::Template(false)),
            ("row.hbs", NameGuess::Known(Lang::Handlebars)),
            ("row.pug", NameGuess::Known(Lang::Pug)),
            ("a.sql.j2", NameGuess::Template(true)),
            ("a.blade.php", NameGuess::Known(Lang::Blade)),
            ("Order.orm.xml", NameGuess::Known(Lang::Php)),
            ("Shop.Order.dcm.yml", NameGuess::Known(Lang::Php)),
            ("order.yml", NameGuess::Other),
            ("a.html.erb", NameGuess::Known(Lang::Erb)),
            ("manage", NameGuess::Shebang),
            (".py", NameGuess::Other),
            ("a.png", NameGuess::Other),
        ] {
            assert_eq!(lang_of_name(name), guess, "{name}");
        }
    }

    #[test]
    fn configurations_of_modules() {
        for (path, expected) in [
            ("package.json", true),
            ("a/tsconfig.app.json", true),
            ("src/main/resources/application.yml", true),
            ("src/main/resources/application-prod.properties", true),
            ("docker/application_compose.yml", false),
            ("a/jsconfig.json", true),
            ("packages/tsconfig/base.json", true),
            ("pnpm-workspace.yaml", true),
            ("package-lock.json", false),
            ("a/base.json", false),
            ("a/tsconfig.ts", false),
        ] {
            assert_eq!(is_module_config(path), expected, "{path}");
        }
    }

    #[test]
    fn shebangs() {
        for (line, lang) in [
            ("#!/usr/bin/env python3\n", Some(Lang::Python)),
            ("#!/usr/bin/python2.7 -u\n", Some(Lang::Python)),
            ("#! /usr/bin/env -S node --foo\n", Some(Lang::JavaScript)),
            ("#!/usr/bin/env -S PATH=/x deno run", Some(Lang::TypeScript)),
            ("#!/bin/sh\npython", None),
            ("#!", None),
            ("python", None),
        ] {
            assert_eq!(lang_of_shebang(line.as_bytes()), lang, "{line:?}");
        }
    }

    #[test]
    fn templates_need_template_syntax() {
        for (path, only, text, expected) in [
            ("a/x.html", false, "{% for x in y %}", Some(Lang::Jinja)),
            ("a/x.html", false, "<p>{{ vue }}</p>", None),
            ("app/Templates/x.html", false, "<p>{{ x }}</p>", Some(Lang::Jinja)),
            ("a/x.j2", true, "{{ x }}", Some(Lang::Jinja)),
            ("app/templates/x.txt", false, "plain", None),
            ("web/x.html", false, "{{range .Orders}}{{.ID}}{{end}}", Some(Lang::GoTemplate)),
            ("db/OrderMapper.xml", false, "<mapper namespace=\"a.B\">{{ x }}", Some(Lang::Java)),
            ("templates/x.html", false, "<p th:text=\"${x}\">", Some(Lang::Thymeleaf)),
        ] {
            assert_eq!(lang_of_template(path, only, text.as_bytes()), expected, "{path} {text}");
        }
    }
}
