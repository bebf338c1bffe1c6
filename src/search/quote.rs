//! Strings in quotation marks.

use crate::corpus::detect_language;

/// A question, and the strings in it that must occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The question without the marks.
    pub text: String,
    /// What stands between marks.
    pub strings: Vec<String>,
    /// What stands outside of them.
    pub rest: String,
}

/// Languages that write „so“, or „so”.
const LOW_MARKS: [&str; 26] = [
    "bg", "bs", "cs", "de", "da", "et", "hr", "hu", "hy", "is", "ka", "lb", "lt", "lv", "mk", "mn",
    "nl", "pl", "ro", "ru", "sk", "sl", "sq", "sr", "uk", "yi",
];

impl Quoted {
    /// Finds the strings in double quotation marks. A mark behind a figure stands for inches, unless it can only be the
    /// end of a string; a mark without its partner quotes nothing. „Low” marks are those of some languages, and quote
    /// in questions in these; in a question in another one a name came along with its marks.
    pub fn new(question: &str) -> Self {
        let chars: Vec<char> = question.chars().collect();
        let low = chars.contains(&'„')
            && detect_language(question).is_none_or(|lang| LOW_MARKS.contains(&lang.as_str()));
        let mut found = Self {
            text: String::new(),
            strings: Vec::new(),
            rest: String::new(),
        };
        let is_closing = |at: &usize| is_mark(chars[*at]) && chars[*at] != '„';
        let closing_marks: Vec<usize> = (0..chars.len()).filter(is_closing).collect();
        let mut at = 0;
        while at < chars.len() {
            let after = closing_marks.partition_point(|mark| *mark <= at);
            let string = opens(&chars, at, low).then(|| closing(&chars, &closing_marks[after..]));
            let string = string.flatten();
            let Some(end) = string else {
                found.text.push(chars[at]);
                found.rest.push(chars[at]);
                at += 1;
                continue;
            };
            let inside: String = chars[at + 1..end].iter().collect();
            found.text.push_str(&inside);
            found.rest.push(' ');
            if !inside.trim().is_empty() {
                found.strings.push(inside);
            }
            at = end + 1;
        }
        found
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '＂')
}

/// A mark behind a figure, `27"` or `27 "`: inches.
fn measures(chars: &[char], at: usize) -> bool {
    let before = &chars[..at];
    let spaces = before.iter().rev().take_while(|c| **c == ' ').count();
    let figure = before
        .len()
        .checked_sub(spaces + 1)
        .is_some_and(|last| before[last].is_numeric());
    figure && (spaces == 0 || chars.get(at + 1).is_none_or(|c| !c.is_alphanumeric()))
}

/// Whether a string begins with the mark here.
fn opens(chars: &[char], at: usize, low: bool) -> bool {
    is_mark(chars[at]) && !measures(chars, at) && (chars[at] != '„' || low)
}

/// Which of the marks behind the beginning of a string ends it.
fn closing(chars: &[char], marks: &[usize]) -> Option<usize> {
    // In "a 27" panel" the mark behind the figure is none, because one that can only end the string follows.
    let only_ends = |at: usize| {
        let after = chars.get(at + 1);
        !chars[at - 1].is_whitespace()
            && after.is_none_or(|c| !c.is_alphanumeric())
            && !measures(chars, at)
    };
    let mut marks = marks.iter().copied().peekable();
    while let Some(at) = marks.next() {
        let goes_on = marks.peek().is_some_and(|next| only_ends(*next));
        if !(measures(chars, at) && goes_on) {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(question: &str) -> Vec<String> {
        Quoted::new(question).strings
    }

    #[test]
    fn quoted_strings_are_taken() {
        let quoted = Quoted::new("who is \"Andrew Tulloch\" at “Meta”?");
        assert_eq!(quoted.text, "who is Andrew Tulloch at Meta?");
        assert_eq!(quoted.strings, ["Andrew Tulloch", "Meta"]);
        assert_eq!(quoted.rest, "who is   at  ?");
        assert_eq!(strings("\"\""), [""; 0]);
        assert_eq!(strings("a \"mark alone"), [""; 0]);
        assert_eq!(strings("猫＂という言葉＂は"), ["という言葉"]);
        assert_eq!(strings("「猫」とは"), [""; 0]);
    }

    #[test]
    fn marks_behind_figures_are_inches() {
        for question in [
            "a 5\" screen",
            "Is a 27\" panel lighter than a 32\" panel?",
            "Panels: 27\", 32\" or 43\"?",
            "３２\"のモニターと２７\"のモニター",
            "a 3/4\" pipe in a 1½\" sleeve",
            "27 \" and 32 \" wheels",
            "a 27” and a 32” panel",
        ] {
            assert_eq!(strings(question), [""; 0], "{question}");
            assert_eq!(Quoted::new(question).text, question);
        }
        assert_eq!(strings("is \"27\" a prime?"), ["27"]);
        assert_eq!(strings("\"27\" and \"32\""), ["27", "32"]);
        assert_eq!(
            strings("the \"Model X 27\" panel\" today"),
            ["Model X 27\" panel"]
        );
        assert_eq!(strings("a 27\" panel called \"Vista\""), ["Vista"]);
        assert_eq!(strings("apollo 11 \"Eagle\""), ["Eagle"]);
    }

    #[test]
    fn low_marks_quote_in_their_languages() {
        let german = "Welcher Ingenieur hat das Unternehmen „Tesla“ gegründet und warum?";
        assert_eq!(strings(german), ["Tesla"]);
        assert_eq!(strings("„Tesla”"), ["Tesla"]);
        let english = "Which engineer was the founder of the company that is called „Tesla”?";
        assert_eq!(strings(english), [""; 0]);
        assert_eq!(Quoted::new(english).text, english);
    }
}
