//! Who may come in: people with passwords, tokens for programs, and sessions.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use daybook_model::{Timestamp, account::PersonChange};
use tokio::sync::Semaphore;

use crate::database::{Beside, Database, Pool, Row, query};

mod directory;
mod grants;
mod identity;
mod session;
mod token;

pub use daybook_model::account::TokenScope as Scope;
pub use identity::{GroupChange, Identified, Vouched};
pub use session::{DEVICE_MILLIS, Lifetimes, Session};
pub use token::Token;

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
    /// Something that is stored cannot be understood; nobody is let in by it.
    #[error("what is stored of accounts cannot be read: {0}")]
    Unreadable(String),
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
    /// Whether the person looks after the whole instance.
    pub instance_admin: bool,
}

/// From columns id, email, `instance_admin`.
fn person(row: &Row) -> Person {
    Person { id: row.get(0), email: row.get(1), instance_admin: row.get(2) }
}

/// The people of an instance, their tokens and their sessions.
#[derive(Debug, Clone)]
pub struct People {
    /// The log's database: people and tokens belong to the evidence. Who comes in is looked up by
    /// the connections that read, so that nobody waits for a batch being written.
    log: Database,
    /// Sessions, which are kept apart.
    sessions: Pool,
    lifetimes: Lifetimes,
    /// When tokens were last written down as used.
    used: Arc<Mutex<HashMap<i64, Timestamp>>>,
}

impl People {
    /// People and tokens from the log's database, and sessions from where these are.
    pub async fn open(
        log: impl Into<Database> + Send,
        sessions: impl Into<Beside> + Send,
    ) -> Result<Self, PeopleError> {
        let (log, sessions) = (log.into(), sessions.into());
        let sessions = sessions.open(|file| file).await?;
        Ok(Self { log, sessions, lifetimes: Lifetimes::default(), used: Arc::default() })
    }

    /// The same, with sessions that last so long.
    #[must_use]
    pub fn with_lifetimes(self, lifetimes: Lifetimes) -> Self {
        Self { lifetimes, ..self }
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
        let email = checked_email(email)?;
        let hash = match password {
            Some(password) => Some(new_password(&email, password).await?),
            None => None,
        };
        let row = query("INSERT INTO person (email, password_hash, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id")
            .bind(&email).bind(hash).bind(now.millis())
            .fetch_optional(self.log.writer()).await?
            .ok_or_else(|| PeopleError::Refused(format!("{email} is there already")))?;
        Ok(Person { id: row.get(0), email, instance_admin: false })
    }

    /// The first person of the instance, made if there is nobody yet. Whoever has the link has the
    /// machine: an admin of the instance.
    pub async fn first_person(&self, now: Timestamp) -> Result<Person, PeopleError> {
        let first = query(
            "SELECT id, email, instance_admin FROM person \
             WHERE instance_admin AND disabled_at IS NULL ORDER BY id LIMIT 1",
        );
        if let Some(row) = first.fetch_optional(self.log.readers()).await? {
            return Ok(person(&row));
        }
        let made = match self.find("admin@localhost").await? {
            Some(person) => person,
            None => self.create_person("admin@localhost", None, now).await?,
        };
        let change =
            PersonChange { disabled: Some(false), instance_admin: Some(true), actors: None };
        self.change_person(made.id, &change, now).await?;
        Ok(Person { instance_admin: true, ..made })
    }

    /// The person with this address and password. Takes as long for an unknown address as for a
    /// wrong password.
    pub async fn verify(&self, email: &str, password: &str) -> Result<Option<Person>, PeopleError> {
        let row = query("SELECT id, email, instance_admin, password_hash FROM person WHERE email = $1 AND disabled_at IS NULL")
            // Nobody has this character in an address, and PostgreSQL has none in a text.
            .bind(email.trim().to_lowercase().replace('\0', "\u{fffd}"))
            .fetch_optional(self.log.readers())
            .await?;
        let hash = row.as_ref().and_then(|r| r.get::<Option<String>>(3));
        let right = check_password(password.to_owned(), hash).await?;
        Ok(row.filter(|_| right).map(|row| person(&row)))
    }
}

/// An address in the one form that is kept.
fn checked_email(email: &str) -> Result<String, PeopleError> {
    let email = email.trim().to_lowercase();
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if !email.contains('@') || email.len() > 254 || email.chars().any(odd) {
        return Err(PeopleError::Refused(format!("{email:?} is not an e-mail address")));
    }
    Ok(email)
}

/// Words that a password is not made of alone: whoever guesses begins with these.
const GUESSED: &[&str] =
    &["password", "passwort", "daybook", "letmein", "welcome", "qwerty", "admin", "12345", "abc"];

/// The hash of a new password, if it is long enough and not what is guessed first.
async fn new_password(email: &str, password: &str) -> Result<String, PeopleError> {
    if password.chars().count() < MIN_PASSWORD || password.len() > MAX_PASSWORD {
        return Err(PeopleError::Refused(format!(
            "a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters"
        )));
    }
    let mut left = password.to_lowercase();
    for word in GUESSED.iter().copied().chain(email.split(['@', '.']).filter(|w| w.len() > 2)) {
        left = left.replace(word, "");
    }
    let mut different: Vec<char> = left.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 4 {
        return Err(PeopleError::Refused(
            "this password is one of those that are guessed first: choose another one".into(),
        ));
    }
    hash_password(password.to_owned()).await
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
