//! Where people may look.

use daybook_model::{
    Timestamp,
    account::{Grant, GrantInfo, Project, ProjectPerson, Role},
};

use super::{People, PeopleError, Person, token::filter};
use crate::database::{Connection, Row, query, scalar};
use crate::store::ProjectId;

/// From columns role, filter, until.
pub(super) fn grant(row: &Row) -> Result<Grant, PeopleError> {
    let word: String = row.get(0);
    let role: Role =
        word.parse().map_err(|_| PeopleError::Unreadable(format!("the role {word:?}")))?;
    let until: Option<i64> = row.get(2);
    Ok(Grant { role, filter: filter(row.get(1))?, until: until.map(Timestamp::saturating) })
}

/// Of two grants of one person in one project, the one that gives more counts.
fn worth(grant: &Grant) -> (bool, bool, Role) {
    // A member sees less than any auditor does.
    (grant.role != Role::Member, !grant.is_limited(), grant.role)
}

impl People {
    /// What a person may do in a project now. What a group gave begins anew with each session: when it
    /// ends otherwise is not told.
    pub async fn grant(
        &self,
        person: &Person,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<Option<Grant>, PeopleError> {
        let rows = query(
            "SELECT role, filter, CASE WHEN from_group THEN NULL ELSE until END \
             FROM person_grant WHERE person = $1 AND project = $2 AND (until IS NULL OR until > $3)",
        )
        .bind(person.id)
        .bind(project.0)
        .bind(now.millis())
        .fetch_all(self.log.readers())
        .await?;
        let grants = rows.iter().map(grant).collect::<Result<Vec<_>, _>>()?;
        Ok(grants.into_iter().max_by_key(worth))
    }

    /// Everything that a person was given, worth something or not, by project.
    pub async fn grants(&self, person: i64) -> Result<Vec<GrantInfo>, PeopleError> {
        let rows = query(
            "SELECT g.role, g.filter, g.until, g.from_group, p.number, p.slug FROM person_grant g \
             JOIN project p ON p.number = g.project WHERE g.person = $1 \
             ORDER BY p.number, g.from_group",
        )
        .bind(person)
        .fetch_all(self.log.readers())
        .await?;
        let info = |row: &Row| {
            let project = Project { number: row.get(4), slug: row.get(5) };
            Ok(GrantInfo { project, grant: grant(row)?, from_group: row.get(3) })
        };
        rows.iter().map(info).collect()
    }

    /// The people of a project, by address.
    pub async fn people_of(&self, project: ProjectId) -> Result<Vec<ProjectPerson>, PeopleError> {
        let rows = query(
            "SELECT g.role, g.filter, g.until, g.from_group, p.id, p.email, p.disabled_at \
             FROM person_grant g JOIN person p ON p.id = g.person WHERE g.project = $1 \
             ORDER BY p.email, g.from_group",
        )
        .bind(project.0)
        .fetch_all(self.log.readers())
        .await?;
        let info = |row: &Row| {
            Ok(ProjectPerson {
                id: row.get(4),
                email: row.get(5),
                disabled_at: row.get::<Option<i64>>(6).map(Timestamp::saturating),
                grant: grant(row)?,
                from_group: row.get(3),
            })
        };
        rows.iter().map(info).collect()
    }

    /// Gives a person what was checked, instead of what they were given by hand before, which is
    /// returned.
    pub async fn set_grant(
        &self,
        person: i64,
        project: ProjectId,
        given: &Grant,
    ) -> Result<Option<Grant>, PeopleError> {
        let mut transaction = self.log.writer().begin().await?;
        let before = query(
            "DELETE FROM person_grant WHERE person = $1 AND project = $2 AND NOT from_group \
             RETURNING role, filter, until",
        )
        .bind(person)
        .bind(project.0)
        .fetch_optional(&mut *transaction)
        .await?;
        insert(&mut transaction, person, project, given, false).await?;
        transaction.commit().await?;
        before.as_ref().map(grant).transpose()
    }

    /// Takes what a person was given by hand; `None` where there was nothing.
    pub async fn take_grant(
        &self,
        person: i64,
        project: ProjectId,
    ) -> Result<Option<Grant>, PeopleError> {
        let before = query(
            "DELETE FROM person_grant WHERE person = $1 AND project = $2 AND NOT from_group \
             RETURNING role, filter, until",
        )
        .bind(person)
        .bind(project.0)
        .fetch_optional(self.log.writer())
        .await?;
        before.as_ref().map(grant).transpose()
    }

    /// The actors that were listed for a person.
    pub async fn actors(&self, person: i64) -> Result<Vec<String>, PeopleError> {
        let actors = scalar("SELECT actor FROM person_actor WHERE person = $1 ORDER BY actor");
        Ok(actors.bind(person).fetch_all(self.log.readers()).await?)
    }
}

pub(super) async fn insert(
    connection: &mut Connection,
    person: i64,
    project: ProjectId,
    given: &Grant,
    from_group: bool,
) -> Result<(), PeopleError> {
    query(
        "INSERT INTO person_grant (person, project, from_group, role, filter, until) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(person)
    .bind(project.0)
    .bind(from_group)
    .bind(given.role.as_str())
    .bind(given.filter.to_string())
    .bind(given.until.map(Timestamp::millis))
    .execute(connection)
    .await?;
    Ok(())
}
