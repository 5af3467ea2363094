//! What the team has to answer before an assumption becomes a fact.

use std::collections::BTreeMap;

/// The most questions about one kind of thing: more are not answered.
const MOST: usize = 8;

/// Questions, without repetition.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    volumes: BTreeMap<String, usize>,
    ratios: BTreeMap<(String, String), usize>,
    sizes: BTreeMap<String, usize>,
    others: Vec<String>,
    waits: bool,
}

impl Questions {
    /// Whether somebody waits for what is asked about from here on: such questions come first.
    pub fn for_who_waits(&mut self, waits: bool) {
        self.waits = waits;
    }

    /// How many rows has a table?
    pub fn ask_volume(&mut self, entity: &str) {
        *self.volumes.entry(entity.to_owned()).or_default() += usize::from(self.waits);
    }

    /// How many rows belong to one?
    pub fn ask_ratio(&mut self, child: &str, parent: &str) {
        *self.ratios.entry((child.to_owned(), parent.to_owned())).or_default() += usize::from(self.waits);
    }

    /// How long is a collection?
    pub fn ask_size(&mut self, name: &str, place: Option<&str>) {
        // A constant has as many as its line says, whatever the day.
        let last = name.rsplit(['.', ':']).next().unwrap_or(name);
        if last.contains(|c: char| c.is_ascii_uppercase()) && !last.contains(|c: char| c.is_ascii_lowercase())
        {
            return;
        }
        let at = place.map_or_else(String::new, |place| format!(" at {place}"));
        let question = format!("How many elements has `{name}`{at} on a busy day?");
        *self.sizes.entry(question).or_default() += usize::from(self.waits);
    }

    /// Another question.
    pub fn ask(&mut self, question: impl Into<String>) {
        self.others.push(question.into());
    }

    /// All of them, those that stand behind most figures first.
    pub fn list(&self) -> Vec<String> {
        let mut list = self.others.clone();
        list.extend(first(&self.volumes).map(|(entity, uses)| {
            format!("How many rows has `{entity}`? Say it in [volumes].{}", used(uses))
        }));
        list.extend(first(&self.ratios).map(|((child, parent), uses)| {
            format!("How many `{child}` belong to one `{parent}`? Give both in [volumes].{}", used(uses))
        }));
        list.extend(first(&self.sizes).map(|(question, uses)| format!("{question}{}", used(uses))));
        let all = self.volumes.len() + self.ratios.len() + self.sizes.len() + self.others.len();
        if all > list.len() {
            list.push(format!("({} more of the same kinds)", all - list.len()));
        }
        list
    }
}

/// How much depends on the answer.
fn used(uses: usize) -> String {
    if uses > 1 { format!(" {uses} figures rest on it.") } else { String::new() }
}

/// The questions with the most uses; those that nobody waits for only where there are no others.
fn first<K: Ord>(asked: &BTreeMap<K, usize>) -> impl Iterator<Item = (&K, usize)> {
    let mut all: Vec<(&K, usize)> = asked.iter().map(|(key, uses)| (key, *uses)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    if all.iter().any(|(_, uses)| *uses > 0) {
        all.retain(|(_, uses)| *uses > 0);
    }
    all.into_iter().take(MOST)
}

#[cfg(test)]
mod tests {
    use super::Questions;

    #[test]
    fn what_much_rests_on_is_asked_first() {
        let mut questions = Questions::default();
        questions.ask_volume("A");
        questions.for_who_waits(true);
        questions.ask_volume("B");
        (0..3).for_each(|_| questions.ask_volume("C"));
        let list = questions.list();
        assert!(list[0].contains("`C`") && list[0].ends_with("3 figures rest on it."), "{list:?}");
        assert!(list[1].contains("`B`"), "{list:?}");
        assert_eq!(list[2], "(1 more of the same kinds)");
    }
}
