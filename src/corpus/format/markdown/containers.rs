//! What programs that make pages of Markdown add to it: containers (`:::note`, `:::message`), shortcodes
//! (`{{< figure >}}`, `{% hint %}`) and attributes of headings (`{#id}`). Markdown's own rules know none of them, so
//! they are covered up before the parser sees the text, which keeps its length. What stands between them is text.
//!
//! Sources: the directives of Docusaurus, VitePress, Zenn and MyST, the shortcodes of Hugo, and the tags of Liquid.

use std::borrow::Cow;

use super::fence::{Fence, after_code};
use crate::corpus::Span;
use crate::corpus::block::{Omission, Omitted};
use crate::corpus::lines::lines;

/// Where a shortcode begins and where it ends.
const SHORTCODES: [(&str, &str); 3] = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}")];

/// Covers them up in `shown`, which may be covered up elsewhere already, and lists them by their places in `text`.
pub(super) fn mask(text: &str, shown: &mut Cow<'_, [u8]>) -> Vec<Omitted> {
    let mut found: Vec<Span> = Vec::new();
    let mut fence = Fence::default();
    for line in lines(text) {
        let content = &text[line.clone()];
        if fence.passes(content) {
            continue;
        }
        let start = line.start + content.len() - content.trim_start().len();
        let content = content.trim();
        let first = found.len();
        if let Some(length) = container(content) {
            found.push(start..start + length);
        } else {
            if content.contains("{{") || content.contains("{%") {
                found.extend(shortcodes(content).map(|span| start + span.start..start + span.end));
            }
            found.extend(heading_id(content).map(|id| start + id..start + content.len()));
        }
        for span in &found[first..] {
            // A line of nothing else is blank for the parser. Before text, blanks would be the indent of a program.
            let behind = text[span.end..line.end].trim().is_empty();
            shown.to_mut()[span.clone()].fill(if behind { b' ' } else { b'x' });
        }
    }
    let omitted = |span| Omitted {
        span,
        reason: Omission::Markup,
    };
    found.into_iter().map(omitted).collect()
}

/// Bytes of the mark of a container at the beginning of a line, with its name and its attributes; a title stays.
fn container(line: &str) -> Option<usize> {
    let marks = line.len() - line.trim_start_matches(':').len();
    if marks < 3 {
        return None;
    }
    let rest = line[marks..].trim_start();
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let name =
        rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if rest.is_empty() {
        return Some(line.len());
    }
    // `::: {.note}` of Pandoc, `:::{note}` of MyST, `:::note{title="x"}`.
    let after = match name.strip_prefix('{') {
        Some(attributes) => &attributes[attributes.find('}')? + 1..],
        None if name.len() == rest.len() => return None,
        None => name,
    };
    let is_apart = after.is_empty() || after.starts_with([' ', '\t', '[']);
    is_apart.then_some(line.len() - after.len())
}

/// Where the attributes of a heading begin that stand at its end: `# Title {#id .class}`.
fn heading_id(line: &str) -> Option<usize> {
    let at = line.rfind('{')?;
    let inside = line[at + 1..].strip_suffix('}')?;
    let marked = inside.starts_with(['#', '.']) && !inside.contains(['{', '}']);
    let spaced = line[..at].ends_with([' ', '\t']);
    (line.starts_with('#') && marked && spaced).then_some(at)
}

/// The shortcodes of a line; those in code are text.
fn shortcodes(line: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    // Marks that no end stands behind are looked for once.
    let mut unclosed = [false; SHORTCODES.len()];
    std::iter::from_fn(move || {
        loop {
            let rest = &line[at..];
            let next = rest.find(['`', '{'])?;
            let start = at + next;
            if line[start..].starts_with('`') {
                at = start + after_code(&line[start..])?;
                continue;
            }
            let mut kinds = SHORTCODES.iter().zip(&mut unclosed);
            let code = kinds.find_map(|((begin, end), unclosed)| {
                let inside = line[start..].strip_prefix(begin).filter(|_| !*unclosed)?;
                let name = inside.trim_start_matches(['-', '/', ' ']);
                if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    return None;
                }
                let length = inside.find(end);
                *unclosed = length.is_none();
                Some(begin.len() + length? + end.len())
            });
            match code {
                Some(length) => {
                    at = start + length;
                    return Some(start..at);
                }
                None => at = start + 1,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_covered_up_and_text_is_not() {
        for (text, expected) in [
            (":::message", "          "),
            (":::", "   "),
            ("::: warning", "           "),
            (":::note Read *this*", "xxxxxxx Read *this*"),
            (":::{note}", "         "),
            ("::: {.callout-tip}", "                  "),
            (":::note{title=\"x\"}", "                  "),
            (":::tip[Title]", "xxxxxx[Title]"),
            (":::日本語", ":::日本語"),
            ("::x", "::x"),
            (":::a:b", ":::a:b"),
            ("# Title {#id .class}", "# Title             "),
            ("# Set {a, b}", "# Set {a, b}"),
            ("a {#id}", "a {#id}"),
            ("{{< figure src=\"a.png\" >}}", "                          "),
            ("See {{< ref \"a\" >}} there.", "See xxxxxxxxxxxxxxx there."),
            ("{% hint style=\"info\" %}", "                       "),
            ("`{% raw %}` and {% x", "`{% raw %}` and {% x"),
            ("{{ title }}", "{{ title }}"),
            ("by {% 5 and 10 %} units", "by {% 5 and 10 %} units"),
            ("::: 2024 results", "::: 2024 results"),
            (
                "- ```sh\n  {% raw %}\n  ```\n{% x %}",
                "- ```sh\n  {% raw %}\n  ```\n       ",
            ),
            ("## A {{< b >}} c {#d}", "## A xxxxxxxxx c     "),
            ("```\n:::note\n```", "```\n:::note\n```"),
        ] {
            let mut shown = Cow::Borrowed(text.as_bytes());
            mask(text, &mut shown);
            assert_eq!(str::from_utf8(&shown).unwrap(), expected, "{text}");
        }
    }
    #[test]
    fn what_nobody_closes_is_looked_for_once() {
        for mark in ["{{< a", "{% a", "`{%", "# {#"] {
            let text = mark.repeat(1_000_000);
            assert_eq!(mask(&text, &mut Cow::Borrowed(text.as_bytes())), []);
        }
    }
}
