//! Where the text of a group belongs: to the document, to its description, or to nobody.

use crate::corpus::block::Omission;

/// Where text goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Text,
    /// Data for programs.
    Nowhere,
    /// The table of fonts.
    Fonts,
    /// The table of styles.
    Styles,
    /// The description of the document, and its fields.
    Info,
    Title,
    Author,
    /// A field that is no metadata of an article.
    About,
    Created,
    /// A footnote, an endnote or a text box: paragraphs that stand behind the one that they are in.
    Note,
    /// The number or the mark of an item of a list.
    Marker,
    /// What a field computes its text from.
    Field,
    Left(Omission),
}

/// The place that a control word begins in a group; `None` where it is no name of a destination.
pub fn of(word: &str) -> Option<Place> {
    Some(match word {
        "fonttbl" => Place::Fonts,
        "stylesheet" => Place::Styles,
        "info" => Place::Info,
        "title" => Place::Title,
        "author" => Place::Author,
        "creatim" => Place::Created,
        "subject" | "keywords" | "doccomm" | "comment" | "company" | "manager" | "category"
        | "operator" => Place::About,
        "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
        | "footerf" => Place::Left(Omission::RunningHead),
        "footnote" | "shptxt" | "dptxbxtext" => Place::Note,
        "annotation" | "atnid" | "atnauthor" => Place::Left(Omission::Surroundings),
        "xe" | "tc" | "rxe" => Place::Left(Omission::Hidden),
        "listtext" | "pntext" => Place::Marker,
        "fldinst" => Place::Field,
        "colortbl" | "filetbl" | "pict" | "objdata" | "objclass" | "objname" | "nonshppict"
        | "shppict" | "shpinst" | "shprslt" | "do" | "bkmkstart" | "bkmkend" | "revtim"
        | "printim" | "buptim" | "nonesttables" | "upr" | "pgdsctbl" | "private" | "pn" | "sp"
        | "template" | "hlinkbase" | "ftnsep" | "ftnsepc" | "ftncn" | "aftnsep" | "aftnsepc"
        | "aftncn" | "pnseclvl" | "pntxta" | "pntxtb" | "fontemb" | "falt" | "panose"
        | "nextfile" | "linkval" | "propname" | "staticval" | "datafield" | "formfield" => {
            Place::Nowhere
        }
        _ => return None,
    })
}

/// Words that begin no place, and may stand behind `\*`.
pub fn is_passed_through(word: &str) -> bool {
    matches!(
        word,
        "ud" | "nesttableprops" | "shpinst" | "fldinst" | "annotation"
    )
}

/// A letter that a control word stands for.
pub fn letter(word: &str) -> Option<&'static str> {
    Some(match word {
        "emdash" => "—",
        "endash" => "–",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "bullet" => "•",
        "emspace" | "enspace" | "qmspace" | "tab" => " ",
        "line" | "lbr" => "\n",
        "zwj" => "\u{200d}",
        "zwnj" => "\u{200c}",
        _ => return None,
    })
}

/// Words that name a heading in the table of styles, lower case, before its level.
const HEADINGS: [&str; 11] = [
    "heading",
    "überschrift",
    "titre",
    "título",
    "titolo",
    "kop",
    "rubrik",
    "見出し",
    "标题",
    "標題",
    "제목",
];

/// The level of a heading that the name of a style tells; 0 is the highest.
pub fn level_of(style: &str) -> Option<usize> {
    let style = style.trim().trim_end_matches(';').to_lowercase();
    let rest = HEADINGS.iter().find_map(|name| style.strip_prefix(name))?;
    let number: usize = rest.trim().parse().ok()?;
    (1..=9).contains(&number).then(|| number - 1)
}
