//! The app's files, which the build script built and put into the program.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

include!(concat!(env!("OUT_DIR"), "/app_files.rs"));

/// Whether this program was built with the app.
pub(super) fn is_built_in() -> bool {
    !FILES.is_empty()
}

/// Every file of the app that is built into this program: its path and its bytes.
pub fn app_files() -> &'static [(&'static str, &'static [u8])] {
    FILES
}

/// A file by its path.
pub(super) async fn serve(uri: Uri) -> Response {
    let path = if uri.path() == "/" { "/index.html" } else { uri.path() };
    #[cfg(debug_assertions)]
    if let Some(answer) = from_the_developers_folder(path) {
        return answer;
    }
    match FILES.iter().find(|(name, _)| *name == path) {
        Some((name, bytes)) => ([(header::CONTENT_TYPE, content_type(name))], *bytes).into_response(),
        None => (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "There is no such page.\n")
            .into_response(),
    }
}

/// In a developer's build `KITH_UI_DIST` names a folder that `vite build --watch` writes: a page can be changed without building
/// the program anew. A released program has no such thing.
#[cfg(debug_assertions)]
fn from_the_developers_folder(path: &str) -> Option<Response> {
    let folder = std::env::var_os("KITH_UI_DIST")?;
    let plain = path.split('/').all(|part| !part.starts_with('.')) && !path.contains('\\');
    let bytes = std::fs::read(std::path::Path::new(&folder).join(path.trim_start_matches('/'))).ok().filter(|_| plain)?;
    Some(([(header::CONTENT_TYPE, content_type(path))], bytes).into_response())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
