//! A real PostgreSQL for tests: one for all tests of a program, in a folder of its own, reached by a socket
//! there and by nothing else. It is stopped, and its folder removed, when the program ends.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::programs::{done, programs, user};

/// What stops it when whoever started it is gone, and tidies up.
const KEEPER: &str = r#"
trap 'kill -QUIT $server; wait $server; rm -rf "$1"; exit' TERM
"$2/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c max_connections=400 \
    -c shared_buffers=64MB -c log_min_messages=fatal -c max_wal_size=2GB -c autovacuum=off > "$1/log" 2>&1 &
server=$!
wait $server
"#;

/// The server of this program.
static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// Databases that nobody uses at the moment: making one takes longer than emptying it.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Server {
    folder: PathBuf,
}

/// An empty database, which is somebody else's once this is dropped.
pub(crate) struct Lent {
    name: String,
}

impl Lent {
    /// One that is empty but for the tables, or that has nothing in it at all.
    pub(crate) async fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let free = FREE.lock().unwrap().pop();
        if let Some(name) = free {
            let lent = Self { name };
            lent.empty().await;
            return lent;
        }
        let name = format!("test_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let made = format!("CREATE DATABASE {name}");
        SERVER.run("postgres", &made).await;
        Self { name }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        SERVER.url(&self.name)
    }

    async fn empty(&self) {
        // By their names in one statement, so that what refers to each other goes at once.
        let tables = "DO $$ DECLARE names text; BEGIN \
             SELECT string_agg(quote_ident(c.relname), ', ') INTO names FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' \
             AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE '\\_sqlx%'; \
             IF names IS NOT NULL THEN EXECUTE 'TRUNCATE ' || names || ' RESTART IDENTITY'; END IF; END $$";
        SERVER.run(&self.name, tables).await;
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        FREE.lock().unwrap().push(std::mem::take(&mut self.name));
    }
}

impl Server {
    fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/{database}")
    }

    async fn run(&self, database: &str, text: &str) {
        use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
        let url = self.url(database);
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(text.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    }

    fn start() -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("daybook-pg-").tempdir().unwrap().keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        if !user().is_empty() {
            done(Command::new("chown").arg("postgres:postgres").arg(&folder));
        }
        let as_user = |pdeathsig: &str| {
            let mut command = Command::new("setpriv");
            command.args(user()).args([pdeathsig, "--"]).current_dir(&folder);
            command
        };
        let mut made = as_user("--pdeathsig=keep");
        made.arg(programs.join("initdb")).arg("-D").arg(folder.join("data"));
        done(made.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
        let mut keeper = as_user("--pdeathsig=TERM");
        keeper.args(["sh", "-c", KEEPER, "keeper"]).arg(&folder).arg(&programs);
        keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // The signal comes when the thread ends that started it: this one lasts as long as the program.
        std::thread::spawn(move || {
            let mut keeper = keeper.spawn().unwrap();
            let _ = keeper.wait();
            loop {
                std::thread::park();
            }
        });
        let server = Self { folder };
        server.wait();
        server
    }

    /// Until it can be asked.
    fn wait(&self) {
        let socket = self.folder.join(".s.PGSQL.5432");
        for _ in 0..600 {
            let mut ready = Command::new(programs().join("pg_isready"));
            ready.arg("-h").arg(&self.folder).arg("-q");
            if socket.exists() && ready.status().is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL did not start: {log}");
    }
}
