//! What hyper answers by itself, before there is a request, has no body. Here it gets the one that every
//! other error has.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use daybook_model::error::ErrorDetail;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::error::ErrorBody;

/// A connection on which such answers are explained.
pub(super) struct Explained<S> {
    stream: S,
    instead: Option<Instead>,
}

/// What is written in place of an answer, and how much of it was.
struct Instead {
    answer: Vec<u8>,
    written: usize,
}

impl<S> Explained<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, instead: None }
    }
}

/// What an answer without a body is to be replaced by; `None` for all others.
fn explained(written: &[u8]) -> Option<Vec<u8>> {
    let head = str::from_utf8(written.strip_prefix(b"HTTP/1.1 4")?).ok()?;
    let mut lines = head.strip_suffix("\r\n\r\n")?.split("\r\n");
    let (code, message) = match lines.next()?.get(..2)? {
        "00" => ("bad_request", "this is no HTTP request that can be read"),
        "14" => (
            "uri_too_long",
            "the address is longer than this server takes; ask with fewer values, or by POST where there is one",
        ),
        "31" => ("headers_too_large", "the headers are larger than this server takes"),
        _ => return None,
    };
    // Whatever comes from a handler has more headers than these.
    let own = ["content-length: 0", "connection: close"];
    if !lines.clone().all(|line| own.contains(&line) || line.starts_with("date: ")) {
        return None;
    }
    let detail = ErrorDetail { code: code.into(), message: message.into(), field: None };
    let body = serde_json::to_string(&ErrorBody::of(detail)).ok()?;
    let mut answer = format!("HTTP/1.1 4{}\r\n", head.split("\r\n").next()?);
    for line in lines.filter(|line| !line.starts_with("content-length")) {
        answer.extend([line, "\r\n"]);
    }
    let length = body.len();
    answer.extend(["content-type: application/json\r\n", "x-content-type-options: nosniff\r\n"]);
    Some((answer + &format!("content-length: {length}\r\n\r\n{body}")).into_bytes())
}

impl<S: AsyncRead + Unpin> AsyncRead for Explained<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Explained<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, instead } = &mut *self;
        if instead.is_none() {
            *instead = explained(bytes).map(|answer| Instead { answer, written: 0 });
        }
        let Some(Instead { answer, written }) = instead else {
            return Pin::new(stream).poll_write(context, bytes);
        };
        while *written < answer.len() {
            match ready!(Pin::new(&mut *stream).poll_write(context, &answer[*written..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *written += more,
            }
        }
        *instead = None;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match parts {
            [one] => self.poll_write(context, one),
            _ => Pin::new(&mut self.stream).poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
