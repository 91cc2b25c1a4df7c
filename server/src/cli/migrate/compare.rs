//! Both logs, entry by entry.

use std::collections::BTreeSet;

use daybook_model::{Entry, Timestamp, account::Project};
use sha2::{Digest as _, Sha256};

use super::{Move, TOGETHER, progress::Progress};
use crate::{
    cli::CliError,
    export::stream::hex,
    store::{ProjectId, Removal, Store as _, StoreError},
};

impl Move {
    /// Compares the logs of a project; how many entries there are, and a hash of all of them. What was taken
    /// out of the one after it was copied is taken out of the other, too.
    pub(super) async fn compare(&self, project: &Project) -> Result<(u64, String), CliError> {
        let id = ProjectId(project.number);
        let head = self.from.head(id).await?;
        let mut progress = Progress::of(format!("{} compared", project.slug), head);
        let (mut count, mut hashes) = (0, [Sha256::new(), Sha256::new()]);
        let mut after = 0;
        while after < head {
            let upto = head.min(after + TOGETHER);
            let from = self.from.between_whole(id, after, upto).await?;
            let mut to = self.to.between_whole(id, after, upto).await?;
            if to.len() > from.len() {
                let there: BTreeSet<u64> = from.iter().map(|entry| entry.seq).collect();
                let (stay, gone): (Vec<_>, Vec<_>) =
                    to.into_iter().partition(|entry| there.contains(&entry.seq));
                self.take_out(id, &gone).await?;
                to = stay;
            }
            for (hash, entries) in hashes.iter_mut().zip([&from, &to]) {
                for entry in entries {
                    hash.update(
                        serde_json::to_vec(entry).map_err(|e| StoreError::Failed(e.to_string()))?,
                    );
                }
            }
            count += from.len() as u64;
            progress.more(upto - after);
            after = upto;
        }
        progress.end();
        let [from, to] = hashes.map(|hash| hex(&hash.finalize()));
        if from != to {
            return Err(CliError::say(format!(
                "what is in PostgreSQL of {} is not what is in the file: empty the database and begin again",
                project.slug
            )));
        }
        Ok((count, from))
    }

    /// What says so follows with what is kept beside the log.
    async fn take_out(&self, project: ProjectId, entries: &[Entry]) -> Result<(), StoreError> {
        let keys =
            entries.iter().map(|entry| (entry.event.occurred_at.millis(), entry.seq)).collect();
        let (received_before, rule) = (Timestamp::END, String::new());
        let removal = Removal { project, keys, received_before, run: 0, rule };
        self.to.remove(&removal).await.map(drop)
    }
}
