//! Names of files in patches.
//!
//! git writes a name up to four times, and only together do they tell: `diff --git a/x b/x` has prefixes that a
//! configuration may change or leave out, `rename to x` has none but stands with renames only, `+++ b/x` has a prefix and is
//! left out where no line changes.

use crate::repository::shown;

/// The longest pair of names: twice what systems allow, every byte of it quoted.
const LONGEST: usize = 2 * 4 * 4096;
/// By how much the lengths of two prefixes differ.
const UNEVEN: usize = 16;

/// The name of a file in a patch; `None` for `/dev/null`. What stands after a tab is the date of other programs.
pub(crate) fn name(text: &[u8]) -> Option<String> {
    let plain = || text.split(|byte| *byte == b'\t').next().unwrap_or_default().to_vec();
    let bytes = quoted(text).unwrap_or_else(plain);
    (bytes != b"/dev/null").then(|| shown(&bytes))
}

/// The one name in `a/x b/x`, whatever the prefixes are; `None` if there are two, as of a rename.
pub(crate) fn header(names: &[u8]) -> Option<String> {
    if names.len() > LONGEST {
        return None;
    }
    // Two names that differ in their prefixes alone meet near the middle; to try every space would take quadratic time.
    let middle = names.len() / 2;
    let near = middle.saturating_sub(UNEVEN)..=middle + UNEVEN;
    let mut spaces: Vec<usize> = near.filter(|at| names.get(*at) == Some(&b' ')).collect();
    spaces.sort_by_key(|at| at.abs_diff(middle));
    let halves = spaces.into_iter().filter_map(|at| Some((half(&names[..at])?, half(&names[at + 1..])?)));
    let mut same = halves.filter_map(|(old, new)| {
        if old == new {
            return Some(old);
        }
        let (old, new) = (without_prefix(&old)?, without_prefix(&new)?);
        (old == new && !old.is_empty()).then(|| old.to_vec())
    });
    same.next().map(|name| shown(&name))
}

/// Names from the lines `---` and `+++` without the prefixes of git: `a/` and `b/`, or those that say where a side comes from.
pub(crate) fn stripped(old: Option<String>, new: Option<String>) -> (Option<String>, Option<String>) {
    let prefix = |path: &Option<String>| {
        path.as_ref().map(|path| {
            path.len() > 2 && path.as_bytes()[1] == b'/' && b"abciow12".contains(&path.as_bytes()[0])
        })
    };
    let differ = old.as_ref().and_then(|old| old.get(..1)) != new.as_ref().and_then(|new| new.get(..1));
    let both = prefix(&old).unwrap_or(true) && prefix(&new).unwrap_or(true) && differ;
    let strip = |path: Option<String>| path.map(|path| if both { path[2..].to_owned() } else { path });
    (strip(old), strip(new))
}

/// A name that is quoted as a whole, or not at all.
fn half(text: &[u8]) -> Option<Vec<u8>> {
    if text.first() == Some(&b'"') { quoted(text) } else { Some(text.to_vec()) }
}

fn without_prefix(name: &[u8]) -> Option<&[u8]> {
    name.iter().position(|byte| *byte == b'/').map(|at| &name[at + 1..])
}

/// A name in quotation marks, in the manner of C.
fn quoted(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return None,
            b'\\' => {}
            other => {
                out.push(other);
                continue;
            }
        }
        out.push(match bytes.next()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            first @ b'0'..=b'3' => {
                let digits = [first, bytes.next()?, bytes.next()?];
                digits
                    .iter()
                    .fold(0_u8, |sum, digit| sum.wrapping_mul(8).wrapping_add(digit.wrapping_sub(b'0')))
            }
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, header, name};

    #[test]
    fn headers_name_one_file_whatever_the_prefixes_are() {
        for (names, expected) in [
            ("a/x.py b/x.py", Some("x.py")),
            ("b/x.py a/x.py", Some("x.py")),
            ("i/x.py w/x.py", Some("x.py")),
            ("old/d/x.py new/d/x.py", Some("d/x.py")),
            ("x.py x.py", Some("x.py")),
            ("upstream/x.py local/x.py", Some("x.py")),
            ("b/b.py b/b.py", Some("b/b.py")),
            ("a/b/b.py b/b/b.py", Some("b/b.py")),
            ("a/a b.py b/a b.py", Some("a b.py")),
            ("a/x b/x b/x b/x", Some("x b/x")),
            ("\"a/\\\"q\\\" x.py\" \"b/\\\"q\\\" x.py\"", Some("\"q\" x.py")),
            ("\"a/\\303\\251\\r\\n.py\" \"b/\\303\\251\\r\\n.py\"", Some("é\r\n.py")),
            ("\"a/\\377.py\" \"b/\\377.py\"", Some("\\xFF.py")),
            ("a/x.py b/y.py", None),
            ("x.py", None),
            ("", None),
            ("\"a/x.py b/x.py\"", None),
        ] {
            assert_eq!(header(names.as_bytes()).as_deref(), expected, "{names}");
        }
    }

    #[test]
    fn a_line_of_spaces_takes_no_time() {
        for length in [1 << 10, LONGEST, 1 << 24] {
            assert!(header(&vec![b' '; length]).is_none_or(|name| name.trim().is_empty()));
        }
    }

    #[test]
    fn names_are_quoted_or_end_at_a_tab() {
        for (text, expected) in [
            ("/dev/null", None),
            ("b/x.py\t2020-01-01", Some("b/x.py")),
            ("\"b/\\\\x\\t.py\"", Some("b/\\x\t.py")),
            ("\"half", Some("\"half")),
        ] {
            assert_eq!(name(text.as_bytes()).as_deref(), expected, "{text}");
        }
    }
}
