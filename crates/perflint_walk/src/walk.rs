//! The walk itself: listing on the `ignore` crate's threads, reading on our own.

use crate::budget::Budget;
use crate::config::{Globs, WalkConfig, WalkError};
use crate::language::{NameGuess, is_module_config, lang_of_path, lang_of_shebang, lang_of_template};
use crate::read::{Opened, ReadError};
use crate::role::{is_client, is_generated, is_migration, is_minified, role_of_path};
use crate::stats::{SkipReason, Tally, WalkStats};
use crossbeam_channel::{Receiver, Sender, bounded};
use ignore::{DirEntry, WalkBuilder, WalkState};
use perflint_ir::{Lang, Role, decode};
use std::fmt::Write;
use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::thread;

/// A source file, as the visitor gets it.
#[derive(Clone, Copy, Debug)]
pub struct FileEntry<'a> {
    /// Path relative to the base, with forward slashes; each byte of a name that is not UTF-8 is written `\xNN`.
    pub path: &'a str,
    /// Whether the path had to be rewritten, so that it cannot be opened again by its text.
    pub lossy: bool,
    /// Its language.
    pub lang: Lang,
    /// Its role, which only its path below the scanned root and its content decide.
    pub role: Role,
    /// Its decoded text.
    pub text: &'a str,
    /// Its size on disk.
    pub size: u64,
}

/// Walks roots and hands every source file to a visitor.
#[derive(Debug)]
pub struct Walker {
    config: WalkConfig,
    base: PathBuf,
    roots: Vec<PathBuf>,
    globs: Globs,
}

/// A file that its name does not rule out.
#[derive(Debug)]
struct Candidate {
    path: PathBuf,
    shown: String,
    lossy: bool,
    guess: NameGuess,
    role: Role,
}

impl Walker {
    /// Checks the roots and globs. Roots are resolved here, and overlapping ones are walked once.
    pub fn new(config: WalkConfig) -> Result<Self, WalkError> {
        let globs = Globs::new(&config)?;
        let base = resolve(&config.base)?;
        let mut roots = config.roots.iter().map(|root| resolve(root)).collect::<Result<Vec<_>, _>>()?;
        if let Some(path) = roots.iter().find(|root| !root.starts_with(&base)) {
            return Err(WalkError::Outside { path: path.clone(), base });
        }
        roots.sort();
        roots.dedup();
        Ok(Self { config, base, roots, globs })
    }

    /// Reads every source file and hands it to `visit`, on [`WalkConfig::threads`] threads and in no order.
    pub fn run(&self, visit: impl Fn(FileEntry<'_>) + Sync) -> Result<WalkStats, WalkError> {
        let tally = Tally::default();
        let budget = Budget::new(self.config.bytes_in_flight);
        let threads = self.config.threads.max(1);
        let (send, receive) = bounded(threads * 64);
        thread::scope(|scope| {
            for index in 0..threads {
                let (receive, tally, budget, visit) = (receive.clone(), &tally, &budget, &visit);
                thread::Builder::new()
                    .name(format!("reader-{index}"))
                    .stack_size(self.config.stack_size)
                    .spawn_scoped(scope, move || self.work(&receive, tally, budget, visit))
                    .map_err(WalkError::Thread)?;
            }
            drop(receive);
            for root in &self.roots {
                self.list(root, &send, &tally);
            }
            drop(send);
            Ok(())
        })?;
        Ok(tally.finish(&self.base, self.config.max_file_size))
    }

    /// Lists one root and sends what may be source.
    fn list(&self, root: &Path, send: &Sender<Candidate>, tally: &Tally) {
        if root.is_file() {
            let rel = root.strip_prefix(&self.base).unwrap_or(root);
            if self.globs.excludes_with_parents(rel) {
                tally.skip(SkipReason::Excluded);
            } else {
                self.offer(root, root, send, tally);
            }
            return;
        }
        self.builder(root).build_parallel().run(|| {
            Box::new(|entry| match entry {
                Ok(entry) => self.entry(root, &entry, send, tally),
                Err(error) => {
                    let (path, reason) = describe(&error);
                    tally.unreadable(self.show(path.as_deref().unwrap_or(root)).0, reason);
                    WalkState::Continue
                }
            })
        });
    }

    fn builder(&self, root: &Path) -> WalkBuilder {
        let mut builder = WalkBuilder::new(root);
        builder
            .threads(self.config.threads.max(1))
            .max_depth(Some(self.config.max_depth))
            .follow_links(false)
            .hidden(true)
            .require_git(false)
            .parents(self.base.join(".git").exists())
            .git_global(false)
            .git_exclude(false)
            .add_custom_ignore_filename(".perflintignore");
        builder
    }

    fn entry(&self, root: &Path, entry: &DirEntry, send: &Sender<Candidate>, tally: &Tally) -> WalkState {
        let path = entry.path();
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        let is_other_root = entry.depth() > 0 && self.roots.iter().any(|other| other == path);
        if is_other_root {
            return WalkState::Skip;
        }
        if entry.depth() > 0
            && self.globs.excludes(path.strip_prefix(&self.base).unwrap_or(path), kind.is_dir())
        {
            tally.skip(SkipReason::Excluded);
            return WalkState::Skip;
        }
        if kind.is_file() {
            self.offer(root, path, send, tally);
        } else if let Some(reason) = self.reason_of_kind(kind, entry.depth()) {
            tally.skip(reason);
        }
        WalkState::Continue
    }

    fn reason_of_kind(&self, kind: FileType, depth: usize) -> Option<SkipReason> {
        if kind.is_symlink() {
            Some(SkipReason::Symlink)
        } else if kind.is_dir() {
            (depth >= self.config.max_depth).then_some(SkipReason::TooDeep)
        } else {
            Some(SkipReason::NotRegular)
        }
    }

    /// Decides by a file's path whether it is read, and sends it to the workers.
    fn offer(&self, root: &Path, path: &Path, send: &Sender<Candidate>, tally: &Tally) {
        let guess = lang_of_path(&slashed(path).0);
        let lang = match guess {
            NameGuess::Other => return self.offer_config(root, path, tally),
            NameGuess::Known(lang) => Some(lang),
            NameGuess::Template(_) | NameGuess::Shebang => None,
        };
        if !self.globs.includes(path.strip_prefix(&self.base).unwrap_or(path)) {
            return tally.skip(SkipReason::NotIncluded);
        }
        if lang.is_some_and(|lang| !(self.config.wanted)(lang)) {
            return tally.skip(SkipReason::Language);
        }
        let below_root = path.strip_prefix(root).unwrap_or(path);
        let role = role_of_path(&slashed(below_root).0, lang);
        if !self.config.roles.contains(&role) {
            return match guess {
                NameGuess::Known(_) => tally.skip(SkipReason::Role(role)),
                _ => tally.other(),
            };
        }
        let (shown, lossy) = self.show(path);
        // Fails only if every worker has panicked, which the scope reports.
        let _ = send.send(Candidate { path: path.to_owned(), shown, lossy, guess, role });
    }

    /// Remembers a file that is no source if it says how modules are found. Globs that narrow the sources do not concern it.
    fn offer_config(&self, root: &Path, path: &Path, tally: &Tally) {
        tally.other();
        let below_root = slashed(path.strip_prefix(root).unwrap_or(path)).0;
        if is_module_config(&below_root) && self.config.roles.contains(&role_of_path(&below_root, None)) {
            tally.config(path);
        }
    }

    fn work(
        &self,
        receive: &Receiver<Candidate>,
        tally: &Tally,
        budget: &Budget,
        visit: &(impl Fn(FileEntry<'_>) + Sync),
    ) {
        let mut buffer = Vec::new();
        for candidate in receive {
            if let Err(error) = self.read(&candidate, &mut buffer, tally, budget, visit) {
                reject(&candidate, error, tally);
            }
        }
    }

    fn read(
        &self,
        candidate: &Candidate,
        buffer: &mut Vec<u8>,
        tally: &Tally,
        budget: &Budget,
        visit: &(impl Fn(FileEntry<'_>) + Sync),
    ) -> Result<(), ReadError> {
        let mut file = Opened::new(&candidate.path)?;
        let size = file.size;
        let _permit = budget.take(size.min(self.config.max_file_size));
        buffer.clear();
        if candidate.guess == NameGuess::Shebang {
            file.append(buffer, 256)?;
            if lang_of_shebang(buffer).is_none() {
                tally.other();
                return Ok(());
            }
        }
        file.read_all(buffer, self.config.max_file_size)?;
        let Some(lang) = self.language(candidate, buffer) else {
            tally.other();
            return Ok(());
        };
        let Some(text) = decode(buffer) else {
            return Err(ReadError::Binary { path: candidate.path.clone() });
        };
        match self.verdict(candidate, lang, &text) {
            Ok(role) => {
                tally.read(size);
                let Candidate { shown, lossy, .. } = candidate;
                visit(FileEntry { path: shown, lossy: *lossy, lang, role, text: &text, size });
            }
            Err(reason) => tally.skip(reason),
        }
        Ok(())
    }

    fn language(&self, candidate: &Candidate, bytes: &[u8]) -> Option<Lang> {
        match candidate.guess {
            NameGuess::Known(lang) => Some(lang),
            NameGuess::Template(only) => lang_of_template(&candidate.shown, only, bytes),
            NameGuess::Shebang => lang_of_shebang(bytes),
            NameGuess::Other => None,
        }
    }

    /// The role of a file whose content is known, or why it is not visited.
    fn verdict(&self, candidate: &Candidate, lang: Lang, text: &str) -> Result<Role, SkipReason> {
        if !(self.config.wanted)(lang) {
            return Err(SkipReason::Language);
        }
        let role = match candidate.role {
            _ if is_minified(text, lang) => Role::Minified,
            Role::App | Role::Script if is_generated(text) => Role::Generated,
            Role::App if is_client(text, lang) => Role::Client,
            Role::App | Role::Script if is_migration(&candidate.shown, text, lang) => Role::Migration,
            role => role,
        };
        if self.config.roles.contains(&role) { Ok(role) } else { Err(SkipReason::Role(role)) }
    }

    /// A path as reports show it, and whether it had to be rewritten.
    fn show(&self, path: &Path) -> (String, bool) {
        slashed(path.strip_prefix(&self.base).unwrap_or(path))
    }
}

fn resolve(root: &Path) -> Result<PathBuf, WalkError> {
    root.canonicalize().map_err(|source| WalkError::Root { path: root.to_owned(), source })
}

/// Counts a file that could not be read. What may be a template is not source until it is read.
fn reject(candidate: &Candidate, error: ReadError, tally: &Tally) {
    let is_source = matches!(candidate.guess, NameGuess::Known(_));
    match error {
        ReadError::Io { source, .. } => tally.unreadable(candidate.shown.clone(), source.to_string()),
        _ if !is_source => tally.other(),
        ReadError::TooLarge { .. } => tally.too_large(candidate.shown.clone()),
        ReadError::Binary { .. } => tally.skip(SkipReason::Binary),
        ReadError::NotRegular { .. } | ReadError::Outside { .. } => tally.skip(SkipReason::NotRegular),
    }
}

/// A relative path with forward slashes; bytes that are not UTF-8 are written `\xNN`, so that two names stay two.
pub(crate) fn slashed(path: &Path) -> (String, bool) {
    let mut out = String::new();
    let mut lossy = false;
    for (index, part) in path.iter().enumerate() {
        if index > 0 {
            out.push('/');
        }
        for chunk in part.as_encoded_bytes().utf8_chunks() {
            out.push_str(chunk.valid());
            for byte in chunk.invalid() {
                lossy = true;
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{byte:02X}");
            }
        }
    }
    (out, lossy)
}

/// The path that a walk error is about, and its reason without that path.
fn describe(error: &ignore::Error) -> (Option<PathBuf>, String) {
    match error {
        ignore::Error::WithPath { path, err } => {
            let (inner, reason) = describe(err);
            (inner.or_else(|| Some(path.clone())), reason)
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => describe(err),
        other => (None, other.to_string()),
    }
}

mod judge;
pub use judge::Judged;

#[cfg(test)]
mod tests;
