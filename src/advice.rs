//! What to do about an error, in the words of the command line: the library knows no flags.

use std::path::Path;

use crate::error::{
    CorpusError, EmbedError, Error, IndexError, Named, Reason, Remedy, SearchError,
};
use crate::index::Report;

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
        Error::Embed(EmbedError::ModelNotRunnable { reason, .. }) => about_reason(reason)?,
        Error::EvalSet { line: 0, .. } => {
            "; `tane eval --help` describes sets and earlier runs".to_owned()
        }
        Error::Embed(EmbedError::Offline { .. }) => {
            " (--offline, TANE_OFFLINE or HF_HUB_OFFLINE); `tane models pull NAME --print-files` lists what to bring by hand"
                .to_owned()
        }
        Error::Embed(EmbedError::Device { .. }) => "; use `--device cpu`".to_owned(),
        Error::Corpus(
            CorpusError::NotText { reason, .. } | CorpusError::Unreadable { reason, .. },
        ) => about_reason(reason)?,
        Error::Search(SearchError::EmptyQuestion) => {
            "; write one, or `-` to read it from standard input".to_owned()
        }
        Error::Search(SearchError::Unknown {
            kind: Named::Article | Named::ArticleOrFile,
            near: None,
            ..
        }) => "; `tane status --articles` lists them".to_owned(),
        Error::Search(SearchError::NothingRead { .. }) => {
            "; `tane passages FILE` says what was left out".to_owned()
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
        IndexError::RootMissing { label, .. } => bring_back(label),
        IndexError::RootEmpty { label, .. } => {
            format!("; if that is right, forget it with `tane index --remove {label}`")
        }
        IndexError::NoRoots => {
            ": give a file or folder (`tane index PATH`), or name a corpus in tane.toml".to_owned()
        }
        IndexError::BeingBuilt { .. } => "; wait until it ends, then run this again".to_owned(),
        IndexError::Merge { reason, .. } | IndexError::NothingIndexed { reason } => {
            about_reason(reason)?
        }
        _ => return None,
    })
}

/// A reason with what to do about it, where something can be done.
pub fn told_reason(reason: &Reason) -> String {
    reason.text.clone() + about_reason(reason).as_deref().unwrap_or_default()
}

/// Adds to what a report says of files what to do about it.
pub fn tell_what_to_do(report: &mut Report) {
    let lists = [&mut report.failed, &mut report.skipped, &mut report.notes];
    for file in lists.into_iter().flatten() {
        file.reason = told_reason(&file.reason).into();
    }
}

fn about_reason(reason: &Reason) -> Option<String> {
    Some(match reason.remedy.as_ref()? {
        Remedy::Archives => "; --archives reads what is in it".to_owned(),
        Remedy::Encoding => "; name its encoding with --encoding".to_owned(),
        Remedy::Exclude(pattern) => {
            format!(" (leave it out with --exclude \"{pattern}\" if that is right)")
        }
        Remedy::Follow => " (--follow follows them)".to_owned(),
        Remedy::Header => " (--header)".to_owned(),
        Remedy::MaxArticles => " (--max-articles)".to_owned(),
        Remedy::MaxBytes => " (--max-file-size)".to_owned(),
        Remedy::MaxMillis => " (--max-file-time)".to_owned(),
        Remedy::MaxPassages => " (--max-passages)".to_owned(),
        Remedy::NewFolder => "; give a new folder by --index".to_owned(),
        Remedy::Ocr => "; `--ocr COMMAND` recognises it again".to_owned(),
        Remedy::Pull(name) => format!("; `tane models pull {name}` downloads them"),
        Remedy::Refresh(index) => {
            format!("; refresh it with `tane --index {} index`", index.display())
        }
        Remedy::Remove(label) => bring_back(label),
        Remedy::Shard { index, shard } => {
            let index = index.as_deref().unwrap_or(Path::new("DIR")).display();
            format!(": `tane --index {index} index PATH --shard {shard}`")
        }
        Remedy::Shards(of) => {
            let of = of.map_or_else(|| "N".to_owned(), |of| of.to_string());
            format!(
                "; build all with `tane --index DIR index PATH --shard I/{of}` (text that has a vector is not embedded again)"
            )
        }
        Remedy::Text => "; name the one with the text by --text-field".to_owned(),
    })
}

fn bring_back(label: &str) -> String {
    format!("; bring it back, or forget it with `tane index --remove {label}`")
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
    use crate::index::Unread;

    #[test]
    fn a_reason_is_told_with_what_helps() {
        let told = |remedy| told_reason(&Reason::with(remedy, "no"));
        assert_eq!(told(Remedy::MaxBytes), "no (--max-file-size)");
        assert_eq!(told(Remedy::Archives), "no; --archives reads what is in it");
        let shard = |index: Option<&str>| Remedy::Shard {
            index: index.map(Into::into),
            shard: "2/3".to_owned(),
        };
        assert_eq!(
            told(shard(None)),
            "no: `tane --index DIR index PATH --shard 2/3`"
        );
        assert_eq!(
            told(shard(Some("ix"))),
            "no: `tane --index ix index PATH --shard 2/3`"
        );
        assert_eq!(told_reason(&"no".into()), "no");
        let mut report = Report::default();
        report.skipped.push(Unread {
            path: "a".into(),
            reason: Reason::with(Remedy::Follow, "a link"),
        });
        tell_what_to_do(&mut report);
        assert_eq!(
            report.skipped[0].reason.text,
            "a link (--follow follows them)"
        );
    }

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
