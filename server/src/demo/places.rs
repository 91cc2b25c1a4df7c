//! What is acted upon: clusters, applications, datastores, previews, catalogue.

use daybook_model::{Named, Resource};

pub(super) const PROJECT: &str = "12492";

/// Clusters, by id and name.
pub(super) const CLUSTERS: &[(&str, &str)] =
    &[("1234", "prod-eu"), ("1240", "prod-us"), ("1251", "staging"), ("1262", "dev")];

/// Applications and the cluster each runs on.
#[rustfmt::skip]
pub(super) const APPS: &[(&str, usize)] = &[
    ("web", 0), ("api-gateway", 0), ("billing", 0), ("checkout", 0), ("identity", 0), ("search", 0),
    ("notifications", 0), ("inventory", 0), ("pricing", 0), ("recommendations", 0), ("media", 0), ("webhooks", 0),
    ("web-us", 1), ("api-gateway-us", 1), ("billing-us", 1), ("checkout-us", 1), ("search-us", 1), ("ledger", 1),
    ("fraud-detection", 1), ("tax", 1),
    ("web-staging", 2), ("api-gateway-staging", 2), ("billing-staging", 2), ("checkout-staging", 2),
    ("identity-staging", 2), ("search-staging", 2), ("load-tests", 2), ("mail-sandbox", 2),
    ("playground", 3), ("docs", 3), ("design-system", 3), ("feature-flags", 3), ("data-pipeline", 3), ("ml-training", 3),
    ("reports", 3), ("support-desk", 3), ("status-page", 3), ("internal-tools", 3), ("onboarding", 3), ("chat-bot", 3),
];

/// Kinds of datastores.
pub(super) const ENGINES: &[&str] = &["postgres", "redis", "mysql", "elasticsearch", "kafka"];
/// What is installed beside the applications.
#[rustfmt::skip]
pub(super) const ADDONS: &[&str] = &["datadog", "cert-manager", "ingress-nginx", "external-dns", "metabase", "grafana", "tailscale", "n8n"];
/// Names of secrets.
#[rustfmt::skip]
pub(super) const SECRETS: &[&str] = &["STRIPE_API_KEY", "DATABASE_URL", "SENTRY_DSN", "JWT_SIGNING_KEY", "SENDGRID_TOKEN", "S3_SECRET", "GITHUB_TOKEN"];
/// Blueprints of the catalogue.
#[rustfmt::skip]
pub(super) const BLUEPRINTS: &[&str] = &["service", "environment", "deployment", "package", "team", "cloud_resource", "incident", "pull_request"];
/// Scorecards of the catalogue.
#[rustfmt::skip]
pub(super) const SCORECARDS: &[&str] = &["production_readiness", "security_maturity", "dora_metrics", "code_quality"];
/// Self-service actions.
#[rustfmt::skip]
pub(super) const ACTIONS: &[&str] = &["scaffold_service", "rotate_secret", "request_access", "create_preview", "provision_datastore", "page_on_call"];
/// Namespaces of a cluster.
pub(super) const NAMESPACES: &[&str] = &["default", "acme", "monitoring", "ingress", "jobs"];

pub(super) fn application(app: usize) -> Named {
    Named { id: format!("app_{}", app + 1), name: Some(APPS[app].0.to_owned()) }
}

pub(super) fn cluster(cluster: usize) -> Named {
    let (id, name) = CLUSTERS[cluster];
    Named { id: id.to_owned(), name: Some(name.to_owned()) }
}

pub(super) fn preview(number: i64) -> Named {
    Named { id: format!("env_{number}"), name: Some(format!("pr-{number}")) }
}

pub(super) fn resource(kind: &str, id: impl Into<String>, name: impl Into<String>) -> Resource {
    Resource { kind: kind.to_owned(), id: Some(id.into()), name: Some(name.into()) }
}

pub(super) fn app_resource(app: usize) -> Resource {
    resource("application", format!("app_{}", app + 1), APPS[app].0)
}

/// The name of an application's datastore; each has a few.
pub(super) fn datastore(app: usize, nth: usize) -> String {
    format!("{}-{}", APPS[app].0, ENGINES[(app + nth) % ENGINES.len()])
}
