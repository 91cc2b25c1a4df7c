//! The rules that every project begins with.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{AlertSeverity, Condition, NewRule};
use crate::{
    Field, Filter, Term,
    vocabulary::{UnknownWord, vocabulary},
};

vocabulary! {
    /// A rule that every project begins with.
    BuiltIn {
        FailedSignInsOfActor = "failed_sign_ins_of_actor", "Failed sign-ins by one actor";
        FailedSignInsOfIp = "failed_sign_ins_of_ip", "Failed sign-ins from one address";
        MassDeletion = "mass_deletion", "Mass deletion";
        Permissions = "permissions", "Permissions changed";
        NewToken = "new_token", "API token created";
        TokenNewIp = "token_new_ip", "API token used from a new address";
        UnusualHours = "unusual_hours", "Administration at an unusual hour";
        Settings = "settings", "Retention or export settings changed";
        Silence = "silence", "No events arrive";
    }
}

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

impl BuiltIn {
    /// Which entries, as in the address.
    const fn filter(self) -> &'static str {
        match self {
            Self::FailedSignInsOfActor | Self::FailedSignInsOfIp => {
                "operation=login&outcome=failure"
            }
            Self::MassDeletion => "operation=delete&outcome.not=failure",
            Self::Permissions => "operation=permissions_changed&outcome.not=failure",
            Self::NewToken => "operation=token_created&outcome.not=failure",
            Self::TokenNewIp => "actor_type=api_token",
            // What only admins do. The log does not say who is one.
            Self::UnusualHours => {
                "actor_type=user&operation=permissions_changed&operation=member_removed&operation=invite_sent\
                 &operation=token_created&operation=token_revoked&operation=delete"
            }
            Self::Settings => {
                "action=UpdateExportSettings&action=ChangeRetention&action=ApplyRetentionNow&action=MakeHold\
                 &action=LiftHold&action=ConfirmClock&action=CreateStream&action=UpdateStream\
                 &action=PauseStream&action=ResumeStream&action=DeleteStream&action=CreateSchedule\
                 &action=UpdateSchedule&action=DeleteSchedule"
            }
            // Who reads Daybook is no producer.
            Self::Silence => "source.not=daybook",
        }
    }

    const fn condition(self) -> (Condition, Option<Field>) {
        match self {
            Self::FailedSignInsOfActor => (count(5, 10 * MINUTE), Some(Field::Actor)),
            Self::FailedSignInsOfIp => (count(20, 10 * MINUTE), Some(Field::Ip)),
            Self::MassDeletion => (count(20, 10 * MINUTE), Some(Field::Actor)),
            Self::TokenNewIp => (Condition::New { field: Field::Ip }, Some(Field::Actor)),
            Self::UnusualHours => (Condition::UnusualHour {}, Some(Field::Actor)),
            Self::Permissions | Self::NewToken => (Condition::Any {}, Some(Field::Actor)),
            Self::Settings => (Condition::Any {}, None),
            Self::Silence => (Condition::Absence { window: 24 * HOUR }, None),
        }
    }

    const fn severity(self) -> AlertSeverity {
        match self {
            Self::MassDeletion => AlertSeverity::Critical,
            Self::FailedSignInsOfActor
            | Self::FailedSignInsOfIp
            | Self::Settings
            | Self::Silence => AlertSeverity::High,
            Self::Permissions | Self::TokenNewIp | Self::UnusualHours => AlertSeverity::Medium,
            Self::NewToken => AlertSeverity::Low,
        }
    }

    /// The rule as a project begins with it: nobody is told but the page.
    pub fn rule(self) -> NewRule {
        let (condition, by) = self.condition();
        NewRule {
            name: self.label().to_owned(),
            filter: read(self.filter()),
            condition,
            by,
            severity: self.severity(),
            quiet: HOUR,
            recipients: Vec::new(),
            enabled: true,
        }
    }
}

const fn count(at_least: u32, window: u32) -> Condition {
    Condition::Count { at_least, window }
}

/// What was changed beyond understanding has nothing rather than everything.
fn read(filter: &str) -> Filter {
    filter.parse().unwrap_or_else(|_| {
        let mut nothing = Filter::default();
        nothing.add(Field::Action, false, Term::Absent);
        nothing
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_right() {
        for built_in in BuiltIn::ALL {
            let rule = built_in.rule();
            assert_eq!(rule.filter.to_string(), sorted(built_in.filter()), "{built_in}");
            assert_eq!(rule.clone().checked(), Ok(rule), "{built_in}");
        }
    }

    #[test]
    fn settings_are_watched_where_streams_go_on_and_schedules_change() {
        let filter = BuiltIn::Settings.rule().filter.to_string();
        for action in ["ResumeStream", "CreateSchedule", "UpdateSchedule", "DeleteSchedule"] {
            assert!(filter.contains(&format!("action={action}")), "{action}");
        }
    }

    fn sorted(text: &str) -> String {
        text.parse::<Filter>().expect(text).to_string()
    }
}
