//! The folder that a plan is written to. It is written again and again, and people work in it: what an earlier run wrote
//! and this one does not goes, what somebody changed or added stays, and the new form of it stands beside.

use crate::status::Failure;
use perflint_git::blob_id;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// What the last run wrote: path and hash of each file.
const LIST: &str = ".written.json";
/// Below it, files are records of decisions: once somebody has worked on one, it is not written again.
const RECORDS: &str = "adr/";
/// Views of the same data: what somebody scribbles into one is not kept.
const REPORTS: [&str; 3] = ["report.html", "report.json", "report.md"];
/// What is added to the name of a file whose place is taken by what somebody wrote.
const BESIDE: &str = ".new";

const HELP: &str = "--output takes a folder that is there and can be written, or that can be created";

type Files = BTreeMap<String, String>;

/// A folder that can be written, before anything is scanned.
pub(crate) fn checked(folder: &Path) -> Result<PathBuf, Failure> {
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => {
            return Err(Failure::usage(format!("{} is a file", folder.display()), HELP));
        }
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(Failure::usage(format!("{} is read-only", folder.display()), HELP));
        }
        _ => {}
    }
    let parent = above(folder);
    if !parent.is_dir() {
        return Err(Failure::usage(format!("{} is not a folder", parent.display()), HELP));
    }
    Ok(folder.to_owned())
}

fn above(folder: &Path) -> &Path {
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes all files beside their place, then puts them there: a folder of before changes only when the new one is complete.
/// Gives the files that stay as somebody changed them.
pub(crate) fn write(folder: &Path, files: &Files) -> Result<Vec<String>, Failure> {
    // The error itself names a file beside the folder, which nobody knows.
    let fail = |error: io::Error| {
        Failure::usage(format!("{} cannot be written: {}", folder.display(), error.kind()), HELP)
    };
    let before = last_run(folder);
    let (mut written, mut kept) = (Files::new(), Vec::new());
    for (path, text) in files {
        match place_of(folder, path, text, &before) {
            Place::Free => drop(written.insert(path.clone(), text.clone())),
            Place::Record => {}
            Place::Taken => {
                kept.push(path.clone());
                written.insert(format!("{path}{BESIDE}"), text.clone());
            }
        }
    }
    let hashed = |(path, text): (&String, &String)| (path.clone(), hash(text.as_bytes()));
    // The new form is what a file that stays is compared with: whoever takes it over has taken it from here.
    let list: Files = files.iter().chain(&written).map(hashed).collect();
    written.insert(LIST.to_owned(), serde_json::to_string_pretty(&list)? + "\n");
    let temporary =
        tempfile::Builder::new().prefix(".perflint-plan-").tempdir_in(above(folder)).map_err(fail)?;
    for (path, text) in &written {
        let path = temporary.path().join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        fs::write(path, text).map_err(fail)?;
    }
    if !folder.exists() {
        let path = temporary.keep();
        return fs::rename(path, folder).map(|()| kept).map_err(fail);
    }
    if let Some(path) = written.keys().find_map(|path| obstacle(folder, path)) {
        return Err(Failure::usage(
            format!("{} is in the way of the plan", path.display()),
            "move it, or name another folder with --output",
        ));
    }
    for path in written.keys() {
        let to = folder.join(path);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
        }
        fs::rename(temporary.path().join(path), to).map_err(fail)?;
    }
    for path in before.keys().filter(|path| !list.contains_key(*path)) {
        if is_as_written(folder, path, &before) {
            fs::remove_file(folder.join(path)).map_err(fail)?;
        }
    }
    Ok(kept)
}

/// What is at the place of a file.
enum Place {
    /// Nothing, or what an earlier run wrote, or the same.
    Free,
    /// A record that somebody has worked on.
    Record,
    /// What somebody wrote or changed.
    Taken,
}

fn place_of(folder: &Path, path: &str, text: &str, before: &Files) -> Place {
    let file = folder.join(path);
    let own = |path: &str| is_as_written(folder, path, before);
    let same = || fs::read(&file).is_ok_and(|bytes| bytes == text.as_bytes());
    let report = REPORTS.contains(&path) && before.contains_key(path);
    if !file.is_file() || report || own(path) || same() {
        return Place::Free;
    }
    let beside = format!("{path}{BESIDE}");
    if path.starts_with(RECORDS) || (folder.join(&beside).exists() && !own(&beside)) {
        return Place::Record;
    }
    Place::Taken
}

/// What stands where a file is to be written: a folder, or on the way there something that is none. A link is none, as
/// it may lead out of the folder.
fn obstacle(folder: &Path, path: &str) -> Option<PathBuf> {
    let file = folder.join(path);
    let between = file.ancestors().skip(1).take_while(|above| *above != folder);
    let blocked = between.map(|above| (above, false)).chain([(file.as_path(), true)]);
    blocked
        .filter(|(path, last)| fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() == *last))
        .map(|(path, _)| path.to_owned())
        .next()
}

/// What the last run wrote; nothing if there was none, or if its list is not one.
fn last_run(folder: &Path) -> Files {
    let text = fs::read_to_string(folder.join(LIST)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Whether a file is there, inside the folder, with the content that the list says. The list may be anybody's: it may
/// name no file outside the folder, not by its path and not by a link.
fn is_as_written(folder: &Path, path: &str, list: &Files) -> bool {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let file = folder.join(path);
    let inside = || Some(file.canonicalize().ok()? == folder.canonicalize().ok()?.join(path));
    plain
        && inside().unwrap_or(false)
        && fs::read(&file).is_ok_and(|bytes| list.get(path).is_some_and(|wanted| *wanted == hash(&bytes)))
}

/// The name that git would give to the content.
fn hash(bytes: &[u8]) -> String {
    blob_id(bytes).map(|id| id.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[(&str, &str)]) -> Files {
        paths.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn run(folder: &Path, paths: &[(&str, &str)]) -> Vec<String> {
        write(folder, &files(paths)).map_err(|failure| failure.message()).expect("written")
    }

    fn there(folder: &Path, path: &str) -> Option<String> {
        fs::read_to_string(folder.join(path)).ok()
    }

    #[test]
    fn what_a_run_leaves_out_goes_and_what_people_wrote_stays() {
        let place = tempfile::tempdir().expect("temp");
        let folder = place.path().join("plan");
        let first = [("adr/1-a.md", "a"), ("adr/2-b.md", "b"), ("adr/3-c.md", "c"), ("report.md", "one")];
        run(&folder, &first);
        fs::write(folder.join("adr/2-b.md"), "accepted").expect("edited");
        fs::write(folder.join("adr/3-c.md"), "accepted").expect("edited");
        fs::write(folder.join("adr/own.md"), "own").expect("added");
        fs::write(folder.join("report.md"), "scribbled").expect("edited");
        run(&folder, &[("adr/3-c.md", "new"), ("report.md", "two")]);
        assert_eq!(there(&folder, "adr/1-a.md"), None, "nobody had touched it");
        for (path, text) in [
            ("adr/2-b.md", "accepted"),
            ("adr/3-c.md", "accepted"),
            ("adr/own.md", "own"),
            ("report.md", "two"),
        ] {
            assert_eq!(there(&folder, path).as_deref(), Some(text), "{path}");
        }
        assert_eq!(fs::read_dir(place.path()).expect("read").count(), 1, "nothing lies beside it");
    }

    #[test]
    fn what_somebody_changed_or_had_before_is_not_written_over() {
        let place = tempfile::tempdir().expect("temp");
        let folder = place.path().join("plan");
        fs::create_dir(&folder).expect("created");
        fs::write(folder.join("report.md"), "another report").expect("written");
        assert_eq!(run(&folder, &[("k6.js", "one"), ("report.md", "one")]), ["report.md"]);
        assert_eq!(there(&folder, "report.md.new").as_deref(), Some("one"));
        fs::write(folder.join("k6.js"), "with bodies").expect("edited");
        for text in ["two", "three"] {
            assert_eq!(run(&folder, &[("k6.js", text)]), ["k6.js"]);
            assert_eq!(there(&folder, "k6.js").as_deref(), Some("with bodies"));
            assert_eq!(there(&folder, "k6.js.new").as_deref(), Some(text));
        }
        assert_eq!(there(&folder, "report.md.new"), None, "nobody had touched it");
        fs::rename(folder.join("k6.js.new"), folder.join("k6.js")).expect("taken over");
        assert!(run(&folder, &[("k6.js", "four")]).is_empty());
        assert_eq!(there(&folder, "k6.js").as_deref(), Some("four"));
        assert_eq!(there(&folder, "k6.js.new"), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_in_the_way_is_named_and_nothing_is_written() {
        let place = tempfile::tempdir().expect("temp");
        type Make = fn(&Path);
        let obstacles: [(&str, Make); 3] = [
            ("adr", |path| fs::write(path, "a file").expect("written")),
            ("adr", |path| std::os::unix::fs::symlink("/", path).expect("linked")),
            ("report.md", |path| fs::create_dir(path).expect("created")),
        ];
        for (at, (name, make)) in obstacles.into_iter().enumerate() {
            let folder = place.path().join(at.to_string());
            fs::create_dir(&folder).expect("created");
            make(&folder.join(name));
            let failure =
                write(&folder, &files(&[("adr/1-a.md", "a"), ("caching.yaml", "c"), ("report.md", "r")]));
            let message = failure.expect_err("refused").message();
            assert!(message.contains(&format!("{name} is in the way")), "{message}");
            assert_eq!(there(&folder, "caching.yaml"), None, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_list_that_names_files_outside_deletes_none() {
        let place = tempfile::tempdir().expect("temp");
        let folder = place.path().join("plan");
        fs::create_dir_all(&folder).expect("created");
        fs::create_dir_all(place.path().join("other")).expect("created");
        fs::write(place.path().join("other/file"), "x").expect("written");
        std::os::unix::fs::symlink(place.path().join("other"), folder.join("link")).expect("linked");
        let absolute = place.path().join("other/file").display().to_string();
        let list = files(&[
            ("../other/file", &hash(b"x")),
            ("link/file", &hash(b"x")),
            (absolute.as_str(), &hash(b"x")),
        ]);
        for text in
            [serde_json::to_string(&list).expect("json"), "[".repeat(100_000), "{\"a\": 1}".to_owned()]
        {
            fs::write(folder.join(LIST), text).expect("written");
            run(&folder, &[("report.md", "one")]);
            assert_eq!(there(place.path(), "other/file").as_deref(), Some("x"));
        }
    }
}
