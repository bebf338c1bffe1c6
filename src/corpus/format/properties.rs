//! What a document says about itself, if a person wrote it.

/// Names of files end so.
const EXTENSIONS: [&str; 35] = [
    "doc", "docx", "docm", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "txt", "tex",
    "dvi", "ps", "eps", "indd", "qxd", "pdf", "pmd", "fm", "ai", "jtd", "html", "htm", "md",
    "xlsm", "xlsb", "pptm", "ppsx", "pps", "dotx", "fodt", "fods", "fodp",
];

/// What writers put in when nobody gave a title.
const PLACEHOLDERS: [&str; 12] = [
    "untitled",
    "無題",
    "powerpoint presentation",
    "powerpoint プレゼンテーション",
    "presentation",
    "document",
    "スライド 1",
    "slide 1",
    "anonymous",
    "unspecified",
    "(anonymous)",
    "title",
];

/// A title, if it is one that a person gave.
pub(super) fn title(raw: &str) -> Option<String> {
    let mut clean = spaced(raw);
    for program in [
        "Microsoft Word - ",
        "Microsoft PowerPoint - ",
        "Microsoft Excel - ",
    ] {
        if let Some(rest) = clean.strip_prefix(program) {
            clean = rest.to_owned();
        }
    }
    let lower = clean.to_lowercase();
    let extension = lower.rsplit_once('.').map(|(_, extension)| extension);
    let numbered = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let file = extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
        || lower.contains(['/', '\\']) && !lower.contains(' ');
    let empty = !clean.chars().any(char::is_alphanumeric) || PLACEHOLDERS.contains(&lower.as_str());
    let made = [
        "document",
        "文書 ",
        "文書",
        "book",
        "sheet",
        "slide ",
        "スライド ",
        "プレゼンテーション",
    ]
    .contains(&numbered)
        && numbered != lower;
    (!file && !empty && !made && !clean.contains('\u{fffd}')).then_some(clean)
}

/// An author, if it is the name of one.
pub(super) fn author(raw: &str) -> Option<String> {
    let clean = spaced(raw);
    let made = [
        "user",
        "admin",
        "administrator",
        "owner",
        "author",
        "unknown",
        "anonymous",
        "root",
        "pc",
        "(anonymous)",
        "unspecified",
        // Libraries.
        "python-docx",
        "openpyxl",
        "apache poi",
    ];
    let known = !made.contains(&clean.to_lowercase().as_str());
    (known && clean.chars().any(char::is_alphabetic) && !clean.contains('\u{fffd}'))
        .then_some(clean)
}

fn spaced(raw: &str) -> String {
    raw.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The day of a time as ISO 8601 writes it: `2024-05-06`, `2024-05` or `2024`.
pub(super) fn day(time: &str) -> Option<String> {
    let day = time
        .get(..10)
        .or_else(|| time.get(..7))
        .or_else(|| time.get(..4))?;
    day.starts_with(|c: char| c.is_ascii_digit())
        .then(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_no_titles() {
        for name in [
            "Microsoft Word - 報告書.doc",
            "thesis.dvi",
            "Untitled",
            "無題",
            "文書1",
            "  ",
            "C:\\a\\b",
            "Slide 1",
        ] {
            assert_eq!(title(name), None, "{name}");
        }
        assert_eq!(
            title("Microsoft Word - Annual report").as_deref(),
            Some("Annual report")
        );
        assert_eq!(title(" 検索\n技術 ").as_deref(), Some("検索 技術"));
    }
}
