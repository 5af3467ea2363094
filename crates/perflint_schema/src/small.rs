//! Tables that stay small whatever an application's success: what is listed in them is a matter of the domain.

use crate::{Schema, Table};

/// What such tables list, in the singular. A name that ends so counts.
const LISTS: &str = "setting config configuration option role permission country currency language locale timezone time_zone status \
                     state type kind category plan feature_flag feature flag unit tax_rate province region continent gender priority \
                     severity license migration schema_version provider template theme icon_set menu holiday enum badge method";

/// How many rows lead from one table to the next until one is known to grow.
const FAR: u32 = 3;

/// Whether a table is small by what it lists: its name says so, and its rows belong to nothing that grows.
pub(crate) fn is_small(schema: &Schema, table: &Table) -> bool {
    small(schema, table, FAR)
}

fn small(schema: &Schema, table: &Table, left: u32) -> bool {
    let name = cruet::to_snake_case(table.name.rsplit('.').next().unwrap_or(&table.name));
    let singular = cruet::to_singular(&name);
    let listed = LISTS
        .split_whitespace()
        .any(|word| singular.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('_')));
    let mut owners = table.foreign_keys.iter().filter(|key| !key.table.eq_ignore_ascii_case(&table.name));
    let mut growing = owners.by_ref().filter(|key| {
        left == 0 || !schema.table(&key.table).is_some_and(|owner| small(schema, owner, left - 1))
    });
    // A column that names an owner without a declared key: `user_id`.
    let mut named = table.columns.iter().filter(|column| {
        let keyed = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        let lower = column.name.to_lowercase();
        // What a new row starts with owns nothing.
        !keyed && lower.ends_with("_id") && !lower.starts_with("default_")
    });
    listed && growing.next().is_none() && named.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_small;
    use crate::{Column, ForeignKey, Schema, Table};

    fn table(name: &str, columns: &[&str], to: Option<&str>) -> Table {
        let columns = columns.iter().map(|name| Column { name: (*name).to_owned(), ..Column::default() });
        let key =
            to.map(|to| ForeignKey { columns: vec!["x".into()], table: to.into(), ..ForeignKey::default() });
        Table {
            name: name.into(),
            columns: columns.collect(),
            foreign_keys: key.into_iter().collect(),
            ..Table::default()
        }
    }

    #[test]
    fn lists_of_the_domain_are_small_unless_somebody_owns_their_rows() {
        let mut schema = Schema::default();
        for one in [
            table("countries", &["id", "code"], None),
            table("users", &["id"], None),
            table("user_roles", &["user_id", "role"], None),
            table("roles", &["id", "default_activity_id"], None),
            table("order_settings", &["id"], Some("users")),
            table("provinces", &["id"], Some("countries")),
        ] {
            schema.tables.insert(one.name.clone(), one);
        }
        let small: Vec<&str> = schema
            .tables
            .values()
            .filter(|one| is_small(&schema, one))
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(small, ["countries", "provinces", "roles"]);
    }
}
