//! The closed vocabularies, and how their words are shown.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A word that is not in a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not one of {0}")]
pub struct UnknownWord(pub String);

/// An enum whose variants are stored as words and shown as labels.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[doc = concat!("`", $word, "`")] #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every word, in the order in which it is offered.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As stored, sent and filtered by.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// As shown to people.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words: Vec<_> = Self::ALL.iter().map(|word| word.as_str()).collect();
                schemars::json_schema!({ "type": "string", "enum": words })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord([$($word),+].join(", "))),
                }
            }
        }
    };
}

pub(crate) use vocabulary;

vocabulary! {
    /// What kind of actor did it.
    ActorType {
        User = "user", "User";
        ServiceAccount = "service_account", "Service account";
        ApiToken = "api_token", "API token";
        Integration = "integration", "Integration";
        Webhook = "webhook", "Webhook";
        Automation = "automation", "Automation";
        System = "system", "System";
    }
}

vocabulary! {
    /// How it ended. A failed sign-in is a `login` with `failure`.
    Outcome {
        Success = "success", "Success";
        Failure = "failure", "Failure";
    }
}

vocabulary! {
    /// What kind of thing was done, whatever the producer calls the action.
    Operation {
        Create = "create", "Create";
        Read = "read", "Read";
        Update = "update", "Update";
        Delete = "delete", "Delete";
        Start = "start", "Start";
        Stop = "stop", "Stop";
        Restart = "restart", "Restart";
        Execute = "execute", "Execute";
        TimerExpired = "timer_expired", "Timer expired";
        Export = "export", "Export";
        Login = "login", "Sign-in";
        Logout = "logout", "Sign-out";
        TokenCreated = "token_created", "Token created";
        TokenRevoked = "token_revoked", "Token revoked";
        SshKeyAdded = "ssh_key_added", "SSH key added";
        SshKeyDeleted = "ssh_key_deleted", "SSH key deleted";
        InviteSent = "invite_sent", "Invite sent";
        InviteAccepted = "invite_accepted", "Invite accepted";
        MemberRemoved = "member_removed", "Member removed";
        PermissionsChanged = "permissions_changed", "Permissions changed";
        Other = "other", "Other";
    }
}

/// What an operation is about; the access class is retained for a shorter time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationClass {
    /// Something was done to a resource.
    Resource,
    /// Sign-in and account access.
    Access,
    /// Who belongs to the team and what they may do.
    Team,
    /// None of these.
    Other,
}

impl Operation {
    /// The class of this operation.
    pub const fn class(self) -> OperationClass {
        use Operation as O;
        match self {
            O::Create
            | O::Read
            | O::Update
            | O::Delete
            | O::Start
            | O::Stop
            | O::Restart
            | O::Execute
            | O::TimerExpired
            | O::Export => OperationClass::Resource,
            O::Login
            | O::Logout
            | O::TokenCreated
            | O::TokenRevoked
            | O::SshKeyAdded
            | O::SshKeyDeleted => OperationClass::Access,
            O::InviteSent | O::InviteAccepted | O::MemberRemoved | O::PermissionsChanged => {
                OperationClass::Team
            }
            O::Other => OperationClass::Other,
        }
    }
}

/// Sources with a name of their own, as stored and as shown. Others are accepted
/// (`[a-z0-9_]{1,64}`) and shown with spaces.
pub const SOURCES: &[(&str, &str)] = &[
    ("dashboard", "Dashboard"),
    ("cli", "CLI"),
    ("api", "API"),
    ("webhook", "Webhook"),
    ("k8s_exporter", "Kubernetes exporter"),
    ("github_exporter", "GitHub exporter"),
    ("bitbucket_exporter", "Bitbucket exporter"),
    ("gitlab_exporter", "GitLab exporter"),
    ("aws_exporter", "AWS exporter"),
    ("github_gitops", "GitHub GitOps"),
    ("bitbucket_gitops", "Bitbucket GitOps"),
    ("gh_action", "GitHub Action"),
    ("terraform", "Terraform"),
    ("pulumi", "Pulumi"),
    ("codefresh", "Codefresh"),
    ("aggregation_property", "Aggregation property"),
    ("automation", "Automation"),
    ("internal", "Internal"),
];

/// A source as people read it: `gh_action` is "GitHub Action", `my_tool` is "My tool".
pub fn source_label(source: &str) -> String {
    SOURCES
        .iter()
        .find(|(word, _)| *word == source)
        .map_or_else(|| sentence(&source.replace('_', " ")), |(_, label)| (*label).to_owned())
}

/// A resource type as people read it: `environment_group` is "environment group", `api_token` is
/// "API token".
pub fn resource_type_label(word: &str) -> String {
    match word {
        "api_token" => "API token".to_owned(),
        "ssh_key" => "SSH key".to_owned(),
        _ => word.replace('_', " "),
    }
}

/// An action as people read it: `UpdateEnvGroup`, `update_env_group` and `env-group.update` are
/// "Update env group", "Update env group" and "Env group update".
pub fn action_label(action: &str) -> String {
    // A scheme such as "s3:PutObject" names a service first; the words behind it say what was done.
    let (service, name) = action.rsplit_once(':').map_or((None, action), |(s, n)| (Some(s), n));
    let mut words = String::with_capacity(name.len() + 8);
    let chars: Vec<char> = name.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|j| chars[j]);
        let after = chars.get(i + 1).copied();
        // Between words it parts them; anywhere else it is a character like others: "-2+3".
        let between = || {
            before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
        };
        if c == ' ' || matches!(c, '_' | '-' | '.' | '/') && between() {
            words.push(' ');
        } else if c.is_uppercase() {
            let starts_word = before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(char::is_lowercase));
            if starts_word {
                words.push(' ');
            }
            // An acronym (API, SSH) keeps its capitals.
            let acronym = before.is_some_and(char::is_uppercase) && !starts_word
                || after.is_some_and(char::is_uppercase);
            if acronym { words.push(c) } else { words.push(c.to_ascii_lowercase()) }
        } else {
            words.push(c);
        }
    }
    let label = sentence(&words.split_whitespace().map(spelled).collect::<Vec<_>>().join(" "));
    service.filter(|s| !s.is_empty()).map_or(label.clone(), |s| format!("{label} · {s}"))
}

/// A word as its owners spell it.
fn spelled(word: &str) -> &str {
    const SPELLED: [(&str, &str); 12] = [
        ("api", "API"),
        ("aws", "AWS"),
        ("dns", "DNS"),
        ("github", "GitHub"),
        ("gitlab", "GitLab"),
        ("id", "ID"),
        ("ip", "IP"),
        ("pagerduty", "PagerDuty"),
        ("ssh", "SSH"),
        ("sso", "SSO"),
        ("tls", "TLS"),
        ("url", "URL"),
    ];
    SPELLED.iter().find(|(plain, _)| *plain == word).map_or(word, |(_, spelled)| spelled)
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        std::iter::once(first.to_ascii_uppercase()).chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for &operation in Operation::ALL {
            assert_eq!(operation.as_str().parse(), Ok(operation));
        }
        assert!("sudo".parse::<Operation>().is_err());
    }

    #[test]
    fn actions_read_as_words() {
        for (action, label) in [
            ("UpdateApp", "Update app"),
            ("create_application", "Create application"),
            ("ExportApiAuditLogs", "Export API audit logs"),
            ("cluster.patch", "Cluster patch"),
            ("CreateAPIToken", "Create API token"),
            ("s3:PutObject", "Put object · s3"),
            ("-2+3", "-2+3"),
            ("open./etc", "Open./etc"),
            ("", ""),
        ] {
            assert_eq!(action_label(action), label);
        }
    }

    #[test]
    fn unknown_sources_are_shown_with_spaces() {
        assert_eq!(source_label("gh_action"), "GitHub Action");
        assert_eq!(source_label("my_tool"), "My tool");
    }
}
