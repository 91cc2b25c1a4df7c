//! The people there are, and what is changed of them.

use daybook_model::{
    Field, Timestamp,
    account::{ActorStatus, Gone, MAX_ACTORS, PersonChange, PersonInfo},
};

use super::{People, PeopleError, Person, check_password, new_password, person};
use crate::database::{Connection, Row, query, scalar};
use crate::{
    secret::{Secret, SecretHash},
    store::ProjectId,
};

/// How long an invitation can be taken up, in milliseconds: three days.
const INVITATION_MILLIS: i64 = 3 * 24 * 60 * 60 * 1000;
const COLUMNS: &str = "id, email, instance_admin, created_at, disabled_at";

fn time(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::saturating)
}

impl People {
    /// The person with this address, whether they may come in or not.
    pub async fn find(&self, email: &str) -> Result<Option<Person>, PeopleError> {
        let row = query("SELECT id, email, instance_admin FROM person WHERE email = $1")
            .bind(email.trim().to_lowercase())
            .fetch_optional(self.log.readers())
            .await?;
        Ok(row.as_ref().map(person))
    }

    /// The person of this number, if they may come in.
    pub async fn active(&self, id: i64) -> Result<Option<Person>, PeopleError> {
        let row = query(
            "SELECT id, email, instance_admin FROM person WHERE id = $1 AND disabled_at IS NULL",
        );
        let row = row.bind(id).fetch_optional(self.log.readers()).await?;
        Ok(row.as_ref().map(person))
    }

    /// Everybody, by address.
    pub async fn everybody(&self) -> Result<Vec<PersonInfo>, PeopleError> {
        let rows =
            query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM person ORDER BY email")));
        let mut people = Vec::new();
        for row in rows.fetch_all(self.log.readers()).await? {
            people.push(self.info(&row).await?);
        }
        Ok(people)
    }

    /// What is known of a person.
    pub async fn person_info(&self, id: i64) -> Result<Option<PersonInfo>, PeopleError> {
        let row = query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM person WHERE id = $1")));
        match row.bind(id).fetch_optional(self.log.readers()).await? {
            Some(row) => self.info(&row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn info(&self, row: &Row) -> Result<PersonInfo, PeopleError> {
        let id = row.get(0);
        Ok(PersonInfo {
            id,
            email: row.get(1),
            instance_admin: row.get(2),
            created_at: Timestamp::saturating(row.get(3)),
            disabled_at: time(row.get(4)),
            actors: self.actors(id).await?,
            grants: self.grants(id).await?,
        })
    }

    /// Changes a person; `false` where there is none of this number. The last one who looks after
    /// the instance stays so.
    pub async fn change_person(
        &self,
        id: i64,
        change: &PersonChange,
        now: Timestamp,
    ) -> Result<bool, PeopleError> {
        if let Some(actors) = &change.actors {
            check_actors(actors)?;
        }
        let mut transaction = self.log.writer().begin().await?;
        let before = instance_admins(&mut transaction).await?;
        let changed = query(
            "UPDATE person SET instance_admin = COALESCE($2, instance_admin), disabled_at = \
             CASE WHEN $3 THEN COALESCE(disabled_at, $4) WHEN NOT $3 THEN NULL ELSE disabled_at END \
             WHERE id = $1",
        )
        .bind(id)
        .bind(change.instance_admin)
        .bind(change.disabled)
        .bind(now.millis())
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        if before > 0 && instance_admins(&mut transaction).await? == 0 {
            return Err(PeopleError::Refused(
                "nobody would look after the instance any more: let somebody else do it first"
                    .into(),
            ));
        }
        if let Some(actors) = &change.actors {
            query("DELETE FROM person_actor WHERE person = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
            for actor in actors {
                query(
                    "INSERT INTO person_actor (person, actor) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                )
                .bind(id)
                .bind(actor)
                .execute(&mut *transaction)
                .await?;
            }
        }
        transaction.commit().await?;
        if change.disabled == Some(true) {
            self.close_sessions(id, None).await?;
        }
        Ok(true)
    }

    /// Makes an invitation: the secret sets the person's password, once. Earlier ones are void.
    pub async fn invite(&self, id: i64, now: Timestamp) -> Result<Secret, PeopleError> {
        let secret = Secret::generate("");
        query("UPDATE person SET invitation = $1, invitation_until = $2 WHERE id = $3")
            .bind(secret.hash().as_bytes().to_vec())
            .bind(now.millis() + INVITATION_MILLIS)
            .bind(id)
            .execute(self.log.writer())
            .await?;
        Ok(secret)
    }

    /// Takes an invitation up: whoever has its secret sets the password. Their sessions end.
    pub async fn accept(
        &self,
        secret: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<Option<Person>, PeopleError> {
        let hash = SecretHash::of(secret).as_bytes().to_vec();
        let row = query(
            "SELECT id, email, instance_admin FROM person WHERE invitation = $1 \
             AND invitation_until > $2 AND disabled_at IS NULL",
        )
        .bind(&hash)
        .bind(now.millis())
        .fetch_optional(self.log.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let person = person(&row);
        let password = new_password(&person.email, password).await?;
        // Of two at once, one finds the invitation.
        let taken = query(
            "UPDATE person SET password_hash = $1, invitation = NULL, invitation_until = NULL \
             WHERE id = $2 AND invitation = $3",
        )
        .bind(password)
        .bind(person.id)
        .bind(&hash)
        .execute(self.log.writer())
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(None);
        }
        self.close_sessions(person.id, None).await?;
        Ok(Some(person))
    }

    /// Sets a new password where the one until now is right; other sessions end. The first one is
    /// set by an invitation, but for who came in by the link that the server prints.
    pub async fn change_password(
        &self,
        person: &Person,
        current: &str,
        new: &str,
        session: Option<i64>,
    ) -> Result<bool, PeopleError> {
        let row = query(
            "SELECT password_hash, instance_admin AND NOT EXISTS \
             (SELECT 1 FROM person_identity i WHERE i.person = p.id) FROM person p WHERE id = $1",
        )
        .bind(person.id)
        .fetch_one(self.log.readers())
        .await?;
        let (hash, by_link): (Option<String>, bool) = (row.get(0), row.get(1));
        match hash {
            None if by_link => {}
            None => {
                return Err(PeopleError::Refused(
                    "you come in without a password here: ask one who looks after the instance \
                     for an invitation, with which you set one"
                        .into(),
                ));
            }
            hash => {
                if !check_password(current.to_owned(), hash).await? {
                    return Ok(false);
                }
            }
        }
        let hash = new_password(&person.email, new).await?;
        query("UPDATE person SET password_hash = $1 WHERE id = $2")
            .bind(hash)
            .bind(person.id)
            .execute(self.log.writer())
            .await?;
        self.close_sessions(person.id, session).await?;
        Ok(true)
    }

    /// Which actors of a project's log cannot come in any more: its disabled people, and its tokens
    /// that were revoked or whose time is over. With people come their addresses, by which others of
    /// their actors are known.
    pub async fn gone(
        &self,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<Vec<(ActorStatus, Option<String>)>, PeopleError> {
        let rows = query(
            "WITH out AS (SELECT id, email, disabled_at FROM person p \
             WHERE disabled_at IS NOT NULL AND (instance_admin OR EXISTS \
             (SELECT 1 FROM person_grant g WHERE g.person = p.id AND g.project = $1))) \
             SELECT 'user:' || email, 0, disabled_at, email FROM out \
             UNION ALL SELECT a.actor, 0, out.disabled_at, NULL FROM person_actor a \
             JOIN out ON out.id = a.person \
             UNION ALL SELECT 'api_token:' || id, CASE WHEN revoked_at IS NULL THEN 2 ELSE 1 END, \
             COALESCE(revoked_at, until), NULL FROM token \
             WHERE project = $1 AND (revoked_at IS NOT NULL OR until <= $2) ORDER BY 1",
        )
        .bind(project.0)
        .bind(now.millis())
        .fetch_all(self.log.readers())
        .await?;
        let status = |row: &Row| {
            let gone = match row.get::<i64>(1) {
                0 => Gone::Disabled,
                1 => Gone::Revoked,
                _ => Gone::Expired,
            };
            let since = Timestamp::saturating(row.get(2));
            (ActorStatus { actor: row.get(0), gone, since }, row.get(3))
        };
        Ok(rows.iter().map(status).collect())
    }

    /// The addresses of those who look after the instance, and may come in.
    pub async fn keepers(&self) -> Result<Vec<String>, PeopleError> {
        let keepers = scalar(
            "SELECT email FROM person WHERE instance_admin AND disabled_at IS NULL ORDER BY id",
        );
        Ok(keepers.fetch_all(self.log.readers()).await?)
    }
}

fn check_actors(actors: &[String]) -> Result<(), PeopleError> {
    if actors.len() > MAX_ACTORS {
        return Err(PeopleError::Refused(format!("a person is at most {MAX_ACTORS} actors")));
    }
    let wrong = |actor: &&String| {
        let kind = actor.split_once(':').map(|(kind, _)| kind);
        kind.and_then(|kind| kind.parse::<daybook_model::ActorType>().ok()).is_none()
            || Field::Actor.value(actor).is_err()
    };
    match actors.iter().find(wrong) {
        Some(actor) => Err(PeopleError::Refused(format!(
            "{actor:?} is not an actor: give type and id, such as user:58392"
        ))),
        None => Ok(()),
    }
}

/// How many people look after the instance.
async fn instance_admins(connection: &mut Connection) -> Result<i64, PeopleError> {
    let admins = "SELECT COUNT(*) FROM person WHERE instance_admin AND disabled_at IS NULL";
    Ok(scalar(admins).fetch_one(connection).await?)
}
