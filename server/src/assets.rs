//! The app inside the binary: the files of `dist`, compressed when they were built.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

/// Built by `cargo xtask build`. While developing it is read from the disk at each request.
#[derive(Embed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// The encodings that files are kept in, best first, with the ending of their files.
const ENCODINGS: &[(&str, &str)] = &[("br", ".br"), ("gzip", ".gz")];

/// Serves the app. Any address that is not a file is the app's own: it gets the page.
pub fn router() -> Router {
    Router::new().fallback(serve)
}

async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let is_compressed_form = ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending));
    let is_file = !path.is_empty() && !is_compressed_form && Dist::get(path).is_some();
    let looks_like_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if looks_like_file && !is_file {
        return StatusCode::NOT_FOUND.into_response();
    }
    let name = if is_file { path } else { "index.html" };
    let Some(plain) = Dist::get(name) else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "The app is not built into this program. Build it with `cargo xtask build`.\n",
        )
            .into_response();
    };
    let (file, encoding) =
        encoded(name, &headers).map_or((plain, None), |(file, encoding)| (file, Some(encoding)));
    respond(name, file, encoding, &headers)
}

/// The file in the best encoding that the client takes.
fn encoded(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, &'static str)> {
    let accepted = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let accepts = |encoding: &str| accepted.split(',').any(|a| a.trim() == encoding);
    ENCODINGS
        .iter()
        .filter(|(encoding, _)| accepts(encoding))
        .find_map(|(encoding, ending)| Some((Dist::get(&format!("{name}{ending}"))?, *encoding)))
}

fn respond(
    name: &str,
    file: EmbeddedFile,
    encoding: Option<&'static str>,
    request: &HeaderMap,
) -> Response {
    let etag = format!("\"{}\"", BASE64.encode(&file.metadata.sha256_hash()[..12]));
    let mut response =
        if request.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == etag.as_bytes()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Body::from(file.data).into_response()
        };
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, content_type(name));
    set(header::VARY, "accept-encoding");
    set(header::ETAG, &etag);
    set(
        header::CACHE_CONTROL,
        if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" },
    );
    if let Some(encoding) = encoding {
        set(header::CONTENT_ENCODING, encoding);
    }
    if name == "index.html" {
        set(header::CONTENT_SECURITY_POLICY, &content_security_policy());
    }
    response
}

/// Whether the name changes with the content: Trunk puts 16 hex digits into it.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '.', '_'])
        .any(|part| part.len() == 16 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What the page may do: run our files and the loader inside the page, nothing else.
fn content_security_policy() -> String {
    let page = Dist::get("index.html").map(|f| f.data).unwrap_or_default();
    let page = String::from_utf8_lossy(&page);
    let hash = |script| format!("'sha256-{}'", BASE64.encode(Sha256::digest(script)));
    let hashes = inline_scripts(&page).map(hash).collect::<Vec<_>>().join(" ");
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {hashes}; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The texts of the scripts that stand in the page itself.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=") && !script.is_empty()).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_in_the_page_are_found_and_files_are_not() {
        let page = r#"<script type="module">a()</script><script src="/x.js"></script>"#;
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), ["a()"]);
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed("daybook-app-0123456789abcdef_bg.wasm"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("echarts.js"));
    }
}
