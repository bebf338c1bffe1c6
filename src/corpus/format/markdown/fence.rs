//! Programs in Markdown: lines between two fences, and code inside a line.

/// A line without the mark of a list: a program may be an item.
fn after_mark(line: &str) -> &str {
    let rest = line.strip_prefix(['-', '*', '+']).or_else(|| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = rest.len() < line.len();
        rest.strip_prefix(['.', ')']).filter(|_| is_number)
    });
    rest.filter(|rest| rest.starts_with([' ', '\t']))
        .map_or(line, str::trim_start)
}

/// Lines of a program between two fences.
#[derive(Default)]
pub(super) struct Fence(Option<(char, usize)>);

impl Fence {
    /// Whether a line is a fence or stands between two.
    pub fn passes(&mut self, line: &str) -> bool {
        let line = after_mark(line.trim_start_matches([' ', '\t', '>']));
        let mark = line.chars().next().unwrap_or(' ');
        let length = line.len() - line.trim_start_matches(mark).len();
        let fence = matches!(mark, '`' | '~') && length >= 3;
        match self.0 {
            Some((open, least)) => {
                if fence && mark == open && length >= least && line[length..].trim().is_empty() {
                    self.0 = None;
                }
                true
            }
            None => {
                // Inline code may begin with three marks too, and ends on its line.
                let opens = fence && !(mark == '`' && line[length..].contains('`'));
                self.0 = opens.then_some((mark, length));
                opens
            }
        }
    }
}

/// Bytes of inline code with its marks; `None` where it is not closed.
pub(super) fn after_code(text: &str) -> Option<usize> {
    let marks = text.len() - text.trim_start_matches('`').len();
    let mut at = marks;
    loop {
        at += text[at..].find('`')?;
        let run = text[at..].len() - text[at..].trim_start_matches('`').len();
        at += run;
        if run == marks {
            return Some(at);
        }
    }
}
