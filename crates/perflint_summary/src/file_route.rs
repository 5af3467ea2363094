//! Routes that are told by where a file stands.

/// The route of a file: the folders under the one called `below`, without those that only group or place, and its own name unless
/// that is one of those that add nothing.
pub(crate) fn route<'n>(
    path: &str,
    below: &str,
    mut nameless: impl Iterator<Item = &'n str>,
) -> Option<String> {
    let (folders, name) = path.rsplit_once('/')?;
    let mut folders = folders.split('/');
    folders.find(|folder| *folder == below)?;
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let own = (!nameless.any(|nameless| nameless == stem)).then_some(stem);
    let is_part = |part: &&str| !(part.starts_with('@') || part.starts_with('(') && part.ends_with(')'));
    let parts: Vec<&str> = folders.filter(is_part).chain(own).collect();
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn folders_are_the_route() {
        let app = |path| route(path, "app", ["route"].into_iter());
        assert_eq!(app("web/app/(shop)/api/orders/[id]/route.ts").as_deref(), Some("/api/orders/[id]"));
        assert_eq!(app("app/route.ts").as_deref(), Some("/"));
        assert_eq!(app("src/route.ts"), None);
        let pages = |path| route(path, "pages", ["index"].into_iter());
        assert_eq!(pages("pages/api/orders.ts").as_deref(), Some("/api/orders"));
        assert_eq!(pages("pages/api/orders/index.ts").as_deref(), Some("/api/orders"));
    }
}
