//! Who acts: people, service accounts, tokens, integrations and the rest.

use chrono_tz::Tz;
use daybook_model::{Actor, ActorType};

use super::habits::Rhythm;

/// What somebody spends the time with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Builds and deploys.
    Developer,
    /// Keeps things running.
    Operator,
    /// Manages people and access.
    Admin,
    /// Looks more than touches.
    Reader,
    /// Deploys what was merged.
    Ci,
    /// Applies infrastructure as code.
    Infrastructure,
    /// Reads over the API, again and again.
    Poller,
    /// Copies the state of another system into the catalogue.
    Exporter,
    /// Applies what a repository says.
    Gitops,
    /// Calls from outside.
    Webhook,
    /// Acts when something else happens.
    Automation,
    /// Recomputes properties.
    Aggregator,
    /// Timers and renewals.
    Timer,
}

/// Somebody or something that acts.
pub(super) struct Player {
    pub(super) kind: ActorType,
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) role: Role,
    /// How it comes in unless it is somebody at a keyboard.
    pub(super) source: &'static str,
    pub(super) agent: &'static str,
    pub(super) ip: &'static str,
    pub(super) zone: Tz,
    pub(super) rhythm: Rhythm,
    /// How much it does compared to others, 100 being a person.
    pub(super) volume: u64,
    /// Gone so many hours before the end; 0 is still there.
    pub(super) left: i64,
}

impl Player {
    pub(super) fn activity(&self, at: i64) -> u64 {
        self.rhythm.activity(at, self.zone) * self.volume
    }

    pub(super) fn actor(&self) -> Actor {
        Actor {
            kind: self.kind,
            id: Some(self.id.to_owned()),
            name: Some(self.name.to_owned()),
            email: Some(self.email).filter(|e| !e.is_empty()).map(str::to_owned),
        }
    }

    pub(super) fn is_person(&self) -> bool {
        self.kind == ActorType::User
    }
}

const FIREFOX_LINUX: &str =
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const FIREFOX_MAC: &str =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0";
const CHROME_MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const CHROME_WIN: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const CHROME_LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0";

const BERLIN: Tz = chrono_tz::Europe::Berlin;
const LONDON: Tz = chrono_tz::Europe::London;
const NEW_YORK: Tz = chrono_tz::America::New_York;
const SAN_FRANCISCO: Tz = chrono_tz::America::Los_Angeles;
const BENGALURU: Tz = chrono_tz::Asia::Kolkata;

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn person(
    id: &'static str,
    name: &'static str,
    email: &'static str,
    role: Role,
    agent: &'static str,
    ip: &'static str,
    zone: Tz,
    start: u32,
    volume: u64,
    left: i64,
) -> Player {
    let rhythm = Rhythm::Office(start);
    Player {
        kind: ActorType::User,
        id,
        name,
        email,
        role,
        source: "dashboard",
        agent,
        ip,
        zone,
        rhythm,
        volume,
        left,
    }
}

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn bot(
    kind: ActorType,
    id: &'static str,
    name: &'static str,
    role: Role,
    source: &'static str,
    agent: &'static str,
    ip: &'static str,
    rhythm: Rhythm,
    volume: u64,
    left: i64,
) -> Player {
    Player {
        kind,
        id,
        name,
        email: "",
        role,
        source,
        agent,
        ip,
        zone: BERLIN,
        rhythm,
        volume,
        left,
    }
}

use ActorType as A;
use Rhythm as H;
use Role as R;

/// Everybody.
#[rustfmt::skip]
pub(super) const CAST: &[Player] = &[
    person("58392", "Maya Ortiz", "maya.ortiz@acme.dev", R::Developer, FIREFOX_LINUX, "84.17.53.201", BERLIN, 525, 130, 0),
    person("58401", "Lena Fischer", "lena.fischer@acme.dev", R::Admin, CHROME_MAC, "84.17.53.201", BERLIN, 510, 100, 0),
    person("58417", "Tom Becker", "tom.becker@acme.dev", R::Admin, SAFARI, "91.64.120.33", BERLIN, 555, 70, 0),
    person("58433", "Ingrid Sørensen", "ingrid.sorensen@acme.dev", R::Admin, FIREFOX_MAC, "84.17.53.201", BERLIN, 480, 80, 0),
    person("58440", "Jonas Weber", "jonas.weber@acme.dev", R::Developer, CHROME_LINUX, "84.17.53.201", BERLIN, 570, 120, 12 * 24),
    person("58456", "Aylin Demir", "aylin.demir@acme.dev", R::Developer, CHROME_MAC, "79.240.18.6", BERLIN, 540, 140, 0),
    person("58463", "Felix Brandt", "felix.brandt@acme.dev", R::Operator, FIREFOX_LINUX, "84.17.53.201", BERLIN, 450, 160, 0),
    person("58471", "Nadia Haddad", "nadia.haddad@acme.dev", R::Developer, CHROME_WIN, "84.17.53.201", BERLIN, 545, 110, 0),
    person("58488", "Viktor Hale", "viktor.hale@acme.dev", R::Admin, CHROME_WIN, "93.192.44.150", BERLIN, 585, 60, 5 * 24),
    person("58490", "Paul Lindqvist", "paul.lindqvist@acme.dev", R::Reader, EDGE, "84.17.53.201", BERLIN, 530, 60, 0),
    person("58502", "Chiara Conti", "chiara.conti@acme.dev", R::Developer, SAFARI, "79.21.88.140", BERLIN, 560, 120, 0),
    person("58519", "Marek Nowak", "marek.nowak@acme.dev", R::Operator, CHROME_LINUX, "83.6.201.77", BERLIN, 500, 130, 0),
    person("58523", "Oliver Grant", "oliver.grant@acme.dev", R::Developer, CHROME_MAC, "81.2.69.160", LONDON, 550, 110, 0),
    person("58537", "Amara Okafor", "amara.okafor@acme.dev", R::Developer, FIREFOX_MAC, "81.2.69.160", LONDON, 530, 120, 0),
    person("58541", "Sophie Clarke", "sophie.clarke@acme.dev", R::Reader, SAFARI, "86.140.7.19", LONDON, 560, 50, 0),
    person("58558", "Daniel Reyes", "daniel.reyes@acme.dev", R::Developer, CHROME_MAC, "71.183.92.14", NEW_YORK, 555, 110, 0),
    person("58560", "Grace Kim", "grace.kim@acme.dev", R::Operator, FIREFOX_LINUX, "71.183.92.14", NEW_YORK, 520, 120, 0),
    person("58574", "Marcus Johnson", "marcus.johnson@acme.dev", R::Developer, CHROME_WIN, "100.37.15.208", NEW_YORK, 585, 90, 0),
    person("58589", "Dana Kowalski", "dana.kowalski@contractor.acme.dev", R::Reader, EDGE, "24.90.161.5", NEW_YORK, 600, 60, 2 * 24),
    person("58596", "Emily Torres", "emily.torres@acme.dev", R::Reader, CHROME_MAC, "71.183.92.14", NEW_YORK, 540, 50, 0),
    person("58603", "Ben Nakamura", "ben.nakamura@acme.dev", R::Developer, SAFARI, "73.15.202.88", SAN_FRANCISCO, 600, 80, 0),
    person("58611", "Priya Nair", "priya.nair@acme.dev", R::Developer, CHROME_LINUX, "106.51.74.220", BENGALURU, 590, 100, 0),
    person("58628", "Arjun Mehta", "arjun.mehta@acme.dev", R::Operator, FIREFOX_LINUX, "106.51.74.220", BENGALURU, 570, 100, 0),
    person("58634", "Kavya Reddy", "kavya.reddy@acme.dev", R::Developer, CHROME_MAC, "49.207.58.131", BENGALURU, 610, 90, 0),
    person("58642", "Rahul Iyer", "rahul.iyer@acme.dev", R::Reader, CHROME_WIN, "106.51.74.220", BENGALURU, 600, 40, 0),

    bot(A::ServiceAccount, "sa_ci", "ci-deployer", R::Ci, "gh_action", "github-actions/2.330.0", "20.57.112.9", H::Pipeline, 420, 0),
    bot(A::ServiceAccount, "sa_release", "release-bot", R::Ci, "gh_action", "github-actions/2.330.0", "20.57.112.44", H::Pipeline, 160, 0),
    bot(A::ServiceAccount, "sa_codefresh", "codefresh-pipeline", R::Ci, "codefresh", "codefresh-cli/0.89.2", "35.202.14.90", H::Pipeline, 60, 0),
    bot(A::ServiceAccount, "sa_pulumi", "pulumi-stack", R::Infrastructure, "pulumi", "pulumi/3.192.0", "20.57.112.61", H::Pipeline, 30, 0),
    bot(A::ApiToken, "tok_terraform", "terraform-prod", R::Infrastructure, "terraform", "Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-porter/0.9.1", "3.121.77.18", H::Steady, 30, 0),
    bot(A::ApiToken, "tok_grafana", "grafana-reader", R::Poller, "api", "Grafana/12.2.1", "10.8.0.21", H::Steady, 60, 0),
    bot(A::ApiToken, "tok_backup", "backup-cron", R::Poller, "api", "curl/8.16.0", "10.8.0.35", H::Nightly, 20, 0),
    bot(A::ApiToken, "tok_jenkins", "old-jenkins", R::Poller, "api", "Jenkins/2.479.1", "10.8.0.12", H::Pipeline, 60, 20 * 24),
    bot(A::ApiToken, "tok_laptop", "mayas-laptop", R::Poller, "cli", "porter-cli/1.4.2", "84.17.53.201", H::Office(600), 50, 9 * 24),
    bot(A::ApiToken, "tok_partner", "partner-sync", R::Poller, "api", "python-requests/2.32.5", "52.28.190.7", H::Steady, 25, 0),
    bot(A::Integration, "int_github", "GitHub App", R::Exporter, "github_exporter", "port-github-exporter/2.8.0", "10.8.2.4", H::Pipeline, 110, 0),
    bot(A::Integration, "int_k8s", "Kubernetes exporter", R::Exporter, "k8s_exporter", "port-k8s-exporter/0.6.3", "10.8.2.9", H::Steady, 70, 0),
    bot(A::Integration, "int_aws", "AWS exporter", R::Exporter, "aws_exporter", "port-aws-exporter/0.2.51", "10.8.2.17", H::Steady, 25, 0),
    bot(A::Integration, "int_gitlab", "GitLab (data team)", R::Exporter, "gitlab_exporter", "port-gitlab-exporter/1.1.0", "10.8.2.22", H::Pipeline, 20, 0),
    bot(A::Integration, "int_bitbucket", "Bitbucket (legacy)", R::Exporter, "bitbucket_exporter", "port-bitbucket-exporter/0.9.4", "10.8.2.23", H::Pipeline, 15, 0),
    bot(A::Integration, "int_gitops", "acme/platform-config", R::Gitops, "github_gitops", "port-gitops/1.9.0", "10.8.2.31", H::Pipeline, 40, 0),
    bot(A::Integration, "int_bbgitops", "acme-legacy/config", R::Gitops, "bitbucket_gitops", "port-gitops/1.9.0", "10.8.2.32", H::Pipeline, 15, 0),
    bot(A::Webhook, "wh_github", "GitHub push", R::Webhook, "webhook", "GitHub-Hookshot/7a1f3c2", "140.82.115.44", H::Pipeline, 90, 0),
    bot(A::Webhook, "wh_pagerduty", "PagerDuty incident", R::Webhook, "webhook", "PagerDuty-Webhook/V3.0", "44.242.69.192", H::Steady, 10, 0),
    bot(A::Webhook, "wh_stripe", "Stripe billing", R::Webhook, "webhook", "Stripe/1.0 (+https://stripe.com/docs/webhooks)", "54.187.174.169", H::Steady, 12, 0),
    bot(A::Automation, "auto_previews", "Remove stale previews", R::Automation, "automation", "", "", H::Steady, 20, 0),
    bot(A::Automation, "auto_scorecards", "Notify on scorecard drop", R::Automation, "automation", "", "", H::Pipeline, 25, 0),
    bot(A::Automation, "auto_cost", "Scale down at night", R::Automation, "automation", "", "", H::Nightly, 12, 0),
    bot(A::System, "aggregator", "Aggregation", R::Aggregator, "aggregation_property", "", "", H::Steady, 30, 0),
    bot(A::System, "scheduler", "Scheduler", R::Timer, "internal", "", "", H::Steady, 30, 0),
];

/// The player with this id; the table has it, as a test makes sure.
pub(super) fn player(id: &str) -> usize {
    CAST.iter().position(|player| player.id == id).unwrap_or_default()
}
