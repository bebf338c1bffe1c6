//! Mails, RTF and books: every word of them is in an article, in its title or its author.

use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::{check, pieces};
use crate::corpus::{Article, ReadOptions};

fn read(name: &str, bytes: &[u8]) -> Vec<Article> {
    let path = std::path::Path::new(name);
    Article::from_bytes(bytes.to_vec(), path, &ReadOptions::default()).unwrap_or_default()
}

/// Checks each article, and that each of these words is in one.
fn check_words(articles: &[Article], words: &[String], source: &str) -> Result<(), TestCaseError> {
    let mut all = String::new();
    for article in articles {
        check(article)?;
        all.push_str(&article.text);
        for field in [&article.title, &article.author] {
            all.push_str(field.as_deref().unwrap_or_default());
        }
    }
    for word in words {
        prop_assert!(all.contains(word), "{} of {}", word, source);
    }
    Ok(())
}

/// The parts of a mail, by their kind, with a word of each.
fn mail(parts: &[(usize, String)], words: &mut Vec<String>) -> String {
    let mut word = || {
        words.push(format!("keep{}q", words.len()));
        words[words.len() - 1].clone()
    };
    let mut mail = format!(
        "Subject: {} s\nFrom: {} <a@b>\nTo: {}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=bound\n\n{} before\n",
        word(),
        word(),
        word(),
        word()
    );
    for (kind, piece) in parts {
        let piece = piece.replace("--bound", "");
        let (first, second) = (word(), word());
        let part = match kind {
            0 => format!("Content-Type: text/plain\n\n{first} is here.\n{piece}\n\n{second}."),
            1 => format!("Content-Type: text/html\n\n<p>{first} is <b>{second}</b>.</p>{piece}"),
            2 => format!(
                "Content-Type: multipart/alternative; boundary=inner\n\n--inner\nContent-Type: text/plain\n\n{first} and {piece}\n\
                 --inner\nContent-Type: text/html\n\n<p>{first} and {second}.</p>{piece}\n--inner--\n"
            ),
            3 => format!(
                "Content-Type: text/plain; name=\"a.md\"\nContent-Disposition: attachment\n\n# {first}\n\n{second}.\n{piece}"
            ),
            4 => format!(
                "Content-Type: message/rfc822\n\nSubject: {first}\nTo: x\n\n{second}.\n{piece}"
            ),
            5 => format!(
                "Content-Type: text/plain; format=flowed\n\n> {first} is \n> here.\n>> {second}.\n{piece}\n-- \nEnd"
            ),
            _ => format!("\n{first}\n>quoted {piece}\n> {second}\n\nDone."),
        };
        mail.push_str(&format!("--bound\n{part}\n"));
    }
    mail + &format!("--bound--\n{} behind\n", word())
}

/// What RTF is made of that is seen or listed; `%` is a word.
const SEEN: [&str; 18] = [
    "% ",
    "%\\par ",
    "{\\b %}",
    "\\pard ",
    "\\intbl %\\cell ",
    "\\row ",
    "\\trowd\\trhdr ",
    "{\\footnote %\\par}",
    "{\\header %\\par}",
    "{\\v %}",
    "{\\deleted %}",
    "{\\listtext %\\tab}",
    "\\outlinelevel0 ",
    "\\'82\\'a0",
    "\\u12354?",
    "{\\field{\\*\\fldinst X}{\\fldrslt %}}",
    "{\\*\\annotation %}",
    "{\\shp{\\*\\shpinst{\\shptxt %\\par}}}",
];

/// What else may stand in RTF, whole and torn.
const TORN: [&str; 14] = [
    "{",
    "}",
    "{\\*\\x ",
    "{\\pict ",
    "\\bin3 ",
    "\\u-10179?",
    "\\uc0 ",
    "\\'",
    "\\",
    "{\\info{\\title t}",
    "{\\stylesheet{\\s1 heading 1;}",
    "{\\fonttbl{\\f1\\fcharset128 a;}}",
    "\\f1 ",
    "\\upr",
];

fn book(chapters: &[String]) -> Vec<u8> {
    let items: String = (0..chapters.len())
        .map(|at| {
            format!("<item id='c{at}' href='c{at}.xhtml' media-type='application/xhtml+xml'/>")
        })
        .collect();
    let spine: String = (0..chapters.len())
        .map(|at| format!("<itemref idref='c{at}'/>"))
        .collect();
    let mut files = vec![
        ("mimetype".to_owned(), "application/epub+zip".to_owned()),
        (
            "META-INF/container.xml".to_owned(),
            "<rootfile full-path='b.opf'/>".to_owned(),
        ),
        (
            "b.opf".to_owned(),
            format!("<package><manifest>{items}</manifest><spine>{spine}</spine></package>"),
        ),
    ];
    files.extend(
        chapters
            .iter()
            .enumerate()
            .map(|(at, text)| (format!("c{at}.xhtml"), text.clone())),
    );
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in files {
        writer.start_file(name, options).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

proptest! {
    #[test]
    fn mails_lose_nothing(parts in prop::collection::vec((0..7_usize, pieces()), 0..6), boxed in any::<bool>()) {
        let mut words = Vec::new();
        let mail = mail(&parts, &mut words);
        let (name, mail) = match boxed {
            true => ("a.mbox", format!("From a@b Sat Oct 31 10:00:00 2026\n{mail}")),
            false => ("a.eml", mail),
        };
        check_words(&read(name, mail.as_bytes()), &words, &mail)?;
    }

    #[test]
    fn damaged_mails_lose_nothing_that_they_read(
        parts in prop::collection::vec((0..7_usize, pieces()), 1..4),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)
    ) {
        let mut mail = mail(&parts, &mut Vec::new()).into_bytes();
        for (at, byte) in damage {
            let at = at.index(mail.len());
            mail[at] = byte;
        }
        check_words(&read("a.eml", &mail), &[], "")?;
    }

    #[test]
    fn rtf_loses_nothing(parts in prop::collection::vec(0..SEEN.len(), 1..30)) {
        let mut words = Vec::new();
        let mut body = String::new();
        for part in parts {
            let word = format!("keep{}q", words.len());
            if SEEN[part].contains('%') {
                words.push(word.clone());
            }
            body.push_str(&SEEN[part].replace('%', &word));
        }
        let rtf = format!("{{\\rtf1\\ansi\\ansicpg932 Text.\\par {body}}}");
        check_words(&read("a.rtf", rtf.as_bytes()), &words, &rtf)?;
    }

    #[test]
    fn torn_rtf_loses_nothing_that_it_reads(parts in prop::collection::vec((any::<bool>(), 0..SEEN.len(), 0..TORN.len()), 0..40)) {
        let body: String = parts.iter().map(|(seen, a, b)| if *seen { SEEN[*a] } else { TORN[*b] }).collect();
        let rtf = format!("{{\\rtf1\\ansi Text.\\par {}}}", body.replace('%', "word"));
        check_words(&read("a.rtf", rtf.as_bytes()), &[], &rtf)?;
    }

    #[test]
    fn books_lose_nothing(chapters in prop::collection::vec(pieces(), 1..4)) {
        let words: Vec<String> = (0..chapters.len()).map(|at| format!("keep{at}q")).collect();
        let pages: Vec<String> = chapters
            .iter()
            .zip(&words)
            .map(|(piece, word)| format!("<html><body><h1>{word}</h1><p>Text.</p>{piece}</body></html>"))
            .collect();
        check_words(&read("a.epub", &book(&pages)), &words, &pages.join("\n"))?;
    }
}
