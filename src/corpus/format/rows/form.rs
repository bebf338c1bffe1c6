//! Whether a table is a form: labels with their values beside them.

use std::borrow::Cow;

use super::header::is_name;
use super::kind::{Kind, kind};

/// What forms ask for, lower case: people, where they are, and what a letter or a report is about.
const ASKED_FOR: [&str; 64] = [
    "氏名",
    "名前",
    "お名前",
    "ふりがな",
    "フリガナ",
    "所属",
    "住所",
    "ご住所",
    "電話",
    "電話番号",
    "連絡先",
    "生年月日",
    "性別",
    "年齢",
    "職業",
    "役職",
    "会社名",
    "担当者",
    "担当",
    "日時",
    "場所",
    "会場",
    "報告者",
    "作成者",
    "申請者",
    "件名",
    "備考",
    "提出日",
    "作成日",
    "目的",
    "姓名",
    "电话",
    "地址",
    "日期",
    "성명",
    "이름",
    "주소",
    "전화",
    "name",
    "full name",
    "first name",
    "last name",
    "address",
    "telephone",
    "phone",
    "tel",
    "mobile",
    "fax",
    "e-mail",
    "email",
    "company",
    "department",
    "position",
    "date of birth",
    "nationality",
    "subject",
    "to",
    "from",
    "venue",
    "họ và tên",
    "họ tên",
    "địa chỉ",
    "điện thoại",
    "ngày sinh",
];
/// Labels of a form are mostly shorter, in characters.
const LABEL_CHARS: usize = 24;

/// Whether a table is a form: labels with their values beside them, in two columns or in pairs of columns, and no names of
/// columns above them. A list with names of columns that is taken for a form loses those names; a form whose first row is
/// taken for names joins each value to a label of another row.
pub fn is_form(rows: &[Vec<Cow<'_, str>>]) -> bool {
    let Some((_, below)) = rows.split_first() else {
        return false;
    };
    let labels = |row: &Vec<Cow<'_, str>>| -> Vec<String> {
        let labels = row.iter().step_by(2).map(|cell| cell.trim());
        let labels = labels.filter(|label| !label.is_empty());
        labels
            .map(|label| label.trim_end_matches([':', '：']).to_lowercase())
            .collect()
    };
    let is_asked = |label: &String| ASKED_FOR.contains(&label.as_str());
    let first = labels(&rows[0]).first().is_some_and(is_asked);
    let asked = below.iter().flat_map(labels).filter(is_asked).count();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let enough = match width {
        2 if first || below.len() <= 2 => 1,
        2 => 2,
        // In more columns a list of what a form asks for looks the same below its first row.
        _ if first => 1,
        _ => usize::MAX,
    };
    if asked >= enough {
        return true;
    }
    if width != 2 {
        return false;
    }
    let is_label = |cell: &str| is_name(cell) && cell.trim().chars().count() <= LABEL_CHARS;
    let mut seen: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.first())
        .map(|cell| cell.trim())
        .collect();
    let named = seen.iter().all(|label| is_label(label));
    seen.sort_unstable();
    seen.dedup();
    // Values of one kind are a column.
    let kinds: Vec<Kind> = below.iter().filter_map(|row| kind(row.get(1)?)).collect();
    let most = kinds
        .iter()
        .map(|one| kinds.iter().filter(|other| *other == one).count())
        .max();
    named && seen.len() == rows.len() && kinds.len() > 1 && most.unwrap_or(0) * 5 < kinds.len() * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_labels_beside_its_values() {
        let form = |text: &str| {
            let cells: Vec<Vec<Cow<'_, str>>> = text
                .lines()
                .map(|line| line.split('|').map(Cow::Borrowed).collect())
                .collect();
            is_form(&cells)
        };
        for text in [
            "Name|Maria Koch\nTelephone|0555 100",
            "氏名|田中 花子|所属|図書館課\n電話|075-222-3111|住所|京都市",
            "ふりがな|たなか|写真\n氏名|田中|\n生年月日|1998年7月23日|女",
            "Height|10 m\nColour|red\nOpened|2024-05-03\nSite|https://a.example",
        ] {
            assert!(form(text), "{text}");
        }
        for text in [
            "Country|Capital\nFrance|Paris\nJapan|Tokyo",
            "項目|必須|説明\n氏名|はい|戸籍のとおり\n住所|はい|番地まで",
            "Product|Price\nApple|100\nPear|80",
            "Pier|Keeper|Since\nNorth|Sato|1990\nSouth|Ito|1991",
            "品名|価格\nりんご|120\nみかん|80",
            "a|b",
        ] {
            assert!(!form(text), "{text}");
        }
    }
}
