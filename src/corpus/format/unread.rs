//! Files inside a file that are not read: named in one note, by the reason.

use crate::corpus::decode::decoded::Fault;
use crate::error::Reason;

/// So many names are told of a reason.
const NAMES: usize = 20;
/// So much of a name is told, in characters.
const NAME: usize = 120;

/// Names of files, by why they are not read.
#[derive(Default)]
pub struct Unread(Vec<(Reason, Vec<String>)>);

impl Unread {
    pub fn push(&mut self, name: &str, reason: impl Into<Reason>) {
        let reason = reason.into();
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

    /// What is said of them in a sentence; `None` where there are none. Of several remedies, the first is told.
    pub fn note(self) -> Option<Reason> {
        let all = self.0.iter().map(|(_, names)| names.len()).sum::<usize>();
        let mut remedies = self.0.iter().map(|(reason, _)| reason.remedy.clone());
        let remedy = remedies.find_map(|remedy| remedy);
        let reasons: Vec<String> = self
            .0
            .iter()
            .map(|(reason, names)| told(&reason.text, names))
            .collect();
        let files = if all == 1 {
            "1 file inside is"
        } else {
            &format!("{all} files inside are")
        };
        (all > 0).then(|| Reason {
            text: format!("{files} not read: {}", reasons.join("; ")),
            remedy,
        })
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
    use crate::error::Remedy;

    #[test]
    fn names_are_told_by_their_reason() {
        let mut unread = Unread::default();
        assert!(unread.is_empty());
        unread.push("a.png", "not text");
        unread.fault("b\n.xls", Fault::not_text("not text"));
        unread.push("c.bin", Reason::with(Remedy::MaxBytes, "broken"));
        let note = unread.note().unwrap();
        assert_eq!(note.remedy, Some(Remedy::MaxBytes));
        assert_eq!(
            note.text,
            "3 files inside are not read: a.png, b .xls (not text); c.bin (broken)"
        );
        let mut unread = Unread::default();
        for number in 0..22 {
            unread.push(&number.to_string(), "x");
        }
        assert!(unread.note().unwrap().text.ends_with("19 and 2 more (x)"));
        assert_eq!(Unread::default().note(), None);
    }
}
