// A real mail server that keeps what it gets, for tests. Says where it is: the address for mail, then the one
// at which tests ask what came (GET /) and have the next ones refused (PUT /refuse/2).

import { createServer } from "node:http";
import { SMTPServer } from "smtp-server";

const mails = [];
let refused = 0;

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  allowInsecureAuth: true,
  onAuth: ({ username, password }, _, done) =>
    password === "secret" ? done(null, { user: username }) : done(new Error("wrong password")),
  async onData(stream, session, done) {
    let raw = "";
    for await (const piece of stream) raw += piece.toString("latin1");
    if (refused > 0) {
      refused -= 1;
      return done(Object.assign(new Error("come back later"), { responseCode: 451 }));
    }
    const { mailFrom, rcptTo } = session.envelope;
    mails.push({ from: mailFrom.address, to: rcptTo.map(({ address }) => address), ...read(raw) });
    done();
  },
});

/** Headers, and the parts of a multipart body, decoded. */
function read(raw) {
  const [head, ...rest] = raw.split("\r\n\r\n");
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n").map((line) => line.split(/: (.*)/s));
  const headers = Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value ?? ""]));
  const body = rest.join("\r\n\r\n");
  const kind = headers["content-type"] ?? "text/plain";
  const boundary = /boundary="?([^";]+)/.exec(kind)?.[1];
  if (boundary) {
    const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => read(part.replace(/^\r\n/, "")));
    return { headers: decoded(headers), ...Object.assign({}, ...parts.map(({ headers: _, ...part }) => part)) };
  }
  const text = Buffer.from(bytes(body, headers["content-transfer-encoding"]), "latin1").toString("utf8");
  return { headers: decoded(headers), [kind.startsWith("text/html") ? "html" : "text"]: text };
}

function bytes(body, encoding) {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("latin1");
  if (encoding !== "quoted-printable") return body;
  const whole = body.replace(/=\r\n/g, "");
  return whole.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** RFC 2047: `=?utf-8?b?…?=`. */
function decoded(headers) {
  const word = (_, way, text) =>
    way.toLowerCase() === "b" ? Buffer.from(text, "base64").toString("utf8") : Buffer.from(bytes(text.replace(/_/g, " "), "quoted-printable"), "latin1").toString("utf8");
  const plain = (value) => value.replace(/\?= +=\?/g, "?==?").replace(/=\?utf-8\?(.)\?(.*?)\?=/gi, word);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(value)]));
}

const asked = createServer((request, response) => {
  const count = /^\/refuse\/(\d+)$/.exec(request.url)?.[1];
  if (count) refused = Number(count);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(mails));
});

smtp.listen(0, "127.0.0.1", () => {
  asked.listen(0, "127.0.0.1", () => {
    console.log(`smtp://127.0.0.1:${smtp.server.address().port} http://127.0.0.1:${asked.address().port}`);
  });
});
// It ends with whoever started it.
process.stdin.on("close", () => process.exit()).resume();
