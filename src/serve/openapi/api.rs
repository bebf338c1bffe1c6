//! `/api/v1`.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::parts::{Route, Wrong, answer, date, name, or_unprocessable, parameter, request};
use crate::map::{CorpusMap, Similarities};
use crate::search::{Answers, Shown, SimilarArticles, Status};
use crate::serve::api::{QueryRequest, SimilarRequest};
use crate::serve::articles::{ArticleAnswer, Articles};
use crate::serve::embed::{EmbedRequest, Embedded};
use crate::serve::limits::{
    LEAST_WIDTH, MOST_CONTEXT, MOST_LISTED, MOST_OFFSET, MOST_PAGES, MOST_WIDTH,
};
use crate::serve::pages::Pages;

/// Its routes, each with its method; schemas of answers go to `answers`.
pub fn routes(answers: &mut SchemaGenerator) -> [(&'static str, Value); 11] {
    [
        ("/api/v1/query", json!({"post": query(answers)})),
        ("/api/v1/similar", json!({"post": similar(answers)})),
        ("/api/v1/embed", json!({"post": embed(answers)})),
        ("/api/v1/articles", json!({"get": articles(answers)})),
        ("/api/v1/article", json!({"get": article(answers)})),
        ("/api/v1/passage", json!({"get": passage(answers)})),
        ("/api/v1/pages", json!({"get": pages(answers)})),
        ("/api/v1/page.png", json!({"get": picture()})),
        ("/api/v1/map", json!({"get": map(answers)})),
        ("/api/v1/matrix", json!({"get": matrix(answers)})),
        ("/api/v1/status", json!({"get": status(answers)})),
    ]
}

fn query(answers: &mut SchemaGenerator) -> Value {
    Route {
        id: "query",
        summary: "Ask a question",
        description: "What `tane query --json` prints.",
        body: Some(request::<QueryRequest>()),
        parameters: &[],
        answer: answer::<Answers>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn similar(answers: &mut SchemaGenerator) -> Value {
    Route {
        id: "similar",
        summary: "Find similar articles",
        description: "What `tane similar --json` prints.",
        body: Some(request::<SimilarRequest>()),
        parameters: &[],
        answer: answer::<SimilarArticles>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn embed(answers: &mut SchemaGenerator) -> Value {
    Route {
        id: "embed",
        summary: "Embed texts",
        description: "The vectors of texts, in their order.",
        body: Some(request::<EmbedRequest>()),
        parameters: &[],
        answer: answer::<Embedded>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn articles(answers: &mut SchemaGenerator) -> Value {
    let parameters = [
        parameter(
            "limit",
            "Articles at most; 50 where it is not given.",
            false,
            json!({"type": "integer", "minimum": 1, "maximum": MOST_LISTED}),
        ),
        parameter(
            "offset",
            "Articles to skip.",
            false,
            json!({"type": "integer", "minimum": 0, "maximum": MOST_OFFSET}),
        ),
        parameter(
            "article",
            "Only articles whose id or file name matches this name or glob.",
            false,
            name(),
        ),
        parameter(
            "lang",
            "Only articles in these languages (ISO 639-1), separated by commas.",
            false,
            name(),
        ),
        parameter(
            "source",
            "Only articles whose source URL contains this.",
            false,
            name(),
        ),
        parameter(
            "since",
            "Only articles published on this day or later.",
            false,
            date(),
        ),
        parameter(
            "until",
            "Only articles published on this day or earlier.",
            false,
            date(),
        ),
    ];
    Route {
        id: "articles",
        summary: "List the articles",
        description: "In the order of their ids, a page at a time.",
        body: None,
        parameters: &parameters,
        answer: answer::<Articles>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn article(answers: &mut SchemaGenerator) -> Value {
    let id = parameter(
        "id",
        "Its id, or a part of it that no other id has.",
        true,
        name(),
    );
    Route {
        id: "article",
        summary: "Read an article",
        description: "Its text and how it was cut.",
        body: None,
        parameters: &[id],
        answer: answer::<ArticleAnswer>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn passage(answers: &mut SchemaGenerator) -> Value {
    let parameters = [
        parameter(
            "id",
            "`article#3`, `article#3-4`, or a citation.",
            true,
            name(),
        ),
        parameter(
            "context",
            "Sentences before and after.",
            false,
            json!({"type": "integer", "minimum": 0, "maximum": MOST_CONTEXT}),
        ),
    ];
    Route {
        id: "passage",
        summary: "Read a passage",
        description: "What `tane show --json` prints.",
        body: None,
        parameters: &parameters,
        answer: answer::<Shown>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn pages(answers: &mut SchemaGenerator) -> Value {
    let id = parameter(
        "id",
        "The article, or a passage as for `/api/v1/passage`.",
        true,
        name(),
    );
    let route = Route {
        id: "pages",
        summary: "See the pages of a document",
        description: "How many pages a document (PDF) has, how large they are, and where a passage stands on them. Only while \
                      its file is the one that was indexed.",
        body: None,
        parameters: &[id],
        answer: answer::<Pages>(answers),
        wrong: Wrong::Problem,
    };
    or_unprocessable(route.described())
}

fn picture() -> Value {
    let parameters = [
        parameter("id", "The article, or a passage of it.", true, name()),
        parameter(
            "page",
            "Its number, from 1.",
            true,
            json!({"type": "integer", "minimum": 1, "maximum": MOST_PAGES}),
        ),
        parameter(
            "width",
            "Pixels across; 1000 where it is not given.",
            false,
            json!({"type": "integer", "minimum": LEAST_WIDTH, "maximum": MOST_WIDTH}),
        ),
    ];
    let route = Route {
        id: "picture",
        summary: "See a page as a picture",
        description: "Drawn from the file, while it is the one that was indexed. The header `Tane-Letters-Missing` says that \
                      letters are not drawn because their fonts are not in the file.",
        body: None,
        parameters: &parameters,
        answer: json!({"description": "Drawn.", "content": {"image/png": {"schema": {}}}}),
        wrong: Wrong::Problem,
    };
    or_unprocessable(route.described())
}

fn map(answers: &mut SchemaGenerator) -> Value {
    let of = parameter(
        "of",
        "What a point is: articles (the default) or passages.",
        false,
        json!({"type": "string", "enum": ["articles", "passages"]}),
    );
    Route {
        id: "map",
        summary: "See the corpus as a map",
        description: "What `tane map --json` prints. Computed once for each generation of the index, which may take minutes for \
                      100,000 points.",
        body: None,
        parameters: &[of],
        answer: answer::<CorpusMap>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn matrix(answers: &mut SchemaGenerator) -> Value {
    Route {
        id: "matrix",
        summary: "How much all articles resemble each other",
        description: "By cluster, as a picture of bytes.",
        body: None,
        parameters: &[],
        answer: answer::<Similarities>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}

fn status(answers: &mut SchemaGenerator) -> Value {
    Route {
        id: "status",
        summary: "What the index holds",
        description: "What `tane status --json` prints.",
        body: None,
        parameters: &[],
        answer: answer::<Status>(answers),
        wrong: Wrong::Problem,
    }
    .described()
}
