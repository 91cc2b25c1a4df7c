//! Who may come in: people with passwords, tokens for programs, and sessions.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use daybook_model::Timestamp;
use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use tokio::sync::Semaphore;

use crate::{
    secret::{Secret, SecretHash},
    store::{ProjectId, sqlite::Database},
};

mod token;

pub use token::{Scope, Token, TokenError};

/// How long a session lasts, in milliseconds: 14 days.
pub const SESSION_MILLIS: i64 = 14 * 24 * 60 * 60 * 1000;
/// The shortest password that is taken, in characters.
pub const MIN_PASSWORD: usize = 12;
/// The longest, so that hashing one has a bound.
const MAX_PASSWORD: usize = 1024;
/// Each hashing fills 19 MiB of memory: two at a time, whoever asks, and the others wait.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Why people, tokens and sessions cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The database did not do it.
    #[error("the database of people and sessions failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables cannot be made.
    #[error("the file of sessions cannot be set up: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A password cannot be hashed or a stored hash cannot be read.
    #[error("a password cannot be hashed: {0}")]
    Password(String),
    /// What was given is not acceptable.
    #[error("{0}")]
    Refused(String),
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Ours.
    pub id: i64,
    /// Lower case.
    pub email: String,
}

/// The people of an instance, their tokens and their sessions.
#[derive(Debug, Clone)]
pub struct People {
    /// The log's database: people and tokens belong to the evidence. Who comes in is looked up by
    /// the connections that read, so that nobody waits for a batch being written.
    log: Database,
    /// Sessions, in a small file of their own.
    sessions: SqlitePool,
}

impl People {
    /// People and tokens from the log's database, sessions from `sessions` (a file that is made
    /// when missing, or `:memory:`).
    pub async fn open(log: &Database, sessions: &str) -> Result<Self, PeopleError> {
        let options = SqliteConnectOptions::new().filename(sessions).create_if_missing(true);
        let sessions = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        sqlx::migrate!("migrations/sessions").run(&sessions).await?;
        Ok(Self { log: log.clone(), sessions })
    }

    /// The log's database, which people and tokens are kept in.
    pub fn database(&self) -> &Database {
        &self.log
    }

    /// Adds a person; refused if the address is taken or the password too short.
    pub async fn create_person(
        &self,
        email: &str,
        password: Option<&str>,
        now: Timestamp,
    ) -> Result<Person, PeopleError> {
        let email = email.trim().to_lowercase();
        if !email.contains('@')
            || email.len() > 254
            || email.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(PeopleError::Refused(format!("{email:?} is not an e-mail address")));
        }
        let hash = match password {
            Some(p) if p.chars().count() < MIN_PASSWORD || p.len() > MAX_PASSWORD => {
                return Err(PeopleError::Refused(format!(
                    "a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters"
                )));
            }
            Some(p) => Some(hash_password(p.to_owned()).await?),
            None => None,
        };
        let row = sqlx::query("INSERT INTO person (email, password_hash, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id")
            .bind(&email).bind(hash).bind(now.millis())
            .fetch_optional(self.log.writer()).await?
            .ok_or_else(|| PeopleError::Refused(format!("{email} is there already")))?;
        Ok(Person { id: row.get(0), email })
    }

    /// The first person of the instance, made if there is nobody yet.
    pub async fn first_person(&self, now: Timestamp) -> Result<Person, PeopleError> {
        let first = sqlx::query("SELECT id, email FROM person ORDER BY id LIMIT 1")
            .fetch_optional(self.log.readers())
            .await?;
        match first {
            Some(row) => Ok(Person { id: row.get(0), email: row.get(1) }),
            None => self.create_person("admin@localhost", None, now).await,
        }
    }

    /// The person with this address and password. Takes as long for an unknown address as for a
    /// wrong password.
    pub async fn verify(&self, email: &str, password: &str) -> Result<Option<Person>, PeopleError> {
        let row = sqlx::query("SELECT id, email, password_hash FROM person WHERE email = $1")
            .bind(email.trim().to_lowercase())
            .fetch_optional(self.log.readers())
            .await?;
        let hash = row.as_ref().and_then(|r| r.get::<Option<String>, _>(2));
        let right = check_password(password.to_owned(), hash).await?;
        Ok(row.filter(|_| right).map(|r| Person { id: r.get(0), email: r.get(1) }))
    }

    /// Opens a session; the secret is the cookie's value.
    pub async fn open_session(
        &self,
        person: &Person,
        now: Timestamp,
    ) -> Result<Secret, PeopleError> {
        sqlx::query("DELETE FROM session WHERE expires_at <= $1")
            .bind(now.millis())
            .execute(&self.sessions)
            .await?;
        let secret = Secret::generate("");
        sqlx::query("INSERT INTO session (hash, person, expires_at) VALUES ($1, $2, $3)")
            .bind(secret.hash().as_bytes().to_vec())
            .bind(person.id)
            .bind(now.plus_millis(SESSION_MILLIS).millis())
            .execute(&self.sessions)
            .await?;
        Ok(secret)
    }

    /// Who holds this session.
    pub async fn session(
        &self,
        cookie: &str,
        now: Timestamp,
    ) -> Result<Option<Person>, PeopleError> {
        let session = sqlx::query("SELECT person FROM session WHERE hash = $1 AND expires_at > $2")
            .bind(SecretHash::of(cookie).as_bytes().to_vec())
            .bind(now.millis())
            .fetch_optional(&self.sessions)
            .await?;
        let Some(id) = session.map(|row| row.get::<i64, _>(0)) else { return Ok(None) };
        let person = sqlx::query("SELECT id, email FROM person WHERE id = $1")
            .bind(id)
            .fetch_optional(self.log.readers())
            .await?;
        Ok(person.map(|row| Person { id: row.get(0), email: row.get(1) }))
    }

    /// Ends a session.
    pub async fn close_session(&self, cookie: &str) -> Result<(), PeopleError> {
        sqlx::query("DELETE FROM session WHERE hash = $1")
            .bind(SecretHash::of(cookie).as_bytes().to_vec())
            .execute(&self.sessions)
            .await?;
        Ok(())
    }

    /// Makes a token; the secret is shown this once.
    pub async fn create_token(
        &self,
        project: ProjectId,
        name: &str,
        scopes: &[Scope],
        now: Timestamp,
    ) -> Result<Secret, PeopleError> {
        let secret = Secret::generate(token::PREFIX);
        sqlx::query("INSERT INTO token (project, name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(project.0).bind(name).bind(secret.hash().as_bytes().to_vec())
            .bind(Scope::join(scopes)).bind(now.millis())
            .execute(self.log.writer()).await?;
        Ok(secret)
    }

    /// The token with this text.
    pub async fn token(&self, text: &str) -> Result<Option<Token>, PeopleError> {
        let row = sqlx::query("SELECT project, scopes FROM token WHERE hash = $1")
            .bind(SecretHash::of(text).as_bytes().to_vec())
            .fetch_optional(self.log.readers())
            .await?;
        Ok(row.map(|row| Token {
            project: ProjectId(row.get(0)),
            scopes: Scope::split(&row.get::<String, _>(1)),
        }))
    }
}

/// Hashing takes tens of milliseconds of a core: not on the threads that answer requests.
async fn hash_password(password: String) -> Result<String, PeopleError> {
    let hash = move || {
        PasswordHasher::<PasswordHash>::hash_password(&Argon2::default(), password.as_bytes())
            .map(|h| h.to_string())
    };
    let _turn = HASHING.acquire().await.map_err(|e| PeopleError::Password(e.to_string()))?;
    let hashed = tokio::task::spawn_blocking(hash)
        .await
        .map_err(|e| PeopleError::Password(e.to_string()))?;
    hashed.map_err(|e| PeopleError::Password(e.to_string()))
}

async fn check_password(password: String, hash: Option<String>) -> Result<bool, PeopleError> {
    if password.len() > MAX_PASSWORD {
        return Ok(false);
    }
    let Some(hash) = hash else {
        // The same work as for somebody who exists, so that the time does not tell.
        return hash_password(password).await.map(|_| false);
    };
    let check = move || -> Result<bool, argon2::password_hash::phc::Error> {
        let hash = PasswordHash::new(&hash)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    };
    let _turn = HASHING.acquire().await.map_err(|e| PeopleError::Password(e.to_string()))?;
    let checked = tokio::task::spawn_blocking(check)
        .await
        .map_err(|e| PeopleError::Password(e.to_string()))?;
    checked.map_err(|e| PeopleError::Password(e.to_string()))
}
