//! Command lines as a user may paste them into a shell.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use crate::cli::output::steers;

/// A command line for a POSIX shell.
pub fn line(words: &[OsString]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// The command line that started this program.
pub fn typed() -> String {
    let words = std::env::args_os().skip(1);
    let words: Vec<OsString> = std::iter::once("tane".into()).chain(words).collect();
    line(&words)
}

/// A word that a shell takes as it is.
pub fn quoted(word: &OsStr) -> String {
    let word: Cow<'_, str> = word.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    if word.contains(steers) {
        // What steers a terminal must not be printed as it is.
        let escaped: String = word.chars().map(escaped).collect();
        return format!("$'{escaped}'");
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn escaped(c: char) -> String {
    match c {
        '\'' | '\\' => format!("\\{c}"),
        c if steers(c) => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_shell() {
        for (word, expected) in [
            ("/a/b-c.txt:7", "/a/b-c.txt:7"),
            ("+7", "+7"),
            ("", "''"),
            ("日本語.txt", "日本語.txt"),
            ("a b", "'a b'"),
            ("it's $(x)", r"'it'\''s $(x)'"),
            ("a\nb'", r"$'a\u000ab\''"),
        ] {
            assert_eq!(quoted(OsStr::new(word)), expected, "{word:?}");
        }
        let words = ["vi", "+7", "/a b"].map(OsString::from);
        assert_eq!(line(&words), "vi +7 '/a b'");
    }
}
