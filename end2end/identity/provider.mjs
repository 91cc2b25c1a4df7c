// A provider of single sign-on for tests: OpenID Connect as others speak it, with accounts that a
// test makes up.
//
//   node provider.mjs '{"callback": "http://127.0.0.1:8080/api/auth/oidc/callback"}'
//
// prints its address. `PUT /accounts/maya` with `{"email": …, "email_verified": true, "groups": […]}`
// makes an account or changes it; there are no passwords, one chooses who one is.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { callback, port = 0, inIdToken = false } = JSON.parse(process.argv[2] ?? "{}");
const accounts = new Map();

/** What a request carries. */
async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Who are you? */
function page() {
  const buttons = [...accounts.keys()].map((id) =>
    `<p><button name="account" value="${escape(id)}">Continue as ${escape(id)}</button></p>`);
  return `<!doctype html><html lang="en"><title>Acme login</title><h1>Acme login</h1>
    <form method="post">${buttons.join("")}<p><button name="account" value="">Cancel</button></p></form></html>`;
}

const server = createServer();
server.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  // Another one at each start, as after a change of keys.
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: randomBytes(4).toString("hex") };
  const provider = new Provider(issuer, {
    clients: [{ client_id: "daybook", client_secret: "a secret of the tests alone", redirect_uris: [callback] }],
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString("hex")] },
    pkce: { required: () => true },
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    // Otherwise they are told where they are asked for, as most providers do.
    conformIdTokenClaims: !inIdToken,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => accounts.has(id)
      ? { accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }
      : undefined,
    // Nobody is asked whether an address may be told.
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email groups");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    const [, kind, name] = request.url.split("/");
    try {
      if (kind === "accounts" && request.method === "PUT") {
        accounts.set(name, JSON.parse(await body(request)));
        response.writeHead(204).end();
      } else if (kind === "interaction" && request.method === "GET") {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page());
      } else if (kind === "interaction") {
        const accountId = new URLSearchParams(await body(request)).get("account");
        const result = accountId ? { login: { accountId } } : { error: "access_denied" };
        await provider.interactionFinished(request, response, result);
      } else {
        await answer(request, response);
      }
    } catch (error) {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    }
  });
  console.log(issuer);
});
// Whoever started it and is gone does not leave it behind.
process.stdin.resume().on("end", () => process.exit());
