//! Several send at once, each batch acknowledged before the next.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use daybook_model::ingest::IngestReport;

use super::{CLIENTS, Error, process::Server};

/// Sends a body until it is taken; how many events are stored then.
pub(crate) fn send(
    agent: &ureq::Agent,
    address: &str,
    token: &str,
    body: &[u8],
) -> Result<u64, Error> {
    loop {
        let request = agent
            .post(format!("{address}/api/projects/acme/events"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let mut answer = request.send(body)?;
        let text = answer.body_mut().read_to_string()?;
        match answer.status().as_u16() {
            200 => return Ok(serde_json::from_str::<IngestReport>(&text)?.stored),
            503 => thread::sleep(Duration::from_millis(20)),
            status => return Err(format!("{status}: {text}").into()),
        }
    }
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// Events stored a second.
pub(crate) fn rate(
    server: &Server,
    token: &str,
    bodies: &[Vec<u8>],
    events: usize,
) -> Result<f64, Error> {
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    let stored = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let (agent, mut stored) = (agent(), 0);
                    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                        stored += send(&agent, &server.address, token, body)?;
                    }
                    Ok::<_, Error>(stored)
                })
            })
            .collect();
        clients.into_iter().try_fold(0, |sum, client| {
            let stored = client.join().map_err(|_| "a client failed")?;
            Ok::<_, Error>(sum + stored?)
        })
    })?;
    assert_eq!(stored, events as u64, "what was sent is stored");
    Ok(events as f64 / begun.elapsed().as_secs_f64())
}
