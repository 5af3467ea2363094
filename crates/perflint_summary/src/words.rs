//! Names as people read them.

/// The words of a name, in small letters: `bulkCreate` and `bulk_create` are `bulk` and `create`.
pub fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = name.trim_start_matches('_');
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches('_');
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '_' || c.is_uppercase())
            .map_or(rest.len(), |(at, _)| at);
        let (word, tail) = rest.split_at(end);
        rest = tail;
        (!word.is_empty()).then(|| word.to_lowercase())
    })
}

pub(crate) use perflint_link::small_start;

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_are_words() {
        let split = |name: &str| words(name).collect::<Vec<_>>().join(" ");
        assert_eq!(split("bulk_create"), "bulk create");
        assert_eq!(split("createMany"), "create many");
        assert_eq!(split("__save"), "save");
        assert_eq!(split(""), "");
    }
}
