//! Targets behind TLS, whose certificates are made for the tests (`tls/`; the key is nobody's secret).

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
};

use daybook::streams::{Authorities, Options};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde_json::json;

use super::{info, make, options, sending, sending_with, store, until};

type Encrypted = StreamOwned<ServerConnection, TcpStream>;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/api/streams/tls").join(name)
}

/// A server that hands each connection to `serve`. Its port.
fn listen(serve: impl Fn(Encrypted) + Send + 'static) -> u16 {
    let chain = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(StreamOwned::new(tls, socket.unwrap()));
        }
    });
    port
}

fn trusting() -> Options {
    Options { authorities: Authorities::of_file(&file("ca.pem")).unwrap(), ..options() }
}

#[tokio::test(flavor = "multi_thread")]
async fn syslog_goes_over_tls_to_whom_the_authorities_know() {
    let (app, admin) = sending_with(trusting()).await;
    let (tell, told) = mpsc::channel();
    let port = listen(move |mut tls| {
        let mut text = String::new();
        // Ends with the sender's close_notify, which is answered by closing.
        if tls.read_to_string(&mut text).is_ok() {
            tell.send(text).unwrap();
        }
    });
    store(&app, 0..3).await;
    let target = format!("syslogs://localhost:{port}");
    let body = json!({"name": "tls", "target": target, "format": "structured", "after": 0});
    let id = make(&app, &admin, body).await.json()["id"].as_i64().unwrap();
    until("all are taken", async || info(&app, &admin, id).await["sent"] == 4).await;
    let all: String = told.try_iter().collect();
    for seq in 1..=4 {
        assert_eq!(all.matches(&format!(" seq=\"{seq}\"")).count(), 1, "{all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_goes_over_tls_too() {
    let (app, admin) = sending_with(trusting()).await;
    let (tell, told) = mpsc::channel();
    let port = listen(move |tls| {
        let mut tls = BufReader::new(tls);
        let (mut line, mut length) = (String::new(), 0);
        while tls.read_line(&mut line).unwrap_or_default() > 2 {
            if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        if tls.read_exact(&mut body).is_ok() {
            tell.send(body).unwrap();
            let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            let _ = tls.get_mut().write_all(answer);
        }
    });
    let target = format!("https://127.0.0.1:{port}/in");
    let body = json!({"name": "tls", "target": target, "after": 0});
    let id = make(&app, &admin, body).await.json()["id"].as_i64().unwrap();
    until("it is taken", async || info(&app, &admin, id).await["sent"] == 1).await;
    assert!(told.recv().unwrap().starts_with(b"{\"seq\":1,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_vouches_for_is_told_nothing() {
    let (app, admin) = sending().await;
    let (tell, told) = mpsc::channel();
    let port = listen(move |mut tls| {
        let mut text = Vec::new();
        let _ = tls.read_to_end(&mut text);
        tell.send(text).unwrap();
    });
    for (name, target) in [("a", "https"), ("b", "syslogs")] {
        let body =
            json!({"name": name, "target": format!("{target}://localhost:{port}"), "after": 0});
        let id = make(&app, &admin, body).await.json()["id"].as_i64().unwrap();
        until("it is refused", async || {
            let info = info(&app, &admin, id).await;
            info["trouble"]["error"]
                .as_str()
                .unwrap_or_default()
                .contains("invalid peer certificate")
        })
        .await;
    }
    assert!(told.try_iter().all(|text| text.is_empty()));
}
