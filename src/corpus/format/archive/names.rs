//! Names of the files in an archive.

use encoding_rs::Encoding;

use crate::corpus::decode::decode;

/// A longer name is cut, in characters.
const NAME: usize = 400;

/// Names as letters. Those that are not UTF-8 are all in one encoding, which all of them together tell.
pub fn readable(names: &[&[u8]]) -> Vec<String> {
    let old: Vec<&[u8]> = names
        .iter()
        .copied()
        .filter(|name| std::str::from_utf8(name).is_err())
        .collect();
    let decoded = decode(old.join(&b'\n'), None).ok();
    let encoding = decoded.and_then(|decoded| Encoding::for_label(decoded.encoding.as_bytes()));
    let read = |name: &&[u8]| match (std::str::from_utf8(name), encoding) {
        (Err(_), Some(encoding)) => encoding.decode_without_bom_handling(name).0.into_owned(),
        _ => String::from_utf8_lossy(name).into_owned(),
    };
    names.iter().map(read).collect()
}

/// A path inside the archive, with `/` between its parts.
pub fn file_name(name: &str) -> String {
    let shown = name.chars().filter(|c| !c.is_control()).take(NAME);
    let name: String = shown.map(|c| if c == '\\' { '/' } else { c }).collect();
    let name = name.trim_start_matches('/');
    name.strip_prefix("./").unwrap_or(name).to_owned()
}

/// Hidden files, and what a system leaves beside files: a walk through folders passes them over, too.
pub fn is_passed_over(name: &str) -> bool {
    let mut parts = name.split('/');
    parts.any(|part| (part.starts_with('.') && part != "." && part != "..") || part == "__MACOSX")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_whoever_wrote_them() {
        let (old, _, _) = encoding_rs::SHIFT_JIS.encode("港の資料/報告書.txt");
        let (more, _, _) = encoding_rs::SHIFT_JIS.encode("表.csv");
        let names = readable(&[&old, "é.txt".as_bytes(), b"plain.txt", &more]);
        assert_eq!(
            names,
            ["港の資料/報告書.txt", "é.txt", "plain.txt", "表.csv"]
        );
        assert_eq!(file_name("\\a\\b\n.txt"), "a/b.txt");
        assert_eq!(file_name("./a.txt"), "a.txt");
        for (name, expected) in [
            ("__MACOSX/._a.txt", true),
            ("a/.git/x", true),
            ("../a.txt", false),
            ("a/b.txt", false),
        ] {
            assert_eq!(is_passed_over(name), expected, "{name}");
        }
    }
}
