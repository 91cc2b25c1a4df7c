//! Who people are to a provider of single sign-on.

use daybook_model::Timestamp;

use super::{People, PeopleError, Person, person};

impl People {
    /// The person whom a provider names so. One who comes for the first time is the person with the
    /// same address, which the provider has verified, or a new one. `None` where they were disabled.
    pub async fn identified(
        &self,
        issuer: &str,
        subject: &str,
        email: &str,
        now: Timestamp,
    ) -> Result<Option<Person>, PeopleError> {
        let known: Option<i64> = sqlx::query_scalar(
            "SELECT person FROM person_identity WHERE issuer = $1 AND subject = $2",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_optional(self.log.readers())
        .await?;
        let id = match known {
            Some(id) => id,
            None => {
                let id = match self.find(email).await? {
                    Some(person) => person.id,
                    None => self.create_person(email, None, now).await?.id,
                };
                sqlx::query(
                    "INSERT INTO person_identity (issuer, subject, person) VALUES ($1, $2, $3) \
                     ON CONFLICT DO NOTHING",
                )
                .bind(issuer)
                .bind(subject)
                .bind(id)
                .execute(self.log.writer())
                .await?;
                id
            }
        };
        let row = sqlx::query(
            "SELECT id, email, instance_admin FROM person WHERE id = $1 AND disabled_at IS NULL",
        )
        .bind(id)
        .fetch_optional(self.log.readers())
        .await?;
        Ok(row.as_ref().map(person))
    }
}
