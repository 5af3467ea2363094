//! What the team has to answer before an assumption becomes a fact.

use std::collections::BTreeSet;

/// The most questions about one kind of thing: more are not answered.
const MOST: usize = 12;

/// Questions, without repetition.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    volumes: BTreeSet<String>,
    ratios: BTreeSet<(String, String)>,
    sizes: BTreeSet<String>,
    others: Vec<String>,
}

impl Questions {
    /// How many rows has a table?
    pub fn ask_volume(&mut self, entity: &str) {
        self.volumes.insert(entity.to_owned());
    }

    /// How many rows belong to one?
    pub fn ask_ratio(&mut self, child: &str, parent: &str) {
        self.ratios.insert((child.to_owned(), parent.to_owned()));
    }

    /// How long is a collection?
    pub fn ask_size(&mut self, name: &str, place: Option<&str>) {
        let at = place.map_or_else(String::new, |place| format!(" at {place}"));
        self.sizes.insert(format!("How many elements has `{name}`{at} on a busy day?"));
    }

    /// Another question.
    pub fn ask(&mut self, question: impl Into<String>) {
        self.others.push(question.into());
    }

    /// All of them, those that matter most first.
    pub fn list(&self) -> Vec<String> {
        let mut list = self.others.clone();
        let volumes = self.volumes.iter();
        list.extend(
            volumes.map(|entity| format!("How many rows has `{entity}`? Say it in [volumes].")).take(MOST),
        );
        let ratios = self.ratios.iter();
        list.extend(
            ratios
                .map(|(child, parent)| {
                    format!("How many `{child}` belong to one `{parent}`? Give both in [volumes].")
                })
                .take(MOST),
        );
        list.extend(self.sizes.iter().take(MOST).cloned());
        let all = self.volumes.len() + self.ratios.len() + self.sizes.len() + self.others.len();
        if all > list.len() {
            list.push(format!("({} more of the same kinds)", all - list.len()));
        }
        list
    }
}
