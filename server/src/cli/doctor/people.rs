//! Who may come in.

use daybook_model::Timestamp;

use super::Findings;
use crate::database::{Pool, scalar};

/// Tokens without an end, and whoever looks after the instance and cannot come in.
pub(super) async fn look(findings: &mut Findings, database: &Pool, now: Timestamp) {
    if let Err(error) = tokens(findings, database, now).await {
        tracing::debug!(%error, "tokens were not looked at");
    }
    if let Err(error) = admins(findings, database).await {
        tracing::debug!(%error, "people were not looked at");
    }
}

async fn tokens(
    findings: &mut Findings,
    database: &Pool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let endless = "SELECT project.slug || '/' || name FROM token \
         JOIN project ON project.number = token.project \
         WHERE until IS NULL AND revoked_at IS NULL ORDER BY token.id";
    let names = scalar::<String>(endless).fetch_all(database).await?;
    let living =
        "SELECT count(*) FROM token WHERE revoked_at IS NULL AND (until IS NULL OR until > $1)";
    let living = scalar::<i64>(living).bind(now.millis()).fetch_one(database).await?;
    if names.is_empty() {
        findings.good("tokens", format!("{living}, each with an end"));
        return Ok(());
    }
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 5 { ", …" } else { "" };
    findings.doubtful(
        "tokens",
        format!("{} of {living} never end: {shown}{more}", names.len()),
        "replace them by tokens with an end; what is lost is worth nothing then",
    );
    Ok(())
}

async fn admins(findings: &mut Findings, database: &Pool) -> Result<(), sqlx::Error> {
    let all = "SELECT count(*) FROM person WHERE instance_admin AND disabled_at IS NULL";
    let all = scalar::<i64>(all).fetch_one(database).await?;
    let outside = "SELECT email FROM person WHERE instance_admin AND disabled_at IS NULL \
         AND password_hash IS NULL \
         AND NOT EXISTS (SELECT 1 FROM person_identity WHERE person_identity.person = person.id) ORDER BY id";
    let outside = scalar::<String>(outside).fetch_all(database).await?;
    if all == 0 {
        findings.doubtful(
            "admins",
            "nobody looks after the instance yet",
            "open the link that the server prints at its start, or: daybook user create --instance-admin --email …",
        );
    } else if outside.is_empty() {
        findings.good("admins", format!("{all} can sign in"));
    } else {
        findings.doubtful(
            "admins",
            format!("without a password or an account of single sign-on: {}", outside.join(", ")),
            "have them invited, or disable them: they come in by the link of a start alone",
        );
    }
    Ok(())
}
