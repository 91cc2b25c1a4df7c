//! People, tokens, sessions and projects.

use daybook_model::{
    account::{
        AcceptInvitation, GrantChange, MadePerson, MadeToken, NewPerson, NewProject, NewToken,
        PasswordChange, PersonChange, PersonInfo, Project, ProjectPerson, SessionInfo, SignInWays,
        TokenInfo, Viewer, WhomToAsk,
    },
    paths,
    privacy::Privacy,
    query::Writer,
};
use gloo_net::http::Request;

use super::{Failure, check, read, send};

/// Signs in by an invitation, and sets the password.
pub(crate) async fn accept(form: &AcceptInvitation) -> Result<Viewer, Failure> {
    send(Request::post(paths::INVITATION_API), form).await
}

/// How one may sign in.
pub(crate) async fn sign_in_ways() -> Result<SignInWays, Failure> {
    read(Request::get(paths::SIGN_IN_WAYS).send().await).await
}

/// Whom to ask for access to a project.
pub(crate) async fn whom_to_ask(project: &str) -> Result<WhomToAsk, Failure> {
    let mut query = Writer::default();
    query.push("project", project);
    read(Request::get(&format!("{}?{}", paths::ADMINS, query.finish())).send().await).await
}

/// Who sees pseudonyms in a project.
pub(crate) async fn privacy(project: &str) -> Result<Privacy, Failure> {
    read(Request::get(&paths::privacy(project)).send().await).await
}

/// Changes who does.
pub(crate) async fn set_privacy(project: &str, privacy: &Privacy) -> Result<Privacy, Failure> {
    send(Request::put(&paths::privacy(project)), privacy).await
}

/// The viewer's own sessions.
pub(crate) async fn sessions() -> Result<Vec<SessionInfo>, Failure> {
    read(Request::get(paths::SESSIONS).send().await).await
}

/// Ends one of them; those that are left.
pub(crate) async fn end_session(id: i64) -> Result<Vec<SessionInfo>, Failure> {
    read(Request::delete(&paths::session(id)).send().await).await
}

/// Ends all but this one, which is left.
pub(crate) async fn end_other_sessions() -> Result<Vec<SessionInfo>, Failure> {
    read(Request::delete(paths::SESSIONS).send().await).await
}

/// Sets a new password.
pub(crate) async fn change_password(change: &PasswordChange) -> Result<(), Failure> {
    let request = Request::post(paths::PASSWORD).json(change);
    let request = request.map_err(|error| Failure::Unavailable(error.to_string()))?;
    check(request.send().await).await.map(drop)
}

/// Every project of the instance.
pub(crate) async fn projects() -> Result<Vec<Project>, Failure> {
    read(Request::get(paths::PROJECTS).send().await).await
}

/// Makes a project, unless it is there.
pub(crate) async fn create_project(new: &NewProject) -> Result<Project, Failure> {
    send(Request::post(paths::PROJECTS), new).await
}

/// Everybody of the instance.
pub(crate) async fn everybody() -> Result<Vec<PersonInfo>, Failure> {
    read(Request::get(paths::PEOPLE).send().await).await
}

/// Makes a person.
pub(crate) async fn create_person(new: &NewPerson) -> Result<MadePerson, Failure> {
    send(Request::post(paths::PEOPLE), new).await
}

/// Changes a person.
pub(crate) async fn change_person(id: i64, change: &PersonChange) -> Result<PersonInfo, Failure> {
    send(Request::patch(&paths::person(id)), change).await
}

/// Invites a person again.
pub(crate) async fn invite(id: i64) -> Result<MadePerson, Failure> {
    read(Request::post(&paths::person_invitation(id)).send().await).await
}

/// Who may look at a project.
pub(crate) async fn people(project: &str) -> Result<Vec<ProjectPerson>, Failure> {
    read(Request::get(&paths::project_people(project)).send().await).await
}

/// Lets somebody in, or changes what they may do; all as they are then.
pub(crate) async fn grant(
    project: &str,
    change: &GrantChange,
) -> Result<Vec<ProjectPerson>, Failure> {
    send(Request::put(&paths::project_people(project)), change).await
}

/// Takes somebody out; those that are left.
pub(crate) async fn remove(project: &str, id: i64) -> Result<Vec<ProjectPerson>, Failure> {
    read(Request::delete(&paths::project_person(project, id)).send().await).await
}

/// The tokens of a project.
pub(crate) async fn tokens(project: &str) -> Result<Vec<TokenInfo>, Failure> {
    read(Request::get(&paths::tokens(project)).send().await).await
}

/// Makes a token.
pub(crate) async fn create_token(project: &str, new: &NewToken) -> Result<MadeToken, Failure> {
    send(Request::post(&paths::tokens(project)), new).await
}

/// Revokes a token.
pub(crate) async fn revoke_token(project: &str, id: i64) -> Result<TokenInfo, Failure> {
    read(Request::delete(&paths::token(project, id)).send().await).await
}
