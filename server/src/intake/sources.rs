//! Which system a request came through, by how its User-Agent begins.

use std::str::FromStr;

/// The table that is used unless the configuration has another. Compared without case; the
/// longest prefix wins.
const DEFAULT: &[(&str, &str)] = &[
    ("porter-cli", "cli"),
    ("porter/", "cli"),
    ("daybook/", "cli"),
    ("kubectl", "cli"),
    ("helm", "cli"),
    ("oc/", "cli"),
    ("k9s", "cli"),
    ("aws-cli", "cli"),
    ("gcloud", "cli"),
    ("azurecli", "cli"),
    ("github cli", "cli"),
    ("flyctl", "cli"),
    ("heroku-cli", "cli"),
    ("terraform", "terraform"),
    ("hashicorp terraform", "terraform"),
    ("apn/1.0 hashicorp", "terraform"),
    ("opentofu", "terraform"),
    ("pulumi", "pulumi"),
    ("codefresh", "codefresh"),
    ("github-hookshot", "webhook"),
    ("bitbucket-webhooks", "webhook"),
    ("gitlab/", "webhook"),
    ("slackbot", "webhook"),
    ("stripe/", "webhook"),
    ("github-actions", "gh_action"),
    ("actions/", "gh_action"),
    ("port-k8s-exporter", "k8s_exporter"),
    ("mozilla/", "dashboard"),
    ("curl/", "api"),
    ("wget/", "api"),
    ("httpie/", "api"),
    ("python-", "api"),
    ("go-http-client", "api"),
    ("okhttp", "api"),
    ("axios/", "api"),
    ("node", "api"),
    ("postmanruntime", "api"),
    ("reqwest", "api"),
    ("ureq/", "api"),
    ("java/", "api"),
    ("ruby", "api"),
];

/// Prefixes of User-Agents and the sources they stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTable(Vec<(String, String)>);

/// Why a text is not such a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not of the form PREFIX=SOURCE, with a source of 1 to 64 of a-z, 0-9 and _")]
pub struct SourceTableError(String);

impl SourceTable {
    /// The source that a User-Agent stands for.
    pub fn find(&self, agent: &str) -> Option<&str> {
        let agent = agent.as_bytes();
        let fits = |(prefix, _): &&(String, String)| {
            agent
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        self.0.iter().find(fits).map(|(_, source)| source.as_str())
    }

    /// This table with more rows, which come before its own where a prefix is in both.
    #[must_use]
    pub fn with(mut self, rows: Self) -> Self {
        self.0.splice(0..0, rows.0);
        Self::sorted(self.0)
    }

    /// The longest first, so that the first that fits is the one.
    fn sorted(mut rows: Vec<(String, String)>) -> Self {
        rows.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self(rows)
    }
}

impl Default for SourceTable {
    fn default() -> Self {
        Self::sorted(
            DEFAULT.iter().map(|&(prefix, source)| (prefix.into(), source.into())).collect(),
        )
    }
}

/// `porter-cli=cli,my-tool=my_tool`.
impl FromStr for SourceTable {
    type Err = SourceTableError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let row = |row: &str| {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            row.rsplit_once('=')
                .map(|(prefix, source)| (prefix.trim(), source.trim()))
                .filter(|(prefix, _)| !prefix.is_empty())
                .filter(|(_, source)| (1..=64).contains(&source.len()) && source.bytes().all(fits))
                .map(|(prefix, source)| (prefix.to_owned(), source.to_owned()))
                .ok_or_else(|| SourceTableError(row.to_owned()))
        };
        text.split(',')
            .filter(|r| !r.trim().is_empty())
            .map(row)
            .collect::<Result<_, _>>()
            .map(Self::sorted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_wins_without_case() {
        let table =
            SourceTable::default().with("kubectl-acme=acme, porter-cli=porter".parse().unwrap());
        for (agent, source) in [
            ("porter-cli/1.4", Some("porter")),
            ("Kubectl-ACME/2", Some("acme")),
            ("kubectl/v1.29.0", Some("cli")),
            ("Terraform/1.7.4 (+https://www.terraform.io)", Some("terraform")),
            ("Mozilla/5.0 (X11; Linux x86_64)", Some("dashboard")),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(table.find(agent), source, "{agent}");
        }
    }

    #[test]
    fn a_row_without_a_proper_source_is_refused() {
        for text in ["porter-cli", "porter-cli=", "=cli", "a=b c", "a=CLI"] {
            assert!(text.parse::<SourceTable>().is_err(), "{text}");
        }
    }
}
