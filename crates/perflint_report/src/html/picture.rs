//! The route of a finding as a picture: a box per step, an arrow to the next, and one back over what is repeated.

use super::plain;
use perflint_rules::{Step, StepKind};
use std::fmt::Write;

/// The geometry, in pixels.
const WIDTH: usize = 640;
const HEIGHT: usize = 44;
const GAP: usize = 18;
const MARGIN: usize = 40;

/// A route of more steps shows its start and its end.
const MAX_STEPS: usize = 14;

/// How many characters fit into a box.
const MAX_TEXT: usize = 78;

/// Draws a route.
pub(super) fn route(steps: &[Step], text: &mut String) {
    if steps.is_empty() {
        return;
    }
    let cut = steps.len().saturating_sub(MAX_STEPS);
    let shown: Vec<Option<&Step>> = match cut {
        0 => steps.iter().map(Some).collect(),
        _ => {
            let half = MAX_STEPS / 2;
            let (first, last) = (&steps[..half], &steps[steps.len() - half..]);
            first.iter().map(Some).chain([None]).chain(last.iter().map(Some)).collect()
        }
    };
    let height = shown.len() * (HEIGHT + GAP);
    let _ = writeln!(
        text,
        "<svg viewBox=\"0 0 {} {height}\" width=\"{}\" role=\"img\" aria-label=\"route in {} steps\">",
        WIDTH + 2 * MARGIN,
        WIDTH + 2 * MARGIN,
        steps.len()
    );
    for (index, step) in shown.iter().enumerate() {
        let top = index * (HEIGHT + GAP) + 1;
        match step {
            Some(step) => one(step, top, text),
            None => {
                let _ =
                    writeln!(text, "<text x=\"{MARGIN}\" y=\"{}\">({} more)</text>", top + HEIGHT / 2, cut);
            }
        }
        if index + 1 < shown.len() {
            arrow(top + HEIGHT, text);
        }
    }
    back(&shown, text);
    text.push_str("</svg>\n");
}

fn one(step: &Step, top: usize, text: &mut String) {
    let place = format!("{}:{}", step.place.file, step.place.line);
    let kind = step.kind.name();
    let _ = writeln!(
        text,
        "<rect class=\"{kind}\" x=\"{MARGIN}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"5\"/>\
         <text x=\"{x}\" y=\"{}\">{kind}: {}</text><text class=\"place\" x=\"{x}\" y=\"{}\">{}</text>",
        top + 18,
        plain(&step.label, MAX_TEXT),
        top + 35,
        plain(&place, MAX_TEXT),
        x = MARGIN + 10
    );
}

fn arrow(from: usize, text: &mut String) {
    let (x, to) = (MARGIN + WIDTH / 2, from + GAP);
    let _ = writeln!(
        text,
        "<path d=\"M{x} {from}V{}\"/><polygon points=\"{},{} {},{} {x},{to}\"/>",
        to - 5,
        x - 4,
        to - 6,
        x + 4,
        to - 6
    );
}

/// From the last step back to the innermost loop: this is what happens again and again.
fn back(shown: &[Option<&Step>], text: &mut String) {
    let is_loop = |step: &Option<&Step>| step.is_some_and(|step| step.kind == StepKind::Loop);
    let Some(first) = shown.iter().rposition(is_loop) else { return };
    let middle = |index: usize| index * (HEIGHT + GAP) + HEIGHT / 2;
    let (top, bottom) = (middle(first), middle(shown.len() - 1));
    if top == bottom {
        return;
    }
    let (x, far) = (MARGIN + WIDTH, MARGIN + WIDTH + 22);
    let _ = writeln!(
        text,
        "<path d=\"M{x} {bottom}H{far}V{top}H{}\"/><polygon points=\"{},{} {},{} {x},{top}\"/>",
        x + 5,
        x + 6,
        top - 4,
        x + 6,
        top + 4
    );
}
