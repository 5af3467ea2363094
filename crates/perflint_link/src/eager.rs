//! Relations that are loaded for many rows at once, by a marker or a setting, and those of values that stand in an entity's row.

use crate::class::ClassIx;
use crate::entity::{EntityIx, Relation};
use crate::program::{Def, Program};
use crate::resolve::Config;
use perflint_ir::{ItemKind, Sym, TypeExpr};
use perflint_models::{Models, RelationRow, To};

/// Longest settings file that is read, in bytes.
const MAX_SETTINGS: usize = 1 << 18;

impl Program {
    /// Settles which relations cost a query per row, after all of them are known.
    pub(crate) fn build_eager(&mut self, configs: &[Config], models: &Models) {
        for e in 0..self.entities.len() {
            self.embedded_relations(EntityIx(e as u32), models);
        }
        let set: Vec<bool> = models
            .relations
            .iter()
            .map(|(_, row)| row.batch_setting.as_deref().is_some_and(|key| is_set(configs, key)))
            .collect();
        for e in 0..self.entities.len() {
            let batched: Vec<Sym> = self.entities[e]
                .relations
                .values()
                .filter(|relation| {
                    let row = &models.relations[relation.row].1;
                    set[relation.row] || self.has_marker(relation.place, &row.batch_marker)
                })
                .map(|relation| relation.name)
                .collect();
            for name in batched {
                if let Some(relation) = self.entities[e].relations.get_mut(&name) {
                    relation.eager = true;
                    // The other side of a key is asked for row by row all the same.
                    relation.selects &= relation.to == To::One;
                }
            }
        }
    }

    fn has_marker(&self, place: Def, wanted: &[Box<str>]) -> bool {
        !wanted.is_empty()
            && self.item(place).markers.iter().any(|marker| {
                let path = self.resolve_dotted(place.file, marker.path).and_then(|t| self.path_of(t));
                let path = self.text(path.unwrap_or(marker.path));
                wanted.iter().any(|known| **known == *path)
            })
    }

    /// Relations of the classes that an entity holds by value.
    fn embedded_relations(&mut self, entity: EntityIx, models: &Models) {
        let class = self.entity(entity).class;
        let family = self.file(self.class(class).def.file).lang.family();
        let markers: Vec<&Box<str>> = models
            .relations
            .iter()
            .filter(|(language, _)| **language == *family)
            .flat_map(|(_, row): &(_, RelationRow)| &row.embedded)
            .collect();
        if markers.is_empty() {
            return;
        }
        let markers: Vec<Box<str>> = markers.into_iter().cloned().collect();
        for field in self.fields_of(class) {
            let Some(inner) = self.embedded_class(field, &markers) else { continue };
            self.embedded.insert(field, inner);
            let outer = self.item(field).name;
            for def in self.fields_of(inner) {
                self.embedded_relation(entity, outer, def, models);
            }
        }
    }

    fn fields_of(&self, class: ClassIx) -> Vec<Def> {
        let members = self.class(class).members.values().flatten().copied();
        let mut fields: Vec<Def> = members.filter(|def| self.item(*def).kind == ItemKind::Field).collect();
        fields.sort();
        fields
    }

    fn embedded_relation(&mut self, entity: EntityIx, outer: Sym, def: Def, models: &Models) {
        let name = self.item(def).name;
        if self.entity(entity).relations.contains_key(&name) {
            return;
        }
        self.field_relation(entity, def, models);
        let relations = &mut self.entities[entity.0 as usize].relations;
        if let Some(relation) = relations.remove(&name) {
            let name = self.names.join(outer, name);
            self.entities[entity.0 as usize].relations.insert(name, Relation { name, ..relation });
        }
    }

    fn embedded_class(&self, field: Def, markers: &[Box<str>]) -> Option<ClassIx> {
        let TypeExpr::Path { name, .. } = &self.file(field.file).types[self.item(field).ty?.0 as usize]
        else {
            return None;
        };
        let class = self.target_class(self.resolve_dotted(field.file, *name)?)?;
        let def = self.class(class).def;
        self.has_marker(def, markers).then_some(class)
    }
}

/// True if an application's settings give a key a number above one: `a.b.key=100`, or nested in YAML. Settings of tests are theirs.
fn is_set(configs: &[Config], key: &str) -> bool {
    let own = |path: &str| !path.split('/').any(|part| matches!(part, "test" | "tests" | "testFixtures"));
    let settings = configs.iter().filter(|config| {
        let name = config.path.rsplit('/').next().unwrap_or_default();
        name.starts_with("application") && own(&config.path) && config.text.len() <= MAX_SETTINGS
    });
    let last = key.rsplit('.').next().unwrap_or(key);
    settings.flat_map(|config| config.text.lines()).any(|line| {
        let Some((name, value)) = line.trim().split_once([':', '=']) else { return false };
        let name = name.trim().trim_matches(['"', '\'']);
        let value: String =
            value.trim().trim_matches(['"', '\'']).chars().take_while(char::is_ascii_digit).collect();
        !name.starts_with('#')
            && name.rsplit('.').next().is_some_and(|name| name.replace('-', "_") == last)
            && value.parse::<u32>().is_ok_and(|number| number > 1)
    })
}

#[cfg(test)]
mod tests {
    use super::is_set;
    use crate::resolve::Config;

    #[test]
    fn settings_are_told_from_comments_and_tests() {
        let set = |path: &str, text: &str| {
            is_set(&[Config { path: path.into(), text: text.into() }], "hibernate.default_batch_fetch_size")
        };
        let nested = "spring:\n  jpa:\n    properties:\n      hibernate:\n        default_batch_fetch_size: 100 # rows\n";
        assert!(set("src/main/resources/application.yml", nested));
        assert!(set(
            "a/application.properties",
            "spring.jpa.properties.hibernate.default_batch_fetch_size=50"
        ));
        assert!(set(
            "application-prod.yml",
            "spring.jpa.properties.hibernate.default-batch-fetch-size: '50'"
        ));
        assert!(!set("application.yml", "#default_batch_fetch_size: 100"));
        assert!(!set("application.yml", "# hibernate.default_batch_fetch_size: 100"));
        assert!(!set("application.yml", "default_batch_fetch_size: 1"));
        assert!(!set("application.yml", "default_batch_fetch_size: ${SIZE}"));
        assert!(!set("src/test/resources/application.yml", nested));
        assert!(!set("package.json", nested));
    }
}
