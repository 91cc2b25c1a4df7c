//! Who is told of alerts: takes every message, at once.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

/// A message, by its id, and what it says.
pub(crate) type Message = (String, Value);

/// Takes messages until the process ends.
pub(crate) struct Receiver {
    pub(crate) address: String,
    taken: Arc<Mutex<Vec<Message>>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let taken = Arc::<Mutex<Vec<Message>>>::default();
        let all = Arc::clone(&taken);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever was killed in the middle of it tells it again.
                if let Some(message) = take(stream) {
                    all.lock().unwrap().push(message);
                }
            }
        });
        Self { address, taken }
    }

    /// What was taken so far.
    pub(crate) fn taken(&self) -> Vec<Message> {
        self.taken.lock().unwrap().clone()
    }
}

fn take(stream: TcpStream) -> Option<Message> {
    let mut reader = BufReader::new(stream);
    let (mut id, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => id = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    // It has it, whether it hears so or not.
    let _ = reader.get_mut().write_all(answer.as_bytes());
    Some((id?, serde_json::from_slice(&body).ok()?))
}
