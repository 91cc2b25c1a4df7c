//! A bound on what paths may take: a long key over many fields would be repeated in each of theirs.

/// How many bytes all paths of a comparison may have together.
const MOST: usize = 8 * 1024 * 1024;

/// What was spent of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Budget(usize);

impl Budget {
    /// Whether the parts of what is at a path can be told one by one, given the lengths of their
    /// names. What cannot is told whole.
    pub(super) fn affords(&mut self, path: &str, names: impl Iterator<Item = usize>) -> bool {
        let parts = names.map(|name| path.len().saturating_add(name));
        let cost = parts.fold(0_usize, usize::saturating_add);
        let fits = cost <= MOST - self.0;
        if fits {
            self.0 += cost;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_spent_once() {
        let mut budget = Budget::default();
        let path = "p".repeat(MOST / 4);
        assert!(budget.affords(&path, [0, 0, 0].into_iter()));
        assert!(!budget.affords(&path, [0, 0].into_iter()), "a quarter is left");
        assert!(budget.affords(&path, [0].into_iter()), "what was refused cost nothing");
        assert!(!budget.affords("", [1].into_iter()));
    }
}
