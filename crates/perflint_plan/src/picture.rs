//! The geometry of the picture of the schema: the tables whose indexes change, and the tables that they point to.
//!
//! A foreign key is a line of text on its card: drawn from card to card it would run behind others and seem to be theirs.

use perflint_report::clean;
use perflint_schema::{Action, Index, Proposal, Schema, Table};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many tables are drawn; the rest is in the list beside the picture.
const TABLES: usize = 12;
/// How many indexes and foreign keys of a table are drawn.
const LINES: usize = 8;
/// Cards side by side.
const ACROSS: usize = 3;
/// Pixels from one card to the next, and the width of one.
const STEP: usize = 240;
const WIDTH: usize = 220;
/// Pixels of a line of text, and of what stands above the first one.
const LINE: usize = 18;
const HEAD: usize = 30;
/// Pixels between rows of cards.
const GAP: usize = 26;
/// What a line says of an index, in the order that lines stand in.
const STATES: [&str; 4] = ["missing", "redundant", "kept", "key"];
/// Characters that fit on a line.
const FITS: usize = 31;

/// Tables as cards.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Picture {
    /// Pixels of all of it.
    pub height: usize,
    /// The tables.
    pub cards: Vec<Card>,
    /// How many tables that change are not drawn.
    pub left_out: usize,
}

/// A table.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// Pixels from the left.
    pub x: usize,
    /// Pixels from the top.
    pub y: usize,
    /// Pixels of its width.
    pub width: usize,
    /// Pixels of its height.
    pub height: usize,
    /// The table, as far as it fits.
    pub name: String,
    /// Its indexes: those that are missing, those to drop, those that stay; then its foreign keys.
    pub lines: Vec<Line>,
}

/// An index or a foreign key on a card.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The base of the text, pixels from the top.
    pub y: usize,
    /// `missing`, `redundant`, `kept`, or `key` for a foreign key.
    pub state: &'static str,
    /// What stands there, as far as it fits.
    pub text: String,
    /// All of it.
    pub whole: String,
}

/// Draws the tables that proposals are about, those with the most of them first.
pub(crate) fn picture(schema: &Schema, proposals: &[Proposal]) -> Picture {
    let mut by_table: BTreeMap<&str, Vec<&Proposal>> = BTreeMap::new();
    for proposal in proposals {
        by_table.entry(&proposal.table).or_default().push(proposal);
    }
    let mut tables: Vec<(&Table, Vec<&Proposal>)> =
        by_table.into_iter().filter_map(|(name, all)| Some((schema.table(name)?, all))).collect();
    tables.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.name.cmp(&b.0.name)));
    let left_out = tables.len().saturating_sub(TABLES);
    tables.truncate(TABLES);
    let mut cards = Vec::with_capacity(tables.len());
    let mut top = 4;
    for row in tables.chunks(ACROSS) {
        let drawn: Vec<Card> = row
            .iter()
            .enumerate()
            .map(|(at, (table, proposals))| card(table, proposals, at * STEP + 4, top))
            .collect();
        top += drawn.iter().map(|card| card.height).max().unwrap_or_default() + GAP;
        cards.extend(drawn);
    }
    Picture { height: top, cards, left_out }
}

fn card(table: &Table, proposals: &[&Proposal], x: usize, y: usize) -> Card {
    let drops = |index: &Index| {
        proposals.iter().any(|proposal| proposal.action == Action::Drop && proposal.index == *index)
    };
    let changed = proposals.iter().map(|proposal| match proposal.action {
        Action::Add => ("missing", columns(&proposal.index)),
        Action::Drop => ("redundant", columns(&proposal.index)),
    });
    let key = (!table.primary_key.is_empty()).then(|| ("kept", table.primary_key.join(", ")));
    let kept = table.indexes.iter().filter(|index| !drops(index)).map(|index| ("kept", columns(index)));
    let keys =
        table.foreign_keys.iter().map(|key| ("key", format!("{} → {}", key.columns.join(", "), key.table)));
    let mut all: Vec<(&'static str, String)> = changed.chain(key).chain(kept).chain(keys).collect();
    all.sort_by_key(|(state, _)| STATES.iter().position(|other| other == state));
    if all.len() > LINES {
        let more = all.len() - (LINES - 1);
        all.truncate(LINES - 1);
        all.push(("kept", format!("and {more} more")));
    }
    let height = HEAD + all.len() * LINE + 8;
    let lines = all.into_iter().enumerate().map(|(at, (state, whole))| {
        let whole = clean::line(&whole).into_owned();
        Line { y: y + HEAD + at * LINE + 12, state, text: fitted(&whole), whole }
    });
    Card { x, y, width: WIDTH, height, name: fitted(&clean::line(&table.name)), lines: lines.collect() }
}

fn columns(index: &Index) -> String {
    let columns: Vec<&str> = index.columns.iter().map(|column| column.name.as_str()).collect();
    columns.join(", ")
}

fn fitted(text: &str) -> String {
    if text.chars().count() <= FITS {
        return text.to_owned();
    }
    text.chars().take(FITS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use perflint_schema::{ForeignKey, IndexColumn, Reason};

    fn index(column: &str) -> Index {
        Index { columns: vec![IndexColumn::plain(column)], ..Index::default() }
    }

    fn proposal(action: Action, table: &str, column: &str) -> Proposal {
        let (table, index) = (table.to_owned(), index(column));
        Proposal {
            action,
            reason: Reason::Filter,
            table,
            index,
            instead: None,
            why: String::new(),
            evidence: Vec::new(),
            rows: None,
        }
    }

    fn schema(names: &[String]) -> Schema {
        let table = |name: &String| Table {
            name: name.clone(),
            primary_key: vec!["id".to_owned()],
            indexes: vec![index("old"), index("stays")],
            foreign_keys: vec![ForeignKey {
                columns: vec!["t0_id".to_owned()],
                table: "t0".to_owned(),
                ..ForeignKey::default()
            }],
            ..Table::default()
        };
        Schema { tables: names.iter().map(|name| (name.clone(), table(name))).collect(), ..Schema::default() }
    }

    #[test]
    fn what_is_missing_stands_first_and_what_is_dropped_stands_once() {
        let schema = schema(&["t0".to_owned(), "t1".to_owned(), "untouched".to_owned()]);
        let proposals = [
            proposal(Action::Drop, "t1", "old"),
            proposal(Action::Add, "t1", "new"),
            proposal(Action::Add, "t0", "new"),
        ];
        let picture = picture(&schema, &proposals);
        let names: Vec<&str> = picture.cards.iter().map(|card| card.name.as_str()).collect();
        assert_eq!(names, ["t1", "t0"]);
        let lines = picture.cards[0].lines.iter().map(|line| (line.state, line.text.as_str()));
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [
                ("missing", "new"),
                ("redundant", "old"),
                ("kept", "id"),
                ("kept", "stays"),
                ("key", "t0_id → t0")
            ]
        );
    }

    #[test]
    fn many_tables_and_long_names_stay_inside() {
        let names: Vec<String> = (0..40).map(|at| format!("t{at}")).collect();
        let mut schema = schema(&names);
        let long = "ö".repeat(500);
        schema.tables.insert(long.clone(), Table { name: long.clone(), ..Table::default() });
        let mut proposals: Vec<Proposal> =
            names.iter().map(|name| proposal(Action::Add, name, "new")).collect();
        proposals.extend((0..20).map(|at| proposal(Action::Add, &long, &format!("c{at}"))));
        let picture = picture(&schema, &proposals);
        assert_eq!((picture.cards.len(), picture.left_out), (TABLES, 41 - TABLES));
        assert_eq!(picture.cards[0].name.chars().count(), FITS);
        assert_eq!(picture.cards[0].lines.len(), LINES);
        assert_eq!(picture.cards[0].lines[LINES - 1].text, "and 13 more");
        for card in &picture.cards {
            assert!(card.x + card.width <= 720 && card.y + card.height <= picture.height);
            assert!(card.lines.iter().all(|line| line.y < card.y + card.height));
        }
    }
}
