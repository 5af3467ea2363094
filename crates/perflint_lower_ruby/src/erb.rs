//! ERB as Ruby of the same length.

/// The code of a template, with everything else blanked: `<%= x %>` becomes `    x ;`, so that offsets and lines stay.
pub(crate) fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = bytes.iter().map(|b| if *b == b'\n' { b'\n' } else { b' ' }).collect();
    let mut at = 0;
    while let Some(open) = text[at..].find("<%").map(|found| at + found) {
        let start = open + 2;
        let end = text[start..].find("%>").map_or(text.len(), |found| start + found);
        let marker = bytes.get(start).copied();
        at = (end + 2).min(text.len());
        if matches!(marker, Some(b'#' | b'%')) {
            continue;
        }
        let skip = match &bytes[start..end] {
            [b'=', b'=', ..] => 2,
            [b'=' | b'-' | b'|', ..] => 1,
            _ => 0,
        };
        let stop = if bytes[..end].ends_with(b"-") && end > start { end - 1 } else { end };
        if start + skip < stop {
            out[start + skip..stop].copy_from_slice(&bytes[start + skip..stop]);
        }
        // What follows a comment on the same line would be swallowed with it.
        let comment =
            text[start..stop].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with('#'));
        if end < text.len() && !comment {
            out[end] = b';';
        }
    }
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::blank;

    #[test]
    fn code_stays_where_it_is() {
        let text = "<p>\n<% xs.each do |x| %><b><%= x.y -%></b><%# no %>\n<% end %>";
        let out = blank(text);
        assert_eq!(out.len(), text.len());
        assert_eq!(out.split_whitespace().collect::<Vec<_>>().join(" "), "xs.each do |x| ; x.y ; end ;");
        assert_eq!(out.find("x.y"), text.find("x.y"));
        blank("<% half");
        blank("ü <%= ü %> <%");
    }
}
