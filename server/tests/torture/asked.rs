//! What can be asked for: `cargo xtask torture` says it, and the tests read it. Both are built with this file.

use std::time::Duration;

/// Where the tests find how many minutes they have.
pub(crate) const MINUTES: &str = "DAYBOOK_TORTURE_MINUTES";
/// Where they find the seed.
pub(crate) const SEED: &str = "DAYBOOK_TORTURE_SEED";
/// Where they find the kinds that were chosen, with spaces between; all, where there is nothing.
pub(crate) const CHOSEN: &str = "DAYBOOK_TORTURE_KINDS";

/// From what everything is made up.
pub(crate) type Seed = u32;

/// A kind of torture: its name, its test, and its weight: the chosen kinds share the time by their weights.
pub(crate) type Kind = (&'static str, &'static str, u32);

/// All there are.
pub(crate) const KINDS: &[Kind] = &[
    ("alerts", "alerts::killed_while_rules_look_each_alert_is_there_once", 8),
    ("backup", "backup::a_backup_is_of_one_moment_while_the_server_writes", 3),
    ("clocks", "clocks::under_a_clock_that_jumps_nothing_is_lost_doubled_or_out_of_order", 4),
    ("crowd", "crowd::thousands_of_connections_that_send_nothing_are_in_nobodys_way", 4),
    ("cut", "cut::whatever_postgresql_does_senders_come_again_and_nothing_is_lost_or_doubled", 8),
    ("disk", "disk::on_a_disk_that_is_full_senders_are_told_to_come_again_and_nothing_is_torn", 6),
    ("disk-postgres", "disk::where_postgresql_has_no_room_senders_are_told_to_come_again_too", 6),
    ("farewell", "signal::while_it_stops_it_says_so_where_it_is_watched", 1),
    ("fleet", "fleet::two_servers_share_a_primary_and_a_replica", 8),
    ("full-archive", "room::nothing_goes_while_the_disk_of_the_archive_is_full", 2),
    ("full-log", "room::a_disk_that_fills_up_while_entries_go_loses_none", 4),
    (
        "kills",
        "kills::killed_at_random_nothing_acknowledged_is_lost_and_nothing_is_there_twice",
        16,
    ),
    (
        "kills-postgres",
        "kills::killed_at_random_before_postgresql_nothing_is_lost_or_doubled_either",
        16,
    ),
    ("load", "load::under_mixed_load_memory_stays_flat", 12),
    ("load-postgres", "load::under_mixed_load_before_postgresql_memory_stays_flat_too", 12),
    ("migrate", "migrate::a_log_moves_to_postgresql_while_it_is_written_to", 4),
    (
        "retention",
        "retention::killed_at_each_step_of_retention_nothing_is_lost_and_nothing_is_there_twice",
        8,
    ),
    ("stops", "signal::asked_to_stop_it_answers_what_it_has_begun_and_leaves_nothing_half", 4),
];

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|(known, ..)| *known == name)
}

/// So many minutes, where it is a time that can be gone through.
pub(crate) fn minutes(text: &str) -> Option<Duration> {
    let minutes: f64 = text.parse().ok()?;
    Duration::try_from_secs_f64(minutes * 60.0).ok()
}
