//! Rule pages: `rules/checks/<rule>.md`, the only home of a rule.

use crate::{Confidence, Level};
use perflint_ir::Lang;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A rule page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rule's id: the file's name.
    pub id: Box<str>,
    /// One line, a sentence without a full stop: `Query once per element of a loop`.
    pub title: Box<str>,
    /// `n-plus-one`, `unbounded`, `blocking`, ..
    pub category: Box<str>,
    /// Default level.
    pub level: Level,
    /// Least confidence at which the default profile shows a finding.
    pub confidence: Confidence,
    /// Shown only with `--pedantic`.
    pub pedantic: bool,
    /// The detector that the page configures.
    pub detector: Box<str>,
    /// The detector's parameters.
    pub params: BTreeMap<Box<str>, toml::Value>,
    /// Tags, for SARIF.
    pub tags: Vec<Box<str>>,
    /// The page itself, Markdown without the front matter.
    pub body: Box<str>,
    /// Its executable examples.
    pub examples: Vec<Example>,
}

/// A fenced example of a page: one or more files, and the lines that must raise the rule.
#[derive(Clone, Debug)]
pub struct Example {
    /// Tagged `bad`; otherwise `good`.
    pub bad: bool,
    /// Files: path and text.
    pub files: Vec<(Box<str>, String)>,
    /// Line of the page, for messages.
    pub line: usize,
}

/// All pages, by id.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// The pages, sorted by id.
    pub pages: Vec<Page>,
}

/// A page that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It has no front matter between `+++` lines.
    #[error("{page}: no front matter between `+++` lines")]
    NoFrontMatter {
        /// The page.
        page: String,
    },
    /// The front matter does not parse.
    #[error("{page}: {source}")]
    FrontMatter {
        /// The page.
        page: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// It names a detector that does not exist.
    #[error("{page}: no detector `{detector}`")]
    Detector {
        /// The page.
        page: String,
        /// The name.
        detector: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: Box<str>,
    category: Box<str>,
    #[serde(default = "warning")]
    level: Level,
    #[serde(default = "medium")]
    confidence: Confidence,
    #[serde(default)]
    pedantic: bool,
    detector: Box<str>,
    #[serde(default)]
    params: BTreeMap<Box<str>, toml::Value>,
    #[serde(default)]
    tags: Vec<Box<str>>,
    #[serde(default, rename = "seed")]
    _seed: Option<Box<str>>,
    #[serde(default, rename = "plan")]
    _plan: Option<u8>,
}

fn warning() -> Level {
    Level::Warning
}

fn medium() -> Confidence {
    Confidence::Medium
}

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

impl Pages {
    /// The pages of `rules/checks`, as they were when perflint was built.
    ///
    /// # Errors
    /// A page that cannot be used; the tests hold that there is none.
    pub fn builtin() -> Result<Self, PageError> {
        let mut pages =
            FILES.iter().map(|(id, text)| Page::parse(id, text)).collect::<Result<Vec<_>, _>>()?;
        pages.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { pages })
    }

    /// The page of a rule.
    pub fn get(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| &*page.id == id)
    }
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// No front matter, or one that does not parse, or an unknown detector.
    pub fn parse(id: &str, text: &str) -> Result<Self, PageError> {
        let missing = || PageError::NoFrontMatter { page: id.to_owned() };
        let rest = text.strip_prefix("+++").ok_or_else(missing)?;
        let (front, body) = rest.split_once("\n+++").ok_or_else(missing)?;
        let front: FrontMatter = toml::from_str(front)
            .map_err(|source| PageError::FrontMatter { page: id.to_owned(), source: Box::new(source) })?;
        if !crate::detect::DETECTORS.contains(&&*front.detector) {
            return Err(PageError::Detector { page: id.to_owned(), detector: front.detector.into() });
        }
        let first_line = text.len() - body.len();
        let first_line = text[..first_line].matches('\n').count() + 1;
        Ok(Self {
            id: id.into(),
            title: front.title,
            category: front.category,
            level: front.level,
            confidence: front.confidence,
            pedantic: front.pedantic,
            detector: front.detector,
            params: front.params,
            tags: front.tags,
            body: body.trim_start_matches('\n').into(),
            examples: examples(body, first_line),
        })
    }

    /// A parameter that is a list of words.
    pub fn words(&self, name: &str) -> Vec<&str> {
        let list = self.params.get(name).and_then(|v| v.as_array());
        list.into_iter().flatten().filter_map(|v| v.as_str()).collect()
    }

    /// The text that a parameter has for a language: that of `name_language` or `name_family` if the page has one, else of `name`.
    pub fn text_of(&self, name: &str, lang: Lang) -> &str {
        let of = |word: &str| self.params.get(format!("{name}_{word}").as_str());
        let own = of(lang.name()).or_else(|| of(lang.family()));
        own.or_else(|| self.params.get(name)).and_then(toml::Value::as_str).unwrap_or_default()
    }

    /// A parameter that is a flag; false where the page does not say it.
    pub fn flag(&self, name: &str) -> bool {
        self.params.get(name).and_then(toml::Value::as_bool).unwrap_or(false)
    }
}

/// The fenced blocks whose info string says `bad` or `good` and a path; blocks that share `example=` are one example.
fn examples(body: &str, first_line: usize) -> Vec<Example> {
    let mut out: Vec<(Option<String>, Example)> = Vec::new();
    let mut open: Option<(String, String, usize)> = None;
    for (i, line) in body.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.trim().to_owned(), String::new(), first_line + i)),
            (Some((info, text, at)), Some("")) => {
                add_block(&mut out, info, text, *at);
                open = None;
            }
            (Some((_, text, _)), _) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    out.into_iter().map(|(_, example)| example).collect()
}

fn add_block(out: &mut Vec<(Option<String>, Example)>, info: &str, text: &str, line: usize) {
    let mut words = info.split_whitespace().skip(1);
    let (Some(verdict @ ("bad" | "good")), Some(path)) = (words.next(), words.next()) else { return };
    let name = words.find_map(|w| w.strip_prefix("example=")).map(str::to_owned);
    let file = (Box::<str>::from(path), text.to_owned());
    let bad = verdict == "bad";
    match out.last_mut() {
        Some((Some(known), example)) if name.as_ref() == Some(known) && example.bad == bad => {
            example.files.push(file);
        }
        _ => out.push((name, Example { bad, files: vec![file], line })),
    }
}
