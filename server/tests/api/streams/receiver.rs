//! A receiver of HTTP that does what it is told: takes, refuses, fails, hangs, answers late, dies.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What a receiver does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Answers with this status, having read everything.
    Answer(u16),
    /// The same, and wants to be left alone for so many seconds.
    Wait(u16, u64),
    /// Reads everything and answers too late.
    Late,
    /// Reads everything and breaks off without an answer.
    Vanish,
    /// Breaks off in the middle of the body.
    Die,
    /// Reads nothing, and answers nothing.
    Hang,
}

/// A request that was read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) entries: Vec<Value>,
    /// Whether the sender was told, in time, that it was taken.
    pub(crate) acknowledged: bool,
}

impl Got {
    pub(crate) fn seqs(&self) -> Vec<u64> {
        let seq = |entry: &Value| entry["seq"].as_u64().unwrap();
        self.entries.iter().map(seq).collect()
    }
}

#[derive(Default)]
struct State {
    plan: Mutex<VecDeque<Does>>,
    got: Mutex<Vec<Got>>,
    /// Entries with this action are refused for good, and whatever comes with them.
    poison: Mutex<Option<&'static str>>,
}

pub(crate) struct Receiver {
    state: Arc<State>,
    pub(crate) address: String,
    serving: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Receiver {
    /// One that does this first, and then takes everything.
    pub(crate) async fn start(plan: impl IntoIterator<Item = Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/in?key=in-the-address", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        state.plan.lock().unwrap().extend(plan);
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // Who breaks a connection off wanted to.
                tokio::spawn(async move { drop(serve(socket, &state).await) });
            }
        });
        Self { state, address, serving }
    }

    pub(crate) fn refuses(&self, action: Option<&'static str>) {
        *self.state.poison.lock().unwrap() = action;
    }

    pub(crate) fn does(&self, plan: impl IntoIterator<Item = Does>) {
        self.state.plan.lock().unwrap().extend(plan);
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.state.got.lock().unwrap().clone()
    }

    /// The places that were taken, in the order in which they were.
    pub(crate) fn taken(&self) -> Vec<u64> {
        let got = self.got();
        got.iter().filter(|got| got.acknowledged).flat_map(Got::seqs).collect()
    }

    /// What holds of whatever a stream sends: first arrivals are in order. The places that arrived.
    pub(crate) fn first_arrivals(&self) -> Vec<u64> {
        let mut arrived = Vec::<u64>::new();
        for seq in self.got().iter().flat_map(Got::seqs) {
            if arrived.binary_search(&seq).is_err() {
                assert!(
                    arrived.last().is_none_or(|last| *last < seq),
                    "{seq} is late: {arrived:?}"
                );
                arrived.push(seq);
            }
        }
        arrived
    }

    /// The same, where the sender was not killed: what was acknowledged does not come again.
    pub(crate) fn arrived_in_order(&self) -> Vec<u64> {
        let mut acknowledged = std::collections::HashSet::new();
        for got in self.got() {
            for seq in got.seqs() {
                assert!(!acknowledged.contains(&seq), "{seq} came again");
                if got.acknowledged {
                    acknowledged.insert(seq);
                }
            }
        }
        self.first_arrivals()
    }
}

async fn serve(mut socket: TcpStream, state: &State) -> std::io::Result<()> {
    let mut read = Vec::new();
    loop {
        let does = state.plan.lock().unwrap().pop_front();
        if does == Some(Does::Hang) {
            tokio::time::sleep(Duration::from_mins(1)).await;
            return Ok(());
        }
        let begins = loop {
            if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if socket.read_buf(&mut read).await? == 0 {
                // Nothing was asked: what was planned is for the next one.
                if let Some(does) = does {
                    state.plan.lock().unwrap().push_front(does);
                }
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&read[..begins]).into_owned();
        let length = head.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length:")
                .map(|n| n.trim().parse::<usize>().unwrap())
        });
        let length = length.expect("a body has a length");
        let ends = begins + if does == Some(Does::Die) { length / 2 } else { length };
        while read.len() < ends {
            if socket.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        }
        if does == Some(Does::Die) {
            return Ok(());
        }
        let body = String::from_utf8(read[begins..ends].to_vec()).unwrap();
        read.drain(..ends);
        let entries: Vec<Value> =
            body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let poison = *state.poison.lock().unwrap();
        let poisoned = poison.is_some_and(|poison| entries.iter().any(|e| e["action"] == poison));
        let does = match does {
            None | Some(Does::Answer(200)) if poisoned => Does::Answer(422),
            does => does.unwrap_or(Does::Answer(200)),
        };
        let mut got = Got { head, body, entries, acknowledged: false };
        let (status, after) = match does {
            Does::Answer(status) => (status, None),
            Does::Wait(status, seconds) => (status, Some(seconds)),
            other => {
                state.got.lock().unwrap().push(got);
                if other == Does::Late {
                    tokio::time::sleep(super::quick().patience * 2).await;
                    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await?;
                }
                return Ok(());
            }
        };
        got.acknowledged = (200..300).contains(&status);
        if status < 300 || does == Does::Answer(500) {
            state.got.lock().unwrap().push(got);
        }
        let said = format!("no, and I know your {}", super::SECRET);
        let after = after.map_or_else(String::new, |wait| format!("Retry-After: {wait}\r\n"));
        let head = format!(
            "HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:1/\r\n{after}Content-Length: {}\r\n\r\n{said}",
            said.len()
        );
        socket.write_all(head.as_bytes()).await?;
    }
}
