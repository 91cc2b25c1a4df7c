import { Log } from "../fixtures/log.ts";
import { expect, test } from "../fixtures/test.ts";

function directives(policy: string): Map<string, string[]> {
  const parts = policy.split(";").map((part) => part.trim().split(/\s+/));
  return new Map(parts.map(([name, ...sources]) => [name!, sources]));
}

test("the page allows no inline code or style, and no eval but for WASM", async ({ request }) => {
  for (const path of ["/", Log.path(), "/sign-in", "/set-up"]) {
    const policy = directives((await request.get(path)).headers()["content-security-policy"] ?? "");
    expect(policy.get("default-src"), path).toEqual(["'none'"]);
    expect(policy.get("style-src")).toEqual(["'self'"]);
    expect(policy.get("connect-src")).toEqual(["'self'"]);
    expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
    expect(policy.get("base-uri")).toEqual(["'none'"]);
    const scripts = policy.get("script-src") ?? [];
    expect(scripts).toEqual(expect.arrayContaining(["'self'", "'wasm-unsafe-eval'"]));
    for (const source of scripts) expect(source).toMatch(/^'(self|wasm-unsafe-eval|sha256-[A-Za-z0-9+/=]{44})'$/);
  }
});

test("the policy is in force: an inline script and an inline style do nothing", async ({ log, page, guard }) => {
  guard.allow(/^CSP: (script-src-elem|style-src-attr|style-src-elem) inline|Content Security Policy/);
  await log.open();
  const colour = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.__ran = 1";
    document.body.append(script);
    const paragraph = document.createElement("p");
    paragraph.setAttribute("style", "color: rgb(1, 2, 3)");
    document.body.append(paragraph);
    return { ran: "__ran" in window, colour: getComputedStyle(paragraph).color };
  });
  expect(colour.ran).toBe(false);
  expect(colour.colour).not.toBe("rgb(1, 2, 3)");
});

test("answers are not kept, framed or guessed at", async ({ request }) => {
  const page = (await request.get(Log.path())).headers();
  expect(page).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin" });
  const answer = (await request.get("/api/projects/acme/events?limit=1")).headers();
  expect(answer).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
});

test("no file of the page comes from elsewhere", async ({ log, page, baseURL }) => {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${baseURL}/`) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  await log.open();
  await log.link(log.rows.first()).click();
  await expect(log.panel).toBeVisible();
  expect(elsewhere).toEqual([]);
});

test("the session is out of reach of scripts", async ({ log, page, context }) => {
  await log.open();
  const [cookie] = (await context.cookies()).filter(({ name }) => name === "daybook_session");
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  expect(await page.evaluate(() => document.cookie)).toBe("");
});
