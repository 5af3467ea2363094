//! The examples of rule pages, read from the pages themselves.
//!
//! An example is a fenced block whose info string is `LANGUAGE bad PATH` or `LANGUAGE good PATH`; blocks with the same
//! `example=NAME` that follow each other are the files of one.

use std::fs;
use std::path::Path;

/// An example.
#[derive(Clone, Debug)]
pub struct Example {
    /// The rule, which is the page's name.
    pub rule: String,
    /// Whether the rule has to be raised.
    pub bad: bool,
    /// Its name, or the path of its only file.
    pub name: String,
    /// Where the page has it.
    pub line: usize,
    /// Files: path and text.
    pub files: Vec<(String, String)>,
}

impl Example {
    /// What identifies an example while its page is edited: `n-plus-one-query bad helper`.
    pub fn key(&self) -> String {
        let verdict = if self.bad { "bad" } else { "good" };
        format!("{} {verdict} {}", self.rule, self.name)
    }
}

/// The ids of all rules and the text of their pages, sorted.
pub fn pages(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("the folder of the pages").flatten();
    let mut pages: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (id, fs::read_to_string(&path).expect("a page"))
        })
        .collect();
    pages.sort();
    pages
}

/// The examples of a page, in order.
pub fn examples(rule: &str, page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: String =
            lines.by_ref().map_while(|(_, line)| (line != "```").then(|| format!("{line}\n"))).collect();
        let Some((mut example, is_named)) = header(rule, info, index + 1) else { continue };
        let file = (std::mem::take(&mut example.files).remove(0).0, block);
        match examples.last_mut() {
            Some(last) if is_named && last.key() == example.key() => last.files.push(file),
            _ => examples.push(Example { files: vec![file], ..example }),
        }
    }
    examples
}

/// An example with its first file still empty, and whether it has a name of its own.
fn header(rule: &str, info: &str, line: usize) -> Option<(Example, bool)> {
    let mut words = info.split_whitespace().skip(1);
    let bad = match words.next()? {
        "bad" => true,
        "good" => false,
        _ => return None,
    };
    let path = words.next()?;
    let name = words.find_map(|word| word.strip_prefix("example="));
    let files = vec![(path.to_owned(), String::new())];
    let example = Example { rule: rule.to_owned(), bad, name: name.unwrap_or(path).to_owned(), line, files };
    Some((example, name.is_some()))
}
