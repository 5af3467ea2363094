//! What is in force: the configuration, and the command line over it.

use crate::args::{FailOn, SettingArgs, size};
use crate::rules;
use crate::status::Failure;
use ignore::gitignore::GitignoreBuilder;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use perflint_config::{Config, ConfigError, FailOnName, Loaded, Local, Size};
use perflint_engine::{Options, Scope};
use perflint_report::clean;
use perflint_rules::{Confidence, Page, Pages};
use perflint_schema::Dialect;
use std::path::{Path, PathBuf};

/// Where the accepted findings are, unless the configuration says otherwise.
pub(crate) const BASELINE: &str = ".perflint/baseline.json";

/// The units of budgets.
const UNITS: &[&str] = &[
    "queries",
    "writes",
    "requests",
    "calls",
    "mails",
    "files",
    "cache",
    "messages",
    "locks",
    "sleeps",
    "processes",
    "computations",
    "blocking",
];

/// The configuration of a scan, and what is read because of it.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// The repository.
    pub(crate) root: PathBuf,
    /// The configuration, if there is one.
    pub(crate) loaded: Option<Loaded>,
    /// The team's own rules and models.
    pub(crate) local: Local,
    /// All rules.
    pub(crate) pages: Pages,
}

impl Settings {
    /// Finds and checks what is in force for some paths.
    pub(crate) fn of(paths: &[PathBuf], args: &SettingArgs) -> Result<Self, Failure> {
        let root =
            perflint_engine::repository(paths).map_err(|error| crate::scan::failure(error, paths, args))?;
        if args.no_config {
            let pages = perflint_engine::rules(&Local::default())?;
            return Ok(Self { root, pages, ..Self::default() });
        }
        let loaded = match &args.config {
            Some(file) => Some(named(&root, file)?),
            None => perflint_config::find(&root, &start(paths, &root)).map_err(config_failure)?,
        };
        let local = Local::read(&root).map_err(config_failure)?;
        let pages = perflint_engine::rules(&local).map_err(local_failure)?;
        let settings = Self { root, loaded, local, pages };
        settings.check()?;
        Ok(settings)
    }

    /// The configuration, which may be empty.
    pub(crate) fn config(&self) -> Config {
        self.loaded.as_ref().map(|loaded| loaded.config.clone()).unwrap_or_default()
    }

    /// Every name, glob, size and formula is checked before anything is scanned.
    fn check(&self) -> Result<(), Failure> {
        let Some(Loaded { config, file, .. }) = &self.loaded else { return Ok(()) };
        let value = |key: &str, message: String, help: &str| {
            config_failure(ConfigError::Value {
                file: file.clone(),
                key: key.to_owned(),
                message,
                help: help.to_owned(),
            })
        };
        rules::check(&format!("{file}: `select`"), &config.select, &self.pages)?;
        rules::check(&format!("{file}: `ignore`"), &config.ignore, &self.pages)?;
        contradiction(file, &self.pages, &config.select, &config.ignore)?;
        rules::check_ids(&format!("{file}: `rules`"), config.rules.keys(), &self.pages)?;
        for path in &config.paths {
            rules::check(&format!("{file}: `paths`"), &path.select, &self.pages)?;
            rules::check(&format!("{file}: `paths`"), &path.ignore, &self.pages)?;
            if path.globs.is_empty() {
                return Err(value(
                    "paths.globs",
                    "there is no glob".to_owned(),
                    "name the paths: `globs = [\"legacy/\"]`",
                ));
            }
        }
        let globs = config.paths.iter().flat_map(|path| &path.globs);
        for glob in globs.chain(&config.include).chain(&config.exclude) {
            let mut builder = GitignoreBuilder::new("");
            builder.allow_unclosed_class(false);
            if builder.add_line(None, glob).is_err() {
                let message = format!("`{glob}` is no glob");
                return Err(value(
                    "globs",
                    message,
                    "globs have the syntax of .gitignore: `*.py`, `legacy/`, `src/**/old_*`",
                ));
            }
        }
        if let Some(Size::Text(text)) = &config.max_file_size {
            size(text).map_err(|message| {
                value("max-file-size", format!("`{text}`: {message}"), "write `512K` or `2M`")
            })?;
        }
        for (entry, limits) in &config.budget {
            for (unit, limit) in limits {
                if !UNITS.contains(&unit.as_str()) {
                    let near = perflint_config::nearest(unit, UNITS.iter().copied());
                    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                    let key = format!("budget.\"{entry}\"");
                    return Err(value(
                        &key,
                        format!("there is no unit `{unit}`"),
                        &format!("{near}There are {}", UNITS.join(", ")),
                    ));
                }
                limit.formula().map_err(|source| {
                    config_failure(ConfigError::Budget {
                        file: file.clone(),
                        entry: entry.clone(),
                        unit: unit.clone(),
                        source,
                    })
                })?;
            }
        }
        config.check_targets(file, UNITS).map_err(config_failure)?;
        if let Some(baseline) = &config.baseline {
            let inside =
                Path::new(baseline).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            if !inside {
                let help = "a path inside the repository, such as `.perflint/baseline.json`";
                return Err(value("baseline", format!("`{baseline}` is not inside the repository"), help));
            }
        }
        Ok(())
    }

    /// What the engine is asked to do.
    pub(crate) fn options(&self, paths: &[PathBuf], args: &SettingArgs) -> Result<Options, Failure> {
        rules::check("--select", &args.select, &self.pages)?;
        rules::check("--ignore", &args.ignore, &self.pages)?;
        let config = self.config();
        let select = if args.select.is_empty() { &config.select } else { &args.select };
        // What the command line selects by name, no category of the configuration takes away.
        let category = |name: &str| self.pages.get(name).map(|page| &*page.category);
        let wanted = |rule: &String| {
            args.select.iter().any(|selected| selected == rule || category(selected) == Some(rule.as_str()))
        };
        let ignore: Vec<String> =
            config.ignore.iter().filter(|rule| !wanted(rule)).chain(&args.ignore).cloned().collect();
        contradiction("the command line", &self.pages, select, &ignore)?;
        let folder = self.loaded.as_ref().map(|loaded| loaded.folder.clone()).unwrap_or_default();
        let below = |globs: &[String]| globs.iter().map(|glob| below(&folder, glob)).collect::<Vec<_>>();
        let or = |given: &[String], set: Vec<String>| if given.is_empty() { set } else { given.to_vec() };
        let min_confidence = args.min_confidence.map(Confidence::from);
        let set_size = match &config.max_file_size {
            Some(Size::Bytes(bytes)) => Some(*bytes),
            Some(Size::Text(text)) => size(text).ok(),
            None => None,
        };
        Ok(Options {
            roots: paths.to_vec(),
            include: or(&args.include, below(&config.include)),
            exclude: below(&config.exclude).into_iter().chain(args.exclude.iter().cloned()).collect(),
            select: select.clone(),
            ignore,
            min_confidence: min_confidence.or(config.min_confidence.map(rules::confidence)),
            pedantic: args.pedantic || config.pedantic.unwrap_or(false),
            include_tests: args.include_tests || config.include_tests.unwrap_or(false),
            jobs: args.jobs.map(Into::into),
            max_file_size: args.max_file_size.or(set_size).unwrap_or(1 << 20),
            models: args.models.clone(),
            local: self.local.clone(),
            rules: config.rules.clone(),
            scope: Scope { folder, paths: config.paths.clone() },
            budget: config.budget.clone(),
            database: config.database.dialect.and_then(|dialect| Dialect::named(dialect.name())),
            suppressions: config.suppressions.clone(),
            no_suppressions: args.no_suppressions,
            today: Some(today()?),
            redact: clean::redact,
            ..Options::default()
        })
    }

    /// The least level that fails.
    pub(crate) fn fail_on(&self, given: Option<FailOn>) -> FailOn {
        let set = self.config().fail_on.map(|name| match name {
            FailOnName::Note => FailOn::Note,
            FailOnName::Warning => FailOn::Warning,
            FailOnName::Error => FailOn::Error,
            FailOnName::Never => FailOn::Never,
        });
        given.or(set).unwrap_or(FailOn::Warning)
    }
}

/// Today, by which suppressing comments expire: from SOURCE_DATE_EPOCH, so that a build can be repeated, else by the clock.
fn today() -> Result<Date, Failure> {
    let time = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => {
            let time = text.trim().parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
            time.ok_or_else(|| {
                Failure::usage(
                    format!("SOURCE_DATE_EPOCH is `{text}`, which is no time"),
                    "it is a number of seconds since 1970-01-01; unset it to go by the clock",
                )
            })?
        }
        Err(_) => Timestamp::now(),
    };
    Ok(time.to_zoned(TimeZone::UTC).date())
}

/// The deepest folder that holds all paths.
fn start(paths: &[PathBuf], root: &Path) -> PathBuf {
    let real = paths.iter().filter_map(|path| path.canonicalize().ok());
    let folders = real
        .map(|path| if path.is_dir() { path } else { path.parent().map_or(path.clone(), Path::to_owned) });
    folders
        .reduce(|a, b| {
            a.ancestors().find(|folder| b.starts_with(folder)).map_or_else(|| root.to_owned(), Path::to_owned)
        })
        .unwrap_or_else(|| root.to_owned())
}

/// A configuration that was named. It has to stand in the repository, like everything that is read.
fn named(root: &Path, file: &Path) -> Result<Loaded, Failure> {
    let absent = || {
        Failure::usage(format!("there is no file {}", file.display()), "--config takes a file that exists")
    };
    let real = file.canonicalize().map_err(|_| absent())?;
    if real.is_dir() {
        return Err(Failure::usage(
            format!("{} is a folder", file.display()),
            "--config takes a file; without it, the nearest one is used",
        ));
    }
    let Some(relative) = real.strip_prefix(root).ok().and_then(Path::to_str) else {
        return Err(Failure::usage(
            format!("{} is not inside the repository", file.display()),
            "a configuration stands in the repository that it is for",
        ));
    };
    perflint_config::load(root, &relative.replace('\\', "/")).map_err(config_failure)
}

/// A glob of a configuration, relative to the root instead of the configuration's folder.
fn below(folder: &str, glob: &str) -> String {
    let (sign, glob) = glob.strip_prefix('!').map_or(("", glob), |rest| ("!", rest));
    let glob = glob.strip_prefix("./").unwrap_or(glob);
    let anchored = glob.trim_end_matches('/').contains('/');
    match (folder, anchored) {
        ("", _) => format!("{sign}{glob}"),
        (folder, true) => format!("{sign}/{folder}{}", glob.trim_start_matches('/')),
        (folder, false) => format!("{sign}/{folder}**/{glob}"),
    }
}

/// A rule or category that is selected and of which nothing is left. A category may be selected and some of its rules ignored.
fn contradiction(place: &str, pages: &Pages, select: &[String], ignore: &[String]) -> Result<(), Failure> {
    let is = |page: &Page, name: &str| name == &*page.id || name == &*page.category;
    let ignored = |page: &Page| ignore.iter().any(|name| is(page, name));
    let nothing_left = |name: &str| pages.pages.iter().filter(|page| is(page, name)).all(ignored);
    match select.iter().find(|name| ignore.contains(name) || nothing_left(name)) {
        Some(name) => Err(Failure::usage(
            format!("{place}: `{name}` is both selected and ignored"),
            "take it out of one of the two lists",
        )),
        None => Ok(()),
    }
}

pub(crate) fn config_failure(error: ConfigError) -> Failure {
    let help = error.help().to_owned();
    Failure::from(error).with_help(help)
}

/// Rules and models of the repository's own that cannot be used.
fn local_failure(error: perflint_engine::ScanError) -> Failure {
    let help = match &error {
        perflint_engine::ScanError::PageExists { .. } => {
            "give the page another name: a rule's id is the name of its page"
        }
        _ => {
            "a page of .perflint/checks starts like those that `perflint explain` prints; docs/own-rules.md shows one"
        }
    };
    Failure::from(error).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::{below, contradiction};
    use perflint_config::Local;

    #[test]
    fn globs_of_a_folder_stay_in_it() {
        for (folder, glob, expected) in [
            ("", "legacy/", "legacy/"),
            ("a/", "*.py", "/a/**/*.py"),
            ("a/", "legacy/", "/a/**/legacy/"),
            ("a/", "/b/*.py", "/a/b/*.py"),
            ("a/", "b/*.py", "/a/b/*.py"),
            ("a/", "!./b/c", "!/a/b/c"),
        ] {
            assert_eq!(below(folder, glob), expected, "{folder} {glob}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let pages = perflint_engine::rules(&Local::default()).expect("rules");
        let (rule, category) = ("n-plus-one-query", "n-plus-one");
        for (select, ignore, refused) in [
            (&[rule][..], &["unbounded-query", rule][..], true),
            (&[rule], &[category], true),
            (&[category], &[category], true),
            (&["unbounded-query", rule], &[category], true),
            (&[rule], &["unbounded-query"], false),
            (&[category], &[rule], false),
            (&[], &[category], false),
        ] {
            let verdict = contradiction("x", &pages, &list(select), &list(ignore));
            assert_eq!(verdict.is_err(), refused, "{select:?} {ignore:?}");
        }
    }
}
