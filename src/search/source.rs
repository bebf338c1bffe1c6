//! Addresses of sources as people name them.

/// Part of a web address, as a user means it: letters of either case, with or without the scheme and `www.`.
#[derive(Debug)]
pub struct Source {
    part: String,
    /// It begins with the host: a scheme or `www.` stood before it.
    host: bool,
}

impl Source {
    pub fn new(given: &str) -> Self {
        let folded = given.trim().to_lowercase();
        let part = bare(&folded);
        let host = part.len() < folded.len();
        Self {
            part: part.trim_end_matches('/').to_owned(),
            host,
        }
    }

    pub fn is_in(&self, url: &str) -> bool {
        let folded = url.to_lowercase();
        let url = bare(&folded);
        if !self.host {
            return url.contains(&self.part);
        }
        let host = url.split(['/', '?', '#']).next().unwrap_or_default();
        // A host stands for those below it.
        let starts = host.match_indices('.').map(|(at, _)| at + 1);
        std::iter::once(0).chain(starts).any(|start| {
            let rest = url[start..].strip_prefix(self.part.as_str());
            let ends = |rest: &str| rest.is_empty() || rest.starts_with(['/', ':', '?', '#']);
            rest.is_some_and(|rest| self.part.contains('/') || ends(rest))
        })
    }
}

/// An address without its scheme and `www.`.
fn bare(url: &str) -> &str {
    let is_scheme = |head: &str| head.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+');
    let rest = match url.split_once("://") {
        Some((head, rest)) if is_scheme(head) => rest,
        _ => url,
    };
    rest.strip_prefix("www.").unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_as_it_is_meant() {
        let is_in = |part, url| Source::new(part).is_in(url);
        for (part, url) in [
            ("example.com", "https://Sub.Example.com/Path"),
            ("EXAMPLE.com", "http://www.example.com/a"),
            ("https://example.com", "http://www.example.com/a"),
            ("https://www.example.com/", "https://example.com"),
            ("www.example.com", "https://news.example.com/x"),
            ("http://example.com/pa", "https://example.com/Path"),
            ("path", "https://sub.example.com/Path"),
            ("vietnam", "https://vietnamnet.vn/x"),
        ] {
            assert!(is_in(part, url), "{part} {url}");
        }
        for (part, url) in [
            ("example.org", "https://example.com/"),
            ("https://example.com", "https://example.com.evil.net/"),
            ("https://example.com", "https://notexample.com/"),
            ("https://example.com", "https://a.net/?u=.example.com"),
        ] {
            assert!(!is_in(part, url), "{part} {url}");
        }
    }
}
