//! From a class to its table where no declaration says so: by the names that frameworks make of it, if such a table exists.

use perflint_link::{EntityIx, Program};

/// The table of an entity, in lower case, among those that exist.
pub(crate) fn table_of(program: &Program, entity: EntityIx, exists: &dyn Fn(&str) -> bool) -> Option<String> {
    let class = program.entity(entity).class;
    let path = program.class_path(class);
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let plural = cruet::to_plural(name);
    let spaced = |name: &str| match namespace {
        "" => name.to_owned(),
        namespace => format!("{}_{name}", namespace.replace('/', "_")),
    };
    let last = |name: &str| match namespace.rsplit('/').next() {
        Some(space) if !space.is_empty() => format!("{space}_{name}"),
        _ => name.to_owned(),
    };
    let written = program.text(program.entity(entity).name);
    [
        spaced(&plural),
        last(&plural),
        plural.clone(),
        spaced(name),
        name.to_owned(),
        written.to_lowercase(),
        format!("{}s", written.to_lowercase()),
    ]
    .into_iter()
    .find(|name| exists(name))
    .map(|name| name.to_lowercase())
}
