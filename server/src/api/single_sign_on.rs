//! Signing in through a provider: away to it, and back. Browsers come here by links, so what goes
//! wrong is told by the sign-in page.

use axum::{
    Json,
    extract::{RawQuery, State},
    http::{HeaderMap, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use daybook_model::{
    Actor, ActorType, Outcome,
    account::{Role, SignInProblem, SignInWays},
    paths,
    query::{self, Writer},
};
use serde_json::json;

use super::{
    projects::open_to_people,
    session::{actor, cookies},
};
use crate::{
    access::{DEVICE_COOKIE, cookie},
    accounts::{Action, Happened, record, record_each_minute},
    attempts::Attempt,
    error::Error,
    extract::Origin,
    oidc::{Journey, MINUTES, SingleSignOn, Vouch},
    people::{Identified, Person, Vouched},
    state::AppState,
    store::ProjectId,
};

/// What a browser keeps while its reader is at the provider.
const JOURNEY_COOKIE: &str = "daybook_sign_in";

/// How one may sign in.
pub(super) async fn ways(State(state): State<AppState>) -> Json<SignInWays> {
    let name = state.single_sign_on.as_ref().map(|sso| sso.name().to_owned());
    Json(SignInWays { single_sign_on: name })
}

fn set_up(state: &AppState) -> Result<&SingleSignOn, Error> {
    let none = Error::NotFound("single sign-on is not set up here: sign in with a password");
    state.single_sign_on.as_ref().ok_or(none)
}

/// The values of a query, of which each key counts once.
fn value(query: Option<&str>, wanted: &str) -> Option<String> {
    let (pairs, _) = query::split(query.unwrap_or_default());
    pairs.into_iter().find(|(key, _)| key == wanted).map(|(_, value)| value)
}

/// Leads to the sign-in page, which says what is wrong and still knows what was to be opened.
fn stay(problem: SignInProblem, to: Option<&str>) -> Redirect {
    let mut out = Writer::default();
    if let Some(to) = to {
        out.push("then", to);
    }
    out.push("problem", problem.as_str());
    Redirect::to(&format!("{}?{}", paths::SIGN_IN, out.finish()))
}

/// Leads away to the provider.
pub(super) async fn start(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let sso = set_up(&state)?;
    let to = value(query.as_deref(), "to");
    let to = to.as_deref().and_then(paths::within_site).unwrap_or("/");
    let now = state.clock.now();
    let journey = Journey::begin(to, now);
    let Some(kept) = sso.seal().close(&journey) else {
        return Ok(stay(SignInProblem::TooLong, None).into_response());
    };
    match sso.away(&journey, now).await {
        Ok(away) => {
            let cookie = state.site.cookie(JOURNEY_COOKIE, &kept, MINUTES * 60);
            Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to(&away)).into_response())
        }
        Err(error) => {
            tracing::error!(%error, "nobody can be sent to single sign-on");
            Ok(stay(SignInProblem::Unavailable, Some(to)).into_response())
        }
    }
}

/// Back from the provider. Whoever goes away now may have been let in already: it is finished, and
/// written down.
pub(super) async fn callback(
    State(state): State<AppState>,
    from: Origin,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let working = state.clone();
    working.finish(come_back(state, from, headers, query)).await
}

async fn come_back(
    state: AppState,
    from: Origin,
    headers: HeaderMap,
    query: Option<String>,
) -> Result<Response, Error> {
    let sso = set_up(&state)?;
    let now = state.clock.now();
    let kept = cookie(&headers, &state.site.cookie_name(JOURNEY_COOKIE));
    let journey = kept.and_then(|kept| sso.seal().open(kept, now));
    // Whatever comes of it, it does not come back a second time.
    let over = AppendHeaders([(SET_COOKIE, state.site.cookie(JOURNEY_COOKIE, "", 0))]);
    let Some(journey) = journey else {
        return Ok((over, stay(SignInProblem::Expired, None)).into_response());
    };
    let answered = answered(&state, sso, &journey, query.as_deref(), &from, &headers).await?;
    let response = match answered {
        Ok(person) => {
            let by = sso.issuer();
            let cookies = cookies(&state, &person, from, &headers, Some(by)).await?;
            (over, cookies, Redirect::to(journey.to())).into_response()
        }
        Err(failed) => {
            let Failed { problem, who, why, early } = failed;
            let by =
                who.unwrap_or(Actor { kind: ActorType::User, id: None, name: None, email: None });
            let told = Happened::new(Action::SignIn, by, from).through(sso.issuer());
            let failed = Happened { outcome: Outcome::Failure, problem: Some(why), ..told };
            match early {
                // Whoever has to wait has not been looked at.
                Some(network) => record_each_minute(&state, failed.early(), &network).await,
                None => record(&state, failed).await,
            }
            (over, stay(problem, Some(journey.to()))).into_response()
        }
    };
    Ok(response)
}

/// Why somebody does not come in.
struct Failed {
    problem: SignInProblem,
    /// Who it was, as far as that is known.
    who: Option<Actor>,
    why: String,
    /// The network that has to wait, where that is why.
    early: Option<String>,
}

impl Failed {
    fn of(problem: SignInProblem, why: impl Into<String>) -> Self {
        Self { problem, who: None, why: why.into(), early: None }
    }
}

/// Whom the provider's answer lets in.
async fn answered(
    state: &AppState,
    sso: &SingleSignOn,
    journey: &Journey,
    query: Option<&str>,
    from: &Origin,
    headers: &HeaderMap,
) -> Result<Result<Person, Failed>, Error> {
    use SignInProblem::{Expired, Refused, Unavailable, Wait};
    let now = state.clock.now();
    let device = match cookie(headers, &state.site.cookie_name(DEVICE_COOKIE)) {
        Some(device) => state.people.device_of(device, now).await?,
        None => None,
    };
    let attempt = Attempt::through_provider(from.address, device);
    if state.attempts.begin(&attempt, now).is_err() {
        let early = Some(attempt.network());
        return Ok(Err(Failed { early, ..Failed::of(Wait, "") }));
    }
    let given = |key| value(query, key);
    if !given("state").is_some_and(|given| journey.began(&given)) {
        return Ok(Err(Failed::of(Expired, "it was begun in another browser")));
    }
    if given("iss").is_some_and(|issuer| issuer != sso.issuer()) {
        return Ok(Err(Failed::of(Unavailable, "another provider answered")));
    }
    let Some(code) = given("code") else {
        let why: String = given("error").unwrap_or_default().chars().take(100).collect();
        return Ok(Err(Failed::of(Refused, format!("the provider said no: {why}"))));
    };
    let vouch = match sso.vouched(code, journey, now).await {
        Ok(vouch) => vouch,
        Err(error) => {
            tracing::warn!(%error, "somebody is not signed in");
            return Ok(Err(Failed::of(Unavailable, error.to_string())));
        }
    };
    let person = let_in(state, sso, &vouch, from).await?;
    if person.is_ok() {
        state.attempts.succeeded(&attempt);
    }
    Ok(person)
}

/// The person that somebody is here, with what their groups are worth now.
async fn let_in(
    state: &AppState,
    sso: &SingleSignOn,
    vouch: &Vouch,
    from: &Origin,
) -> Result<Result<Person, Failed>, Error> {
    use SignInProblem::{Disabled, Stranger, Taken, Unverified};
    let now = state.clock.now();
    let mut given = Vec::<(ProjectId, Role)>::new();
    for (name, role) in sso.worth(&vouch.groups) {
        match state.store.project(name).await? {
            // By its number, which a group's grant may name it by, as by its word.
            Some(project) if open_to_people(&project).is_err() => {
                tracing::warn!(project = name, "no group is let into the log of accounts");
            }
            // One project may be named by its word and by its number.
            Some(project) => match given.iter_mut().find(|(id, _)| id.0 == project.number) {
                Some((_, known)) => *known = role.max(*known),
                None => given.push((ProjectId(project.number), role)),
            },
            None => {
                tracing::warn!(project = name, "a group is let into a project that is not there");
            }
        }
    }
    let vouched =
        Vouched { issuer: sso.issuer(), subject: &vouch.subject, email: vouch.email.as_deref() };
    let identified = state.people.identified(vouched, !given.is_empty(), now).await?;
    let who = vouch.email.as_deref().map(actor);
    let failed =
        |problem, why: &str| Ok(Err(Failed { who: who.clone(), ..Failed::of(problem, why) }));
    let (person, is_new) = match identified {
        Identified::Person { person, is_new } => (person, is_new),
        Identified::Disabled(person) => {
            let who = Some(actor(&person.email));
            return Ok(Err(Failed { who, ..Failed::of(Disabled, "the person is disabled") }));
        }
        Identified::Unverified => return failed(Unverified, "the address is not verified"),
        Identified::Stranger => {
            return failed(Stranger, "there is no such person, and no group is let in");
        }
        Identified::Taken => {
            return failed(Taken, "the person signs in with another account of the provider");
        }
    };
    if is_new {
        let made = Happened::new(Action::CreatePerson, provider(state), from.clone());
        record(state, made.on("person", &person.id, &person.email)).await;
    }
    regroup(state, &person, &given, from).await?;
    Ok(Ok(person))
}

/// Who gives and takes what groups are worth.
fn provider(state: &AppState) -> Actor {
    let name = state.single_sign_on.as_ref().map_or("Single sign-on", |sso| sso.name());
    Actor {
        kind: ActorType::System,
        id: Some("single-sign-on".into()),
        name: Some(name.to_owned()),
        email: None,
    }
}

/// Replaces what a person has from groups by what a sign-in showed; each difference is an entry. One
/// that is not through the provider shows none.
pub(super) async fn regroup(
    state: &AppState,
    person: &Person,
    shown: &[(ProjectId, Role)],
    from: &Origin,
) -> Result<(), Error> {
    // Whoever leaves a group and never signs in again has nothing left when the session is over.
    let until = state.clock.now().plus_millis(state.people.lifetimes().whole);
    for change in state.people.set_group_grants(person.id, shown, until).await? {
        let action = if change.after.is_some() { Action::ChangeRole } else { Action::RemoveMember };
        let changed = Happened::new(action, provider(state), from.clone());
        let changed = changed.in_project(change.project);
        let told = |role: Option<Role>| {
            role.map_or(json!(null), |role| json!({"role": role, "from_group": true}))
        };
        let changed = changed.on("person", &person.id, &person.email);
        record(state, changed.change(told(change.before), told(change.after))).await;
    }
    Ok(())
}
