//! Functions that a cloud calls for each request. Invariant: of a handler only the event is untrusted, never the context.

use securecode_sdk::{
    Source,
    SourceForm::{AnnotatedParameter, Attribute, Call, DecoratedParameters},
    SourceKind::Web,
    spec,
};

use super::{BODY, HEADERS, METHODS, QUERY, REQUEST, URL, handlers, of};

const EVENT: &str = "the event";

/// Annotations of an event that a request makes.
const EVENTS: [&str; 6] = [
    "aws_lambda_powertools.utilities.data_classes.APIGatewayProxyEvent",
    "aws_lambda_powertools.utilities.data_classes.APIGatewayProxyEventV2",
    "aws_lambda_powertools.utilities.data_classes.ALBEvent",
    "aws_lambda_typing.events.APIGatewayProxyEventV1",
    "aws_lambda_typing.events.APIGatewayProxyEventV2",
    "mangum.types.LambdaEvent",
];

pub(super) fn sources() -> Vec<Source> {
    let resolvers = [
        "aws_lambda_powertools.event_handler.APIGatewayRestResolver",
        "aws_lambda_powertools.event_handler.APIGatewayHttpResolver",
        "aws_lambda_powertools.event_handler.LambdaFunctionUrlResolver",
    ];
    let azure = [("params", QUERY), ("route_params", URL), ("form", BODY), ("headers", HEADERS), ("url", URL)];
    let chalice =
        [("query_params", QUERY), ("uri_params", URL), ("json_body", BODY), ("raw_body", BODY), ("headers", HEADERS)];
    [
        spec::sources(&["def.lambda_handler", "lambda.event.context"], DecoratedParameters, Web, EVENT),
        spec::sources(&EVENTS, AnnotatedParameter, Web, EVENT),
        handlers(&resolvers, &METHODS, URL),
        of(&resolvers, Attribute, &[("current_event", REQUEST)]),
        of(&["azure.functions.HttpRequest"], Attribute, &azure),
        of(&["azure.functions.HttpRequest"], Call, &[("get_json", BODY), ("get_body", BODY)]),
        handlers(&["chalice.Chalice", "chalice.Blueprint"], &["route"], URL),
        of(&["chalice.Chalice.current_request", "chalice.app.Request"], Attribute, &chalice),
    ]
    .concat()
}
