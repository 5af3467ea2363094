//! Which findings are shown: the user's selection, the settings of rules and paths, and the profile of the rule pages.

use crate::Options;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use perflint_config::{ConfidenceName, LevelName, PathSettings};
use perflint_rules::{Confidence, Finding, Level, Page, Pages};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The settings that decide what is shown.
pub(crate) struct Profile<'a> {
    pages: &'a Pages,
    options: &'a Options,
    paths: Vec<(Gitignore, &'a PathSettings)>,
}

impl<'a> Profile<'a> {
    pub(crate) fn new(pages: &'a Pages, options: &'a Options) -> Self {
        let paths =
            options.scope.paths.iter().filter_map(|settings| Some((compiled(&settings.globs)?, settings)));
        Self { pages, options, paths: paths.collect() }
    }

    /// Keeps what is asked for. What the selection leaves out is dropped; what only the profile leaves out is counted.
    pub(crate) fn apply<T>(
        &self,
        findings: Vec<(Finding, T)>,
    ) -> (Vec<(Finding, T)>, BTreeMap<Arc<str>, usize>) {
        let mut held_back = BTreeMap::new();
        let mut shown = Vec::with_capacity(findings.len());
        for (mut finding, more) in findings {
            let page = self.pages.get(&finding.rule);
            let here = self.settings_of(&finding.primary.file);
            if !self.is_selected(&finding, page, &here) || !self.set_level(&mut finding, &here) {
                continue;
            }
            if self.is_shown(&finding, page, &here) {
                shown.push((finding, more));
            } else {
                *held_back.entry(finding.rule).or_default() += 1;
            }
        }
        (shown, held_back)
    }

    /// The settings of a path, those that count most first.
    fn settings_of(&self, file: &str) -> Vec<&'a PathSettings> {
        let Some(below) = file.strip_prefix(self.options.scope.folder.as_str()) else { return Vec::new() };
        let matching = self.paths.iter().rev();
        matching
            .filter(|(globs, _)| globs.matched_path_or_any_parents(below, false).is_ignore())
            .map(|(_, settings)| *settings)
            .collect()
    }

    fn is_selected(&self, finding: &Finding, page: Option<&Page>, here: &[&PathSettings]) -> bool {
        let names = |list: &[String]| {
            list.iter()
                .any(|name| **name == *finding.rule || page.is_some_and(|page| *page.category == **name))
        };
        let selected =
            |select: &[String], ignore: &[String]| (select.is_empty() || names(select)) && !names(ignore);
        selected(&self.options.select, &self.options.ignore)
            && here.iter().all(|settings| selected(&settings.select, &settings.ignore))
    }

    /// Gives a finding the level that its path or rule is set to; false if that is none.
    fn set_level(&self, finding: &mut Finding, here: &[&PathSettings]) -> bool {
        let of_rule = self.options.rules.get(&*finding.rule).and_then(|rule| rule.level);
        match here.iter().find_map(|settings| settings.level).or(of_rule) {
            Some(LevelName::Off) => return false,
            Some(LevelName::Note) => finding.level = Level::Note,
            Some(LevelName::Warning) => finding.level = Level::Warning,
            Some(LevelName::Error) => finding.level = Level::Error,
            None => {}
        }
        true
    }

    /// A rule that is selected by its id is shown even if it is pedantic.
    fn is_shown(&self, finding: &Finding, page: Option<&Page>, here: &[&PathSettings]) -> bool {
        let options = self.options;
        let selects = |list: &[String]| list.iter().any(|name| **name == *finding.rule);
        let named = selects(&options.select) || here.iter().any(|settings| selects(&settings.select));
        let of_rule = options.rules.get(&*finding.rule);
        let levelled = of_rule.is_some_and(|rule| rule.level.is_some());
        let pedantic_page = page.is_some_and(|page| page.pedantic);
        if pedantic_page && !options.pedantic && !named && !levelled {
            return false;
        }
        let set = here.iter().find_map(|settings| settings.min_confidence);
        let set = set.or(of_rule.and_then(|rule| rule.min_confidence)).map(confidence);
        let least = match set.or(options.min_confidence) {
            Some(least) => least,
            None if options.pedantic => Confidence::Low,
            None => page.map_or(Confidence::Medium, |page| page.confidence),
        };
        finding.confidence >= least
    }
}

fn confidence(name: ConfidenceName) -> Confidence {
    match name {
        ConfidenceName::Low => Confidence::Low,
        ConfidenceName::Medium => Confidence::Medium,
        ConfidenceName::High => Confidence::High,
    }
}

/// Globs of a configuration, which was checked when it was read.
fn compiled(globs: &[String]) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for glob in globs {
        builder.add_line(None, glob.strip_prefix("./").unwrap_or(glob)).ok()?;
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use perflint_rules::{Context, Level, Place};

    fn finding(rule: &str, confidence: Confidence) -> Finding {
        Finding {
            rule: rule.into(),
            level: Level::Warning,
            confidence,
            context: Context::Request,
            message: String::new(),
            primary: Place::bytes("a.py".into(), 0, 0),
            route: vec![],
            cost: String::new(),
            fix: None,
            also: vec![],
            suppressed: None,
        }
    }

    fn shown(options: &Options) -> (usize, usize) {
        let findings = vec![
            finding("a", Confidence::Low),
            finding("a", Confidence::High),
            finding("b", Confidence::Medium),
        ];
        let pages = Pages::default();
        let findings = findings.into_iter().map(|finding| (finding, ())).collect();
        let (shown, held_back) = Profile::new(&pages, options).apply(findings);
        (shown.len(), held_back.values().sum())
    }

    #[test]
    fn selection_drops_and_the_profile_holds_back() {
        let options = Options::default();
        assert_eq!(shown(&options), (2, 1));
        assert_eq!(shown(&Options { pedantic: true, ..options.clone() }), (3, 0));
        assert_eq!(shown(&Options { select: vec!["a".into()], ..options.clone() }), (1, 1));
        assert_eq!(shown(&Options { ignore: vec!["a".into()], ..options.clone() }), (1, 0));
        assert_eq!(shown(&Options { min_confidence: Some(Confidence::High), ..options }), (1, 2));
    }

    #[test]
    fn paths_and_rules_have_settings_of_their_own() {
        let settings = |globs: &str, level| PathSettings {
            globs: vec![globs.to_owned()],
            level,
            ..PathSettings::default()
        };
        let mut options = Options { pedantic: true, ..Options::default() };
        options.scope.paths = vec![settings("*.py", Some(LevelName::Off))];
        assert_eq!(shown(&options), (0, 0));
        options.scope.paths.push(settings("/a.py", Some(LevelName::Error)));
        assert_eq!(shown(&options), (3, 0), "the last that matches counts");
        options.scope.folder = "b/".to_owned();
        options.rules.insert(
            "a".to_owned(),
            perflint_config::RuleSettings { level: Some(LevelName::Off), min_confidence: None },
        );
        assert_eq!(shown(&options), (1, 0), "another folder's paths do not count");
    }
}
