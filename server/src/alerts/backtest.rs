//! Where a rule would have fired: it is tried on what the log has.

use std::{collections::VecDeque, sync::Arc};

use daybook_model::{
    Field, Seq, Span, Timestamp,
    alert::{
        Backtest, BacktestRequest, Condition, Episode as Shown, Group, MAX_EPISODES, MAX_SAMPLES,
        sentence,
    },
};

use super::{
    Alerts, AlertsError, Inner,
    engine::field,
    machine::{Episode, Machine, Sighting, Watched},
    ours,
    silence::silences,
    walk::walk,
};
use crate::store::{ProjectId, Scope, Store};

/// On so many entries a rule is tried, and a few more: the latest ones.
const MOST: u64 = 1_000_000;
/// So many entries are looked at in the time that it takes to look at one silence.
const A_SILENCE: u64 = 1_000;
/// Into so many parts the time is divided, where that is too much.
const PARTS: i64 = 200;
const WEEK: f64 = 7.0 * 24.0 * 60.0 * 60.0 * 1_000.0;

/// A trial under way.
struct Trial {
    machine: Machine,
    span: Span,
    total: u64,
    episodes: VecDeque<Episode>,
    left: u64,
    /// The last entry that was tried on.
    last: i64,
}

impl Trial {
    fn see(&mut self, sighting: &Sighting<'_>) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.last = sighting.at;
        self.machine.look(sighting.at);
        self.machine.observe(sighting);
        let ended = self.machine.ended();
        self.count(ended);
        true
    }

    fn count(&mut self, episodes: Vec<Episode>) {
        for episode in episodes {
            if self.span.contains(Timestamp::saturating(episode.at)) {
                self.total += 1;
                self.episodes.push_back(episode);
            }
        }
        // Those that begin last are wanted; they do not end in that order.
        if self.episodes.len() > 2 * MAX_EPISODES {
            self.latest();
        }
    }

    fn latest(&mut self) {
        let all = self.episodes.make_contiguous();
        all.sort_by_key(|episode| std::cmp::Reverse((episode.at, episode.cause)));
        self.episodes.truncate(MAX_EPISODES);
    }
}

/// Tries a rule that was checked on a project's log.
pub async fn backtest(
    alerts: &Alerts,
    store: Arc<dyn Store>,
    project: ProjectId,
    asked: &BacktestRequest,
    now: Timestamp,
) -> Result<Backtest, AlertsError> {
    let BacktestRequest { filter, condition, by, quiet, span } = asked;
    let as_of = store.moment(project).await?;
    let scope = Scope {
        project,
        within: Vec::new(),
        filter: filter.clone(),
        span: span.unwrap_or(Span::ALL),
        as_of,
    };
    let sentence = sentence(filter, condition, *by, *quiet);
    let whole = store.extent(&scope).await?.and_then(|extent| {
        // Silence lasts until now.
        let to = if matches!(condition, Condition::Absence { .. }) {
            now.max(extent.to)
        } else {
            extent.to
        };
        Span::new(extent.from.max(scope.span.from), to.min(scope.span.to))
    });
    let Some(whole) = whole else {
        let (matching, total, per_week) = (0, 0, None);
        let (span, episodes, complete) = (None, Vec::new(), true);
        return Ok(Backtest {
            sentence,
            span,
            as_of,
            matching,
            total,
            per_week,
            episodes,
            complete,
        });
    };
    let Inner { table, store: log, .. } = &*alerts.0;
    let own =
        async |span| ours::within(table, &**log, &*store, &Scope { span, ..scope.clone() }).await;
    let matching = store.count(&Scope { span: whole, ..scope.clone() }).await?;
    let matching = matching.saturating_sub(own(whole).await?.len() as u64);
    let mut span = whole;
    if matching > MOST {
        span = latest_part(&*store, &scope, whole).await?;
    }
    let watched = Watched::new(*condition, *quiet);
    let machine = Machine::unbraked(watched);
    // What lies before it is learned from.
    let from = match condition {
        Condition::New { .. } if matching <= MOST => Timestamp::MIN,
        _ => span.from.plus_millis(-watched.looks_back()),
    };
    let mut trial = Trial {
        machine,
        span,
        total: 0,
        episodes: VecDeque::new(),
        left: 2 * MOST,
        last: span.from.millis(),
    };
    let tried = Span { from, to: span.to };
    let own = own(tried).await?;
    let tried = Scope { span: tried, ..scope };
    let fields = (*by, field(condition));
    let end = span.to.millis().min(now.millis());
    let silent = match condition {
        // Bars would have ours as well.
        Condition::Absence { .. } if own.is_empty() => {
            silences(&*store, &tried, watched.window, matching / A_SILENCE).await?
        }
        _ => None,
    };
    let mut complete = span == whole;
    if let Some(silent) = silent {
        let last = silent.going_on(watched.window, end);
        for silence in silent.ended.into_iter().chain(last) {
            let at = silence.at;
            trial.machine.fall_silent(silence, at);
        }
        let found = trial.machine.take();
        trial.count(found);
    } else {
        trial = walk(&*store, &tried, fields, own, trial, Trial::see).await?;
        if trial.left == 0 {
            complete = false;
            let to = Timestamp::saturating(trial.last).plus_millis(1);
            span = Span::new(span.from, to.min(span.to)).unwrap_or(span);
        } else {
            trial.machine.look(end);
        }
        let rest = trial.machine.take();
        trial.count(rest);
    }
    trial.latest();
    let weeks = span.millis() as f64 / WEEK;
    Ok(Backtest {
        sentence,
        span: Some(span),
        as_of,
        matching,
        total: trial.total,
        per_week: (weeks >= 1.0).then(|| trial.total as f64 / weeks),
        episodes: trial.episodes.into_iter().map(|episode| shown(episode, fields)).collect(),
        complete,
    })
}

/// The latest part of a time that has not too many entries.
async fn latest_part(store: &dyn Store, scope: &Scope, whole: Span) -> Result<Span, AlertsError> {
    let step = (whole.millis() / PARTS).max(1);
    let mut edges: Vec<_> = (0..PARTS).map(|n| whole.from.plus_millis(n * step)).collect();
    edges.retain(|edge| *edge < whole.to);
    edges.push(whole.to);
    let bars = store.histogram(scope, &edges).await?;
    let mut sum = 0;
    let mut from = whole.to;
    for (bar, edge) in bars.iter().zip(&edges).rev() {
        sum += bar.iter().sum::<u64>();
        if sum > MOST && from < whole.to {
            break;
        }
        from = *edge;
    }
    Ok(Span::new(from, whole.to).unwrap_or(whole))
}

fn shown(episode: Episode, (by, field): (Option<Field>, Option<Field>)) -> Shown {
    let group = |field: Option<Field>, named: Option<(String, String)>| {
        field.zip(named).map(|(field, (value, label))| Group { field, value, label })
    };
    let samples: Vec<Seq> = episode.seqs.into_iter().take(MAX_SAMPLES).collect();
    let time = Timestamp::saturating;
    Shown {
        from: time(episode.from),
        at: time(episode.at),
        last_at: time(episode.last_at),
        count: episode.count,
        group: group(by, episode.group),
        value: group(field, episode.value),
        samples,
    }
}
