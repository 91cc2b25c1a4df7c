//! One question under several bounds: what is asked is looked at once, and what bounds it is counted
//! code by code, where one column tells.

use std::collections::HashMap;

use super::{
    bits::Bits,
    plan::Plan,
    scan::{Marked, Scan, Window},
    snapshot::Snapshot,
};

impl Snapshot {
    /// How many entries match a plan and each of several more.
    pub(super) fn count_each(&self, window: Window, plan: &Plan, bounds: &[Plan]) -> Vec<u64> {
        let counts = self.scan(window, plan, |scan| each(&scan, bounds));
        counts.into_iter().fold(vec![0; bounds.len()], |mut sums, counts| {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sums
        })
    }
}

fn each(scan: &Scan<'_>, bounds: &[Plan]) -> Vec<u64> {
    let meant = scan.matching(None);
    let all = meant.as_ref().map_or(scan.rows.len() as u64, |bits| bits.count(0..scan.rows.len()));
    // How often each code of a column is meant, by where the column lies.
    let mut counted = HashMap::new();
    let mut count = |bound: &Plan| {
        let mut left = Vec::new();
        for condition in &bound.conditions {
            match scan.mark(&condition.test) {
                Marked::All => {}
                Marked::None => return 0,
                Marked::Some(columns) => left.push(columns),
            }
        }
        match &left[..] {
            [] => all,
            [columns] if columns.len() == 1 => {
                let (packed, marked) = &columns[0];
                let counts = counted
                    .entry(std::ptr::from_ref(*packed))
                    .or_insert_with(|| scan.counts(packed, meant.as_ref(), scan.rows.clone()));
                let meant = counts.iter().zip(marked).filter(|(_, marked)| **marked);
                meant.map(|(n, _)| u64::from(*n)).sum()
            }
            several => {
                let rows = scan.rows.clone();
                let mut bits = meant.clone().unwrap_or_else(|| Bits::all(rows.len()));
                for columns in several {
                    bits.and(&Marked::select(columns, rows.clone()));
                }
                bits.count(0..rows.len())
            }
        }
    };
    bounds.iter().map(&mut count).collect()
}
