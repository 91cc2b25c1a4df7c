//! Real servers under what is not supposed to happen: killed while they write, on a disk that is full, under
//! clocks that jump, with thousands of connections that send nothing.
//!
//! In `cargo test` each of these is short. `cargo xtask torture --minutes N --seed S KIND…` goes on for as long
//! as asked (`torture/asked.rs` has the kinds, and the variables by which the tests are told). What is made up is
//! made from the seed, which is printed, with the whole command where something does not hold; when a process is
//! killed is of the seed too, where it is hit then is the machine's.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

#[path = "torture/aged.rs"]
mod aged;
#[path = "torture/alerts.rs"]
mod alerts;
#[path = "torture/asked.rs"]
mod asked;
#[path = "torture/audit.rs"]
mod audit;
#[path = "torture/backup.rs"]
mod backup;
#[path = "torture/client.rs"]
mod client;
#[path = "torture/clocks.rs"]
mod clocks;
#[path = "torture/crowd.rs"]
mod crowd;
#[path = "torture/cut.rs"]
mod cut;
#[path = "torture/disk.rs"]
mod disk;
#[path = "torture/fleet.rs"]
mod fleet;
#[path = "torture/kills.rs"]
mod kills;
#[path = "torture/load.rs"]
mod load;
#[path = "postgres/machine.rs"]
mod machine;
#[path = "torture/migrate.rs"]
mod migrate;
#[path = "torture/mounted.rs"]
mod mounted;
#[path = "torture/plan.rs"]
mod plan;
#[path = "torture/process.rs"]
mod process;
#[path = "postgres/programs.rs"]
mod programs;
#[path = "torture/receiver.rs"]
mod receiver;
#[path = "torture/retention.rs"]
mod retention;
#[path = "torture/room.rs"]
mod room;
#[path = "torture/signal.rs"]
mod signal;
