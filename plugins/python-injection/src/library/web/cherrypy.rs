//! CherryPy, which turns the query and the form into parameters. Invariant: only exposed methods count.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, DecoratedParameters},
    SourceKind::Web,
    spec,
};

use super::{BODY, COOKIES, HEADERS, PARAMETERS, QUERY, URL, of};

pub(super) fn sources() -> Vec<Source> {
    let attributes = [
        ("params", PARAMETERS),
        ("query_string", QUERY),
        ("json", BODY),
        ("body", BODY),
        ("headers", HEADERS),
        ("cookie", COOKIES),
        ("path_info", URL),
    ];
    [
        spec::sources(&["cherrypy.expose"], DecoratedParameters, Web, PARAMETERS),
        of(&["cherrypy.request", "cherrypy.serving.request"], Attribute, &attributes),
    ]
    .concat()
}
