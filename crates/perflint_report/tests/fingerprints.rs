//! Line fingerprints against those of GitHub.
//!
//! Beside each file of the folder `fingerprints` stands what the code of GitHub's upload action (`src/fingerprints.ts` of
//! github/codeql-action 4.36) gave for its lines: files of an application with tabs and with every kind of line end,
//! characters outside the basic plane, lines that repeat, lines longer than the window.

use perflint_report::line_hashes;
use std::fs;
use std::path::Path;

#[test]
fn every_line_has_the_fingerprint_that_github_gives_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fingerprints");
    let mut lines = 0;
    for entry in fs::read_dir(&folder).expect("the folder").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "expected") {
            continue;
        }
        let expected = format!("{}.expected", path.display());
        let expected = fs::read_to_string(expected).expect("what GitHub gave");
        let found = line_hashes(&fs::read_to_string(&path).expect("a text"));
        assert_eq!(found, expected.lines().collect::<Vec<_>>(), "{}", path.display());
        lines += found.len();
    }
    assert!(lines > 1_000, "{lines} lines were compared");
}
