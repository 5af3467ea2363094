//! How calls and markers put routes together: prefixes, groups, mounts, resources.

use crate::{Expr, OneOrMany};
use serde::Deserialize;

/// What a call, or a marker, says of the routes below it.
///
/// What a call registers stands below its receiver, or below the call whose callable is being run. A row with a `prefix`
/// makes a place below that one: its receiver and its result stand there, and so does what its callables register.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouterRow {
    /// Added to the path of what stands below.
    #[serde(default)]
    pub prefix: Option<Expr>,
    /// The result is a router that stands nowhere until it is mounted.
    #[serde(default)]
    pub fresh: bool,
    /// Such a router's prefix starts with that of this one, and ends with what `nested` says of the element named by `key`.
    #[serde(default)]
    pub extends: Option<Expr>,
    /// The router that it is mounted on right away.
    #[serde(default)]
    pub into: Option<Expr>,
    /// Its callables stand where its file does, so that rows which mean something inside do.
    #[serde(default)]
    pub opens: bool,
    /// The row means something only while the callable of another one is run.
    #[serde(default)]
    pub inside: bool,
    /// Routers, lists of them, and texts that name files, which are hung below this place.
    #[serde(default)]
    pub mounts: Option<Expr>,
    /// A prefix takes the place of the one that what is mounted has by itself.
    #[serde(default)]
    pub replaces: bool,
    /// Texts among what is mounted name files, which stand here: `config/routes/{name}.rb`; `{name}` by itself is a path or a module.
    #[serde(default)]
    pub file: Option<Box<str>>,
    /// The HTTP methods of a registration: a text or several.
    #[serde(default)]
    pub methods: Option<Expr>,
    /// The path of a registration whose call has no row of its own for that.
    #[serde(default)]
    pub path: Option<Expr>,
    /// Everything that is registered by markers stands below this text: `app.setGlobalPrefix("api")`.
    #[serde(default)]
    pub everywhere: Option<Expr>,
    /// Added to the namespace of controllers that texts name.
    #[serde(default)]
    pub module: Option<Expr>,
    /// The controller of what stands below: a class, or a text that names one.
    #[serde(default)]
    pub controller: Option<Expr>,
    /// What handles a registration, where it is told by a text, or by the method of the controller.
    #[serde(default)]
    pub to: Option<Expr>,
    /// The full name of the class that such a text names: `{module}`, `{name}`.
    #[serde(default)]
    pub class: Option<Box<str>>,
    /// Words that add nothing to the path of a registration which is about the resource around: `update`.
    #[serde(default)]
    pub silent: OneOrMany,
    /// What stands between the class and the method in such a text: `#`, `@`.
    #[serde(default)]
    pub between: Option<Box<str>>,
    /// Methods of a class that stands for its handlers, as they answer HTTP methods: `get`.
    #[serde(default)]
    pub verbs: OneOrMany,
    /// Methods that a controller has, with their HTTP methods and the rest of the path: `show GET {item}`.
    #[serde(default)]
    pub actions: Vec<Box<str>>,
    /// The path of one element: `/:{key}`; `{singular}` is that of the resource's name.
    #[serde(default)]
    pub item: Option<Box<str>>,
    /// The path below which what the callable registers stands: `/:{singular}_{key}`.
    #[serde(default)]
    pub nested: Option<Box<str>>,
    /// The name of an element's key, where one is given.
    #[serde(default)]
    pub key: Option<Expr>,
    /// Below it the path of one element leads through none of the resources around.
    #[serde(default)]
    pub shallow: Option<Expr>,
    /// Files below this folder stand here, each below the path of its own folder.
    #[serde(default)]
    pub folder: Option<Expr>,
    /// Methods of controllers that nothing registers have paths by a pattern.
    #[serde(default)]
    pub convention: Option<Convention>,
    /// How versions stand in paths.
    #[serde(default)]
    pub versions: Option<Versions>,
    /// The only actions that there are.
    #[serde(default)]
    pub only: Option<Expr>,
    /// Actions that there are not.
    #[serde(default)]
    pub except: Option<Expr>,
    /// The prefix is that of an element (`item`) or of the whole (`whole`) of the resource around.
    #[serde(default)]
    pub around: Option<Box<str>>,
    /// The same, told by an argument: `on: :member`.
    #[serde(default)]
    pub on: Option<Expr>,
    /// Only methods are routes that the controller has.
    #[serde(default)]
    pub present: bool,
    /// Keeps the callable under this name, to be run where a `runs` asks for it.
    #[serde(default)]
    pub keeps: Option<Expr>,
    /// Runs callables that were kept.
    #[serde(default)]
    pub runs: Option<Expr>,
    /// Markers of further methods of a controller that are routes, with the arguments `detail`, `url_path` and `methods`.
    #[serde(default)]
    pub extra: Vec<Box<str>>,
    /// Markers that hold a path: of the class the one that everything in it stands below, of the method its own.
    #[serde(default)]
    pub beside: OneOrMany,
    /// The name in brackets that stands for the class's name without this ending: `Controller` of `[controller]`.
    #[serde(default)]
    pub strip: Option<Box<str>>,
    /// A path of an element that begins with one of these does not stand below its class: `/`, `~/`.
    #[serde(default)]
    pub absolute: OneOrMany,
}

/// A pattern that gives methods of controllers their paths: `{controller=Home}/{action=Index}/{id?}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convention {
    /// The pattern.
    pub pattern: Expr,
    /// The word in it that stands for the class.
    pub class: Box<str>,
    /// The end of the class's name that is left out.
    pub strip: Box<str>,
    /// The word that stands for the method.
    pub method: Box<str>,
    /// The word that stands for the group of the class. A pattern without it is for classes without a group.
    pub group: Box<str>,
    /// The marker of a class that holds its group.
    pub marker: Box<str>,
    /// The marker of a class or method that holds a path of its own, in place of the pattern.
    pub own: Box<str>,
}

/// How versions stand in paths: on a call that they are told apart by them, on a marker where they are told.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// What tells versions apart.
    #[serde(default)]
    pub kind: Option<Expr>,
    /// The end of what that is where paths do.
    #[serde(default)]
    pub path: Option<Box<str>>,
    /// The version of what tells none.
    #[serde(default)]
    pub default: Option<Expr>,
    /// What stands before a version in a path, where that is given.
    #[serde(default)]
    pub prefix: Option<Expr>,
    /// What stands there where it is not.
    #[serde(default)]
    pub word: Box<str>,
    /// Markers of a method that tell its version.
    #[serde(default)]
    pub markers: OneOrMany,
    /// The version in such a marker.
    #[serde(default)]
    pub own: Option<Expr>,
    /// The version in the marker of the class, one of those `beside`.
    #[serde(default)]
    pub around: Option<Expr>,
}
