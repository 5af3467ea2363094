//! Where a report goes.

use crate::args::Format;
use crate::status::Failure;
use crate::suggest::nearest;
use clap::ValueEnum;
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

/// All reports of a scan, and where each goes.
#[derive(Debug)]
pub(crate) struct Outputs {
    /// Those to standard output first.
    pub(crate) list: Vec<(Format, Output)>,
}

impl Outputs {
    /// From `--format` and `--output`: `FILE` takes the format's report from standard output, `FORMAT=FILE` adds one.
    pub(crate) fn new(format: Option<Format>, outputs: &[String]) -> Result<Self, Failure> {
        let mut plain = None;
        let mut list = Vec::new();
        let mut paths: Vec<PathBuf> = Vec::new();
        for output in outputs {
            let (named, path) = split(output)?;
            if path.is_empty() {
                return Err(Failure::usage(
                    format!("--output {output} names no file"),
                    "write FORMAT=FILE, such as sarif=perflint.sarif",
                ));
            }
            let place = place(path);
            if paths.contains(&place) {
                return Err(Failure::usage(
                    format!("two reports go to {path}"),
                    "give each --output a file of its own",
                ));
            }
            paths.push(place);
            match named {
                Some(format) => list.push((format, Output::new(Some(PathBuf::from(path)))?)),
                None if plain.is_some() => {
                    return Err(Failure::usage(
                        "--output names two files in the format of --format",
                        "say which format each has: --output json=a.json --output sarif=b.sarif",
                    ));
                }
                None => plain = Some(PathBuf::from(path)),
            }
        }
        let first = Output::new(plain)?;
        let twice = first.is_stdout() && list.iter().any(|(_, output)| output.is_stdout());
        if twice && format.is_some() {
            return Err(Failure::usage(
                "two reports go to standard output",
                "leave out --format, or give --output a file",
            ));
        }
        if !twice {
            list.insert(0, (format.unwrap_or(Format::Text), first));
        }
        Ok(Self { list })
    }

    /// The formats that are written.
    pub(crate) fn formats(&self) -> impl Iterator<Item = Format> {
        self.list.iter().map(|(format, _)| *format)
    }
}

/// Where a path leads, however it is spelt: two reports must not end up in one file.
fn place(path: &str) -> PathBuf {
    let path = Path::new(path);
    let real = path.canonicalize().ok();
    let beside = || Some(folder(path).canonicalize().ok()?.join(path.file_name()?));
    real.or_else(beside).unwrap_or_else(|| path.to_owned())
}

/// `FORMAT=FILE`, or a file alone.
fn split(output: &str) -> Result<(Option<Format>, &str), Failure> {
    let Some((name, path)) = output.split_once('=') else { return Ok((None, output)) };
    if let Ok(format) = Format::from_str(name, false) {
        return Ok((Some(format), path));
    }
    if !name.chars().all(|c| c.is_ascii_alphabetic()) {
        return Ok((None, output));
    }
    let names: Vec<String> = Format::value_variants()
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect();
    let near = nearest(name, names.iter().map(String::as_str));
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    Err(Failure::usage(
        format!("--output {output}: there is no format `{name}`"),
        format!("{near}There are {}; a file of that name is ./{output}", names.join(", ")),
    ))
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
            Self::Stdout => {
                buffered(io::stdout().lock(), write).map(drop).map_err(|error| self.failure(error))
            }
            Self::Special(path) => {
                let file = fs::OpenOptions::new().write(true).open(path);
                let file = file.map_err(|error| self.failure(error.into()))?;
                buffered(file, write).map(drop).map_err(|error| self.failure(error))
            }
            Self::File(path) => {
                let file = temporary(folder(path)).map_err(|error| self.failure(error.into()))?;
                let file = buffered(file, write).map_err(|error| self.failure(error))?;
                file.persist(path).map(drop).map_err(|error| self.failure(error.error.into()))
            }
        }
    }

    /// Why nothing could be written, and where. That a reader went away stays what it is.
    fn failure(&self, error: ReportError) -> Failure {
        let reason = match &error {
            ReportError::Write(reason) if reason.kind() != io::ErrorKind::BrokenPipe => reason,
            _ => return error.into(),
        };
        // Without the name of a temporary file, which tells nobody anything.
        let reason = reason.to_string();
        let reason = reason.split(" at path ").next().unwrap_or_default();
        let place = match self {
            Self::Stdout => "standard output".to_owned(),
            Self::Special(path) | Self::File(path) => path.display().to_string(),
        };
        let help = "check that there is room, and that the file and its folder may be written";
        Failure::usage(format!("cannot write {place}: {reason}"), help)
    }
}

fn buffered<W: Write>(
    out: W,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
) -> Result<W, ReportError> {
    let mut out = BufWriter::new(out);
    write(&mut out)?;
    out.into_inner().map_err(|error| error.into_error().into())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file with the permissions of an ordinary one.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".perflint-");
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666))
    };
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::{Output, Outputs};
    use crate::args::Format;
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

    #[test]
    fn several_reports_have_several_files() {
        let dir = tempfile::tempdir().expect("temp");
        let at = |format: &str| format!("{format}={}", dir.path().join(format).display());
        let formats = |format, outputs: &[String]| {
            Outputs::new(format, outputs).map(|outputs| outputs.formats().collect::<Vec<_>>())
        };
        let both = [at("sarif"), at("html")];
        assert_eq!(formats(None, &both).expect("fine"), [Format::Text, Format::Sarif, Format::Html]);
        assert!(formats(Some(Format::Json), &["json=-".to_owned()]).is_err());
        assert_eq!(formats(None, &["json=-".to_owned()]).expect("fine"), [Format::Json]);
        for wrong in [
            &[at("sarif"), at("sarif")][..],
            &[at("sarif"), format!("html={}/./sarif", dir.path().display())],
            &["srif=x".to_owned()],
            &["a".to_owned(), "b".to_owned()],
            &["html=".to_owned()],
        ] {
            assert!(formats(None, wrong).is_err(), "{wrong:?}");
        }
    }
}
