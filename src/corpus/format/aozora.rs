//! Aozora Bunko's text format: ruby (`漢字《かんじ》`, `｜` where it begins) and notes (`［＃...］`) are taken out, and
//! with them the explanation before the work; lines keep their numbers.
//!
//! Source: <https://www.aozora.gr.jp/annotation/>.

use super::super::decode::Fault;
use super::super::layout::layout;
use super::{Fields, Format, Parsed};

pub struct Aozora;

impl Format for Aozora {
    fn name(&self) -> &'static str {
        "aozora"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        let marks = head.contains("【テキスト中に現れる記号について】");
        extension == "txt"
            && (marks || (head.contains('《') && head.contains('｜')) || head.contains("［＃"))
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        let mut read = String::with_capacity(text.len());
        let mut explaining = false;
        let mut header = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            let ruled = content.len() >= 20 && content.bytes().all(|b| b == b'-');
            if ruled && header < 2 {
                header += 1;
                explaining = header == 1;
            } else if !explaining {
                strip(content, &mut read);
            }
            read.push_str(&line[content.len()..]);
        }
        // Title and author are the first two lines.
        let mut first = read.lines().filter(|line| !line.trim().is_empty());
        let (title, author) = (first.next(), first.next());
        let short = |line: &str| line.chars().count() <= 40 && !line.contains('。');
        let titled = title.is_some_and(short) && author.is_some_and(short) && header == 2;
        let (blocks, omitted) = layout(&read);
        Ok(vec![Parsed {
            title: title.filter(|_| titled).map(|line| line.trim().to_owned()),
            author: author.filter(|_| titled).map(|line| line.trim().to_owned()),
            blocks,
            omitted,
            text: Some(read),
            ..Parsed::default()
        }])
    }
}

/// A line without its ruby and notes.
fn strip(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find(['《', '［', '｜']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (close, marked) = if rest.starts_with('《') {
            ('》', true)
        } else if rest.starts_with('［') {
            ('］', rest.starts_with("［＃"))
        } else {
            ('｜', true)
        };
        let end = rest.find(close).filter(|_| marked);
        // A bracket that is not closed on its line is text.
        let (kept, next) = match end {
            Some(end) => (0, end + close.len_utf8()),
            None => (1, 3),
        };
        if kept == 1 {
            out.push_str(&rest[..next]);
        }
        rest = &rest[next..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ruby_and_notes_go_and_lines_stay() {
        let ruled = "-".repeat(55);
        let text = format!(
            "羅生門\n芥川龍之介\n\n{ruled}\n【テキスト中に現れる記号について】\n\n《》：ルビ\n{ruled}\n\n{}\n",
            "　ある日の暮方の事である。一人の｜下人《げにん》が、羅生門《らしょうもん》の下で［＃「下で」に傍点］雨やみを待っていた。"
        );
        let text = text.as_str();
        assert!(Aozora.accepts("txt", text));
        let parsed = Aozora.read(text, &Fields::default()).unwrap().remove(0);
        let read = parsed.text.unwrap();
        assert!(
            read.contains("一人の下人が、羅生門の下で雨やみを待っていた。"),
            "{read}"
        );
        assert_eq!(read.lines().count(), text.lines().count());
        assert!(!read.contains("ルビ"));
        assert_eq!(
            (parsed.title.as_deref(), parsed.author.as_deref()),
            (Some("羅生門"), Some("芥川龍之介"))
        );
        let mut out = String::new();
        strip("開いた《ままの括弧［と］", &mut out);
        assert_eq!(out, "開いた《ままの括弧［と］");
    }
}
