//! Elements of YAML: a map's keys are elements, and where they hold no map or list they are attributes of the element around too.

use super::{DEEPEST, Element, MOST};
use saphyr_parser::{Event, Parser};

/// What is being read: an element, and in a map the key that comes next.
struct Open {
    element: Element,
    map: bool,
    key: Option<(String, u32)>,
}

/// The document's root, if it can be read. Aliases stand for nothing: they would repeat what they name.
pub(super) fn read(text: &str) -> Option<Element> {
    let mut open: Vec<Open> = vec![Open { element: Element::default(), map: false, key: None }];
    let mut places = Places { text, chars: 0, bytes: 0 };
    for (count, event) in Parser::new_from_str(text).enumerate() {
        let (event, span) = event.ok()?;
        if count > MOST || open.len() > DEEPEST {
            return None;
        }
        let at = places.byte(span.start.index());
        match event {
            Event::Scalar(value, ..) => scalar(open.last_mut()?, value.into_owned(), at),
            Event::Alias(_) => scalar(open.last_mut()?, String::new(), at),
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let around = open.last_mut()?;
                let (name, at) = around.key.take().unwrap_or((String::new(), at));
                let map = matches!(event, Event::MappingStart(..));
                open.push(Open { element: Element { name, at, ..Element::default() }, map, key: None });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let done = open.pop()?.element;
                let around = &mut open.last_mut()?.element;
                // What has no name is an entry of a list: what it holds belongs to the list.
                match done.name.is_empty() {
                    true => {
                        around.values.extend(done.values);
                        around.inside.extend(done.inside);
                    }
                    false => around.inside.push(done),
                }
            }
            _ => {}
        }
    }
    Some(open.pop()?.element)
}

fn scalar(open: &mut Open, value: String, at: u32) {
    match (open.map, open.key.take()) {
        (true, None) => open.key = Some((value, at)),
        (true, Some((name, at))) => {
            open.element.values.push((name.clone(), value.clone()));
            open.element.inside.push(Element { name, text: value, at, ..Element::default() });
        }
        (false, _) => open.element.values.push((String::new(), value)),
    }
}

/// The parser counts characters.
struct Places<'t> {
    text: &'t str,
    chars: usize,
    bytes: usize,
}

impl Places<'_> {
    /// The byte of a character. Events come in order but for values that are not written, which stand where their key does.
    fn byte(&mut self, char: usize) -> u32 {
        if let Some(further) = char.checked_sub(self.chars) {
            let rest = self.text.get(self.bytes..).unwrap_or_default();
            self.bytes += rest.chars().take(further).map(char::len_utf8).sum::<usize>();
            self.chars = char;
        }
        u32::try_from(self.bytes).unwrap_or(u32::MAX)
    }
}
