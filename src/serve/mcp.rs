//! The Model Context Protocol: over standard input and output, and as one route of the server.
//!
//! The only file that knows rmcp.

use std::sync::Arc;

use axum::http::StatusCode;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock,
    Implementation, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource,
    ResourceContents, ServerCapabilities, ServerConfig, Tool as ToolModel, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::StreamableHttpService;
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};

use super::library::Library;
use super::problem::{Field, Problem};
use super::tools::{Tool, instructions};
use crate::error::Error;
use crate::search::{Filter, Names, find_article};
use crate::serve::articles::list;
use crate::serve::limits::MOST_BYTES;
use crate::serve::lines::Lines;
use crate::serve::tools::called::Called;

/// Articles of one page of `resources/list`.
const RESOURCES_LISTED: usize = 100;
/// What an article's resource begins with; its id follows, percent-encoded.
const SCHEME: &str = "tane://article/";
/// Milliseconds for which the list of tools stays the same: as long as the program.
const TOOLS_FRESH: u64 = 3_600_000;

/// Answers an assistant.
#[derive(Clone)]
pub struct Mcp {
    library: Library,
    tools: Arc<Vec<Tool>>,
}

impl Mcp {
    pub fn new(library: Library) -> Self {
        Self {
            library,
            tools: Arc::new(Tool::all()),
        }
    }

    /// As a route: without sessions, plain JSON. Hosts and origins are checked before it, on every route.
    pub fn route(self) -> StreamableHttpService<Self, NeverSessionManager> {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(MOST_BYTES)
            .disable_allowed_hosts();
        StreamableHttpService::new(
            move || Ok(self.clone()),
            Arc::new(NeverSessionManager::default()),
            config,
        )
    }

    /// Speaks with the process that started this one, until it closes standard input.
    ///
    /// # Errors
    /// What rmcp says where the other side breaks the protocol before it has begun.
    pub async fn talk(self) -> std::io::Result<()> {
        let lines = Lines::new(tokio::io::stdin(), tokio::io::stdout());
        let spoken = match self.serve((lines.input, lines.output)).await {
            Ok(running) => running
                .waiting()
                .await
                .map(|_| ())
                .map_err(std::io::Error::other),
            // Closed before anything was said: nothing is wrong.
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(std::io::Error::other(error.to_string())),
        };
        // Where it panicked that has been told.
        let _ = lines.written.await;
        spoken
    }
}

impl ServerHandler for Mcp {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .build();
        let mut server = Implementation::new("tane", env!("CARGO_PKG_VERSION"));
        server.title = Some("tane: local semantic search with citations".to_owned());
        ServerConfig::new(capabilities)
            .with_server_info(server)
            .with_instructions(instructions(&self.library.corpus()))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.tools.iter().map(described).collect();
        Ok(ListToolsResult::with_all_items(tools)
            .with_ttl_ms(TOOLS_FRESH)
            .with_cache_scope(CacheScope::Public))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(at) = self.tools.iter().position(|tool| tool.name == request.name) else {
            let known: Vec<&str> = self.tools.iter().map(|tool| tool.name).collect();
            let detail = format!("no tool `{}`; known: {}", request.name, known.join(", "));
            return Err(ErrorData::invalid_params(detail, None));
        };
        let tools = self.tools.clone();
        let input = request.arguments.unwrap_or_default();
        let called = tokio::select! {
            called = self.library.ask(move |open, _| tools[at].call(open, input)) => called,
            () = context.ct.cancelled() => Err(Problem::busy()),
        };
        Ok(match called {
            Ok(Called { text, structured }) => {
                let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
                result.structured_content = Some(structured);
                result.into()
            }
            // The assistant sees these, and can do something about most of them.
            Err(problem) => CallToolResult::error(vec![ContentBlock::text(problem.said())]).into(),
        })
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let cursor = request.and_then(|request| request.cursor);
        let offset = match &cursor {
            None => 0,
            Some(cursor) => cursor.parse().map_err(|_| {
                ErrorData::invalid_params(format!("`{cursor}` is no cursor of this list"), None)
            })?,
        };
        let page = self.library.ask(move |open, _| {
            list(open, &Filter::default(), offset, RESOURCES_LISTED)
                .map_err(|error| Problem::of(&error, Field::Body("/cursor")))
        });
        let page = page.await.map_err(protocol_error)?;
        let next = offset.saturating_add(page.articles.len());
        let more = next < page.total && !page.articles.is_empty();
        let resources = page.articles.into_iter().map(|status| {
            let article = status.article;
            let mut resource =
                Resource::new(uri_of(&article.id), article.id.clone()).with_mime_type("text/plain");
            resource.title = article.metadata.title;
            resource.description = article.metadata.source_url;
            resource
        });
        let mut result = ListResourcesResult::with_all_items(resources.collect());
        result.next_cursor = more.then(|| next.to_string());
        Ok(result)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri;
        let unknown = |uri: &str| {
            let detail = format!("no resource `{uri}`; `resources/list` lists them");
            ErrorData::resource_not_found(detail, None)
        };
        let Some(id) = id_of(&uri) else {
            return Err(unknown(&uri));
        };
        let text = self.library.ask(move |open, _| {
            let read = || -> Result<Option<String>, Error> {
                let number = find_article(&open.index, &id, Names::AsCited)?;
                // Only the id itself: a resource has one address.
                let exact = open.index.article(number)?.id() == id;
                let text = exact.then(|| open.index.text(number));
                Ok(text.transpose()?.map(str::to_owned))
            };
            read().map_err(|error| Problem::of(&error, Field::Body("/uri")))
        });
        match text.await {
            Ok(Some(text)) => {
                let contents = ResourceContents::text(text, uri);
                Ok(ReadResourceResult::new(vec![contents]).into())
            }
            Ok(None) => Err(unknown(&uri)),
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => Err(unknown(&uri)),
            Err(problem) => Err(protocol_error(problem)),
        }
    }
}

fn protocol_error(problem: Problem) -> ErrorData {
    if problem.status().is_client_error() {
        ErrorData::invalid_params(problem.detail, None)
    } else {
        ErrorData::internal_error(problem.detail, None)
    }
}

fn described(tool: &Tool) -> ToolModel {
    let annotations = ToolAnnotations::with_title(tool.title)
        .read_only(true)
        .destructive(false)
        .idempotent(true)
        .open_world(false);
    ToolModel::new(tool.name, tool.description, Arc::new(tool.input.clone()))
        .with_title(tool.title)
        .with_raw_output_schema(Arc::new(tool.output.clone()))
        .with_annotations(annotations)
}

/// The address of an article's resource. Letters, digits and what paths have stay; the rest is percent-encoded (RFC
/// 3986).
fn uri_of(id: &str) -> String {
    let mut uri = SCHEME.to_owned();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// The id in the address of a resource.
fn id_of(uri: &str) -> Option<String> {
    let encoded = uri.strip_prefix(SCHEME)?.as_bytes();
    let mut id = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            id.push(is_hex.then(|| u8::from_str_radix(digits, 16).ok())??);
            rest = after;
        } else {
            id.push(byte);
        }
    }
    String::from_utf8(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_address() {
        for id in [
            "seeds/001.txt",
            "日本 語#1%.md",
            "a?b&c=d",
            "rows.csv@12",
            "",
        ] {
            let uri = uri_of(id);
            assert!(uri.is_ascii() && !uri.contains(['#', '?', ' ']), "{uri}");
            assert_eq!(id_of(&uri).as_deref(), Some(id));
        }
        for none in [
            "tane://article/%",
            "tane://article/%zz",
            "tane://article/%ff",
            "file:///etc/passwd",
        ] {
            assert_eq!(id_of(none), None, "{none}");
        }
    }
}
