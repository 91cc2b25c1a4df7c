//! What must be true of a log, whatever was done to its server.

use std::{
    collections::{BTreeMap, HashMap},
    io::BufRead as _,
};

use serde_json::Value;

use crate::client::{ACTION, Client};

/// A log, read whole.
pub(crate) struct Log {
    /// Places by the ids of the events that were sent.
    pub(crate) ids: HashMap<String, u64>,
    /// The same the other way around.
    pub(crate) places: BTreeMap<u64, String>,
}

impl Log {
    /// Reads the log through the API. Places are without gaps, and no id is there twice.
    pub(crate) fn read(client: &Client, address: &str) -> Self {
        let path = "/api/projects/acme/export?range=all&format=ndjson&hidden=shown";
        let (status, text) = client.open(address, path).expect("the log cannot be read");
        let (mut seqs, mut ids, mut places) = (Vec::new(), HashMap::new(), BTreeMap::new());
        // Line by line: after an hour it is long.
        for line in text.lines() {
            let line = line.expect("the log cannot be read to its end");
            assert_eq!(status, 200, "{line}");
            let entry: Value = serde_json::from_str(&line).unwrap();
            assert!(entry.is_object(), "it is not whole: {entry}");
            let seq = entry["seq"].as_u64().unwrap();
            seqs.push(seq);
            if entry["action"] == ACTION {
                let id = entry["id"].as_str().unwrap();
                assert_eq!(ids.insert(id.to_owned(), seq), None, "{id} is stored twice");
                places.insert(seq, id.to_owned());
            }
        }
        assert_eq!(status, 200);
        seqs.sort_unstable();
        let wrong = (1_u64..).zip(&seqs).find(|(expected, seq)| expected != *seq);
        assert_eq!(wrong, None, "places are without gaps and doubles");
        // What is counted is what is there.
        let path = format!("/api/projects/acme/histogram?range=all&action={ACTION}");
        let (_, text) = client.get(address, &path).expect("the log cannot be counted");
        let counted: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(counted["total"], ids.len(), "{counted}");
        Self { ids, places }
    }

    /// Everything of a batch is there.
    pub(crate) fn has_all(&self, batch: &[String]) {
        for id in batch {
            assert!(self.ids.contains_key(id), "{id} was acknowledged and is lost");
        }
    }

    /// A batch is there whole, or not at all.
    pub(crate) fn has_all_or_nothing(&self, batch: &[String]) {
        let there = batch.iter().filter(|id| self.ids.contains_key(*id)).count();
        assert!(there == 0 || there == batch.len(), "{there} of {} are there", batch.len());
    }
}
