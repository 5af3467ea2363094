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
    /// True if full names, not files, say what belongs together: namespaces, packages, modules that can be reopened.
    pub fn has_namespaces(self) -> bool {
        NAMESPACED.contains(&self.family())
    }

    /// True if a bare name may be a member of the receiver.
    pub fn has_implicit_receiver(self) -> bool {
        matches!(self.family(), "ruby" | "java" | "csharp")
    }

    /// True if async code and handlers share one pool of threads: whoever waits in one of them for a promise holds a thread that
    /// the promise may need.
    pub fn shares_threads(self) -> bool {
        self.family() == "csharp"
    }

    /// True if what suspends gives its value where it is called, without a word for waiting: Kotlin's `suspend` functions.
    pub fn awaits_by_itself(self) -> bool {
        self == Self::Kotlin
    }

    /// True if what suspends gives the language's one kind of promise. Publishers are a matter of libraries in Java, and of
    /// several kinds.
    pub fn promises_what_suspends(self) -> bool {
        self.family() != "java"
    }

    /// True if a request has a process for itself: whoever waits in it, waits for one visitor and holds a worker.
    pub fn waits_alone(self) -> bool {
        self == Self::Php
    }

    /// True if variables are written apart from all other names and stand in no namespace: PHP's `$x`.
    pub fn marks_variables(self) -> bool {
        self.family() == "php"
    }

    /// True if a method that is named without a call is no value: a field may have its name.
    pub fn reads_no_methods(self) -> bool {
        matches!(self, Self::Java | Self::Php)
    }

    /// True if methods of one name are told apart by their parameters.
    pub fn has_overloads(self) -> bool {
        matches!(self.family(), "java" | "csharp")
    }

    /// True if reading an attribute calls the accessor of that name: Kotlin's `order.total` is `getTotal()`, and so is Twig's.
    pub fn reads_accessors(self) -> bool {
        self.family() == "java" || self == Self::Twig
    }

    /// True if that is so of rows as well, where no field has the name: to a template, a property is what has an accessor.
    pub fn reads_properties(self) -> bool {
        matches!(self, Self::Twig | Self::Jsp | Self::Thymeleaf | Self::Freemarker)
    }

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
