//! How a command ends.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::process::ExitCode;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing to report.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// The command line is wrong, or its output cannot be written.
    Usage = 2,
    /// Something was not read, and `--strict` was given.
    Incomplete = 3,
    /// No source file was found.
    Nothing = 4,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) status: Status,
    /// A way out, for the user.
    pub(crate) help: Option<String>,
    error: Box<dyn Error>,
}

impl Failure {
    /// A mistake of the user's.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { status: Status::Usage, help: Some(help.into()), error: message.into().into() }
    }

    /// Adds a way out.
    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The error and what caused it, on one line.
    pub(crate) fn message(&self) -> String {
        let mut message = self.error.to_string();
        let mut source = self.error.source();
        while let Some(cause) = source {
            // Writing to a string cannot fail.
            let _ = write!(message, ": {cause}");
            source = cause.source();
        }
        message
    }

    /// Whether the reader of the output went away, which is how `perflint | head` ends.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        let mut source: Option<&(dyn Error + 'static)> = Some(&*self.error);
        while let Some(error) = source {
            if error
                .downcast_ref::<io::Error>()
                .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            {
                return true;
            }
            source = error.source();
        }
        false
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { status: Status::Usage, help: None, error: Box::new(error) }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use perflint_report::ReportError;
    use std::io;

    #[test]
    fn a_broken_pipe_is_found_below_other_errors() {
        let pipe = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(Failure::from(pipe()).is_broken_pipe());
        assert!(Failure::from(ReportError::from(pipe())).is_broken_pipe());
        assert!(!Failure::usage("x", "y").is_broken_pipe());
    }

    #[test]
    fn messages_name_their_causes() {
        let error = ReportError::from(io::Error::other("disk full"));
        assert_eq!(Failure::from(error).message(), "cannot write the report: disk full");
    }
}
