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
        let switches = models.calls().filter_map(|row| row.nested.as_ref());
        let on =
            switches.filter(|nested| is_on(configs, &nested.setting)).map(|nested| nested.setting.clone());
        self.switched_on = on.collect();
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
                    relation.selects &= relation.keyless && relation.to == To::One;
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

/// True if an application's settings give a key a number above one.
fn is_set(configs: &[Config], key: &str) -> bool {
    settings(configs, key).any(|value| {
        let number: String = value.chars().take_while(char::is_ascii_digit).collect();
        number.parse::<u32>().is_ok_and(|number| number > 1)
    })
}

/// True if an application's settings switch something on.
fn is_on(configs: &[Config], key: &str) -> bool {
    settings(configs, key).any(|value| value.split_whitespace().next() == Some("true"))
}

/// What an application's settings give a key: `a.b.key=100`, nested in YAML, or a `<setting>` of XML. Settings of tests are theirs.
fn settings<'c>(configs: &'c [Config], key: &str) -> impl Iterator<Item = &'c str> {
    let own = |path: &str| !path.split('/').any(|part| matches!(part, "test" | "tests" | "testFixtures"));
    let files = configs.iter().filter(move |config| {
        let name = config.path.rsplit('/').next().unwrap_or_default();
        let is_settings = name.starts_with("application") || name.ends_with(".xml");
        is_settings && own(&config.path) && config.text.len() <= MAX_SETTINGS
    });
    let wanted = plain(key.rsplit('.').next().unwrap_or(key));
    files.flat_map(|config| config.text.lines()).filter_map(move |line| {
        let (name, value) = setting(line.trim())?;
        let last = plain(name.rsplit('.').next()?);
        (!name.starts_with('#') && last == wanted).then_some(value)
    })
}

/// The name and value that a line of settings gives.
fn setting(line: &str) -> Option<(&str, &str)> {
    if let Some(attributes) = line.strip_prefix("<setting ") {
        let of = |name: &str| attributes.split_once(name)?.1.split('"').nth(1);
        return Some((of("name=")?, of("value=")?));
    }
    let (name, value) = line.split_once([':', '='])?;
    Some((unquoted(name), unquoted(value)))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// A name as all its spellings are: `lazy-loading-enabled` is `lazyLoadingEnabled`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_on, is_set};
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

    #[test]
    fn switches_are_told_in_every_spelling() {
        let on = |path: &str, text: &str| {
            is_on(&[Config { path: path.into(), text: text.into() }], "lazyLoadingEnabled")
        };
        assert!(on("mybatis-config.xml", "  <setting name=\"lazyLoadingEnabled\" value=\"true\"/>"));
        assert!(!on("mybatis-config.xml", "  <setting name=\"lazyLoadingEnabled\" value=\"false\"/>"));
        assert!(on("application.yml", "mybatis:\n  configuration:\n    lazy-loading-enabled: true # or not"));
        assert!(!on("application.properties", "#mybatis.configuration.lazy-loading-enabled=true"));
    }
}
