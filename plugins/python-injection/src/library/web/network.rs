//! Servers of the standard library, WSGI, and what a peer sends over a socket. Invariant: sockets count as the network,
//! whichever side opened them.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call, DecoratedParameters},
    SourceKind::Web,
    spec,
};

use super::{BODY, HEADERS, MESSAGE, PARAMETERS, URL, handlers, of};

pub(super) fn sources() -> Vec<Source> {
    let servers = [
        "http.server.BaseHTTPRequestHandler",
        "http.server.SimpleHTTPRequestHandler",
        "http.server.CGIHTTPRequestHandler",
    ];
    let streams = ["socketserver.StreamRequestHandler", "socketserver.DatagramRequestHandler"];
    let received = ["recv", "recvfrom", "recvmsg"].map(|name| (name, MESSAGE));
    let read = ["read", "readline", "readexactly", "readuntil"].map(|name| (name, MESSAGE));
    let sockets = [
        "websockets.WebSocketServerProtocol",
        "websockets.ServerConnection",
        "websockets.server.WebSocketServerProtocol",
        "websockets.asyncio.server.ServerConnection",
        "websockets.sync.server.ServerConnection",
    ];
    [
        of(&servers, Attribute, &[("path", URL), ("headers", HEADERS), ("rfile", BODY), ("requestline", URL)]),
        of(&streams, Attribute, &[("rfile", MESSAGE)]),
        of(&["cgi.FieldStorage"], Call, &[("getvalue", PARAMETERS), ("getfirst", PARAMETERS), ("getlist", PARAMETERS)]),
        spec::sources(&["cgi.FieldStorage", "cgi.parse", "cgi.parse_multipart"], Call, Web, PARAMETERS),
        of(&["socket.socket", "ssl.SSLSocket"], Call, &received),
        spec::sources(&["*.recv", "*.recvfrom"], Call, Web, MESSAGE),
        handlers(&["websockets", "websockets.server", "websockets.asyncio.server"], &["serve"], MESSAGE),
        of(&["asyncio.StreamReader"], Call, &read),
        of(&sockets, Call, &[("recv", MESSAGE)]),
        spec::sources(&["zmq.Socket.recv_string", "zmq.Socket.recv_json", "zmq.Socket.recv"], Call, Web, MESSAGE),
        handlers(&["asyncio.Protocol"], &["data_received"], MESSAGE),
        handlers(&["asyncio.DatagramProtocol"], &["datagram_received"], MESSAGE),
        // A WSGI application, by the names that the specification gives its parameters.
        spec::sources(&["lambda.environ.start_response"], DecoratedParameters, Web, HEADERS),
        spec::sources(&["xmlrpc.server.SimpleXMLRPCServer.register_function"], DecoratedParameters, Web, MESSAGE),
        of(&["werkzeug.datastructures.FileStorage"], Attribute, &[("filename", BODY), ("stream", BODY)]),
    ]
    .concat()
}
