//! What each stage costs on the fixtures. They are small, so times are for comparing a change with what was before it;
//! how perflint does on large repositories has to be measured on large repositories.

use divan::{Bencher, black_box};
use perflint_engine::{Options, Quiet};
use perflint_ir::{FileIr, Lang, Role};
use perflint_link::Program;
use perflint_lower::{Source, lower};
use perflint_models::{Models, StubRow};
use perflint_walk::{WalkConfig, Walker};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

/// A file as the walk gives it.
struct Read {
    path: String,
    lang: Lang,
    role: Role,
    text: String,
}

fn main() {
    // Evaluation nests as deeply as the calls of what is analysed.
    let bench = thread::Builder::new().stack_size(512 << 20).spawn(divan::main).expect("a thread");
    bench.join().expect("benchmarks end");
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn read() -> Vec<Read> {
    let walker = Walker::new(WalkConfig::new(fixtures(), vec![fixtures()])).expect("the fixtures");
    let files = Mutex::new(Vec::new());
    let walk = walker.run(|file| {
        let (path, text) = (file.path.to_owned(), file.text.to_owned());
        files.lock().expect("lock").push(Read { path, lang: file.lang, role: file.role, text });
    });
    walk.expect("a walk");
    let mut files = files.into_inner().expect("lock");
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn lower_all(files: &[Read]) -> Vec<FileIr> {
    let source =
        |file: &Read| lower(Source { path: &file.path, lang: file.lang, role: file.role, text: &file.text });
    files.iter().map(source).collect()
}

fn stubs(models: &Models) -> Vec<FileIr> {
    let stub = |(family, stub): &(Box<str>, StubRow)| {
        let lang = match &**family {
            "python" => Lang::Python,
            "javascript" => Lang::TypeScript,
            _ => Lang::Rust,
        };
        lower(Source { path: &stub.module, lang, role: Role::Vendored, text: &stub.code })
    };
    models.stubs.iter().map(stub).collect()
}

#[divan::bench]
fn walk(bencher: Bencher<'_, '_>) {
    bencher.bench(|| black_box(read()).len());
}

#[divan::bench]
fn lower_files(bencher: Bencher<'_, '_>) {
    let files = read();
    bencher.bench(|| black_box(lower_all(&files)).len());
}

#[divan::bench]
fn load_models(bencher: Bencher<'_, '_>) {
    bencher.bench(|| perflint_models::builtin().expect("models"));
}

#[divan::bench]
fn link(bencher: Bencher<'_, '_>) {
    let models = perflint_models::builtin().expect("models");
    let (files, stubs) = (lower_all(&read()), stubs(&models));
    let input = || (files.clone(), stubs.clone());
    bencher.with_inputs(input).bench_local_values(|(files, stubs)| Program::link(files, stubs, &models));
}

#[divan::bench]
fn summarise(bencher: Bencher<'_, '_>) {
    let models = perflint_models::builtin().expect("models");
    let program = Program::link(lower_all(&read()), stubs(&models), &models);
    bencher.bench_local(|| perflint_summary::analyse(&program, &models));
}

#[divan::bench]
fn scan(bencher: Bencher<'_, '_>) {
    let options = Options { roots: vec![fixtures()], ..Options::default() };
    bencher.bench(|| perflint_engine::scan(&options, &Quiet).expect("a scan"));
}
