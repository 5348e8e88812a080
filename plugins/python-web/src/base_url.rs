//! Whether a URL begins with a base that the application is configured with. Invariant: what stands behind the base is
//! cut off from the host by `/`, `?` or `#`.

use securecode_sdk::{
    Field, Kind, Node,
    compose::{Composition, Piece},
    fix::local,
};

/// Says whether the text that an expression composes begins with a configured value: `f"{API}/items/{name}"`.
pub(crate) fn is_configured(expression: Node<'_>) -> bool {
    let composed = local::origin(expression).map_or(expression, |origin| origin.expression);
    let Some(composition) = Composition::of(composed) else { return false };
    let mut pieces = composition.pieces.iter().filter(|piece| !matches!(piece, Piece::Break(_)));
    let Some(Piece::Hole(base)) = pieces.next() else { return false };
    let Some(Piece::Character { value, .. }) = pieces.next() else { return false };
    is_setting(base.expression) && ['/', '?', '#'].contains(value)
}

/// `API_URL`, `settings.API_URL`, `self.base_url`, `app.config["API"]`, `os.environ["API"]`.
fn is_setting(node: Node<'_>) -> bool {
    let is_constant = |name: &str| {
        name.len() > 1
            && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
    };
    let node = node.without_parentheses();
    match node.kind() {
        Kind::IDENTIFIER => is_constant(node.text()),
        Kind::ATTRIBUTE => {
            let name = node.child(Field::ATTRIBUTE).map(Node::text).unwrap_or_default();
            is_constant(name) || ["self.", "settings.", "config."].iter().any(|owner| node.text().starts_with(owner))
        }
        Kind::SUBSCRIPT | Kind::CALL => {
            ["config", "environ", "getenv", "settings"].iter().any(|owner| node.text().contains(owner))
        }
        _ => false,
    }
}
