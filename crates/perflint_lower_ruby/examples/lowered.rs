//! Prints what files lower to, or with `--check` only what is wrong with them.

use perflint_ir::{Lang, Role, decode, print, validate};
use perflint_lower_ruby::lower;
use perflint_syntax::Source;

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let check = args.first().is_some_and(|arg| arg == "--check");
    args.retain(|arg| arg != "--check");
    let run = move || args.iter().for_each(|path| one(path, check));
    if let Ok(thread) = std::thread::Builder::new().stack_size(256 << 20).spawn(run) {
        let _ = thread.join();
    }
}

fn one(path: &str, check: bool) {
    let Ok(bytes) = std::fs::read(path) else { return };
    let Some(text) = decode(&bytes) else { return };
    let lang = match path.rsplit('.').next() {
        Some("erb") => Lang::Erb,
        Some("haml") => Lang::Haml,
        Some("slim") => Lang::Slim,
        _ => Lang::Ruby,
    };
    let file = lower(Source { path, lang, role: Role::App, text: &text });
    for fault in validate(&file) {
        println!("{path}: {fault}");
    }
    if check {
        for gap in &file.gaps {
            let line = text[..(gap.span.start as usize).min(text.len())].matches('\n').count() + 1;
            println!("{path}:{line}: {:?}", gap.kind);
        }
    } else {
        println!("{}", print(&file));
    }
}
