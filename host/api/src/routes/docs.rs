//! The API's description: Swagger UI, ReDoc and the document itself, all from this binary. Invariant: the pages load
//! nothing from elsewhere.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderName, header},
    response::Html,
    routing::get,
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::SwaggerUi;

use crate::server::Shared;

const REDOC_SCRIPT: &str = include_str!("../../assets/redoc.standalone.js");
/// What the script would load from its maker: a picture beside his name.
const REDOC_PICTURE: &str = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const NO_PICTURE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
const REDOC_PAGE: &str = r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>SecureCodeAI API</title><meta name="viewport" content="width=device-width"></head>
<body style="margin: 0"><redoc spec-url="/openapi.json"></redoc><script src="/redoc/redoc.standalone.js"></script></body>
</html>
"#;
const REDOC_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";

/// Gives the pages for a description.
pub(crate) fn router(api: OpenApi) -> Router<Shared> {
    let policy = (header::CONTENT_SECURITY_POLICY, REDOC_POLICY);
    let script: (HeaderName, &str) = (header::CONTENT_TYPE, "text/javascript; charset=utf-8");
    let text = Bytes::from(REDOC_SCRIPT.replace(REDOC_PICTURE, NO_PICTURE));
    Router::new()
        .merge(SwaggerUi::new("/docs").url("/openapi.json", api))
        .route("/redoc", get(move || async move { ([policy], Html(REDOC_PAGE)) }))
        .route("/redoc/redoc.standalone.js", get(move || async move { ([script], text) }))
}
