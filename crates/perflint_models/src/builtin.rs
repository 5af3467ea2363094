//! The types whose methods the language's own values have.

use crate::{Models, TypeIx};

impl Models {
    /// The types of lists, maps, texts or promises, as languages name them and as models mark them.
    pub fn builtins(&self, family: &str, what: &str) -> impl Iterator<Item = TypeIx> {
        let names: &[&str] = match (family, what) {
            ("python", "list") => &["list", "builtins.list"],
            ("python", "map") => &["dict", "builtins.dict"],
            ("python", "str") => &["str", "builtins.str"],
            ("javascript", "list") => &["Array"],
            ("javascript", "map") => &["Object", "Map"],
            ("javascript", "promise") => &["Promise"],
            ("javascript", "str") => &["String", "string"],
            ("rust", "list") => &["Vec", "std.vec.Vec", "rust.iterator"],
            ("rust", "map") => &["HashMap", "std.collections.HashMap"],
            ("rust", "promise") => &["Future", "futures.Future"],
            _ => &[],
        };
        let named = names.iter().filter_map(|name| self.type_named(family, name)).collect::<Vec<_>>();
        named.into_iter().chain(self.builtin(family, what).iter().copied())
    }
}
