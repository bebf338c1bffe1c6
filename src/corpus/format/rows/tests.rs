//! Rows as a user meets them: read by the name of a file, as articles.

use std::path::Path;

use proptest::prelude::*;

use crate::corpus::language::of_tag;
use crate::corpus::{Article, Fields, Header, ReadOptions};
use crate::error::{CorpusError, Error, Remedy};

fn read_with(name: &str, text: &str, fields: Fields) -> Result<Vec<Article>, Error> {
    let options = ReadOptions {
        fields,
        ..ReadOptions::default()
    };
    Article::from_bytes(text.as_bytes().to_vec(), Path::new(name), &options)
}

fn read(name: &str, text: &str) -> Vec<Article> {
    read_with(name, text, Fields::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn fault(name: &str, text: &str) -> String {
    read_with(name, text, Fields::default())
        .unwrap_err()
        .to_string()
}

/// Ids and texts.
fn rows(name: &str, text: &str) -> Vec<(String, String)> {
    let row = |article: Article| (article.row.unwrap_or_default(), article.text);
    read(name, text).into_iter().map(row).collect()
}

fn is(name: &str, text: &str, expected: &[(&str, &str)]) {
    let found = rows(name, text);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn rows_are_articles_with_named_or_usual_fields() {
    let text = "{\"id\":7,\"title\":\"A\",\"text\":\"One.\",\"url\":\"https://example.com/a\"}\n\n{\"text\":\"Two.\"}\n{\"x\":\"y\"}\n";
    is(
        "a.txt",
        text,
        &[("7", "One."), ("3", "Two."), ("4", "x: y")],
    );
    let articles = read("a.txt", text);
    assert_eq!(
        articles[0].source_url.as_deref(),
        Some("https://example.com/a")
    );
    assert_eq!(articles[0].format, "jsonl");
    let named = |name: &str| Fields {
        text: Some(name.to_owned()),
        ..Fields::default()
    };
    let titles = read_with("a.txt", text, named("Title")).unwrap();
    assert_eq!(titles[0].text, "A\n\nid: 7 | text: One.");
    let reason = read_with("a.txt", text, named("nope"))
        .unwrap_err()
        .to_string();
    assert!(
        reason.contains("nope") && reason.contains("title"),
        "{reason}"
    );
    let broken = fault("a.jsonl", "{\"text\":\"a\"}\n{bad\n");
    assert!(broken.contains("line 2, column 2"), "{broken}");
}

#[test]
fn a_row_is_read_with_the_names_of_its_columns() {
    is(
        "a.csv",
        "name,price\nrice,3\n",
        &[("2", "name: rice | price: 3")],
    );
    // Below a text stands what else the row has, and whose it is.
    let text =
        "sku,name,description,price\nA-1,Kettle,It holds two litres.,49.90\nA-2,Pan,,19.90\n";
    is(
        "a.csv",
        text,
        &[
            (
                "2",
                "It holds two litres.\n\nname: Kettle | sku: A-1 | price: 49.90",
            ),
            ("3", "sku: A-2 | name: Pan | price: 19.90"),
        ],
    );
    // What is known of a row is no part of its text.
    let text = "ID,Headline,Body,Link,Published At,Lang\n07,A,One two.,https://example.com/1,2024-05-03,en\n";
    is("a.csv", text, &[("07", "One two.")]);
    let article = &read("a.csv", text)[0];
    assert_eq!(article.published.as_deref(), Some("2024-05-03"));
    assert_eq!(article.source_url.as_deref(), Some("https://example.com/1"));
    // What is no address, date or language is text.
    let text = "text,url,date,lang\nOne two.,see page 3,last spring,the old one\n";
    is(
        "a.csv",
        text,
        &[(
            "2",
            "One two.\n\nurl: see page 3 | date: last spring | lang: the old one",
        )],
    );
}

#[test]
fn the_first_usual_field_that_holds_something_is_taken() {
    let text = "title,headline,content,description,url,link,date,published\n,B,,Text of it.,,https://example.com/b,,2024-05-03\n";
    is("a.csv", text, &[("2", "Text of it.")]);
    let article = &read("a.csv", text)[0];
    assert_eq!(article.title.as_deref(), Some("B"));
    assert_eq!(article.published.as_deref(), Some("2024-05-03"));
    assert_eq!(article.source_url.as_deref(), Some("https://example.com/b"));
    is(
        "a.jsonl",
        "{\"text\":null,\"body\":\" \",\"content\":\"C d.\"}",
        &[("1", "C d.")],
    );
}

#[test]
fn cells_beyond_the_names_and_short_rows_are_kept() {
    is(
        "a.csv",
        "name,town,born\nAnna,Oslo,1971,blue,x\nBen,Lima\nCarl,Rome,1990\nEva,Bonn,1991\n",
        &[
            (
                "2",
                "name: Anna | town: Oslo | born: 1971 | column 4: blue | column 5: x",
            ),
            ("3", "name: Ben | town: Lima"),
            ("4", "name: Carl | town: Rome | born: 1990"),
            ("5", "name: Eva | town: Bonn | born: 1991"),
        ],
    );
    is(
        "a.csv",
        "a,p,p\nx,1,2\ny,3,\n",
        &[("2", "a: x | p: 1 | p: 2"), ("3", "a: y | p: 3")],
    );
    // R names no column for the numbers of the rows.
    is(
        "a.csv",
        "\"x\",\"y\"\n\"1\",3,4\n\"2\",5,6\n",
        &[("2", "1 | x: 3 | y: 4"), ("3", "2 | x: 5 | y: 6")],
    );
}

#[test]
fn a_table_without_names_has_none_and_what_stands_above_is_kept() {
    let text = "2024-05-01;Berlin;The pump was replaced\n2024-05-02;Oslo;The roof was sealed\n";
    let first = "2024-05-01 | Berlin | The pump was replaced";
    let second = "2024-05-02 | Oslo | The roof was sealed";
    is("a.csv", text, &[("1", first), ("2", second)]);
    let articles = read("a.csv", text);
    assert!(
        articles[0].notes[0]
            .text
            .contains("semicolons; no row names"),
        "{:?}",
        articles[0].notes
    );
    assert!(articles[1].notes.is_empty());
    let header = |header: Header| Fields {
        header,
        ..Fields::default()
    };
    let named = read_with("a.csv", text, header(Header::Yes)).unwrap();
    assert_eq!(named.len(), 1);
    let unnamed = read_with("a.csv", "name,town\nAnna,Oslo\n", header(Header::No)).unwrap();
    assert_eq!(unnamed[0].text, "name | town");
    is(
        "a.csv",
        "Report of 2024\n\nregion,amount\nNorth,12\nSouth,15\nregion,amount\nWest,3\nSource: the office\n",
        &[
            ("1", "Report of 2024"),
            ("4", "region: North | amount: 12"),
            ("5", "region: South | amount: 15"),
            ("7", "region: West | amount: 3"),
            ("8", "region: Source: the office"),
        ],
    );
    // One row is values, and names alone are no text.
    is("a.csv", "Anna,Oslo,1971\n", &[("1", "Anna | Oslo | 1971")]);
    assert!(fault("a.csv", "id,title,text\n").contains("row 1 names the columns"));
}

#[test]
fn a_second_table_has_names_of_its_own() {
    is(
        "a.csv",
        "Name,Age\nAnna,31\nBen,44\n\nCity,Country\nBern,Switzerland\nGraz,Austria\n",
        &[
            ("2", "Name: Anna | Age: 31"),
            ("3", "Name: Ben | Age: 44"),
            ("6", "City: Bern | Country: Switzerland"),
            ("7", "City: Graz | Country: Austria"),
        ],
    );
    // With a title, cells that a program filled up, and a note at the end.
    is(
        "a.csv",
        "Team,Boats,Since\nOak,3,1990\nElm,4,1991\n,,\nSales of 2024,,\nRegion,Tea,\nNorth,12,\nSouth,9,\n,,\nSource: the office,,\n",
        &[
            ("2", "Team: Oak | Boats: 3 | Since: 1990"),
            ("3", "Team: Elm | Boats: 4 | Since: 1991"),
            ("5", "Sales of 2024"),
            ("7", "Region: North | Tea: 12"),
            ("8", "Region: South | Tea: 9"),
            ("10", "Source: the office"),
        ],
    );
    // The same things below other names.
    is(
        "a.csv",
        "Region;2023;2024\nNorth;12;15\nSouth;20;18\n\nChange;in percent;absolute\nNorth;25;3\nSouth;-10;-2\n",
        &[
            ("2", "Region: North | 2023: 12 | 2024: 15"),
            ("3", "Region: South | 2023: 20 | 2024: 18"),
            ("6", "Change: North | in percent: 25 | absolute: 3"),
            ("7", "Change: South | in percent: -10 | absolute: -2"),
        ],
    );
    // A holiday is a row, though its times are words.
    let hours = "Day,from,to\nMonday,9:00,18:00\nTuesday,9:00,18:00\n\nHoliday,closed,closed\nMonday,10:00,16:00\nTuesday,10:00,16:00\n";
    assert_eq!(
        rows("a.csv", hours)[2].1,
        "Day: Holiday | from: closed | to: closed"
    );
    // Blank rows inside a table, and its names again.
    is(
        "a.csv",
        "Name,Age\nAnna,31\n\nBen,44\n\nCarl,50\nDora,51\n\nName,Age\nEve,20\nFinn,21\n",
        &[
            ("2", "Name: Anna | Age: 31"),
            ("4", "Name: Ben | Age: 44"),
            ("6", "Name: Carl | Age: 50"),
            ("7", "Name: Dora | Age: 51"),
            ("10", "Name: Eve | Age: 20"),
            ("11", "Name: Finn | Age: 21"),
        ],
    );
}

#[test]
fn groups_of_rows_between_blank_ones_are_one_table() {
    let last = |text: &str| rows("a.csv", text).pop().unwrap().1;
    for (text, expected) in [
        // Words among the values of a later group.
        (
            "Tag,von,bis\nMontag,9:00,18:00\nDienstag,9:00,18:00\n\nMontag,geschlossen,geschlossen\nDienstag,10:00,16:00\nMittwoch,10:00,16:00\n",
            "Tag: Mittwoch | von: 10:00 | bis: 16:00",
        ),
        (
            "Essen,Preis\nSuppe,6.50\nSalat,7.20\n\nHummer,Tagespreis\nLachs,22.50\n",
            "Essen: Lachs | Preis: 22.50",
        ),
        (
            "品名,価格\nりんご,120\nみかん,80\n\nぶどう,売切\nもも,売切\n",
            "品名: もも | 価格: 売切",
        ),
        (
            "field,meaning\ncustomer,Who buys\nstreet,Where\n\ntitle,Title of the order\namount,Sum of the order\n",
            "field: amount | meaning: Sum of the order",
        ),
        // Totals of a month, and the next month.
        (
            "Datum;Vorgang;Betrag\n01.01.2024;Miete;-800\n15.01.2024;Strom;-60\n\nSumme Januar;;-860\nSaldo;;140\n\n01.02.2024;Miete;-800\n",
            "Datum: 01.02.2024 | Vorgang: Miete | Betrag: -800",
        ),
        // Lines above a table that a program filled up, and a list without names.
        (
            "Erstellt von,Anna Koch,,,,\nFilter,alle Kunden,,,,\n,,,,,\nKunde,Ort,Branche,Land,Status,Vertreter\nHafen AG,Kiel,Handel,Deutschland,offen,Koch\nBoot GmbH,Bonn,Verleih,Deutschland,bezahlt,Lind\n",
            "Kunde: Boot GmbH | Ort: Bonn | Branche: Verleih | Land: Deutschland | Status: bezahlt | Vertreter: Lind",
        ),
        (
            "田中,営業部,東京\n鈴木,総務部,大阪\n\n佐藤,営業部,東京\n高橋,総務部,大阪\n",
            "高橋 | 総務部 | 大阪",
        ),
        // Names, a blank row, then the rows; a task alone between two blank rows.
        (
            ",2022,,2023,\nRegion,Q1,Q2,Q1,Q2\n\nNorth,1,2,3,4\nSouth,5,6,7,8\n",
            "Region: South | 2022 > Q1: 5 | 2022 > Q2: 6 | 2023 > Q1: 7 | 2023 > Q2: 8",
        ),
        (
            "Aufgabe,Wer\nBoot streichen,Anna\nRuder kaufen,Ben\n\nHalle fegen,\n\nSteg prüfen,Carl\n",
            "Aufgabe: Steg prüfen | Wer: Carl",
        ),
        // Other tables below, which do not change the first.
        (
            "Region,Sales\nNorth,12\nSouth,9\n\nRegion,Manager\nNorth,Ann\nSouth,Ben\n",
            "Region: South | Manager: Ben",
        ),
        (
            "Plot,Crop,Yield\nA1,rye,12\nA2,oat,14\n\nSensor,CO2,Place\nS1,410,Oslo\nS2,415,Lima\n",
            "Sensor: S2 | CO2: 415 | Place: Lima",
        ),
        (
            "Name,Age\n\nAll of spring 2024\n\nAnna,31\nBen,44\n\nCity,Country\nBern,Switzerland\nGraz,Austria\n",
            "City: Graz | Country: Austria",
        ),
        (
            ",2023,,,,2024,\nRegion,Q1,Q2,Q3,Q4,Q1,Q2\nNorth,1,2,3,4,5,6\nSouth,2,3,4,5,6,7\n",
            "Region: South | 2023 > Q1: 2 | 2023 > Q2: 3 | 2023 > Q3: 4 | 2023 > Q4: 5 | 2024 > Q1: 6 | 2024 > Q2: 7",
        ),
        (
            "Product name,\nApple,3\nPear,4\nPlum,5\n",
            "Product name: Plum | 5",
        ),
    ] {
        assert_eq!(last(text), expected, "{text}");
    }
    let tasks = rows(
        "a.csv",
        "Aufgabe,Wer\nBoot streichen,Anna\nRuder kaufen,Ben\n\nHalle fegen,\n\nSteg prüfen,Carl\n",
    );
    assert_eq!(tasks[2].1, "Aufgabe: Halle fegen");
}

#[test]
fn names_of_groups_of_columns_are_joined_to_theirs() {
    let expected = [
        (
            "3",
            "Region: North | 2022 > Q1: 10 | 2022 > Q2: 20 | 2023 > Q1: 30 | 2023 > Q2: 40 | Total: 100",
        ),
        (
            "4",
            "Region: South | 2022 > Q1: 1 | 2022 > Q2: 2 | 2023 > Q1: 3 | 2023 > Q2: 4 | Total: 10",
        ),
    ];
    let rows = "North,10,20,30,40,100\nSouth,1,2,3,4,10\n";
    for head in [
        ",2022,,2023,,\nRegion,Q1,Q2,Q1,Q2,Total\n",
        "Region,2022,,2023,,Total\n,Q1,Q2,Q1,Q2,\n",
        ",2022,,2023,,Total\nRegion,Q1,Q2,Q1,Q2,\n",
    ] {
        is("a.csv", &format!("{head}{rows}"), &expected);
    }
    let titled = format!("Year,2022,,2023,,Total\nRegion,Q1,Q2,Q1,Q2,\n{rows}");
    let titled = self::rows("a.csv", &titled).remove(0).1;
    assert!(
        titled.starts_with("Year > Region: North | 2022 > Q1: 10 | "),
        "{titled}"
    );
    is(
        "a.csv",
        ",Height,,Weight\nName,min,max,mean\nAnn,1,2,3\nBen,2,3,4\n",
        &[
            (
                "3",
                "Name: Ann | Height > min: 1 | Height > max: 2 | Weight > mean: 3",
            ),
            (
                "4",
                "Name: Ben | Height > min: 2 | Height > max: 3 | Weight > mean: 4",
            ),
        ],
    );
    // A day with two people is no group.
    is(
        "a.csv",
        ",Monday,,Tuesday,\nEarly,Ann,Ben,Cleo,\nLate,Emil,,Gabi,\nNight,Ina,,Kai,\n",
        &[
            ("2", "Early | Monday: Ann | Ben | Tuesday: Cleo"),
            ("3", "Late | Monday: Emil | Tuesday: Gabi"),
            ("4", "Night | Monday: Ina | Tuesday: Kai"),
        ],
    );
    is(
        "a.csv",
        ",Monday,,Tuesday,\nEarly,Ann,Ben,Cleo,Dan\nLate,Emil,Finn,Gabi,Hal\n",
        &[
            ("2", "Early | Monday: Ann | Ben | Tuesday: Cleo | Dan"),
            ("3", "Late | Monday: Emil | Finn | Tuesday: Gabi | Hal"),
        ],
    );
    // Words below words are names, as people below days are not.
    is(
        "a.csv",
        ",Flower,,Fruit,\nPlant,Colour,Scent,Colour,Taste\nRose,red,sweet,green,bitter\nLily,white,strong,brown,none\n",
        &[
            ("1", "Flower, Fruit"),
            (
                "3",
                "Plant: Rose | Colour: red | Scent: sweet | Colour: green | Taste: bitter",
            ),
            (
                "4",
                "Plant: Lily | Colour: white | Scent: strong | Colour: brown | Taste: none",
            ),
        ],
    );
    // A shop that is closed on both days is a row.
    is(
        "a.csv",
        "Store,Monday,,Tuesday,\nBonn,closed,closed,closed,closed\nKiel,9:00,18:00,9:00,18:00\nUlm,10:00,17:00,10:00,17:00\n",
        &[
            (
                "2",
                "Store: Bonn | Monday: closed | closed | Tuesday: closed | closed",
            ),
            (
                "3",
                "Store: Kiel | Monday: 9:00 | 18:00 | Tuesday: 9:00 | 18:00",
            ),
            (
                "4",
                "Store: Ulm | Monday: 10:00 | 17:00 | Tuesday: 10:00 | 17:00",
            ),
        ],
    );
    is(
        "a.csv",
        "Sales of the year,,,\nRegion,Tea,Rice,Total\nNorth,1,2,3\nSouth,2,3,5\n",
        &[
            ("1", "Sales of the year"),
            ("3", "Region: North | Tea: 1 | Rice: 2 | Total: 3"),
            ("4", "Region: South | Tea: 2 | Rice: 3 | Total: 5"),
        ],
    );
}

#[test]
fn columns_that_no_row_fills_and_rows_that_hold_nothing_are_listed() {
    let articles = read("a.csv", "name,fax,born\nAnna,,1971\n,,\nBen,,1980\n");
    assert_eq!(articles.len(), 2);
    let omitted: Vec<&str> = articles[0]
        .omitted
        .iter()
        .map(|o| &articles[0].text[o.span.clone()])
        .collect();
    assert_eq!(omitted, ["fax"]);
    assert!(
        articles[0]
            .notes
            .iter()
            .any(|note| note.text == "nothing in row 3"),
        "{:?}",
        articles[0].notes
    );
    let empty = fault("a.jsonl", "{}\n{\"a\":null}\n");
    assert!(empty.contains("nothing in 2 rows (1, 2)"), "{empty}");
}

#[test]
fn tabs_need_no_quotation_marks() {
    let text = "id\ttext\n1\tOne.\n2\t\"Stop, he said.\n3\tHe said: \"No\".\n4\t\"Yes\"\n";
    let expected = [
        ("1", "One."),
        ("2", "\"Stop, he said."),
        ("3", "He said: \"No\"."),
        ("4", "\"Yes\""),
    ];
    is("a.tsv", text, &expected);
    is("a.csv", text, &expected);
    // Some programs write them all the same.
    is(
        "a.tsv",
        "id\ttext\tn\n1\t\"a\nb\"\t3\n",
        &[("1", "a\nb\n\nid: 1 | n: 3")],
    );
}

#[test]
fn rows_keep_their_numbers_behind_cells_of_several_lines_and_stray_marks() {
    let text = "n,q\n1,\"a\nb\"\n2,\"c\n3,d\n";
    is(
        "a.csv",
        text,
        &[
            ("2", "n: 1 | q: a b"),
            ("3", "n: 2 | q: \"c"),
            ("4", "n: 3 | q: d"),
        ],
    );
    let articles = read("a.csv", text);
    assert_eq!(articles[1].locators[0].1, "row 3, line 4");
    assert!(
        articles[0]
            .notes
            .iter()
            .any(|note| note.text.ends_with("text in row 3")),
        "{:?}",
        articles[0].notes
    );
}

#[test]
fn lists_and_objects_in_rows_are_read() {
    let text = "{\"id\":\"a\",\"text\":[\"The kiln is fired today.\",\"Glazes are mixed on Mondays.\"]}\n\
                {\"id\":\"b\",\"data\":{\"text\":\"In an object.\",\"n\":1}}\n\
                {\"id\":\"c\",\"title\":\"Kiln fired on all Tuesdays\"}\n\
                {\"id\":\"d\",\"name\":\"Ann\",\"tags\":[\"x\",\"y\"],\"at\":{\"zip\":\"012\",\"in\":[1,2]}}\n\
                {\"id\":\"e\",\"order\":7,\"items\":[{\"what\":\"rice\",\"n\":2},{\"what\":\"tea\"}]}\n\
                {\"id\":90071992547409931234,\"text\":\"Long.\",\"x\":1.10,\"ok\":false}\n";
    is(
        "a.jsonl",
        text,
        &[
            (
                "a",
                "The kiln is fired today.\n\nGlazes are mixed on Mondays.",
            ),
            ("b", "In an object.\n\nid: b | data.n: 1"),
            ("c", "Kiln fired on all Tuesdays"),
            (
                "d",
                "id: d | name: Ann | tags: x, y | at.zip: 012 | at.in: 1, 2",
            ),
            (
                "e",
                "id: e | order: 7\nid: e | items.what: rice | items.n: 2\nid: e | items.what: tea",
            ),
            (
                "90071992547409931234",
                "Long.\n\nid: 90071992547409931234 | x: 1.10 | ok: false",
            ),
        ],
    );
}

#[test]
fn json_rows_wherever_they_are() {
    let rows = "[{\"title\":\"\\u706f\\u53f0\",\"text\":\"\\u5149\\u304c\\u898b\\u3048\\u308b\\u3002\"},{\"text\":\"Two.\"}]";
    is("a.json", rows, &[("1", "光が見える。"), ("2", "Two.")]);
    is(
        "a",
        &format!("\u{feff}\n {rows}"),
        &[("1", "光が見える。"), ("2", "Two.")],
    );
    is(
        "a.json",
        "{\"status\":\"ok\",\"data\":{\"rows\":[{\"name\":\"Ann\",\"n\":1},{\"name\":\"Ben\",\"n\":2}]}}",
        &[
            ("data.rows[1]", "name: Ann | n: 1\n\nstatus: ok"),
            ("data.rows[2]", "name: Ben | n: 2"),
        ],
    );
    is(
        "a.json",
        "{\"title\":\"All ships\",\"ferries\":[{\"name\":\"Gull\"}],\"tugs\":[{\"id\":\"t\",\"power\":\"big\"}]}",
        &[
            ("", "All ships"),
            ("ferries[1]", "All ships | name: Gull"),
            ("t", "All ships | id: t | power: big"),
        ],
    );
    is(
        "a.json",
        "{\"name\":\"Ann\",\"born\":1971}",
        &[("", "name: Ann | born: 1971")],
    );
    is(
        "a.json",
        "{\"name\":\"Ann\"}\n{\"name\":\"Ben\"} {\"name\":\"Cy\"}",
        &[("1", "Ann"), ("2", "Ben"), ("2~2", "Cy")],
    );
    is(
        "a.json",
        "[\"One two.\",\"Three.\"]",
        &[("1", "One two."), ("2", "Three.")],
    );
    is(
        "a.json",
        "[[\"name\",\"n\"],[\"Ann\",1],[\"Ben\",2]]",
        &[("2", "name: Ann | n: 1"), ("3", "name: Ben | n: 2")],
    );
    let people = "{\"ann\":{\"age\":3,\"in\":\"Oslo\"},\"ben\":{\"age\":4},\"cy\":{\"age\":5,\"in\":\"Rome\"}}";
    is(
        "a.json",
        people,
        &[
            ("ann", "ann | age: 3 | in: Oslo"),
            ("ben", "ben | age: 4"),
            ("cy", "cy | age: 5 | in: Rome"),
        ],
    );
    let days = "{\"Monday\":[{\"who\":\"Ann\"}],\"Friday\":[{\"who\":\"Ben\"}]}";
    is(
        "a.json",
        days,
        &[
            ("Monday[1]", "Monday | who: Ann"),
            ("Friday[1]", "Friday | who: Ben"),
        ],
    );
    let columns = "{\"who\":{\"0\":\"Ann\",\"1\":\"Ben\"},\"in\":{\"0\":\"Oslo\",\"1\":\"Rome\"},\"n\":{\"0\":1,\"1\":2}}";
    is(
        "a.json",
        columns,
        &[
            ("1", "who: Ann | in: Oslo | n: 1"),
            ("2", "who: Ben | in: Rome | n: 2"),
        ],
    );
}

#[test]
fn rows_of_a_record_say_what_they_belong_to() {
    is(
        "a.json",
        "{\"order\":\"A-17\",\"customer\":\"Mori Foods\",\"by\":\"Anna Koch\",\"items\":[{\"what\":\"rice\",\"n\":2},{\"what\":\"tea\",\"n\":1}],\"total\":31}",
        &[
            (
                "",
                "order: A-17 | customer: Mori Foods | by: Anna Koch | total: 31",
            ),
            ("items[1]", "what: rice | n: 2"),
            ("items[2]", "what: tea | n: 1"),
        ],
    );
    is(
        "a.json",
        "{\"orderId\":\"A-77\",\"customer\":{\"name\":\"Ann Weber\"},\"items\":[{\"what\":\"rope\",\"n\":3}]}",
        &[
            ("", "orderId: A-77 | customer.name: Ann Weber"),
            ("items[1]", "what: rope | n: 3"),
        ],
    );
    is(
        "a.json",
        "{\"name\":\"Rye bread\",\"steps\":[{\"text\":\"Mix flour and water.\"}]}",
        &[
            ("", "Rye bread"),
            ("steps[1]", "Mix flour and water.\n\nRye bread"),
        ],
    );
    // An article has a title and a text of its own.
    is(
        "a.json",
        "{\"title\":\"Harbour news\",\"items\":[{\"title\":\"Storm\",\"text\":\"The pier was closed.\"}]}",
        &[("", "Harbour news"), ("items[1]", "The pier was closed.")],
    );
    // Whoever wrote a file is not what its rows belong to.
    is(
        "a.json",
        "{\"user\":\"Anna Schmidt\",\"zone\":\"Central Europe\",\"data\":[{\"country\":\"France\",\"capital\":\"Paris\"}]}",
        &[
            ("", "user: Anna Schmidt | zone: Central Europe"),
            ("data[1]", "country: France | capital: Paris"),
        ],
    );
    // How an answer was made is no record.
    let answer = "{\"status\":\"ok\",\"message\":\"done\",\"rows\":[{\"name\":\"Ann\",\"n\":1}]}";
    assert!(rows("a.json", answer)[0].1.starts_with("name: Ann | n: 1"));
}

#[test]
fn runs_of_rich_text_are_one_text() {
    is(
        "a.json",
        "{\"messages\":[{\"id\":1,\"text\":[\"Bring \",{\"type\":\"bold\",\"text\":\"both oars\"},\", please.\"],\"text_entities\":[{\"type\":\"plain\",\"text\":\"Bring \"},{\"type\":\"bold\",\"text\":\"both oars\"},{\"type\":\"plain\",\"text\":\", please.\"}]}]}",
        &[("1", "Bring both oars, please.")],
    );
    is(
        "a.json",
        "{\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"The pier \"},{\"type\":\"text\",\"marks\":[{\"type\":\"strong\"}],\"text\":\"was closed.\"}]}]}",
        &[("", "The pier was closed.\n\ntype: doc")],
    );
}

#[test]
fn a_broken_line_is_listed_and_the_others_are_read() {
    let text = "{\"text\":\"One two.\"}\n{\"text\":\"Two thr\n{\"text\":\"Three four.\"}\n";
    let found = rows("a.jsonl", text);
    assert_eq!(
        (found[1].0.as_str(), found[1].1.as_str()),
        ("3", "Three four.")
    );
    assert!(found[0].1.starts_with("One two.\n\n"), "{found:?}");
    let first = &read("a.jsonl", text)[0];
    let listed: Vec<&str> = first
        .omitted
        .iter()
        .map(|omitted| &first.text[omitted.span.clone()])
        .collect();
    assert_eq!(listed, ["{\"text\":\"Two thr"]);
    assert!(
        first.notes[0]
            .text
            .starts_with("a line is no JSON and left out (line 2, column "),
        "{:?}",
        first.notes
    );
}

#[test]
fn a_broken_object_of_several_lines_is_left_out_whole() {
    let text = "{\"text\":\"One two.\"},\n{\n  \"name\": \"Ben\",\n  \"at\": {\"city\": \"Bonn\"},\n  \"tag\" \"x\"\n}\n12 Nov: {\"text\":\"Late.\"}\n{\"text\":\"Three four.\"},\n{\"text\":\"Five six.\"}\n";
    let found = rows("a.jsonl", text);
    let ids: Vec<&str> = found.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(ids, ["1", "8", "9"]);
    let first = &read("a.jsonl", text)[0];
    let listed = &first.text[first.omitted[0].span.clone()];
    assert!(
        listed.ends_with("\"tag\" \"x\"\n}\n12 Nov: {\"text\":\"Late.\"}"),
        "{listed}"
    );
    let note = &first.notes[0].text;
    assert!(
        note.starts_with("6 lines are no JSON and left out (line 5, column "),
        "{note}"
    );
    // Whole lines below a broken one are read, however they are indented, and members of an object are no rows.
    let text = "{\"text\":\"cut\n  {\"text\":\"One two.\"}\n  {\"text\":\"Three four.\"}\n{\n\"text\":\"Second\" \"x\"\n}\n{\"text\":\"Five six.\"}\n";
    let ids: Vec<String> = rows("a.jsonl", text).into_iter().map(|row| row.0).collect();
    assert_eq!(ids, ["2", "3", "7"]);
}

#[test]
fn data_is_left_out_and_named() {
    for text in [
        "[[1,2],[3,4]]",
        "[{\"x\":1,\"y\":2.5},{\"x\":3,\"y\":4}]",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[10.7,59.9]}}]}",
        "{\"lockfileVersion\":3,\"packages\":{\"node_modules/a\":{\"version\":\"1.0.0\",\"license\":\"MIT\"},\"node_modules/b\":{\"version\":\"2.0.0\"},\"node_modules/c\":{\"version\":\"3.0.0\",\"license\":\"ISC\"}}}",
        "[\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"]",
        "7",
    ] {
        let said = fault("a.json", text);
        assert!(said.contains("JSON without text"), "{said}");
    }
    // A row that says something among many that do not.
    let rows = format!(
        "[{}{{\"x\":1,\"note\":\"It is the last of them.\"}}]",
        "{\"x\":1},".repeat(9)
    );
    let articles = read("a.json", &rows);
    assert_eq!(articles.len(), 1);
    assert_eq!(articles[0].row.as_deref(), Some("10"));
    assert!(
        articles[0].notes[0].text.contains("9 rows are only data"),
        "{:?}",
        articles[0].notes
    );
    // Data in a row with a text.
    let vector = vec!["0.25"; 99].join(",");
    let article = &read(
        "a.jsonl",
        &format!("{{\"text\":\"One two.\",\"v\":[{vector}]}}"),
    )[0];
    let omitted = &article.omitted[0];
    let listed = &article.text[omitted.span.clone()];
    assert!(
        listed.starts_with("v: [0.25,") && listed.ends_with("more characters"),
        "{listed}"
    );
    assert!(article.text.starts_with("One two.\n\n"));
}

#[test]
fn broken_json_is_named_and_what_only_looks_like_it_is_text() {
    for (name, text) in [
        ("a.json", "{\"a\":\"b\",}"),
        ("a.json", "// why\n{\"a\":\"b\"}"),
        ("a.json", "just words"),
        ("a.jsonl", "{\"a\":\"b\"}\n{'a'}"),
        ("a", "[{\"name\": \"Ann\"}, {\"name\": \"Ben"),
    ] {
        let said = fault(name, text);
        assert!(said.contains("not JSON: line "), "{said}");
    }
    assert!(fault("a.json", &"[".repeat(100_000)).contains("nested too deeply"));
    for text in [
        "[1] Smith, A.: On mills.",
        "{{ template }}",
        "{ \"quoted\" }",
        "[Verse 1]\nLa la.",
    ] {
        assert_eq!(read("a.txt", text)[0].format, "text", "{text}");
    }
}

#[test]
fn too_many_rows_are_refused_by_name() {
    let options = ReadOptions {
        max_articles: 2,
        ..ReadOptions::default()
    };
    let read = |rows: usize| {
        let text = format!("name,n\n{}", "Ann,1\n".repeat(rows));
        Article::from_bytes(text.into_bytes(), Path::new("a.csv"), &options)
    };
    assert_eq!(read(2).unwrap().len(), 2);
    let error = read(3).unwrap_err();
    assert!(
        matches!(&error, Error::Corpus(CorpusError::Unreadable { reason, .. })
            if reason.remedy == Some(Remedy::MaxArticles)),
        "{error}"
    );
}

/// All that is read of a file, known of it, or listed as left out.
fn all_of(articles: &[Article]) -> String {
    let mut all = String::new();
    for article in articles {
        let known = [
            &article.row,
            &article.title,
            &article.source_url,
            &article.author,
            &article.published,
        ];
        let known = known
            .into_iter()
            .chain([&article.lang])
            .flatten()
            .map(String::as_str);
        for part in known.chain([article.text.as_str()]) {
            all.push_str(part);
            all.push('\n');
        }
        // What is neither in a block nor left out would be in no passage.
        let mut places: Vec<_> = article
            .blocks
            .iter()
            .map(|block| block.span.clone())
            .collect();
        places.extend(article.omitted.iter().map(|omitted| omitted.span.clone()));
        places.sort_by_key(|place| place.start);
        let mut end = 0;
        for place in places {
            assert!(
                !article.text[end..place.start].contains(char::is_alphabetic),
                "{:?}",
                article.text
            );
            end = place.end;
        }
        assert!(
            !article.text[end..].contains(char::is_alphabetic),
            "{:?}",
            article.text
        );
    }
    all
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[0-9]{1,4}",
        "20[0-9]{2}-0[1-9]-1[0-9]",
        "[a-zA-Z]{1,8}",
        "[A-Z][a-z ]{1,20}\\.",
        "[a-z0-9,;\t|\"'\\\\ \n#=.:-]{0,12}",
        "[一-十あ-お。、]{1,12}",
        Just("https://example.com/a".to_owned()),
    ]
}

const NAMES: [&str; 12] = [
    "title", "Text", "url", "id", "date", "author", "lang", "price", "a b", "2021", "content", "x",
];

proptest! {
    #[test]
    fn every_word_of_a_table_is_read_known_or_listed(
        rows in prop::collection::vec(prop::collection::vec(any_cell(), 1..5), 1..7),
        names in prop::option::of(prop::collection::vec(prop::sample::select(&NAMES[..]), 1..5)),
        mark in prop::sample::select(&[b',', b';', b'\t', b'|'][..]),
        tabs in any::<bool>(),
    ) {
        let mut writer = ::csv::WriterBuilder::new().flexible(true).delimiter(mark).from_writer(Vec::new());
        if let Some(names) = &names {
            writer.write_record(names).unwrap();
        }
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let name = if tabs { "a.tsv" } else { "a.csv" };
        let all = match read_with(name, &text, Fields::default()) {
            Ok(articles) => all_of(&articles),
            Err(error) => {
                prop_assert!(error.to_string().contains("without text"), "{}", error);
                return Ok(());
            }
        };
        for word in rows.iter().flatten().flat_map(|cell| words(cell)) {
            // Names that rows are known by may have been taken for such; a tag of a language may be one that the
            // letters of the row contradict.
            let said = NAMES.contains(&word) || of_tag(word).is_some();
            prop_assert!(said || all.to_lowercase().contains(&word.to_lowercase()), "{:?} of {:?} is not in {:?}", word, text, all);
        }
    }

    #[test]
    fn every_word_of_a_json_text_is_read_known_or_listed(value in any_json(), lines in any::<bool>()) {
        let text = match &value {
            serde_json::Value::Array(rows) if lines => rows.iter().map(|row| format!("{row}\n")).collect(),
            value => value.to_string(),
        };
        let name = if lines { "a.jsonl" } else { "a.json" };
        let mut strings = Vec::new();
        strings_of(&value, &mut strings);
        let telling: Vec<&String> = strings.iter().filter(|text| is_telling(text)).collect();
        match read_with(name, &text, Fields::default()) {
            Ok(articles) => {
                let all = all_of(&articles);
                let left_out = articles[0].notes.iter().any(|note| note.text.contains("left out"));
                let wanted = strings.iter().filter(|text| !left_out || is_telling(text));
                for word in wanted.flat_map(|text| words(text)) {
                    prop_assert!(of_tag(word).is_some() || all.to_lowercase().contains(&word.to_lowercase()), "{:?} of {} is not in {:?}", word, text, all);
                }
            }
            Err(error) => prop_assert!(telling.is_empty() && error.to_string().contains("nothing") | error.to_string().contains("without text"), "{}: {}", error, text),
        }
    }
}

/// Words, surely: two of small letters, or any of another script.
fn is_telling(text: &str) -> bool {
    let small = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    text.split(' ').filter(small).count() > 1
        || text.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
}

fn strings_of(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => found.push(text.clone()),
        serde_json::Value::Array(list) => list.iter().for_each(|value| strings_of(value, found)),
        serde_json::Value::Object(members) => {
            members.values().for_each(|value| strings_of(value, found));
        }
        _ => {}
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any_cell().prop_map(Into::into),
    ];
    let name = prop_oneof![
        prop::sample::select(&NAMES[..]).prop_map(str::to_owned),
        "[a-z]{1,3}",
        "[01]"
    ];
    leaf.prop_recursive(5, 64, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((name.clone(), inner), 0..5)
                .prop_map(|members| { serde_json::Value::Object(members.into_iter().collect()) }),
        ]
    })
}

#[test]
fn values_that_are_pieces_of_pages_are_read_without_their_tags() {
    let page = "<p>The <b>pump</b> is mended &amp; painted.</p><script>track('x')</script><ul><li>Grease it.</li></ul>";
    let csv = format!(
        "id,subject,body\n1,Pump,\"{page}\"\n2,\"Fish <i>and</i> chips\",\"One line<br>and a second\"\n3,Gate,\"<img src='a.png'>\"\n"
    );
    let articles = read("a.csv", &csv);
    let body = |article: &Article| {
        let end = article
            .omitted
            .first()
            .map_or(article.text.len(), |o| o.span.start);
        article.text[..end].trim_end().to_owned()
    };
    assert_eq!(
        body(&articles[0]),
        "The pump is mended & painted.\nGrease it."
    );
    let listed: Vec<&str> = articles[0]
        .omitted
        .iter()
        .map(|o| &articles[0].text[o.span.clone()])
        .collect();
    assert_eq!(listed, ["<script>track('x')</script>"]);
    assert_eq!(articles[1].title.as_deref(), Some("Fish and chips"));
    assert_eq!(body(&articles[1]), "One line\nand a second");
    assert!(!articles[2].text.is_empty());

    let value = serde_json::json!([{"id": "a", "text": page}, {"id": "b", "note": "<div>Wash <em>it</em>.</div>"}]);
    let articles = read("a.json", &value.to_string());
    assert_eq!(
        body(&articles[0]),
        "The pump is mended & painted.\nGrease it."
    );
    assert_eq!(body(&articles[1]), "id: b | note: Wash it.");
}

#[test]
fn what_only_looks_like_tags_is_text() {
    for value in [
        "A Vec<T> holds what Vec<B> holds.",
        "Use <p> for a paragraph.",
        "let x = <Foo a={1}></Foo> here",
        "a <b and c> d is true",
        "```\n<p>code</p>\n``` shows it",
        "<div className=\"a\">shown</div>",
        "Write to <sato@example.org> today.",
    ] {
        let json = serde_json::json!({ "text": value }).to_string();
        assert_eq!(read("a.json", &json)[0].text, value);
    }
}
