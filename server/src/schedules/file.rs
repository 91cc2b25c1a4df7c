//! A run's file: the entries themselves, as an export writes them, or a summary; and beside it what it is.

use std::sync::Arc;

use daybook_model::{
    ApiQuery, Preset, Range, Request, Seq, Sort, Timestamp,
    account::Permission,
    export::Formulas,
    schedule::{Compression, NewSchedule, Product},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Kept, KeptRun,
    kept::Made,
    perform::{RunError, upload},
    press::{Press, squeeze},
    summary::Summary,
};
use crate::{
    access::{Access, Again},
    error::Error,
    export::{
        Job,
        columns::Columns,
        settings,
        stream::{self, hex},
        walk::Order,
    },
    extract::Question,
    outbound::{Existing, Upload},
    secret::Secret,
    state::AppState,
    store::Scope,
};

/// The question that a run asks of the log, up to a place in it.
pub(super) async fn question(
    state: &AppState,
    access: Access,
    wanted: &NewSchedule,
    upto: Seq,
) -> Result<Question, Error> {
    let mut query = ApiQuery::read(&wanted.query)?;
    // Which entries a run has is said by their places: whenever they happened, however late they came.
    query.filter.range = Range::Last(Preset::All);
    query.filter.as_of = Some(upto);
    query.sort = Sort::default();
    Question::of(state, access, query).await
}

/// The export that a run is, with the rights of whoever asks.
pub async fn rows_of(
    state: &AppState,
    access: Access,
    wanted: &NewSchedule,
    (run, name): (&KeptRun, String),
    request: Request,
) -> Result<Job, Error> {
    let Product::Export { format, columns, .. } = &wanted.product else {
        return Err(Error::NotFound(
            "this schedule makes summaries; there are no files of entries",
        ));
    };
    let allowed = settings::of(state.exports.database(), access.id()).await?;
    if !allowed.enabled {
        return Err(Error::Forbidden(
            "exporting is switched off for this project; an admin can switch it on in its settings",
        ));
    }
    let columns = Columns::parse(columns.as_deref().unwrap_or_default())?;
    let Question { access, list, .. } = question(state, access, wanted, run.to.seq).await?;
    let sight = access.sight();
    let Access { caller, project, store, .. } = access;
    Ok(Job {
        id: Secret::generate("exp_").reveal().to_owned(),
        store,
        sight,
        project,
        scope: list.scope.into(),
        left_out: None,
        order: Order::Log(run.from.seq),
        format: *format,
        columns,
        trailer: false,
        formulas: Formulas::default(),
        max_rows: allowed.max_rows,
        file_name: name,
        query: wanted.query.clone(),
        estimate: None,
        actor: caller.actor(),
        caller,
        request,
        created_at: state.clock.now(),
    })
}

/// The name of a run's file, before any compression: project, view, from when to when, and which run.
pub fn name(slug: &str, id: i64, wanted: &NewSchedule, run: &KeptRun) -> String {
    let moment = |at: Timestamp| at.to_utc().format("%Y%m%dT%H%M%SZ").to_string();
    let end = match &wanted.product {
        Product::Export { format, .. } => format.as_str(),
        Product::Summary {} => "summary.json",
    };
    let (view, from, to) = (plain(&wanted.name), moment(run.from.at), moment(run.to.at));
    format!("{slug}-{view}-{from}-to-{to}-schedule-{id}-run-{}.{end}", run.number)
}

/// A name of plain characters, whatever somebody called it.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            plain.push(c);
        } else if !plain.ends_with('-') && !plain.is_empty() {
            plain.push('-');
        }
    }
    plain.truncate(40);
    let plain = plain.trim_end_matches('-');
    if plain.is_empty() { "view".into() } else { plain.into() }
}

/// Exports a run to where it goes.
pub(super) async fn export(
    state: &AppState,
    kept: &Kept,
    run: &KeptRun,
    access: Access,
) -> Result<Made, RunError> {
    let Product::Export { compression, .. } = kept.wanted.product else {
        return Err(RunError::Asks("a summary is no export".into()));
    };
    let name = name(&access.project.slug, kept.id, &kept.wanted, run) + compression.suffix();
    let again = again(state, &access)?;
    let job = rows_of(state, access, &kept.wanted, (run, name.clone()), Request::default()).await?;
    let before = Scope { as_of: run.from.seq, ..Scope::clone(&job.scope) };
    let rows = job.store.count(&job.scope).await?.saturating_sub(job.store.count(&before).await?);
    // A file that ends in the middle would leave out what no other run has.
    if job.max_rows.is_some_and(|most| rows > most) {
        let most = job.max_rows.unwrap_or_default();
        return Err(RunError::Asks(format!(
            "there are {rows} entries, and the project lets {most} be exported at once: \
             raise that, or narrow the view"
        )));
    }
    let mut file = upload(state, &kept.wanted.destination, &name).await?;
    match pour(state, (job, again), compression, &mut file).await {
        Ok(poured) => {
            let place = file.place();
            let about = about(kept, run, &name, &poured);
            file.finish(about, Existing::Replaced).await?;
            let Poured { rows, bytes, sha256 } = poured;
            Ok(Made { rows, bytes: Some(bytes), sha256: Some(sha256), place, note: None })
        }
        Err(error) => {
            file.abandon().await;
            Err(error)
        }
    }
}

/// Writes a summary to where it goes.
pub(super) async fn summary(
    state: &AppState,
    kept: &Kept,
    run: &KeptRun,
    summary: &Summary,
) -> Result<Made, RunError> {
    let name = name(&summary.project, kept.id, &kept.wanted, run);
    let text = serde_json::to_vec_pretty(summary).map_err(|e| RunError::Written(e.to_string()))?;
    let poured = Poured {
        rows: summary.entries.now,
        bytes: text.len() as u64,
        sha256: hex(&Sha256::digest(&text)),
    };
    let mut file = upload(state, &kept.wanted.destination, &name).await?;
    file.write(text.into()).await?;
    let place = file.place();
    file.finish(about(kept, run, &name, &poured), Existing::Replaced).await?;
    let Poured { rows, bytes, sha256 } = poured;
    Ok(Made { rows, bytes: Some(bytes), sha256: Some(sha256), place, note: None })
}

/// Judges the owner's rights again while the file is written.
fn again(state: &AppState, access: &Access) -> Result<Again, RunError> {
    let person = access.caller.person().ok_or(Error::Unauthorized)?;
    Ok(Again::on_behalf(state, person, access, Permission::KeepSchedules))
}

/// What was written.
struct Poured {
    rows: u64,
    bytes: u64,
    sha256: String,
}

/// What lies beside a file: its hash, as `sha256sum -c` reads it, and what it is.
fn about(kept: &Kept, run: &KeptRun, name: &str, poured: &Poured) -> Vec<(&'static str, Vec<u8>)> {
    let sum = format!("{}  {name}\n", poured.sha256);
    let manifest: Value = json!({
        "file": name,
        "rows": poured.rows,
        "bytes": poured.bytes,
        "sha256": poured.sha256,
        "schedule": { "id": kept.id, "name": kept.wanted.name, "owner": kept.owner, "run": run.number },
        "filter": kept.wanted.query,
        "product": kept.wanted.product,
        "from": run.from.at,
        "to": run.to.at,
        "after": run.from.seq,
        "as_of": run.to.seq,
    });
    let manifest = format!("{manifest:#}\n");
    vec![(".sha256", sum.into_bytes()), (".manifest.json", manifest.into_bytes())]
}

/// Lets an export flow into a file.
async fn pour(
    state: &AppState,
    (job, again): (Job, Again),
    compression: Compression,
    file: &mut Upload,
) -> Result<Poured, RunError> {
    let id = job.id.clone();
    let tracked = state.exports.add(job);
    let mut body = stream::begin(state, Arc::clone(&tracked), again).await?;
    let mut press = Some(Press::new(compression)?);
    let (mut bytes, mut hash) = (0, Sha256::new());
    let mut write = async |piece: Vec<u8>| -> Result<(), RunError> {
        if !piece.is_empty() {
            bytes += piece.len() as u64;
            hash.update(&piece);
            file.write(piece.into()).await?;
        }
        Ok(())
    };
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| RunError::BrokeOff(id.clone()))?;
        let Ok(data) = frame.into_data() else { continue };
        let (pressed, squeezed) = squeeze(press.take(), data).await?;
        press = Some(squeezed);
        write(pressed).await?;
    }
    if !tracked.state().is_whole() {
        return Err(RunError::BrokeOff(id));
    }
    let press = press.ok_or_else(|| RunError::BrokeOff(id))?;
    write(press.end()?).await?;
    Ok(Poured { rows: tracked.export().rows, bytes, sha256: hex(&hash.finalize()) })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_of_files_are_plain() {
        for (name, file) in [
            ("Weekly failures", "weekly-failures"),
            ("  ../../etc/passwd", "etc-passwd"),
            ("Ausfälle · Woche", "ausf-lle-woche"),
            ("日本語", "view"),
            ("\u{202e}x\"y'z", "x-y-z"),
        ] {
            assert_eq!(plain(name), file);
        }
        assert!(plain(&"ab ".repeat(40)).len() <= 40);
    }
}
