//! The skeleton of a rule page.

use crate::say;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// A page whose blanks are in capitals. It names an existing detector, so that it can be built at once.
const SKELETON: &str = r#"+++
title = "TITLE WITHOUT A FULL STOP"
category = "n-plus-one"
level = "warning"
confidence = "medium"
pedantic = true
detector = "repeated-effect"
tags = ["performance"]

[params]
effects = ["query"]
+++

# TITLE WITHOUT A FULL STOP

WHAT THE CODE DOES, AND WHY IT DOES NOT SCALE.

## What it costs

NUMBERS: 100 ROWS ARE 101 QUERIES.

## How to fix it

- **FRAMEWORK**: THE EDIT.

## When to ignore it

WHEN IT DOES NO HARM: `perflint: ignore[NAME] REASON`.

## Examples

```python bad app/example.py
def f(items):
    for item in items:
        item.load()  # perf: NAME
```

```python good app/example.py
def f(items):
    load_all(items)
```
"#;

/// Writes `rules/checks/NAME.md`, unless it exists.
pub(crate) fn create(workspace: &Path, name: &str) -> Result<(), String> {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !name.contains('-') || !name.split('-').all(word) {
        return Err(format!("`{name}`: a rule's id is made of lower-case words joined by hyphens"));
    }
    let path = workspace.join("rules/checks").join(format!("{name}.md"));
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(SKELETON.replace("NAME", name).as_bytes()));
    written.map_err(|error| format!("{}: {error}", path.display()))?;
    say(&format!("{} is written: CONTRIBUTING.md says how to go on", path.display()));
    Ok(())
}
