//! Tokens: how programs come in.

use daybook_model::{
    Filter, Timestamp,
    account::{NewToken, TokenInfo, TokenScope},
};

use super::{People, PeopleError};
use crate::database::{Row, query, scalar};
use crate::{
    secret::{Secret, SecretHash},
    store::ProjectId,
};

/// Every token begins so, which lets secret scanners find one that leaked.
const PREFIX: &str = "dbk_";
/// How many characters of a token are kept, to know it by: the prefix and 24 of 256 random bits.
const SHOWN: usize = PREFIX.len() + 4;
const MINUTE: i64 = 60_000;
/// The most tokens of which it is remembered when they were used.
const REMEMBERED: usize = 10_000;

/// A token that is worth something, known by its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Ours.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The one project it is for.
    pub project: ProjectId,
    /// What it may do there.
    pub scopes: Vec<TokenScope>,
    /// The entries that there are for it.
    pub filter: Filter,
}

fn join(scopes: &[TokenScope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(",")
}

/// Words that are not known (of a later version, after a downgrade) give nothing.
fn split(text: &str) -> Vec<TokenScope> {
    text.split(',').filter_map(|word| word.parse().ok()).collect()
}

/// A stored filter. One that cannot be read must not widen what it limits.
pub(super) fn filter(text: &str) -> Result<Filter, PeopleError> {
    text.parse().map_err(|e| PeopleError::Unreadable(format!("the filter {text:?}: {e}")))
}

fn info(row: &Row) -> Result<TokenInfo, PeopleError> {
    let time = |millis: Option<i64>| millis.map(Timestamp::saturating);
    Ok(TokenInfo {
        id: row.get(0),
        name: row.get(1),
        prefix: row.get(2),
        scopes: split(row.get(3)),
        filter: filter(row.get(4))?,
        created_at: Timestamp::saturating(row.get(5)),
        until: time(row.get(6)),
        revoked_at: time(row.get(7)),
        last_used_at: None,
    })
}

const COLUMNS: &str = "id, name, prefix, scopes, filter, created_at, until, revoked_at";

impl People {
    /// Makes a token for all of a project, for good; the secret is shown this once.
    pub async fn create_token(
        &self,
        project: ProjectId,
        name: &str,
        scopes: &[TokenScope],
        now: Timestamp,
    ) -> Result<Secret, PeopleError> {
        let new = NewToken {
            name: name.into(),
            scopes: scopes.to_vec(),
            filter: Filter::default(),
            until: None,
        };
        self.make_token(project, &new, now).await.map(|(secret, _)| secret)
    }

    /// Makes a token that was checked; the secret is shown this once.
    pub async fn make_token(
        &self,
        project: ProjectId,
        new: &NewToken,
        now: Timestamp,
    ) -> Result<(Secret, TokenInfo), PeopleError> {
        let secret = Secret::generate(PREFIX);
        let made = query(sqlx::AssertSqlSafe(format!(
            "INSERT INTO token (project, name, hash, scopes, created_at, prefix, filter, until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {COLUMNS}"
        )))
        .bind(project.0)
        .bind(&new.name)
        .bind(secret.hash().as_bytes().to_vec())
        .bind(join(&new.scopes))
        .bind(now.millis())
        .bind(secret.reveal().get(..SHOWN))
        .bind(new.filter.to_string())
        .bind(new.until.map(Timestamp::millis))
        .fetch_one(self.log.writer())
        .await?;
        Ok((secret, info(&made)?))
    }

    /// The token with this text, if it is worth anything now.
    pub async fn token(&self, text: &str, now: Timestamp) -> Result<Option<Token>, PeopleError> {
        let row = query(
            "SELECT id, name, project, scopes, filter FROM token WHERE hash = $1 \
             AND revoked_at IS NULL AND (until IS NULL OR until > $2)",
        )
        .bind(SecretHash::of(text).as_bytes().to_vec())
        .bind(now.millis())
        .fetch_optional(self.log.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let token = Token {
            id: row.get(0),
            name: row.get(1),
            project: ProjectId(row.get(2)),
            scopes: split(row.get(3)),
            filter: filter(row.get(4))?,
        };
        self.note_use(token.id, now).await?;
        Ok(Some(token))
    }

    /// Writes down that a token was used, once a minute.
    async fn note_use(&self, token: i64, now: Timestamp) -> Result<(), PeopleError> {
        {
            let mut used = self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if used.get(&token).is_some_and(|last| last.millis() + MINUTE > now.millis()) {
                return Ok(());
            }
            if used.len() >= REMEMBERED {
                used.clear();
            }
            used.insert(token, now);
        }
        query(
            "INSERT INTO token_use (token, used_at) VALUES ($1, $2) \
             ON CONFLICT (token) DO UPDATE SET used_at = $2",
        )
        .bind(token)
        .bind(now.millis())
        .execute(&self.sessions)
        .await?;
        Ok(())
    }

    /// The tokens of a project, the newest first; revoked ones too.
    pub async fn tokens(&self, project: ProjectId) -> Result<Vec<TokenInfo>, PeopleError> {
        let rows = query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM token WHERE project = $1 ORDER BY id DESC"
        )))
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        let mut tokens = rows.iter().map(info).collect::<Result<Vec<_>, _>>()?;
        for token in &mut tokens {
            let used = scalar("SELECT used_at FROM token_use WHERE token = $1")
                .bind(token.id)
                .fetch_optional(&self.sessions)
                .await?;
            token.last_used_at = used.map(Timestamp::saturating);
        }
        Ok(tokens)
    }

    /// Revokes a token of a project; `None` where there is none of this number. One that was
    /// revoked before stays as it is.
    pub async fn revoke_token(
        &self,
        project: ProjectId,
        id: i64,
        now: Timestamp,
    ) -> Result<Option<TokenInfo>, PeopleError> {
        let row = query(sqlx::AssertSqlSafe(format!(
            "UPDATE token SET revoked_at = COALESCE(revoked_at, $1) \
             WHERE id = $2 AND project = $3 RETURNING {COLUMNS}"
        )))
        .bind(now.millis())
        .bind(id)
        .bind(project.0)
        .fetch_optional(self.log.writer())
        .await?;
        row.as_ref().map(info).transpose()
    }
}
