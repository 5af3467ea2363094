//! A PostgreSQL server of the tests' own: a folder of temporary files, a socket in it, no address in the network.

use crate::command::{Run, run, run_with_input};
use std::env;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// How long the server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(60);

/// PostgreSQL refuses to run as root. This is the user `nobody` of every Linux.
const NOBODY: u32 = 65534;

/// Runs the server until standard input ends, which it does with the program that holds it, however that ends.
const SERVE: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=40 >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$2"
"#;

/// The server.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    /// Held for its standard input.
    _child: Child,
}

/// A database of the server.
#[derive(Clone, Debug)]
pub struct Database {
    folder: PathBuf,
    psql: PathBuf,
    name: String,
}

/// The server that the tests of a program share. It starts with the first of them.
pub fn postgres() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start)
}

/// Where Debian, or whoever else, put the programs of the newest version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/initdb").exists() && path.join("bin/psql").exists())
        .max_by_key(|path| version(path))
        .map(|path| path.join("bin"));
    let paths = env::var_os("PATH").unwrap_or_default();
    let has_all =
        |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).exists());
    let found = debian.or_else(|| env::split_paths(&paths).find(has_all));
    found.expect("there is no PostgreSQL: `cargo xtask tools` installs it")
}

impl Postgres {
    fn start() -> Self {
        let programs = programs();
        // A path of a socket is short, and `TMPDIR` may be a folder that only root may enter.
        let folder =
            tempfile::Builder::new().prefix("perflint-postgres-").tempdir_in("/tmp").expect("a folder");
        let folder = folder.keep();
        let as_user = |command: &mut Command| lowered(command, &folder);
        let mut init = Command::new(programs.join("initdb"));
        init.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ]);
        as_user(init.arg(folder.join("data")));
        let done = run(&mut init);
        assert_eq!(done.code, Some(0), "initdb: {}{}", done.out(), done.err());
        let mut serve = Command::new("sh");
        as_user(serve.args(["-c", SERVE, "serve"]).arg(&programs).arg(&folder));
        let child = serve.stdin(Stdio::piped()).spawn().expect("sh starts");
        let server = Self { folder, programs, _child: child };
        server.wait();
        server
    }

    fn wait(&self) {
        let start = Instant::now();
        let database = self.at("postgres");
        while run(&mut database.psql(&["-c", "SELECT 1"])).code != Some(0) {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(start.elapsed() < PATIENCE, "PostgreSQL does not answer:\n{log}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn at(&self, name: &str) -> Database {
        Database { folder: self.folder.clone(), psql: self.programs.join("psql"), name: name.to_owned() }
    }

    /// A new database, which must not exist.
    pub fn database(&self, name: &str) -> Database {
        self.at("postgres").query(&format!("CREATE DATABASE \"{name}\""));
        self.at(name)
    }
}

/// As a user who is not root, who owns the folder.
#[cfg(unix)]
fn lowered(command: &mut Command, folder: &Path) {
    use std::os::unix::process::CommandExt;
    command.current_dir(folder);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).expect("root gives folders away");
        command.uid(NOBODY).gid(NOBODY);
    }
}

impl Database {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder of the server's socket, which is its host for clients.
    pub fn host(&self) -> &Path {
        &self.folder
    }

    fn psql(&self, arguments: &[&str]) -> Command {
        let mut psql = Command::new(&self.psql);
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            &self.name,
            "-h",
        ]);
        psql.arg(&self.folder).args(arguments);
        psql
    }

    /// What statements give, as text without decoration; they must succeed.
    pub fn query(&self, sql: &str) -> String {
        let done = run_with_input(&mut self.psql(&["-f", "-"]), sql);
        assert_eq!(done.code, Some(0), "{sql}:\n{}", done.err());
        done.out().trim_end().to_owned()
    }

    /// Runs a file as `psql -f` does: statement by statement, up to the first error.
    pub fn file(&self, path: &Path) -> Run {
        run(&mut self.psql(&["-f", path.to_str().expect("a path in UTF-8")]))
    }

    /// Sends a text as one query, as libraries do that give the database a file as a whole.
    pub fn whole(&self, sql: &str) -> Run {
        run(&mut self.psql(&["-c", sql]))
    }

    /// A second session that has run these statements and stays open until it is dropped.
    pub fn session(&self, sql: &str) -> Session {
        let mut psql = self.psql(&["-f", "-"]);
        let mut child = psql
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("psql starts");
        let mut input = child.stdin.take().expect("piped");
        input.write_all(format!("{sql}\nSELECT 'ready';\n").as_bytes()).expect("written");
        let mut ready = [0; 5];
        child.stdout.as_mut().expect("piped").read_exact(&mut ready).expect("the statements run");
        Session { child, input: Some(input) }
    }
}

/// An open session.
#[derive(Debug)]
pub struct Session {
    child: Child,
    input: Option<std::process::ChildStdin>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.input = None;
        // It ends with its input, and what it began is rolled back.
        let _ = self.child.wait();
    }
}
