//! What to do about an error, in the words of the command line: the library knows no flags.

use crate::error::{EmbedError, Error, IndexError, SearchError};

/// An error with what to do about it, where something can be done.
pub fn told(error: &Error) -> String {
    match advice(error) {
        Some(advice) => format!("{error}{advice}"),
        None => error.to_string(),
    }
}

/// What to do about an error, to follow its text.
pub fn advice(error: &Error) -> Option<String> {
    Some(match error {
        Error::Index(error) => about_index(error)?,
        Error::Embed(EmbedError::Device { .. }) => "; use `--device cpu`".to_owned(),
        Error::Search(SearchError::EmptyQuestion) => {
            "; write one, or `-` to read it from standard input".to_owned()
        }
        _ => return None,
    })
}

fn about_index(error: &IndexError) -> Option<String> {
    Some(match error {
        IndexError::NoIndex { .. } => "; build one with `tane index PATH`".to_owned(),
        IndexError::NotAnIndex { .. } => "; choose another folder with --index".to_owned(),
        IndexError::IndexFormat {
            expected,
            received,
            written_by,
            ..
        } => {
            let other = match *received > u64::from(*expected) {
                true => format!("use {}, or ", newer(written_by)),
                false => String::new(),
            };
            format!("; {other}rebuild it with `tane index --rebuild`")
        }
        IndexError::IndexNewer { written_by, .. } => format!(
            "; refresh it with {}, or rebuild it with `tane index --rebuild`",
            newer(written_by)
        ),
        IndexError::SpaceMismatch { received, .. } => format!(
            "; name its model with `--model {received}`, or rebuild the index with `tane index --rebuild`"
        ),
        IndexError::AlignmentMismatch { .. } => {
            "; refresh it with `tane index` (that embeds nothing again)".to_owned()
        }
        IndexError::Canary { .. } => "; rebuild the index with `tane index --rebuild`".to_owned(),
        IndexError::Corrupt { .. } => {
            "; `tane verify` lists what is affected, `tane index` repairs it, \
                                       `tane index --rebuild` builds a new index"
                .to_owned()
        }
        IndexError::RootMissing { label, .. } => {
            format!("; bring it back, or forget it with `tane index --remove {label}`")
        }
        IndexError::RootEmpty { label, .. } => {
            format!("; if that is right, forget it with `tane index --remove {label}`")
        }
        IndexError::NoRoots => {
            ": give a file or folder (`tane index PATH`), or name a corpus in tane.toml".to_owned()
        }
        _ => return None,
    })
}

/// A tane that reads an index which this one does not: by its version, where the index names one.
pub fn newer(written_by: &str) -> String {
    let is_version = |text: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.len() <= 32
            && text.chars().all(known)
    };
    match is_version(written_by) && written_by != env!("CARGO_PKG_VERSION") {
        true => format!("tane {written_by} or newer"),
        false => "the newer tane that made it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_library_names_no_flag_and_is_told_with_what_to_do() {
        let here = env!("CARGO_PKG_VERSION");
        let told_and_not = |error: IndexError| {
            let error = Error::Index(error);
            (error.to_string(), told(&error))
        };
        let (plain, with) = told_and_not(IndexError::NoIndex { path: "ix".into() });
        assert_eq!(plain, "no index at ix");
        assert_eq!(with, "no index at ix; build one with `tane index PATH`");
        let format = |received, written_by: &str| IndexError::IndexFormat {
            path: "ix".into(),
            expected: 3,
            received,
            written_by: written_by.to_owned(),
        };
        let (plain, with) = told_and_not(format(99, "9.1.0"));
        assert_eq!(
            plain,
            format!("ix: index format 99; this is tane {here}, which reads format 3")
        );
        assert_eq!(
            with,
            plain + "; use tane 9.1.0 or newer, or rebuild it with `tane index --rebuild`"
        );
        let (plain, with) = told_and_not(format(2, ""));
        assert_eq!(with, plain + "; rebuild it with `tane index --rebuild`");
        let (plain, with) = told_and_not(IndexError::NoRoots);
        assert_eq!(plain, "nothing to index");
        assert!(with.starts_with("nothing to index: give a file or folder"));
    }
}
