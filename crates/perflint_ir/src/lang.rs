//! Languages and the roles that a file can play in a repository.

use std::fmt;

/// A source language, as far as it needs a front end of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lang {
    /// Python, `.py` and `.pyi`.
    Python,
    /// JavaScript with or without JSX.
    JavaScript,
    /// TypeScript without JSX.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// A Vue single-file component.
    Vue,
    /// A Svelte component.
    Svelte,
    /// Rust.
    Rust,
    /// SQL of any dialect.
    Sql,
    /// A Django or Jinja template; the two share their syntax as far as perflint reads it.
    Jinja,
    /// A Prisma schema.
    Prisma,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Java.
    Java,
    /// Kotlin.
    Kotlin,
    /// Go.
    Go,
    /// C#.
    CSharp,
    /// An ERB template.
    Erb,
    /// A HAML template.
    Haml,
    /// A Slim template.
    Slim,
    /// A Blade template.
    Blade,
    /// A Twig template.
    Twig,
    /// A JSP page.
    Jsp,
    /// A Thymeleaf template.
    Thymeleaf,
    /// A FreeMarker template.
    Freemarker,
    /// A template of Go's `html/template` or `text/template`.
    GoTemplate,
    /// A Razor view or page.
    Razor,
    /// A Handlebars or Mustache template.
    Handlebars,
    /// An EJS template.
    Ejs,
    /// A Pug template.
    Pug,
}

/// The families whose full names, not files, say what belongs together.
pub const NAMESPACED: &[&str] = &["ruby", "php", "java", "go", "csharp"];

impl Lang {
    /// The name that users and model files know the language by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Tsx => "tsx",
            Self::Vue => "vue",
            Self::Svelte => "svelte",
            Self::Rust => "rust",
            Self::Sql => "sql",
            Self::Jinja => "jinja",
            Self::Prisma => "prisma",
            Self::Ruby => "ruby",
            Self::Php => "php",
            Self::Java => "java",
            Self::Kotlin => "kotlin",
            Self::Go => "go",
            Self::CSharp => "csharp",
            Self::Erb => "erb",
            Self::Haml => "haml",
            Self::Slim => "slim",
            Self::Blade => "blade",
            Self::Twig => "twig",
            Self::Jsp => "jsp",
            Self::Thymeleaf => "thymeleaf",
            Self::Freemarker => "freemarker",
            Self::GoTemplate => "gotemplate",
            Self::Razor => "razor",
            Self::Handlebars => "handlebars",
            Self::Ejs => "ejs",
            Self::Pug => "pug",
        }
    }

    /// The family whose names can see each other: a `.ts` file imports a `.vue` file, Kotlin and Java
    /// call each other, a template belongs to the language that renders it.
    pub fn family(self) -> &'static str {
        match self {
            Self::JavaScript | Self::TypeScript | Self::Tsx | Self::Vue | Self::Svelte => "javascript",
            Self::Handlebars | Self::Ejs | Self::Pug => "javascript",
            Self::Erb | Self::Haml | Self::Slim => "ruby",
            Self::Blade | Self::Twig => "php",
            Self::Kotlin | Self::Jsp | Self::Thymeleaf | Self::Freemarker => "java",
            Self::GoTemplate => "go",
            Self::Razor => "csharp",
            other => other.name(),
        }
    }
}

impl Lang {
    /// The family whose models apply: templates are Python's, a schema file belongs to the language of its client.
    pub fn models(self) -> &'static str {
        match self {
            Self::Jinja => "python",
            Self::Prisma => "javascript",
            other => other.family(),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a file is for. Only [`Role::App`] is judged unless the user asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Code that serves users.
    App,
    /// Tests, their fixtures and factories.
    Test,
    /// Database migrations.
    Migration,
    /// Command-line scripts, tasks of the repository itself, examples, documentation.
    Script,
    /// Runs in the user's browser, by its own word (`"use client"`): nobody else waits for it.
    Client,
    /// Written by a program; read for its facts, never judged.
    Generated,
    /// A copy of somebody else's project.
    Vendored,
    /// Compressed for delivery; not read.
    Minified,
}

impl Role {
    /// The name used in configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Test => "test",
            Self::Migration => "migration",
            Self::Script => "script",
            Self::Client => "client",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Minified => "minified",
        }
    }
}
