//! Who people are to a provider of single sign-on.

use daybook_model::{
    Timestamp,
    account::{Grant, Role},
};

use super::{People, PeopleError, Person, checked_email, grants, person};
use crate::database::{Connection, query, scalar};
use crate::store::ProjectId;

/// Somebody for whom a provider vouches.
#[derive(Debug, Clone, Copy)]
pub struct Vouched<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its own name for the account.
    pub subject: &'a str,
    /// The address, if the provider has verified it.
    pub email: Option<&'a str>,
}

/// Who that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identified {
    /// Somebody who may come in.
    Person {
        /// Who.
        person: Person,
        /// Whether they were made just now.
        is_new: bool,
    },
    /// Somebody who may not come in any more.
    Disabled(Person),
    /// Nobody by this account, and no verified address to know them by.
    Unverified,
    /// Nobody, and nobody was to be made.
    Stranger,
    /// The person with this address comes in by another account of the provider.
    Taken,
}

/// What changed of what a person has from groups, in one project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupChange {
    /// Where.
    pub project: ProjectId,
    /// What they were there.
    pub before: Option<Role>,
    /// What they are.
    pub after: Option<Role>,
}

impl People {
    /// The person for whom a provider vouches. Who comes for the first time is the person with the
    /// same verified address; where there is none, one is made if they are to be let in.
    pub async fn identified(
        &self,
        vouched: Vouched<'_>,
        let_in: bool,
        now: Timestamp,
    ) -> Result<Identified, PeopleError> {
        let mut transaction = self.log.writer().begin().await?;
        let known = known(&mut transaction, vouched).await?;
        let (id, is_new) = match (known, vouched.email) {
            (Some(id), _) => (id, false),
            (None, None) => return Ok(Identified::Unverified),
            (None, Some(email)) => {
                let email = checked_email(email)?;
                let (id, is_new) = match by_email(&mut transaction, &email).await? {
                    Some((id, true)) => return disabled(&mut transaction, id).await,
                    Some((id, false)) => (id, false),
                    None if let_in => (make(&mut transaction, &email, now).await?, true),
                    None => return Ok(Identified::Stranger),
                };
                if !link(&mut transaction, vouched, id, now).await? {
                    return Ok(Identified::Taken);
                }
                (id, is_new)
            }
        };
        let row = query(
            "SELECT id, email, instance_admin FROM person WHERE id = $1 AND disabled_at IS NULL",
        )
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return disabled(&mut transaction, id).await };
        let person = person(&row);
        transaction.commit().await?;
        Ok(Identified::Person { person, is_new })
    }

    /// Forgets the accounts of a person, who may come with another one. Says how many there were.
    pub async fn forget_identities(&self, person: i64) -> Result<u64, PeopleError> {
        let forgotten = query("DELETE FROM person_identity WHERE person = $1")
            .bind(person)
            .execute(self.log.writer())
            .await?;
        Ok(forgotten.rows_affected())
    }

    /// Replaces everything that a person has from groups, which is worth something until a moment;
    /// says what changed.
    pub async fn set_group_grants(
        &self,
        person: i64,
        given: &[(ProjectId, Role)],
        until: Timestamp,
    ) -> Result<Vec<GroupChange>, PeopleError> {
        let mut transaction = self.log.writer().begin().await?;
        let before = query(
            "DELETE FROM person_grant WHERE person = $1 AND from_group \
             RETURNING role, filter, until, project",
        )
        .bind(person)
        .fetch_all(&mut *transaction)
        .await?;
        let mut changes = Vec::new();
        for row in &before {
            let project = ProjectId(row.get(3));
            let after = given.iter().find(|(given, _)| *given == project).map(|(_, role)| *role);
            let before = Some(grants::grant(row)?.role);
            changes.push(GroupChange { project, before, after });
        }
        for (project, role) in given {
            let grant = Grant { until: Some(until), ..Grant::of(*role) };
            grants::insert(&mut transaction, person, *project, &grant, true).await?;
            if !changes.iter().any(|change| change.project == *project) {
                changes.push(GroupChange { project: *project, before: None, after: Some(*role) });
            }
        }
        transaction.commit().await?;
        changes.retain(|change| change.before != change.after);
        Ok(changes)
    }
}

async fn known(
    connection: &mut Connection,
    vouched: Vouched<'_>,
) -> Result<Option<i64>, PeopleError> {
    let known = scalar("SELECT person FROM person_identity WHERE issuer = $1 AND subject = $2")
        .bind(vouched.issuer)
        .bind(vouched.subject);
    Ok(known.fetch_optional(connection).await?)
}

/// The person with this address, and whether they may not come in any more.
async fn by_email(
    connection: &mut Connection,
    email: &str,
) -> Result<Option<(i64, bool)>, PeopleError> {
    let row = query("SELECT id, disabled_at IS NOT NULL FROM person WHERE email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

async fn make(
    connection: &mut Connection,
    email: &str,
    now: Timestamp,
) -> Result<i64, PeopleError> {
    let made = query("INSERT INTO person (email, created_at) VALUES ($1, $2) RETURNING id")
        .bind(email)
        .bind(now.millis())
        .fetch_one(connection)
        .await?;
    Ok(made.get(0))
}

/// Remembers the account; `false` where the person has another one of the same provider.
async fn link(
    connection: &mut Connection,
    vouched: Vouched<'_>,
    person: i64,
    now: Timestamp,
) -> Result<bool, PeopleError> {
    let linked = query(
        "INSERT INTO person_identity (issuer, subject, person, created_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(vouched.issuer)
    .bind(vouched.subject)
    .bind(person)
    .bind(now.millis())
    .execute(connection)
    .await?;
    Ok(linked.rows_affected() > 0)
}

async fn disabled(connection: &mut Connection, id: i64) -> Result<Identified, PeopleError> {
    let row = query("SELECT id, email, instance_admin FROM person WHERE id = $1")
        .bind(id)
        .fetch_one(connection)
        .await?;
    Ok(Identified::Disabled(person(&row)))
}
