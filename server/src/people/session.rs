//! Sessions, and the browsers that they were opened in.

use daybook_model::{Timestamp, account::SessionInfo};

use super::{People, PeopleError, Person, person};
use crate::database::{Row, query, scalar};
use crate::{
    extract::Origin,
    secret::{Secret, SecretHash},
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// How long a browser is known, in milliseconds: a year.
pub const DEVICE_MILLIS: i64 = 365 * DAY;

/// How long sessions last, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without being used.
    pub idle: i64,
    /// At all.
    pub whole: i64,
}

impl Default for Lifetimes {
    /// Half a day without being used, a week at all.
    fn default() -> Self {
        Self { idle: DAY / 2, whole: 7 * DAY }
    }
}

/// A session, known by its cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Ours; says nothing of the cookie.
    pub id: i64,
    /// Whose.
    pub person: Person,
}

impl People {
    /// How many sessions there are that have not ended.
    pub async fn open_sessions(&self, now: Timestamp) -> Result<u64, PeopleError> {
        let open = "SELECT count(*) FROM session WHERE expires_at > $1 AND seen_at > $2";
        let count: i64 = scalar(open)
            .bind(now.millis())
            .bind(now.millis() - self.lifetimes.idle)
            .fetch_one(&self.sessions)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// How long sessions last.
    pub fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// Opens a session; the secret is the cookie's value, and a new one each time.
    pub async fn open_session(
        &self,
        person: &Person,
        now: Timestamp,
    ) -> Result<Secret, PeopleError> {
        let nowhere = Origin { address: None, user_agent: String::new(), recording: None };
        self.open_session_from(person, &nowhere, now).await
    }

    /// Opens a session of a browser.
    pub async fn open_session_from(
        &self,
        person: &Person,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Secret, PeopleError> {
        query("DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2")
            .bind(now.millis())
            .bind(now.millis() - self.lifetimes.idle)
            .execute(&self.sessions)
            .await?;
        let secret = Secret::generate("");
        query(
            "INSERT INTO session (hash, person, created_at, seen_at, expires_at, user_agent, address) \
             VALUES ($1, $2, $3, $3, $4, $5, $6)",
        )
        .bind(secret.hash().as_bytes().to_vec())
        .bind(person.id)
        .bind(now.millis())
        .bind(now.millis() + self.lifetimes.whole)
        .bind(&origin.user_agent)
        .bind(origin.address())
        .execute(&self.sessions)
        .await?;
        Ok(secret)
    }

    /// The session with this cookie, if it is worth anything now. Where it is `used` it stays so for a
    /// while; what goes on by itself, such as a stream that is listened to, is no use.
    pub async fn session(
        &self,
        cookie: &str,
        used: bool,
        now: Timestamp,
    ) -> Result<Option<Session>, PeopleError> {
        let found = query(
            "SELECT id, person, seen_at FROM session \
             WHERE hash = $1 AND expires_at > $2 AND seen_at > $3",
        )
        .bind(SecretHash::of(cookie).as_bytes().to_vec())
        .bind(now.millis())
        .bind(now.millis() - self.lifetimes.idle)
        .fetch_optional(&self.sessions)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let (id, whose, seen_at): (i64, i64, i64) = (found.get(0), found.get(1), found.get(2));
        if used && seen_at + MINUTE <= now.millis() {
            query("UPDATE session SET seen_at = $1 WHERE id = $2")
                .bind(now.millis())
                .bind(id)
                .execute(&self.sessions)
                .await?;
        }
        let row = query(
            "SELECT id, email, instance_admin FROM person WHERE id = $1 AND disabled_at IS NULL",
        )
        .bind(whose)
        .fetch_optional(self.log.readers())
        .await?;
        Ok(row.map(|row| Session { id, person: person(&row) }))
    }

    /// Ends a session.
    pub async fn close_session(&self, cookie: &str) -> Result<(), PeopleError> {
        query("DELETE FROM session WHERE hash = $1")
            .bind(SecretHash::of(cookie).as_bytes().to_vec())
            .execute(&self.sessions)
            .await?;
        Ok(())
    }

    /// Ends a person's sessions, except for the one with this number. Says how many.
    pub async fn close_sessions(
        &self,
        person: i64,
        except: Option<i64>,
    ) -> Result<u64, PeopleError> {
        let ended = query("DELETE FROM session WHERE person = $1 AND id IS DISTINCT FROM $2")
            .bind(person)
            .bind(except)
            .execute(&self.sessions)
            .await?;
        Ok(ended.rows_affected())
    }

    /// Ends one of a person's own sessions; `false` where there is none of this number.
    pub async fn revoke_session(&self, person: i64, id: i64) -> Result<bool, PeopleError> {
        let ended = query("DELETE FROM session WHERE person = $1 AND id = $2")
            .bind(person)
            .bind(id)
            .execute(&self.sessions)
            .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// A person's own sessions, the one used last first.
    pub async fn sessions(
        &self,
        person: i64,
        current: Option<i64>,
        now: Timestamp,
    ) -> Result<Vec<SessionInfo>, PeopleError> {
        let rows = query(
            "SELECT id, created_at, seen_at, expires_at, user_agent, address FROM session \
             WHERE person = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id DESC",
        )
        .bind(person)
        .bind(now.millis())
        .bind(now.millis() - self.lifetimes.idle)
        .fetch_all(&self.sessions)
        .await?;
        let time = |millis| Timestamp::saturating(millis);
        let session = |row: &Row| SessionInfo {
            id: row.get(0),
            current: current == Some(row.get(0)),
            created_at: time(row.get(1)),
            seen_at: time(row.get(2)),
            expires_at: time(row.get(3)),
            user_agent: row.get(4),
            address: row.get(5),
        };
        Ok(rows.iter().map(session).collect())
    }

    /// Remembers a browser in which a person signed in; the secret is the cookie's value.
    pub async fn know_device(
        &self,
        person: &Person,
        now: Timestamp,
    ) -> Result<Secret, PeopleError> {
        query("DELETE FROM device WHERE expires_at <= $1")
            .bind(now.millis())
            .execute(&self.sessions)
            .await?;
        let secret = Secret::generate("");
        query("INSERT INTO device (hash, person, expires_at) VALUES ($1, $2, $3)")
            .bind(secret.hash().as_bytes().to_vec())
            .bind(person.id)
            .bind(now.millis() + DEVICE_MILLIS)
            .execute(&self.sessions)
            .await?;
        Ok(secret)
    }

    /// Who signed in with this browser before.
    pub async fn device_of(
        &self,
        cookie: &str,
        now: Timestamp,
    ) -> Result<Option<i64>, PeopleError> {
        let whose = scalar("SELECT person FROM device WHERE hash = $1 AND expires_at > $2")
            .bind(SecretHash::of(cookie).as_bytes().to_vec())
            .bind(now.millis());
        Ok(whose.fetch_optional(&self.sessions).await?)
    }

    /// Whether somebody with this address signed in with this browser before.
    pub async fn is_known_device(
        &self,
        cookie: &str,
        email: &str,
        now: Timestamp,
    ) -> Result<bool, PeopleError> {
        let Some(whose) = self.device_of(cookie, now).await? else { return Ok(false) };
        Ok(self.find(email).await?.is_some_and(|person| person.id == whose))
    }
}
