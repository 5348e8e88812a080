//! Results that come from elsewhere: a database, another server, a process, a file. Invariant: the call's arguments choose
//! what is fetched, and are not themselves what comes back; where they do harm, a sink says so.

use securecode_sdk::{Propagator, spec::clean};

pub(super) fn propagators() -> Vec<Propagator> {
    [databases(), servers(), processes(), files(), checks()].concat()
}

fn of(owners: &[&str], methods: &[&str]) -> Vec<Propagator> {
    owners
        .iter()
        .flat_map(|owner| methods.iter().flat_map(move |method| clean(&[&format!("{owner}.{method}")])))
        .collect()
}

fn databases() -> Vec<Propagator> {
    let cursors = [
        "*",
        "sqlite3.Connection",
        "sqlite3.Cursor",
        "aiosqlite.Connection",
        "aiosqlite.Cursor",
        "psycopg2.extensions.cursor",
        "psycopg.Connection",
        "psycopg.Cursor",
        "psycopg.AsyncConnection",
        "psycopg.AsyncCursor",
        "pymysql.cursors.Cursor",
        "pymysql.cursors.DictCursor",
        "MySQLdb.cursors.Cursor",
        "MySQLdb.cursors.DictCursor",
        "mysql.connector.cursor.MySQLCursor",
        "aiomysql.Cursor",
        "aiopg.Cursor",
        "pyodbc.Connection",
        "pyodbc.Cursor",
        "oracledb.Cursor",
        "cx_Oracle.Cursor",
        "pymssql.Cursor",
        "duckdb.DuckDBPyConnection",
        "django.db.backends.utils.CursorWrapper",
        "sqlalchemy.Connection",
        "sqlalchemy.Engine",
        "sqlalchemy.orm.Session",
        "sqlalchemy.ext.asyncio.AsyncConnection",
        "sqlalchemy.ext.asyncio.AsyncSession",
    ];
    let reads =
        ["execute", "executemany", "executescript", "fetchone", "fetchall", "fetchmany", "scalar", "scalars", "exec"];
    let pools = ["asyncpg.Connection", "asyncpg.Pool", "databases.Database"];
    let pool_reads = [
        "execute",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchval",
        "fetch_all",
        "fetch_one",
        "fetch_val",
        "execute_many",
    ];
    let models =
        ["django.db.models.Model.objects", "django.db.models.QuerySet", "django.contrib.auth.models.User.objects"];
    let model_reads = [
        "get",
        "filter",
        "exclude",
        "all",
        "first",
        "last",
        "create",
        "get_or_create",
        "update_or_create",
        "values",
        "values_list",
        "annotate",
        "aggregate",
        "order_by",
        "only",
        "defer",
        "select_related",
        "prefetch_related",
        "exists",
        "raw",
        "extra",
        "in_bulk",
    ];
    let documents = ["find_one", "find_one_and_update", "insert_one", "insert_many", "update_one", "update_many"];
    let stores = ["redis.Redis", "redis.StrictRedis", "redis.asyncio.Redis", "django.core.cache.cache"];
    let store_reads = ["get", "mget", "hget", "hgetall", "smembers", "lrange", "ttl", "incr", "set", "get_or_set"];
    [
        of(&cursors, &reads),
        of(&pools, &pool_reads),
        of(&models, &model_reads),
        of(&["*"], &documents),
        of(&["*"], &["delete_one", "delete_many", "count_documents", "get_object_or_404"]),
        of(&stores, &store_reads),
        of(&["django.shortcuts"], &["get_object_or_404", "get_list_or_404"]),
        of(&["sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession"], &["get", "query", "merge"]),
        of(&["boto3.client"], &["get_object", "head_object", "list_objects_v2", "get_item", "query", "scan", "invoke"]),
    ]
    .concat()
}

fn servers() -> Vec<Propagator> {
    let clients = [
        "requests",
        "requests.Session",
        "requests.sessions.Session",
        "httpx",
        "httpx.Client",
        "httpx.AsyncClient",
        "aiohttp.ClientSession",
        "urllib3.PoolManager",
    ];
    let methods = ["get", "post", "put", "delete", "patch", "head", "options", "request", "send", "stream"];
    [of(&clients, &methods), of(&["urllib.request"], &["urlopen"]), of(&["urllib.request.OpenerDirector"], &["open"])]
        .concat()
}

fn processes() -> Vec<Propagator> {
    [
        of(&["subprocess"], &["run", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "Popen"]),
        of(&["os"], &["system", "popen", "spawnl", "spawnv", "spawnlp", "spawnvp"]),
        of(&["asyncio"], &["create_subprocess_exec", "create_subprocess_shell"]),
        of(&["paramiko.SSHClient", "paramiko.client.SSHClient"], &["exec_command"]),
        of(&["fabric.Connection", "invoke.Context"], &["run", "sudo", "local"]),
    ]
    .concat()
}

fn files() -> Vec<Propagator> {
    [
        of(&["builtins", "io", "codecs", "gzip", "bz2", "lzma", "aiofiles"], &["open"]),
        of(&["pathlib.Path"], &["open", "read_text", "read_bytes", "stat", "exists", "is_file", "is_dir", "mkdir"]),
        of(&["os"], &["stat", "access", "listdir", "open", "makedirs", "mkdir", "remove", "unlink"]),
        of(&["flask", "flask.helpers"], &["send_file", "send_from_directory"]),
    ]
    .concat()
}

fn checks() -> Vec<Propagator> {
    clean(&[
        "os.path.exists",
        "os.path.lexists",
        "os.path.isfile",
        "os.path.isdir",
        "os.path.islink",
        "os.path.isabs",
        "os.path.ismount",
        "os.path.getsize",
        "os.path.getmtime",
        "os.path.getatime",
        "os.path.getctime",
        "os.path.samefile",
        "shutil.disk_usage",
        "fnmatch.fnmatch",
        "keyword.iskeyword",
        "locale.getlocale",
        // What a framework injects is its own.
        "fastapi.Depends",
        "fastapi.Security",
        "fastapi.params.Depends",
    ])
}
