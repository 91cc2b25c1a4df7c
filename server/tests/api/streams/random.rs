//! Whatever fails, in whatever order: every entry arrives, and first arrivals are in order.

use proptest::prelude::*;

use super::{
    quick,
    receiver::{Does, Receiver},
    sending_with, store, stream_to, until,
};
use daybook::streams::{Options, Pace};

fn does() -> impl Strategy<Value = Does> {
    prop_oneof![
        6 => Just(Does::Answer(200)),
        2 => prop::sample::select(vec![500, 502, 408, 429, 401, 307]).prop_map(Does::Answer),
        // Refused as a whole: then fewer are sent at once.
        2 => Just(Does::Answer(413)),
        2 => Just(Does::Vanish),
        2 => Just(Does::Die),
        1 => Just(Does::Late),
        1 => Just(Does::Hang),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_entry_arrives_or_is_kept_and_first_arrivals_are_in_order(
        plan in prop::collection::vec(does(), 0..25),
        chunks in prop::collection::vec(1_usize..20, 1..8),
        entries in 1_usize..12,
        seed: u64,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(async {
            let patience = std::time::Duration::from_millis(300);
            let pace = Pace { entries, patience, ..quick() };
            let (app, admin) = sending_with(Options { pace, seed, ..Options::default() }).await;
            let receiver = Receiver::start(plan).await;
            let id = stream_to(&app, &admin, &receiver.address).await;
            let mut number = 0;
            for chunk in chunks {
                store(&app, number..number + chunk).await;
                number += chunk;
            }
            let head = app.state.store.head(app.project).await.unwrap();
            until("everything is settled", async || {
                let kept = app.state.streams.table().find(app.project, id).await.unwrap();
                kept.upto == head
            })
            .await;
            let arrived = receiver.arrived_in_order();
            // A single entry that the plan refuses with 413 is refused for good.
            let stream = app.state.streams.table().find(app.project, id).await.unwrap();
            let letters = app.state.streams.table().dead_letters(&stream).await.unwrap();
            let mut all: Vec<u64> = letters.iter().map(|letter| letter.seq).chain(arrived).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all, (1..=head).collect::<Vec<_>>());
            app.state.streams.close().await;
        });
    }
}
