//! What of a text is no part of it: image mark-up, table fragments, comment forms, source lines.

use super::source;
use crate::corpus::block::{Omission, Omitted};

/// A text without what of it is not read; `omitted` is in its order.
pub fn without(text: &str, omitted: &[Omitted]) -> String {
    let mut read = String::with_capacity(text.len());
    let mut start = 0;
    for omitted in omitted {
        read.push_str(text.get(start..omitted.span.start).unwrap_or_default());
        start = omitted.span.end;
    }
    read.push_str(text.get(start..).unwrap_or_default());
    read
}

/// Why a line is not read, if so. `next` is the next line that is not blank.
pub(in crate::corpus) fn omission(line: &str, next: Option<&str>) -> Option<Omission> {
    let inner = line.trim_matches(|c: char| c == '|' || c.is_whitespace());
    if is_image(inner) {
        return Some(Omission::ImageMarkup);
    }
    if line.contains('|') && !line.chars().any(char::is_alphanumeric) {
        return Some(Omission::TableFragment);
    }
    if !line.chars().any(char::is_alphanumeric) && is_rule(line) {
        return Some(Omission::Rule);
    }
    if is_file_name(inner) {
        return Some(Omission::FileName);
    }
    if is_comment_form(inner) {
        return Some(Omission::CommentForm);
    }
    source::is_source_line(inner, next).then_some(Omission::SourceLine)
}

/// Nothing but Markdown images (`![alt](address)`) or an HTML one.
pub(in crate::corpus) fn is_image(line: &str) -> bool {
    if line.starts_with("<img") && line.ends_with('>') && line.matches('<').count() == 1 {
        return true;
    }
    let mut rest = line;
    while let Some(after) = rest.strip_prefix("![") {
        let Some(end) = after
            .split_once("](")
            .and_then(|(_, address)| address.split_once(')'))
        else {
            return false;
        };
        rest = end.1.trim_start();
    }
    rest.is_empty() && !line.is_empty()
}

/// Three or more of the marks that draw a line.
fn is_rule(line: &str) -> bool {
    let mut marks = line.chars().filter(|c| !c.is_whitespace());
    let Some(first) = marks.next() else {
        return false;
    };
    "-–—―─━=_*＊~#・◇◆☆★○●".contains(first)
        && marks.clone().count() >= 2
        && marks.all(|c| c == first)
}

/// One word that ends like a media file.
fn is_file_name(line: &str) -> bool {
    const EXTENSIONS: [&str; 20] = [
        "png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "avif", "heic", "tif", "tiff", "ico",
        "mp4", "mov", "webm", "avi", "mp3", "wav", "m4a", "pdf",
    ];
    let Some((stem, extension)) = line.rsplit_once('.') else {
        return false;
    };
    let part = |c: char| c.is_alphanumeric() || "._-()[]@~+%".contains(c);
    !stem.is_empty()
        && line.chars().count() <= 120
        && stem.chars().all(part)
        && EXTENSIONS.contains(&extension.to_lowercase().as_str())
}

/// A whole line of the form in which readers leave a comment.
fn is_comment_form(line: &str) -> bool {
    const EXACT: [&str; 18] = [
        "コメント",
        "コメントを残す",
        "コメントする",
        "コメントを書く",
        "コメントを投稿",
        "コメントを投稿する",
        "コメントをキャンセル",
        "返信をキャンセル",
        "comment",
        "comments",
        "leave a comment",
        "leave a reply",
        "post a comment",
        "add a comment",
        "cancel reply",
        "bình luận",
        "để lại bình luận",
        "발표된 댓글",
    ];
    const BEGINNINGS: [&str; 5] = [
        "メールアドレスが公開されることはありません",
        "が付いている欄は必須項目です",
        "your email address will not be published",
        "required fields are marked",
        "email của bạn sẽ không được hiển thị công khai",
    ];
    let line = line.to_lowercase();
    let without_count = line
        .trim_end_matches(|c: char| c.is_numeric() || "()（）[]件 　:：".contains(c))
        .trim_start_matches(|c: char| c.is_numeric() || c.is_whitespace());
    EXACT.contains(&without_count) || BEGINNINGS.iter().any(|b| line.starts_with(b))
}
