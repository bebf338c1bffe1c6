//! What a project leaves out of the files below its folder.

use std::path::PathBuf;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::{Deserialize, Serialize};

use crate::error::{CorpusError, Error, Result};

/// What a file in a folder leaves out below it, as a `.gitignore` there would.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Globs {
    /// The folder that they are relative to, absolute.
    pub base: PathBuf,
    /// In gitignore syntax; a later one counts more.
    pub globs: Vec<String>,
}

impl Globs {
    /// What tells whether a path is left out.
    ///
    /// # Errors
    /// [`CorpusError::Pattern`].
    pub(super) fn matcher(&self) -> Result<Gitignore> {
        let mut builder = GitignoreBuilder::new(&self.base);
        let bad = |pattern: &str, error: ignore::Error| {
            Error::Corpus(CorpusError::Pattern {
                pattern: pattern.to_owned(),
                message: error.to_string(),
            })
        };
        for glob in &self.globs {
            let added = builder.add_line(None, glob);
            added.map_err(|error| bad(glob, error))?;
        }
        let built = builder.build();
        built.map_err(|error| bad(&self.globs.join(", "), error))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn they_count_as_those_of_a_gitignore_in_the_folder() {
        let left_out = |globs: &[&str], path: &str, is_folder: bool| {
            let globs = Globs {
                base: PathBuf::from("/p"),
                globs: globs.iter().map(|glob| (*glob).to_owned()).collect(),
            };
            let matched = globs.matcher().unwrap();
            matched.matched(Path::new(path), is_folder).is_ignore()
        };
        for (globs, path, is_folder, expected) in [
            (&["*.log"][..], "/p/docs/a.log", false, true),
            (&["*.log"], "/p/docs/a.txt", false, false),
            (&["*.log", "!keep.log"], "/p/docs/keep.log", false, false),
            (&["!keep.log", "*.log"], "/p/docs/keep.log", false, true),
            // With a slash inside, relative to the folder.
            (&["docs/old/"], "/p/docs/old", true, true),
            (&["docs/old/"], "/p/docs/new/docs/old", true, false),
            (&["/old/"], "/p/docs/old", true, false),
            (&["old/"], "/p/docs/old", true, true),
            (&["old/"], "/p/docs/old", false, false),
            (&["# no glob", ""], "/p/docs/old", true, false),
            // Of a folder elsewhere, a name counts.
            (&["*.log"], "/q/a.log", false, true),
        ] {
            assert_eq!(
                left_out(globs, path, is_folder),
                expected,
                "{globs:?} {path}"
            );
        }
        let bad = Globs {
            base: PathBuf::from("/p"),
            globs: vec!["a{b".to_owned()],
        };
        let error = bad.matcher().unwrap_err();
        assert!(error.to_string().contains("`a{b`"), "{error}");
    }
}
