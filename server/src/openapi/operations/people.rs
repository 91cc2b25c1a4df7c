//! Projects, people and tokens, for those who look after them.

use daybook_model::{
    account::{
        ActorStatus, GrantChange, MadePerson, MadeToken, NewPerson, NewProject, NewToken,
        PersonChange, PersonInfo, Project, ProjectPerson, TokenInfo,
    },
    privacy::Privacy,
};

use super::super::{
    operation::{Operation, delete, get, patch, post, put},
    schemas::Schemas,
};

pub(super) fn projects(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get("/api/projects", "listProjects", "Every project").gives_a::<Vec<Project>>(schemas),
        post("/api/projects", "createProject", "Makes a project, or finds the one of this name")
            .takes_a::<NewProject>(schemas)
            .gives_a::<Project>(schemas),
        get(
            "/api/projects/{project}/people",
            "listPeopleOfProject",
            "Who is in the project, and as what",
        )
        .gives_a::<Vec<ProjectPerson>>(schemas),
        put(
            "/api/projects/{project}/people",
            "grant",
            "Lets somebody into the project, or changes what they may do there",
        )
        .takes_a::<GrantChange>(schemas)
        .gives_a::<Vec<ProjectPerson>>(schemas),
        delete(
            "/api/projects/{project}/people/{id}",
            "removeFromProject",
            "Takes somebody out of the project",
        )
        .gives_a::<Vec<ProjectPerson>>(schemas),
        get(
            "/api/projects/{project}/gone",
            "listGone",
            "Actors that are disabled, revoked or expired by now, for whoever reads of them",
        )
        .gives_a::<Vec<ActorStatus>>(schemas),
        get(
            "/api/projects/{project}/privacy",
            "getPrivacy",
            "Who sees masks in place of addresses",
        )
        .gives_a::<Privacy>(schemas),
        put(
            "/api/projects/{project}/privacy",
            "setPrivacy",
            "Changes who sees masks in place of addresses",
        )
        .takes_a::<Privacy>(schemas)
        .gives_a::<Privacy>(schemas),
    ]
}

pub(super) fn people(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get("/api/people", "listPeople", "Everybody").gives_a::<Vec<PersonInfo>>(schemas),
        post("/api/people", "createPerson", "Adds somebody; without a password they are invited")
            .takes_a::<NewPerson>(schemas)
            .makes_a::<MadePerson>(schemas),
        get("/api/people/{id}", "getPerson", "Somebody").gives_a::<PersonInfo>(schemas),
        patch(
            "/api/people/{id}",
            "changePerson",
            "Locks somebody out or lets them in again, and changes what they are",
        )
        .takes_a::<PersonChange>(schemas)
        .gives_a::<PersonInfo>(schemas),
        post(
            "/api/people/{id}/invitation",
            "invite",
            "Invites somebody anew; the invitation before ends",
        )
        .gives_a::<MadePerson>(schemas),
        delete(
            "/api/people/{id}/identities",
            "forgetIdentities",
            "Forgets with which accounts of single sign-on somebody signed in",
        )
        .ends(),
    ]
}

pub(super) fn tokens(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get("/api/projects/{project}/tokens", "listTokens", "The tokens of the project")
            .gives_a::<Vec<TokenInfo>>(schemas),
        post(
            "/api/projects/{project}/tokens",
            "createToken",
            "Makes a token, which is told this once",
        )
        .takes_a::<NewToken>(schemas)
        .makes_a::<MadeToken>(schemas),
        delete("/api/projects/{project}/tokens/{id}", "revokeToken", "Revokes a token")
            .gives_a::<TokenInfo>(schemas),
    ]
}
