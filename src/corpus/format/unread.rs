//! Files inside a file that are not read: named in one note, by the reason.

use crate::corpus::decode::decoded::Fault;

/// So many names are told of a reason.
const NAMES: usize = 20;
/// So much of a name is told, in characters.
const NAME: usize = 120;

/// Names of files, by why they are not read.
#[derive(Default)]
pub struct Unread(Vec<(String, Vec<String>)>);

impl Unread {
    pub fn push(&mut self, name: &str, reason: String) {
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        let name = name.chars().take(NAME).map(shown).collect();
        let known = self.0.iter_mut().find(|(known, _)| *known == reason);
        match known {
            Some((_, names)) => names.push(name),
            None => self.0.push((reason, vec![name])),
        }
    }

    pub fn fault(&mut self, name: &str, fault: Fault) {
        let (Fault::NotText(reason) | Fault::Unreadable(reason)) = fault;
        self.push(name, reason);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of them in a sentence; `None` where there are none.
    pub fn note(self) -> Option<String> {
        let all = self.0.iter().map(|(_, names)| names.len()).sum::<usize>();
        let reasons: Vec<String> = self
            .0
            .into_iter()
            .map(|(reason, names)| told(&reason, &names))
            .collect();
        let files = if all == 1 {
            "1 file inside is"
        } else {
            &format!("{all} files inside are")
        };
        (all > 0).then(|| format!("{files} not read: {}", reasons.join("; ")))
    }
}

fn told(reason: &str, names: &[String]) -> String {
    let shown = names[..names.len().min(NAMES)].join(", ");
    let more = match names.len().saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{shown}{more} ({reason})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_reason() {
        let mut unread = Unread::default();
        assert!(unread.is_empty());
        unread.push("a.png", "not text".to_owned());
        unread.fault("b\n.xls", Fault::NotText("not text".to_owned()));
        unread.push("c.bin", "broken".to_owned());
        assert_eq!(
            unread.note().unwrap(),
            "3 files inside are not read: a.png, b .xls (not text); c.bin (broken)"
        );
        let mut unread = Unread::default();
        for number in 0..22 {
            unread.push(&number.to_string(), "x".to_owned());
        }
        assert!(unread.note().unwrap().ends_with("19 and 2 more (x)"));
        assert_eq!(Unread::default().note(), None);
    }
}
