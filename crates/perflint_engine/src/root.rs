//! The folder that all paths of a report are relative to.

use crate::ScanError;
use std::path::{Path, PathBuf};

/// The nearest folder upwards from all roots that holds a `.git`, else the deepest folder that contains them.
///
/// # Errors
/// A root that does not exist or cannot be resolved.
pub fn repository(roots: &[PathBuf]) -> Result<PathBuf, ScanError> {
    let mut common: Option<PathBuf> = None;
    for root in roots {
        let real = root.canonicalize().map_err(|source| ScanError::Root { path: root.clone(), source })?;
        let folder = if real.is_dir() { real } else { real.parent().map_or(real.clone(), Path::to_owned) };
        common = Some(match common {
            Some(known) => shared(&known, &folder),
            None => folder,
        });
    }
    let common = common.unwrap_or_else(|| PathBuf::from("."));
    let repository = common.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
    Ok(repository.unwrap_or(common))
}

/// Whether the roots leave out something of the repository.
pub(crate) fn is_part(roots: &[PathBuf], repository: &Path) -> bool {
    !roots.iter().any(|root| root.canonicalize().is_ok_and(|real| real == repository))
}

fn shared(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(x, y)| x == y).map(|(part, _)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_part, repository};
    use std::fs;

    #[test]
    fn is_the_nearest_git_folder_or_what_the_roots_share() {
        let dir = tempfile::tempdir().expect("temp");
        let base = dir.path().canonicalize().expect("temp");
        fs::create_dir_all(base.join("a/b/c")).expect("mkdir");
        fs::create_dir_all(base.join("a/d")).expect("mkdir");
        fs::write(base.join("a/d/x.py"), "").expect("write");
        let roots = [base.join("a/b/c"), base.join("a/d/x.py")];
        assert_eq!(repository(&roots).expect("exists"), base.join("a"));
        assert_eq!(repository(&roots[1..]).expect("exists"), base.join("a/d"));
        fs::create_dir(base.join(".git")).expect("mkdir");
        assert_eq!(repository(&roots).expect("exists"), base);
        assert!(is_part(&roots, &base) && !is_part(&[base.join("a/..")], &base));
        assert!(repository(&[base.join("absent")]).is_err());
    }
}
