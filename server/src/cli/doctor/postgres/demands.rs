//! What is demanded of a PostgreSQL and of how it is set.

use sqlx::PgConnection;

use crate::cli::doctor::{
    Findings,
    Verdict::{self, Doubtful, Wrong},
};

/// What has to be so.
struct Demand {
    about: &'static str,
    /// A statement whose one value says whether it is.
    holds: &'static str,
    /// Where it is not: how bad that is, what it is like, and what to do.
    otherwise: (Verdict, &'static str, &'static str),
}

const DEMANDS: [Demand; 5] = [
    Demand {
        about: "database",
        holds: "SELECT current_setting('transaction_read_only') = 'off'",
        otherwise: (
            Wrong,
            "it cannot be written to: it is a replica, or set to be read alone",
            "give --database-url the address of the primary, and the replica's to --read-url",
        ),
    },
    Demand {
        about: "database",
        holds: "SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)",
        otherwise: (
            Wrong,
            "this user may make no tables there, and the log needs one for each month",
            "have it own the database, or: GRANT CREATE ON SCHEMA public TO …",
        ),
    },
    Demand {
        about: "durability",
        holds: "SELECT current_setting('fsync') = 'on'",
        otherwise: (
            Wrong,
            "fsync is off: when the machine fails, all of the log can be lost",
            "set fsync = on in postgresql.conf, and have it read again: SELECT pg_reload_conf()",
        ),
    },
    Demand {
        about: "durability",
        holds: "SELECT current_setting('synchronous_commit') <> 'off'",
        otherwise: (
            Wrong,
            "synchronous_commit is off: when the machine fails, what was acknowledged last is lost",
            "set synchronous_commit = on where it was set: in postgresql.conf, for the database, for the user (ALTER DATABASE, ALTER ROLE) or in the address",
        ),
    },
    Demand {
        about: "durability",
        holds: "SELECT current_setting('full_page_writes') = 'on'",
        otherwise: (
            Doubtful,
            "full_page_writes is off: when the machine fails, pages can be left half written",
            "set full_page_writes = on in postgresql.conf, unless the file system writes pages as a whole",
        ),
    },
];

/// Says which of them are not met.
pub(super) async fn look(
    findings: &mut Findings,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let mut well = true;
    for Demand { about, holds, otherwise: (verdict, message, advice) } in DEMANDS {
        if !sqlx::query_scalar::<_, bool>(holds).fetch_one(&mut *connection).await? {
            findings.add(about, verdict, message.into(), Some(advice.into()));
            well = false;
        }
    }
    if well {
        findings.good("database", "reached; what is acknowledged there is on its disk");
    }
    Ok(())
}
