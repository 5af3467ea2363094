//! Where a report goes.

use crate::status::Failure;
use perflint_report::ReportError;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Standard output, or a file that appears complete or not at all.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Stdout,
    /// A device or pipe, which is written to directly.
    Special(PathBuf),
    /// A file, written beside its place and renamed.
    File(PathBuf),
}

impl Output {
    /// Checks a destination before the scan, so that a wrong one costs no time.
    pub(crate) fn new(path: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| path != Path::new("-")) else { return Ok(Self::Stdout) };
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => Err(Failure::usage(
                format!("{} is a folder", path.display()),
                "--output takes the name of a file",
            )),
            Ok(metadata) if !metadata.is_file() => Ok(Self::Special(path)),
            _ if folder(&path).is_dir() => Ok(Self::File(path)),
            _ => Err(Failure::usage(
                format!("{} is not a folder", folder(&path).display()),
                "create it first: --output does not create folders",
            )),
        }
    }

    /// Whether the report goes to standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }

    /// Writes what `write` gives.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
    ) -> Result<(), Failure> {
        match self {
            Self::Stdout => buffered(io::stdout().lock(), write).map(drop),
            Self::Special(path) => {
                let file = fs::OpenOptions::new().write(true).open(path)?;
                buffered(file, write).map(drop)
            }
            Self::File(path) => {
                let file = buffered(temporary(folder(path))?, write)?;
                file.persist(path)
                    .map_err(|error| Failure::from(error.error).with_help(cannot_write(path)))?;
                Ok(())
            }
        }
    }
}

fn buffered<W: Write>(
    out: W,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
) -> Result<W, Failure> {
    let mut out = BufWriter::new(out);
    write(&mut out)?;
    out.into_inner().map_err(|error| error.into_error().into())
}

fn cannot_write(path: &Path) -> String {
    format!("check that {} can be written", path.display())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file with the permissions of an ordinary one.
fn temporary(folder: &Path) -> Result<NamedTempFile, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".perflint-");
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666))
    };
    builder.tempfile_in(folder).map_err(|error| Failure::from(error).with_help(cannot_write(folder)))
}

#[cfg(test)]
mod tests {
    use super::Output;
    use std::fs;
    use std::io;

    #[test]
    fn a_file_appears_complete_or_not_at_all() {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("report.json");
        let output = Output::new(Some(path.clone())).expect("folder exists");
        assert!(output.write(|_| Err(io::Error::other("no").into())).is_err());
        assert_eq!(fs::read_dir(dir.path()).expect("dir").count(), 0);
        output.write(|out| Ok(out.write_all(b"{}")?)).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("file"), "{}");
    }

    #[test]
    fn wrong_destinations_are_refused_at_once() {
        let dir = tempfile::tempdir().expect("temp");
        assert!(Output::new(Some(dir.path().join("absent/x.json"))).is_err());
        assert!(Output::new(Some(dir.path().to_owned())).is_err());
        assert!(Output::new(Some("-".into())).expect("stdout").is_stdout());
    }
}
