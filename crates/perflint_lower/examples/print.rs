//! Prints what files are lowered to, and every broken promise: `cargo run -p perflint_lower --example print -- FILE..`. With
//! `--check` before the files it prints the faults and gaps alone.

use perflint_ir::{Lang, Role, print, validate};
use perflint_lower::{Source, lower};

const LANGS: &[(&str, Lang)] = &[
    ("blade.php", Lang::Blade),
    ("py", Lang::Python),
    ("ts", Lang::TypeScript),
    ("rb", Lang::Ruby),
    ("jbuilder", Lang::Ruby),
    ("erb", Lang::Erb),
    ("haml", Lang::Haml),
    ("slim", Lang::Slim),
    ("php", Lang::Php),
    ("twig", Lang::Twig),
    ("java", Lang::Java),
    ("kt", Lang::Kotlin),
    ("go", Lang::Go),
    ("cs", Lang::CSharp),
    ("cshtml", Lang::Razor),
    ("html", Lang::Thymeleaf),
    ("jsp", Lang::Jsp),
    ("ftl", Lang::Freemarker),
    ("ftlh", Lang::Freemarker),
    ("gohtml", Lang::GoTemplate),
    ("tmpl", Lang::GoTemplate),
    ("hbs", Lang::Handlebars),
    ("ejs", Lang::Ejs),
    ("pug", Lang::Pug),
];

#[expect(clippy::print_stdout, reason = "a tool for authors of front ends")]
fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let check = args.first().is_some_and(|arg| arg == "--check");
    args.drain(..usize::from(check));
    for path in &args {
        let Some((_, lang)) = LANGS.iter().find(|(end, _)| path.ends_with(&format!(".{end}"))) else {
            continue;
        };
        let Ok(bytes) = std::fs::read(path) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let file = lower(Source { path, lang: *lang, role: Role::App, text: &text });
        if !check {
            println!("{}", print(&file));
        }
        for fault in validate(&file) {
            println!("{path}: {fault}");
        }
        for gap in file.gaps.iter().take(2) {
            println!("{path}: {:?} at {}", gap.kind, gap.span.start);
        }
    }
}
