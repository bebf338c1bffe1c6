//! Mails, mailboxes and saved web pages, with what is attached to them: the reader ends, and every span of what it gives
//! holds.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane_fuzz::{calamine_may_panic, must_hold};

/// Names, and what makes the rest one of that form.
const FORMS: [(&str, &str); 6] = [
    ("a.eml", ""),
    ("a.mbox", ""),
    ("a.mht", ""),
    ("a.eml", "From: a@example.org\nSubject: a\nDate: Fri, 13 Nov 2026 08:00:00 +0900\nMIME-Version: 1.0\n"),
    ("a.mbox", "From a@example.org Fri Nov 13 08:00:00 2026\nFrom: a@example.org\nSubject: a\n"),
    ("a.mht", "From: <Saved by a>\nSubject: a\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n"),
];

fuzz_target!(init: calamine_may_panic(), |input: (u8, &[u8])| {
    let (form, bytes) = input;
    let (name, head) = FORMS[usize::from(form) % FORMS.len()];
    let mail = [head.as_bytes(), bytes].concat();
    let options = ReadOptions { archives: true, ..ReadOptions::default() };
    if let Ok(articles) = Article::from_bytes(mail, Path::new(name), &options) {
        must_hold(&articles);
    }
});
