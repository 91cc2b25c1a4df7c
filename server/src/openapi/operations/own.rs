//! Signing in and out, and what belongs to whoever is signed in.

use daybook_model::{
    account::{
        AcceptInvitation, PasswordChange, SessionInfo, SetUp, SignIn, SignInWays, Viewer, WhomToAsk,
    },
    settings::{Settings, SettingsChange},
};

use super::super::{
    operation::{Operation, delete, get, patch, post},
    parameters::{parameter, text},
    schemas::Schemas,
};

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        post("/api/session", "signIn", "Signs in; the session is a cookie")
            .takes_a::<SignIn>(schemas)
            .gives_a::<Viewer>(schemas),
        get("/api/session", "getSession", "Who is signed in, and what they may see")
            .gives_a::<Viewer>(schemas),
        delete("/api/session", "signOut", "Signs out").ends(),
        post("/api/set-up", "setUp", "Signs in with the link that the server printed at its start")
            .takes_a::<SetUp>(schemas)
            .gives_a::<Viewer>(schemas),
        post("/api/invitation", "acceptInvitation", "Takes up an invitation with a password")
            .takes_a::<AcceptInvitation>(schemas)
            .gives_a::<Viewer>(schemas),
        get("/api/sign-in", "getSignInWays", "How one may sign in here")
            .gives_a::<SignInWays>(schemas),
        get(
            "/api/auth/oidc/start",
            "startSingleSignOn",
            "Leads a browser to the provider of single sign-on, where there is one",
        )
        .asks(vec![parameter("to", "the page to open in the end", text())])
        .leads("to the provider"),
        get(
            "/api/auth/oidc/callback",
            "endSingleSignOn",
            "Where the provider leads a browser back to",
        )
        .asks(vec![
            parameter("code", "what the provider vouches with", text()),
            parameter("state", "what the browser was sent away with", text()),
            parameter("error", "why the provider does not vouch", text()),
        ])
        .leads(
            "to the page that was asked for, or to that of signing in, which says what is wrong",
        ),
        get("/api/admins", "getAdmins", "Whom to ask for access, as far as one may know")
            .asks(vec![parameter("project", "the project, by its word or number", text())])
            .gives_a::<WhomToAsk>(schemas),
        get("/api/sessions", "listSessions", "Where one is signed in")
            .gives_a::<Vec<SessionInfo>>(schemas),
        delete("/api/sessions", "endOtherSessions", "Signs out everywhere else")
            .gives_a::<Vec<SessionInfo>>(schemas),
        delete("/api/sessions/{id}", "endSession", "Signs out there")
            .gives_a::<Vec<SessionInfo>>(schemas),
        post("/api/password", "changePassword", "Changes one's password, and signs out elsewhere")
            .takes_a::<PasswordChange>(schemas)
            .ends(),
        get("/api/me/settings", "getSettings", "What one prefers, kept for the page")
            .gives_a::<Settings>(schemas),
        patch("/api/me/settings", "changeSettings", "Changes what one prefers; `null` forgets it")
            .takes_a::<SettingsChange>(schemas)
            .gives_a::<Settings>(schemas),
    ]
}
