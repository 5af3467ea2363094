//! What somebody may have meant.

use std::path::{Path, PathBuf};

pub(crate) use perflint_config::nearest;

/// A path that exists and differs from one that does not in its first part that is wrong.
pub(crate) fn nearest_path(absent: &Path) -> Option<PathBuf> {
    let mut parts = absent.ancestors().collect::<Vec<_>>().into_iter().rev();
    let wrong = parts.find(|part| !part.as_os_str().is_empty() && !part.exists())?;
    let folder = wrong.parent().filter(|parent| !parent.as_os_str().is_empty());
    let entries = folder.unwrap_or(Path::new(".")).read_dir().ok()?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let best = nearest(wrong.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    let corrected = folder.map_or_else(|| PathBuf::from(best), |folder| folder.join(best));
    let whole = absent.strip_prefix(wrong).ok().map(|rest| corrected.join(rest));
    Some(whole.filter(|path| path.exists()).unwrap_or(corrected))
}

#[cfg(test)]
mod tests {
    use super::{nearest, nearest_path};
    use std::fs;

    #[test]
    fn what_is_alike_is_suggested_and_nothing_else() {
        let known = ["n-plus-one-query", "unbounded-query"];
        assert_eq!(nearest("nplus-one-query", known), Some("n-plus-one-query"));
        assert_eq!(nearest("xyz", known), None);
    }

    #[test]
    fn the_first_wrong_part_of_a_path_is_corrected() {
        let dir = tempfile::tempdir().expect("temp");
        fs::create_dir_all(dir.path().join("services/orders")).expect("mkdir");
        let suggested = |path: &str| nearest_path(&dir.path().join(path));
        assert_eq!(suggested("service/orders"), Some(dir.path().join("services/orders")));
        assert_eq!(suggested("service/bills"), Some(dir.path().join("services")));
        assert_eq!(suggested("zzz"), None);
    }
}
