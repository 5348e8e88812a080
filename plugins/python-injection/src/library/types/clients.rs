//! Clients of other machines: HTTP, SSH, sockets, directories, clouds. Invariant: constructors that already look like
//! classes are left out; their types are known by name.

use securecode_sdk::{ReturnType, spec::returns};

pub(super) fn types() -> Vec<ReturnType> {
    returns(&[
        ("requests.session", "requests.Session"),
        ("requests.sessions.Session", "requests.Session"),
        ("requests.Session.__enter__", "requests.Session"),
        ("urllib.request.build_opener", "urllib.request.OpenerDirector"),
        ("aiohttp.client.ClientSession", "aiohttp.ClientSession"),
        ("httpx.Client.__enter__", "httpx.Client"),
        ("socket.socket", "socket.socket"),
        ("socket.create_connection", "socket.socket"),
        ("socket.create_server", "socket.socket"),
        ("ssl.wrap_socket", "ssl.SSLSocket"),
        ("ssl.SSLContext.wrap_socket", "ssl.SSLSocket"),
        ("paramiko.SSHClient", "paramiko.SSHClient"),
        ("paramiko.SSHClient.__enter__", "paramiko.SSHClient"),
        ("paramiko.client.SSHClient", "paramiko.SSHClient"),
        ("paramiko.SSHClient.open_sftp", "paramiko.SFTPClient"),
        ("paramiko.SFTPClient.from_transport", "paramiko.SFTPClient"),
        ("asyncssh.connect", "asyncssh.SSHClientConnection"),
        ("fabric.Connection", "fabric.Connection"),
        ("invoke.Context", "invoke.Context"),
        ("ldap.initialize", "ldap.ldapobject.LDAPObject"),
        ("ldap.open", "ldap.ldapobject.LDAPObject"),
        ("ldap3.Connection", "ldap3.Connection"),
        ("ldap3.Connection.__enter__", "ldap3.Connection"),
        ("boto3.client", "boto3.client"),
        ("boto3.resource", "boto3.resource"),
        ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ThreadPoolExecutor"),
        ("asyncio.get_event_loop", "asyncio.AbstractEventLoop"),
        ("asyncio.get_running_loop", "asyncio.AbstractEventLoop"),
        ("asyncio.new_event_loop", "asyncio.AbstractEventLoop"),
        ("logging.getLogger", "logging.Logger"),
        ("logging.Logger.getChild", "logging.Logger"),
        ("smtplib.SMTP", "smtplib.SMTP"),
    ])
}
