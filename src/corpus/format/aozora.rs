//! Aozora Bunko's text format: ruby (`漢字《かんじ》`, `｜` where it begins) and notes (`［＃...］`) are left out, and
//! with them the explanation before the work; lines keep their numbers. What is left out is listed behind the text.
//!
//! `《》` and `｜` are marks of many other texts (titles, warnings, separators). So a text is of this form only by
//! several of its signs together, and only what can be nothing else is left out of it.
//!
//! Source: <https://www.aozora.gr.jp/annotation/>.

use super::super::Span;
use super::super::lines::lines;
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, LeftOut, Parsed};
use crate::corpus::plain::layout::layout;
use crate::corpus::read_options::Fields;

/// So many pairs of marks in the beginning of a text are ruby by themselves, where all but a few can be nothing else.
const DENSE: usize = 10;
/// An explanation begins within so many lines, and is at most so long.
const EXPLANATION: usize = 80;

/// Ruby is at most this long, in characters, and so is what it stands behind, and a note.
const READING: usize = 40;
const BASE: usize = 30;
const NOTE: usize = 400;

pub struct Aozora;

impl Format for Aozora {
    fn name(&self) -> &'static str {
        "aozora"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        if extension != "txt" {
            return false;
        }
        let lines: Vec<Span> = lines(head).collect();
        if explanation(head, &lines).is_some() {
            return true;
        }
        let mut seen = Marks::default();
        for line in lines {
            seen.add(&head[line]);
        }
        seen.notes >= 3 && seen.mostly_ruby()
            || seen.notes >= 1 && seen.ruby >= 3 && seen.mostly_ruby()
            || seen.ruby >= DENSE && seen.mostly_ruby()
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        let lines: Vec<Span> = lines(text).collect();
        let explained = explanation(text, &lines);
        let mut left_out = LeftOut::default();
        let mut taken = Taken::default();
        let mut read = String::with_capacity(text.len());
        for (number, line) in lines.iter().enumerate() {
            let content = &text[line.clone()];
            if explained
                .as_ref()
                .is_some_and(|part| part.contains(&number))
            {
                left_out.push(Omission::Note, content);
            } else {
                strip(content, &mut read, &mut taken);
            }
            let next = lines.get(number + 1).map_or(text.len(), |next| next.start);
            read.push_str(&text[line.end..next]);
        }
        left_out.push(Omission::Note, &taken.notes);
        left_out.push(Omission::Ruby, &taken.ruby);
        // Title and author are the first two lines.
        let mut first = read.lines().filter(|line| !line.trim().is_empty());
        let (title, author) = (first.next(), first.next());
        let short = |line: &str| line.chars().count() <= 40 && !line.contains('。');
        let titled = title.is_some_and(short) && author.is_some_and(short) && explained.is_some();
        let title = title.filter(|_| titled).map(|line| line.trim().to_owned());
        let author = author.filter(|_| titled).map(|line| line.trim().to_owned());
        let (blocks, omitted) = layout(&read);
        let mut parsed = Parsed {
            title,
            author,
            blocks,
            omitted,
            text: Some(read),
            ..Parsed::default()
        };
        left_out.list(&mut parsed);
        Ok(vec![parsed])
    }
}

/// The lines that explain the marks: between two ruled ones, `【テキスト中に現れる記号について】` or another heading in
/// brackets, and then ruby or notes by name. The ruled lines are a part of it.
fn explanation(text: &str, lines: &[Span]) -> Option<std::ops::Range<usize>> {
    let line = |number: usize| text[lines[number].clone()].trim();
    let ruled = |line: &str| line.len() >= 20 && line.bytes().all(|byte| byte == b'-');
    let mut from = 0;
    while from < lines.len().min(EXPLANATION) {
        let near = &lines[from..lines.len().min(EXPLANATION)];
        let start = from + near.iter().position(|l| ruled(text[l.clone()].trim()))?;
        let inner = start + 1..lines.len().min(start + 1 + EXPLANATION);
        let heading = inner.clone().map(line).find(|line| !line.is_empty())?;
        let bracketed = (heading.starts_with('【') && heading.ends_with('】'))
            || (heading.starts_with('［') && heading.ends_with('］'));
        let end = inner.clone().find(|number| ruled(line(*number)));
        let all = &text[lines[start].start..lines[end.unwrap_or(inner.end) - 1].end];
        let explains = all.contains("［＃］") || (all.contains('《') && all.contains("ルビ"));
        let about =
            heading.contains("記号") || heading.contains("表記") || heading.contains("注記");
        if let Some(end) = end.filter(|_| bracketed && about && explains) {
            return Some(start..end + 1);
        }
        from = start + 1;
    }
    None
}

/// What is left out of the lines, one under the other.
#[derive(Default)]
struct Taken {
    ruby: String,
    notes: String,
}

/// How many marks of a text are what they are in this form.
#[derive(Default)]
struct Marks {
    /// Pairs of `《》`.
    pairs: usize,
    /// Those that are ruby.
    ruby: usize,
    /// Notes with words that notes have.
    notes: usize,
}

impl Marks {
    fn add(&mut self, line: &str) {
        let mut taken = Taken::default();
        strip(line, &mut String::new(), &mut taken);
        self.pairs += line.matches('《').count();
        self.ruby += taken.ruby.lines().count();
        self.notes += taken.notes.lines().filter(|note| is_usual(note)).count();
    }

    fn mostly_ruby(&self) -> bool {
        self.ruby * 20 >= self.pairs * 19
    }
}

/// A note as they are written: `［＃「下で」に傍点］`, `［＃ここから２字下げ］`.
fn is_usual(note: &str) -> bool {
    const WORDS: [&str; 26] = [
        "傍点",
        "傍線",
        "傍記",
        "字下げ",
        "改ページ",
        "改丁",
        "改段",
        "改見開き",
        "地付き",
        "字上げ",
        "見出し",
        "太字",
        "斜体",
        "縦中横",
        "割り注",
        "ルビ",
        "水準",
        "ここから",
        "ここで",
        "挿絵",
        "上付き",
        "下付き",
        "小書き",
        "底本",
        "字詰め",
        "横組み",
    ];
    WORDS.iter().any(|word| note.contains(word))
}

/// A line without its ruby and notes.
fn strip(line: &str, out: &mut String, taken: &mut Taken) {
    let mut rest = line;
    // Where in `out` a `｜` stands that no ruby has ended yet.
    let mut bar: Option<usize> = None;
    let begin = out.len();
    while let Some(at) = rest.find(['《', '［', '｜']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = if rest.starts_with('《') {
            ruby_length(rest).filter(|_| is_base(&out[begin..], bar.map(|bar| bar - begin)))
        } else {
            note_length(rest)
        };
        // A mark that is not closed on its line, or that is something else, is text.
        let Some(length) = found else {
            let mark = rest.chars().next().map_or(1, char::len_utf8);
            bar = match &rest[..mark] {
                "｜" => Some(out.len()),
                "《" => None,
                _ => bar,
            };
            out.push_str(&rest[..mark]);
            rest = &rest[mark..];
            continue;
        };
        let list = if rest.starts_with('《') {
            let word = match bar.take() {
                Some(bar) => {
                    out.remove(bar);
                    &out[bar..]
                }
                None => kanji_before(&out[begin..]),
            };
            taken.ruby.push_str(word);
            &mut taken.ruby
        } else {
            &mut taken.notes
        };
        list.push_str(&rest[..length]);
        list.push('\n');
        rest = &rest[length..];
    }
    out.push_str(rest);
}

/// Bytes of `《かんじ》`: kana, and the marks that repeat them.
fn ruby_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('《')?;
    let mut letters = inner.char_indices().take(READING);
    let (end, _) = letters.find(|&(_, c)| c == '》')?;
    let reading = &inner[..end];
    let kana = |c: char| matches!(c, '\u{3041}'..='\u{309f}' | '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | 'ｦ'..='ﾟ');
    let marks = |c: char| "々／＼″゛゜・　".contains(c);
    let fits = reading.chars().all(|c| kana(c) || marks(c)) && reading.contains(kana);
    fits.then_some(end + 2 * '《'.len_utf8())
}

/// Whether ruby can stand behind a text: a kanji, a letter or a mark for one that has no code; or anything from `｜`
/// on that is no sentence.
fn is_base(before: &str, bar: Option<usize>) -> bool {
    let from_bar = bar.and_then(|bar| before.get(bar + '｜'.len_utf8()..));
    let base = |base: &str| {
        !base.is_empty()
            && base.chars().nth(BASE).is_none()
            && !base.contains(['。', '、', '「', '」', ' ', '　'])
    };
    from_bar.is_some_and(base) || before.chars().next_back().is_some_and(is_kanji)
}

/// The word that ruby without `｜` belongs to.
fn kanji_before(text: &str) -> &str {
    let kanji = text.chars().rev().take(BASE).take_while(|c| is_kanji(*c));
    &text[text.len() - kanji.map(char::len_utf8).sum::<usize>()..]
}

fn is_kanji(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' | '々' | '〇' | '〆' | '〻' | 'ヶ' | 'ヵ' | '※')
}

/// Bytes of `［＃...］`, which may hold other brackets.
fn note_length(text: &str) -> Option<usize> {
    text.starts_with("［＃").then_some(())?;
    let mut depth = 0usize;
    let mut first = None;
    for (at, c) in text.char_indices().take(NOTE) {
        first = first.or((c == '］').then_some(at));
        match c {
            '［' => depth += 1,
            '］' if depth == 1 => return Some(at + c.len_utf8()),
            '］' => depth -= 1,
            _ => {}
        }
    }
    // Not balanced: up to the first closing one.
    first.map(|at| at + '］'.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Parsed, String) {
        let mut parsed = Aozora.read(text, &Fields::default()).unwrap().remove(0);
        let read = parsed.text.take().unwrap();
        (parsed, read)
    }

    fn explained(work: &str) -> String {
        let ruled = "-".repeat(55);
        format!(
            "小さな水車\r\n山野茂\r\n\r\n{ruled}\r\n【テキスト中に現れる記号について】\r\n\r\n《》：ルビ\r\n（例）水車《すいしゃ》\r\n{ruled}\r\n\r\n{work}\r\n"
        )
    }

    #[test]
    fn ruby_and_notes_go_and_lines_stay() {
        let text = explained(
            "　谷の｜古い粉屋《こなや》は朝の早い人である。水車《すいしゃ》の音で［＃「音で」に傍点］目をさます。※［＃「てへん＋宛」、第3水準1-84-80］《も》ぐ。",
        );
        assert!(Aozora.accepts("txt", &text));
        let (parsed, read) = parsed(&text);
        let work = &read[..parsed.listed_from.unwrap()];
        assert!(
            work.contains("　谷の古い粉屋は朝の早い人である。水車の音で目をさます。※ぐ。"),
            "{work}"
        );
        assert_eq!(lines(work).count(), lines(text.trim_end()).count());
        assert!(!work.contains("ルビ"));
        assert_eq!(
            (parsed.title.as_deref(), parsed.author.as_deref()),
            (Some("小さな水車"), Some("山野茂"))
        );
        let listed: Vec<(Omission, &str)> = parsed
            .omitted
            .iter()
            .map(|o| (o.reason, &read[o.span.clone()]))
            .collect();
        assert_eq!(listed.len(), 2);
        assert!(listed[0].1.contains("《》：ルビ") && listed[0].1.contains("［＃「音で」に傍点］"));
        assert_eq!(
            listed[1],
            (
                Omission::Ruby,
                "古い粉屋《こなや》\n水車《すいしゃ》\n※《も》"
            )
        );
    }

    #[test]
    fn only_sure_marks_go() {
        let text = explained(
            "《重要》《ひまわり》、『罪と罰』《つみとばつ》、題名｜副題、絵《青の時代》、開いた《ままの括弧［と］、かな《かな》。",
        );
        let (parsed, read) = parsed(&text);
        let work = &read[..parsed.listed_from.unwrap()];
        assert!(work.contains("《重要》《ひまわり》、『罪と罰』《つみとばつ》、題名｜副題、絵《青の時代》、開いた《ままの括弧［と］、かな《かな》。"), "{work}");
    }

    #[test]
    fn other_texts_are_not_of_this_form() {
        let ruled = "-".repeat(30);
        for text in [
            "展覧会｜便り\n\nゴッホの名画《ひまわり》と映画《おくりびと》、小説《こころ》を紹介する。",
            "社内通知｜予定\n《重要》停電します。《至急》連絡を。",
            "书评｜读《红楼梦》\n我第一次读《红楼梦》是在夏天。《西游记》也好。",
            "参考［＃1］と［＃2］と［＃3］を見よ。\n［＃4］はない。",
            "青空文庫では「［＃「下で」に傍点］」と書く。",
            &format!(
                "便り\n{ruled}\n【防災訓練について】\n公園で行う。《雨》なら延期。\n{ruled}\n終わり。"
            ),
            &format!("便り\n{ruled}\n《訓練》の話。\n{ruled}\n"),
        ] {
            assert!(!Aozora.accepts("txt", text), "{text}");
        }
        assert!(!Aozora.accepts("md", &explained("水車《すいしゃ》")));
    }

    #[test]
    fn dense_ruby_and_old_explanations_are_of_this_form() {
        let work = "私《わたし》の顔《かお》を盗見《ぬすみみ》する艶《つや》のある眼《め》を見《み》て、家《いえ》へ帰《かえ》り、戸《と》を閉《し》め、灯《ひ》を消《け》した。";
        assert!(Aozora.accepts("txt", work));
        let ruled = "-".repeat(65);
        let old = format!(
            "全集\n{ruled}\n［表記について］\n●［＃］は、入力者注を示す。\n{ruled}\n●目次\n本文。"
        );
        assert!(Aozora.accepts("txt", &old));
        let (parsed, read) = parsed(&old);
        assert!(read[..parsed.listed_from.unwrap()].contains("●目次"));
    }
}
