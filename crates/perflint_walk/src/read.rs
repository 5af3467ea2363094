//! Opening and reading one file of an untrusted tree.
//!
//! The last component of a path is never followed if it is a link, and what was opened is checked again after opening, so
//! that nothing that changes between listing and opening turns a read into one of a device or of a file elsewhere.

use perflint_ir::decode;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Why a source file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The path leaves the root, by its text or through a link.
    #[error("{} leads out of the scanned folder", path.display())]
    Outside {
        /// The path.
        path: PathBuf,
    },
    /// A directory, pipe, socket or device.
    #[error("{} is not a regular file", path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
    },
    /// Larger than the cap.
    #[error("{} is larger than {max} bytes", path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// The cap.
        max: u64,
    },
    /// Not text.
    #[error("{} is not text", path.display())]
    Binary {
        /// The path.
        path: PathBuf,
    },
}

impl ReadError {
    /// The same, of a file by its path below the root.
    fn at(self, rel: &Path) -> Self {
        let path = rel.to_owned();
        match self {
            Self::Io { source, .. } => Self::Io { path, source },
            Self::Outside { .. } => Self::Outside { path },
            Self::NotRegular { .. } => Self::NotRegular { path },
            Self::TooLarge { max, .. } => Self::TooLarge { path, max },
            Self::Binary { .. } => Self::Binary { path },
        }
    }
}

/// An opened regular file.
#[derive(Debug)]
pub(crate) struct Opened<'p> {
    path: &'p Path,
    file: File,
    /// Its size when it was opened.
    pub(crate) size: u64,
}

impl<'p> Opened<'p> {
    /// Opens a regular file without following a link and without waiting for a pipe's other end.
    pub(crate) fn new(path: &'p Path) -> Result<Self, ReadError> {
        let io = |source| ReadError::Io { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.read(true);
        harden(&mut options);
        let file = options.open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(ReadError::NotRegular { path: path.to_owned() });
        }
        Ok(Self { path, file, size: metadata.len() })
    }

    /// Reads up to `limit` bytes more into `buffer`.
    pub(crate) fn append(&mut self, buffer: &mut Vec<u8>, limit: u64) -> Result<(), ReadError> {
        buffer.reserve(usize::try_from(self.size.min(limit)).unwrap_or(0) + 1);
        (&mut self.file)
            .take(limit)
            .read_to_end(buffer)
            .map_err(|source| ReadError::Io { path: self.path.to_owned(), source })?;
        Ok(())
    }

    /// Reads the rest into `buffer`; fails if the file has more than `max` bytes in all, even if it grew meanwhile.
    pub(crate) fn read_all(mut self, buffer: &mut Vec<u8>, max: u64) -> Result<(), ReadError> {
        if self.size <= max {
            self.append(buffer, (max + 1).saturating_sub(buffer.len() as u64))?;
        }
        if self.size.max(buffer.len() as u64) > max {
            return Err(ReadError::TooLarge { path: self.path.to_owned(), max });
        }
        Ok(())
    }
}

#[cfg(unix)]
fn harden(options: &mut OpenOptions) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed());
}

#[cfg(not(unix))]
fn harden(_: &mut OpenOptions) {}

/// Reads one file of a tree again, with the checks of the walk: `rel` stays below `root`, passes no link, is a regular
/// file of at most `max` bytes, and is text.
pub fn read_source(root: &Path, rel: &str, max: u64) -> Result<String, ReadError> {
    let bytes = read_bytes(root, rel, max)?;
    decode(&bytes).map(|text| text.into_owned()).ok_or_else(|| ReadError::Binary { path: PathBuf::from(rel) })
}

/// Reads one file of a tree as it is, with the same checks but the last.
pub fn read_bytes(root: &Path, rel: &str, max: u64) -> Result<Vec<u8>, ReadError> {
    match read_named(root, Path::new(rel), max) {
        Err(ReadError::Io { source, path }) if source.kind() == io::ErrorKind::NotFound => {
            // No such file: it may have a name that is no text, and that reports show in another way.
            match named_in_bytes(rel) {
                Some(real) => read_named(root, &real, max),
                None => Err(ReadError::Io { source, path }),
            }
        }
        read => read,
    }
}

fn read_named(root: &Path, rel: &Path, max: u64) -> Result<Vec<u8>, ReadError> {
    let path = root.join(rel);
    let outside = || ReadError::Outside { path: rel.to_owned() };
    if rel.as_os_str().is_empty() || !rel.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    let io = |source| ReadError::Io { path: rel.to_owned(), source };
    let real_root = root.canonicalize().map_err(io)?;
    let real_parent = path.parent().unwrap_or(root).canonicalize().map_err(io)?;
    if !real_parent.starts_with(&real_root) {
        return Err(outside());
    }
    let mut bytes = Vec::new();
    let read = Opened::new(&path).and_then(|opened| opened.read_all(&mut bytes, max));
    // Where the root is on this machine is nobody's business.
    read.map_err(|error| error.at(rel))?;
    Ok(bytes)
}

/// The path of which reports show each byte that is no text as `\xNN`; `None` if none is shown so.
#[cfg(unix)]
fn named_in_bytes(shown: &str) -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    let (mut out, mut rest) = (Vec::with_capacity(shown.len()), shown);
    while let Some(at) = rest.find("\\x") {
        let code = rest.get(at + 2..at + 4).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.extend_from_slice(&rest.as_bytes()[..at]);
        match code.filter(|byte| !byte.is_ascii()) {
            Some(byte) => {
                out.push(byte);
                rest = &rest[at + 4..];
            }
            None => {
                out.extend_from_slice(b"\\x");
                rest = &rest[at + 2..];
            }
        }
    }
    out.extend_from_slice(rest.as_bytes());
    (out != shown.as_bytes()).then(|| PathBuf::from(OsString::from_vec(out)))
}

#[cfg(not(unix))]
fn named_in_bytes(_: &str) -> Option<PathBuf> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn names_that_are_no_text_are_found_by_how_they_are_shown() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().expect("temp");
        fs::write(dir.path().join(OsStr::from_bytes(b"\xff\xfe.py")), "bytes").expect("write");
        fs::write(dir.path().join(OsStr::from_bytes(b"\\xFF.py")), "text").expect("write");
        assert_eq!(read_source(dir.path(), "\\xFF\\xFE.py", 100).expect("a file"), "bytes");
        assert_eq!(read_source(dir.path(), "\\xFF.py", 100).expect("a file"), "text");
        for absent in ["\\xFE.py", "\\x2E\\x2E/a.py", "\\xZZ", "\\x"] {
            assert!(matches!(read_source(dir.path(), absent, 100), Err(ReadError::Io { .. })), "{absent}");
        }
    }

    #[test]
    fn stays_inside_the_root() {
        let dir = tempfile::tempdir().expect("temp");
        let (root, away) = (dir.path().join("root"), dir.path().join("away"));
        fs::create_dir_all(root.join("sub")).expect("mkdir");
        fs::create_dir_all(&away).expect("mkdir");
        fs::write(away.join("secret.py"), "secret").expect("write");
        fs::write(root.join("sub/a.py"), "a = 1\n").expect("write");
        symlink(away.join("secret.py"), root.join("link.py")).expect("link");
        symlink(&away, root.join("dir")).expect("link");
        assert_eq!(read_source(&root, "sub/a.py", 100).expect("plain file"), "a = 1\n");
        assert!(matches!(read_source(&root, "link.py", 100), Err(ReadError::Io { .. })));
        assert!(matches!(read_source(&root, "dir/secret.py", 100), Err(ReadError::Outside { .. })));
        assert!(matches!(read_source(&root, "../away/secret.py", 100), Err(ReadError::Outside { .. })));
        assert!(matches!(read_source(&root, "/etc/passwd", 100), Err(ReadError::Outside { .. })));
        let large = read_source(&root, "sub/a.py", 5).expect_err("too large");
        assert_eq!(large.to_string(), "sub/a.py is larger than 5 bytes");
        assert!(matches!(read_source(&root, "sub", 100), Err(ReadError::NotRegular { .. })));
    }
}
