//! Paths of files in a book.

/// The path of a file that another one names, without the place in it.
pub fn beside(file: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    let folder = match href.starts_with('/') {
        true => "",
        false => file.rsplit_once('/').map_or("", |(folder, _)| folder),
    };
    let href = unescaped(href);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `%20` is a space.
fn unescaped(href: &str) -> String {
    let bytes = href.as_bytes();
    let mut found = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        found.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&found).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        for (file, href, expected) in [
            (
                "OEBPS/content.opf",
                "text/a%20b.xhtml#c",
                "OEBPS/text/a b.xhtml",
            ),
            (
                "OEBPS/toc/nav.xhtml",
                "../text/./a.xhtml",
                "OEBPS/text/a.xhtml",
            ),
            ("content.opf", "../../a.xhtml", "a.xhtml"),
            ("a/b.opf", "/c.xhtml", "c.xhtml"),
            ("", "a%zz", "a%zz"),
        ] {
            assert_eq!(beside(file, href), expected);
        }
    }
}
