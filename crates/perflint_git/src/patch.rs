//! Patches in git's format, and how to undo them.
//!
//! The files are those after the change, so a patch is applied backwards. It has to fit exactly: a hunk that is looked for
//! a few lines away may land in the wrong function, and a comparison with something that never existed says nothing.

use crate::error::PatchError;
use crate::names::{header, name, stripped};

/// A patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// What it changes, in its order.
    pub changes: Vec<Change>,
}

/// The change of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Its path before; `None` if it did not exist.
    pub old: Option<String>,
    /// Its path after; `None` if it exists no more.
    pub new: Option<String>,
    /// The patch says that it differs, and not how.
    pub binary: bool,
    hunks: Vec<Hunk>,
    /// Its paths are known for certain, so that lines with prefixes tell nothing new.
    exact: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hunk {
    /// Where it starts in the file after the change, from 1; 0 for an empty file.
    start: usize,
    /// Lines before and after, with their ends.
    old: Vec<Vec<u8>>,
    new: Vec<Vec<u8>>,
}

impl Patch {
    /// Reads a patch.
    pub fn parse(text: &[u8]) -> Result<Self, PatchError> {
        let mut reader = Reader { lines: text.split_inclusive(|byte| *byte == b'\n').collect(), at: 0 };
        let mut changes: Vec<Change> = Vec::new();
        let mut open: Option<Change> = None;
        while let Some(line) = reader.next() {
            if let Some(names) = line.strip_prefix(b"diff --git ") {
                let path = header(trimmed(names));
                let exact = path.is_some();
                changes.extend(open.replace(Change {
                    old: path.clone(),
                    new: path,
                    exact,
                    ..Change::default()
                }));
            } else if line.starts_with(b"--- ") && reader.peek().is_some_and(|next| next.starts_with(b"+++ "))
            {
                let old = name(trimmed(&line[4..]));
                let new = reader.next().map(|line| name(trimmed(&line[4..]))).unwrap_or_default();
                if open.as_ref().is_some_and(|change| !change.hunks.is_empty()) {
                    changes.extend(open.take());
                }
                open.get_or_insert_default().sides(old, new);
            } else if line.starts_with(b"@@ -") {
                let hunk = reader.hunk(line)?;
                open.get_or_insert_default().hunks.push(hunk);
            } else if line.starts_with(b"@@@ -") {
                return Err(reader.fault("this is a merge compared with several commits at once"));
            } else if let Some(change) = &mut open {
                change.extended(trimmed(line));
            }
        }
        changes.extend(open);
        changes.retain(|change| change.old != change.new || !change.hunks.is_empty() || change.binary);
        if changes.is_empty() { Err(PatchError::Empty) } else { Ok(Self { changes }) }
    }
}

impl Change {
    /// What the lines `---` and `+++` say.
    fn sides(&mut self, old: Option<String>, new: Option<String>) {
        if self.exact {
            self.old.take_if(|_| old.is_none());
            self.new.take_if(|_| new.is_none());
        } else {
            (self.old, self.new) = stripped(old, new);
        }
    }

    /// What git says of a file between its header and its hunks.
    fn extended(&mut self, line: &[u8]) {
        if line.starts_with(b"new file mode") {
            self.old = None;
        } else if line.starts_with(b"deleted file mode") {
            self.new = None;
        } else if let Some(from) = line.strip_prefix(b"rename from ") {
            self.old = name(from);
        } else if let Some(to) = line.strip_prefix(b"rename to ") {
            (self.new, self.exact) = (name(to), true);
        } else if let Some(to) = line.strip_prefix(b"copy to ") {
            // What it was copied from stays as it is.
            (self.old, self.new, self.exact) = (None, name(to), true);
        } else if line.starts_with(b"Binary files ") || line == b"GIT binary patch" {
            self.binary = true;
        }
    }

    /// The content of the file before the change, from the one after it.
    pub fn undo(&self, after: &[u8]) -> Result<Vec<u8>, PatchError> {
        let lines: Vec<&[u8]> = after.split_inclusive(|byte| *byte == b'\n').collect();
        let mut before = Vec::with_capacity(after.len());
        let mut at = 0;
        for hunk in &self.hunks {
            // A hunk without lines of the new file names the line before it.
            let start = if hunk.new.is_empty() { hunk.start } else { hunk.start.saturating_sub(1) };
            let mismatch = |line: usize| PatchError::Mismatch {
                file: self.new.clone().or_else(|| self.old.clone()).unwrap_or_default(),
                line,
            };
            let kept = lines.get(at..start).ok_or_else(|| mismatch(start + 1))?;
            kept.iter().for_each(|line| before.extend_from_slice(line));
            for (offset, expected) in hunk.new.iter().enumerate() {
                let found = lines.get(start + offset).copied().unwrap_or_default();
                if trimmed(found) != trimmed(expected) {
                    return Err(mismatch(start + offset + 1));
                }
            }
            hunk.old.iter().for_each(|line| before.extend_from_slice(line));
            at = start + hunk.new.len();
        }
        lines.get(at..).into_iter().flatten().for_each(|line| before.extend_from_slice(line));
        Ok(before)
    }
}

struct Reader<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a [u8]> {
        self.lines.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let line = self.peek();
        self.at += 1;
        line
    }

    fn fault(&self, reason: &str) -> PatchError {
        PatchError::Syntax { line: self.at, reason: reason.to_owned() }
    }

    fn hunk(&mut self, header: &[u8]) -> Result<Hunk, PatchError> {
        let (old, new) = ranges(header).ok_or_else(|| self.fault("this is no header of a hunk"))?;
        let mut hunk = Hunk { start: new.0, ..Hunk::default() };
        while hunk.old.len() < old.1 || hunk.new.len() < new.1 {
            let line = self.next().ok_or_else(|| self.fault("the hunk ends too early"))?;
            match line.split_first() {
                Some((b'-', rest)) => hunk.old.push(rest.to_vec()),
                Some((b'+', rest)) => hunk.new.push(rest.to_vec()),
                Some((b' ', rest)) => {
                    hunk.old.push(rest.to_vec());
                    hunk.new.push(rest.to_vec());
                }
                Some((b'\\', _)) => without_end(&mut hunk, self.lines.get(self.at.wrapping_sub(2)).copied()),
                // Mailers drop the space of an empty line.
                Some((b'\n' | b'\r', _)) => {
                    hunk.old.push(line.to_vec());
                    hunk.new.push(line.to_vec());
                }
                _ => return Err(self.fault("a line of a hunk starts with a space, `+` or `-`")),
            }
        }
        if self.peek().is_some_and(|line| line.starts_with(b"\\")) {
            without_end(&mut hunk, self.lines.get(self.at.wrapping_sub(1)).copied());
            self.at += 1;
        }
        Ok(hunk)
    }
}

/// "\ No newline at end of file" speaks of the line before it.
fn without_end(hunk: &mut Hunk, before: Option<&[u8]>) {
    let kind = before.and_then(|line| line.first().copied());
    let cut = |lines: &mut Vec<Vec<u8>>| {
        if let Some(last) = lines.last_mut() {
            last.truncate(trimmed(last).len());
        }
    };
    if kind != Some(b'+') {
        cut(&mut hunk.old);
    }
    if kind != Some(b'-') {
        cut(&mut hunk.new);
    }
}

/// Start and length of both sides: `@@ -1,2 +3,4 @@ context`, where a length of 1 is left out.
fn ranges(header: &[u8]) -> Option<((usize, usize), (usize, usize))> {
    let text = std::str::from_utf8(header.get(3..)?.split(|byte| *byte == b'@').next()?).ok()?;
    let mut words = text.split_whitespace();
    let mut range = |sign: char| {
        let word = words.next()?.strip_prefix(sign)?;
        let (start, length) = word.split_once(',').unwrap_or((word, "1"));
        Some((start.parse().ok()?, length.parse().ok()?))
    };
    Some((range('-')?, range('+')?))
}

/// A line without its end.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "\
diff --git a/app/a b.py b/app/a b.py
index 1..2 100644
--- a/app/a b.py
+++ b/app/a b.py
@@ -1,3 +1,4 @@
 one
-two
+2
+2.5
 three
@@ -8 +9 @@ def f():
-eight
+8
diff --git a/old.py b/new.py
similarity index 90%
rename from old.py
rename to new.py
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1,2 +0,0 @@
-x
-y
\\ No newline at end of file
diff --git \"a/\\303\\251.py\" \"b/\\303\\251.py\"
new file mode 100644
--- /dev/null
+++ \"b/\\303\\251.py\"
@@ -0,0 +1 @@
+z
";

    #[test]
    fn reads_changes_renames_deletions_and_additions() {
        let patch = Patch::parse(PATCH.as_bytes()).expect("a patch");
        let paths: Vec<_> =
            patch.changes.iter().map(|change| (change.old.as_deref(), change.new.as_deref())).collect();
        let expected = [
            (Some("app/a b.py"), Some("app/a b.py")),
            (Some("old.py"), Some("new.py")),
            (Some("gone.py"), None),
            (None, Some("é.py")),
        ];
        assert_eq!(paths, expected);
        let after = b"one\n2\n2.5\nthree\n4\n5\n6\n7\n8\n9\n";
        let before = patch.changes[0].undo(after).expect("fits");
        assert_eq!(String::from_utf8_lossy(&before), "one\ntwo\nthree\n4\n5\n6\n7\neight\n9\n");
        assert_eq!(patch.changes[2].undo(b"").expect("fits"), b"x\ny");
        assert_eq!(patch.changes[1].undo(b"same").expect("fits"), b"same");
    }

    #[test]
    fn a_patch_that_does_not_fit_names_the_line() {
        let patch = Patch::parse(PATCH.as_bytes()).expect("a patch");
        let error = patch.changes[0].undo(b"one\ntwo\nthree\n").expect_err("not applied");
        assert_eq!(error, PatchError::Mismatch { file: "app/a b.py".into(), line: 2 });
    }

    #[test]
    fn plain_patches_and_patches_without_prefix() {
        let plain = "--- x.py\t2020-01-01\n+++ x.py\t2020-01-02\n@@ -1 +1,2 @@\n a\n+b\n";
        let patch = Patch::parse(plain.as_bytes()).expect("a patch");
        assert_eq!(patch.changes[0].new.as_deref(), Some("x.py"));
        assert_eq!(patch.changes[0].undo(b"a\nb\n").expect("fits"), b"a\n");
        let bare = "diff --git a/x.py a/x.py\n--- a/x.py\n+++ a/x.py\n@@ -1 +1 @@\n-a\n+b\n";
        assert_eq!(Patch::parse(bare.as_bytes()).expect("a patch").changes[0].new.as_deref(), Some("a/x.py"));
    }

    #[test]
    fn what_is_no_patch_is_refused() {
        assert_eq!(Patch::parse(b""), Err(PatchError::Empty));
        assert_eq!(Patch::parse(b"hello\n"), Err(PatchError::Empty));
        assert!(matches!(
            Patch::parse(b"--- a\n+++ a\n@@ -1,9 +1,9 @@\n x\n"),
            Err(PatchError::Syntax { .. })
        ));
        assert!(matches!(Patch::parse(b"--- a\n+++ a\n@@ nonsense\n"), Err(PatchError::Empty)));
    }
}
