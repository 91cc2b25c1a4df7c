import type { Browser, Page } from "@playwright/test";
import { expectAccessible } from "../fixtures/axe.ts";
import { colleague, PASSWORD } from "../fixtures/colleague.ts";
import type { Event } from "../fixtures/event.ts";
import { Log } from "../fixtures/log.ts";
import { MAYA, NAMELESS } from "../fixtures/people.ts";
import { signInByPassword } from "../fixtures/sign-in.ts";
import { expect, test, type Daybook } from "../fixtures/test.ts";

const EMAIL = /email~[0-9a-z]{12}/;
const IP = /ip~[0-9a-z]{12}/;
const WHOLE = { emails: [], ips: [], reveal: ["auditor", "admin"] };
const SETTINGS = "/projects/acme/settings";

/** Says who sees masks, while `look` lasts. */
async function masking(page: Page, privacy: object, look: () => Promise<void>) {
  const set = async (privacy: object) => expect((await page.request.put("/api/projects/acme/privacy", { data: privacy })).ok()).toBe(true);
  await set(privacy);
  try {
    await look();
  } finally {
    await set(WHOLE);
  }
}

/** An auditor's log. */
async function auditor(browser: Browser, daybook: Daybook, email: string, query: string, look: (log: Log, page: Page) => Promise<void>, colorScheme: "light" | "dark" = "light") {
  const { context, guard, page } = await colleague(browser, daybook, email, ["--role", "auditor", "--project", "acme"]);
  guard.allow(/status of 400/);
  await page.emulateMedia({ colorScheme });
  await page.goto(Log.path(query));
  await signInByPassword(page, email, PASSWORD);
  const log = new Log(page);
  await log.ready();
  await log.usable();
  await look(log, page);
  await guard.check(context);
  await context.close();
}

test("a masked reader sees marked pseudonyms, and is offered nothing that is refused", async ({ page, browser, daybook }) => {
  await masking(page, { emails: ["auditor"], ips: ["auditor"] }, async () => {
    const own = await daybook.api.total(`range=all&ip=${NAMELESS.ip}`);
    await auditor(browser, daybook, "masked@acme.dev", `range=all&actor=user:${NAMELESS.actor.id}`, async (log, page) => {
      const actor = log.rows.first().locator(".cell-actor");
      await expect(actor).toContainText("masked");
      await expect(actor).toContainText(EMAIL);
      await expect(page.locator("body")).not.toContainText(NAMELESS.actor.email!);
      await expect(log.search).toBeDisabled();
      await expect(log.search).toHaveAttribute("placeholder", "No search: addresses are masked for you");

      const heading = (name: string) => log.table.getByRole("columnheader", { name, exact: true });
      await expect(heading("Time").getByRole("link")).toHaveCount(1);
      await expect(heading("Actor").getByRole("link")).toHaveCount(0);
      await heading("Actor").getByRole("button", { name: "Actor: column" }).click();
      await expect(page.getByText("No order by this: addresses are masked for you")).toBeVisible();
      await expect(page.getByRole("menuitemradio", { name: "A to Z" })).toHaveCount(0);
      await expectAccessible(page, "the masked log");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Filter", exact: true }).click();
      await expect(page.getByRole("option", { name: "Method" })).toBeVisible();
      await expect(page.getByRole("option", { name: "Path" })).toHaveCount(0);
      await page.keyboard.press("Escape");

      // A pseudonym is filtered by like any value.
      await log.link(log.rows.first()).click();
      await log.panel.getByRole("link", { name: /^Only this IP address: ip~/ }).click();
      await log.ready();
      expect(log.query()["ip"]?.[0]).toMatch(IP);
      await page.goto(Log.path(`range=all&ip=${log.query()["ip"]![0]}`));
      await log.ready();
      await log.expectTotal(own);

      // What was asked for all the same is refused with a way out.
      await page.goto(Log.path("q=maya"));
      await expect(page.getByRole("alert").getByText(/^Looks through addresses too|looks through addresses too/)).toBeVisible();
      await page.getByRole("link", { name: "Drop “q”" }).click();
      await log.ready();
    });
  });
});

test("what is masked is revealed for a reason, in the panel alone, and that is recorded", async ({ page, browser, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  await masking(page, { emails: ["auditor"], ips: ["auditor"] }, async () => {
    await auditor(browser, daybook, "curious@acme.dev", `range=all&id=showcase&event=${seq}`, async (log, page) => {
      const note = log.panel.getByRole("note", { name: "Masked" });
      await expect(note).toContainText("E-mail and IP addresses are masked for you.");
      const from = log.panel.getByText(MAYA.ip);
      await expect(from).toHaveCount(0);
      await note.getByRole("button", { name: "Reveal…" }).click();
      const dialog = page.getByRole("dialog", { name: /^Reveal entry #/ });
      await expect(dialog.getByLabel("Reason")).toBeFocused();
      await expect(dialog.getByRole("term")).toHaveText(["Actor", "IP address"]);
      await expect(dialog.getByRole("definition").nth(1)).toHaveText(IP);
      await expect(dialog).toContainText("written into the log of this project before anything is shown");
      await dialog.getByLabel("Reason").fill("   ");
      await dialog.getByRole("button", { name: "Record and reveal" }).click();
      await expect(dialog.getByRole("alert").filter({ hasText: "say why" })).toBeVisible();
      await expect(dialog.getByLabel("Reason")).toHaveAttribute("aria-invalid", "true");
      await expectAccessible(page, "the reason", "dialog[open]");
      await dialog.getByLabel("Reason").fill("Incident 4711: who raised the limit");
      await dialog.getByRole("button", { name: "Record and reveal" }).click();
      await expect(dialog).toBeHidden();

      await expect(from).toBeVisible();
      await expect(note).toContainText("Revealed for you, in this panel alone");
      await expect(log.panel.getByRole("link", { name: new RegExp(MAYA.ip.replaceAll(".", "\\.")) })).toHaveCount(0);
      await log.panel.getByRole("tab", { name: "Raw" }).click();
      await expect(log.panel.getByRole("tabpanel")).toContainText(MAYA.actor.email!);
      await expectAccessible(page, "a revealed entry", ".panel");
      await note.getByRole("button", { name: "Mask again" }).click();
      await expect(log.panel.getByRole("tabpanel")).toContainText(EMAIL);
      await expect(log.panel.getByRole("tabpanel")).not.toContainText(MAYA.actor.email!);

      await note.getByRole("button", { name: "Reveal…" }).click();
      await dialog.getByLabel("Reason").fill("Once more");
      await dialog.getByRole("button", { name: "Record and reveal" }).click();
      await expect(from.first()).toBeVisible();
      await log.panel.getByRole("link", { name: "Close", exact: true }).click();
      await expect(page.locator("body")).not.toContainText(MAYA.ip);
      await log.link(log.rows.first()).click();
      await expect(note.getByRole("button", { name: "Reveal…" })).toBeVisible();
      await expect(from).toHaveCount(0);
    }, "dark");
    const [second, first] = await daybook.api.rows("action=RevealEntry&sort=-time&limit=2");
    expect([first?.message, second?.message]).toEqual(["Incident 4711: who raised the limit", "Once more"]);
    expect(first?.actor.email).toBe("curious@acme.dev");
    expect(first?.resource?.id).toBe(String(seq));
  });
});

test("whoever may not reveal is not offered it, and is told who decides", async ({ page, browser, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  await masking(page, { emails: [], ips: ["auditor"], reveal: ["admin"] }, async () => {
    await auditor(browser, daybook, "less@acme.dev", `range=all&id=showcase&event=${seq}`, async (log) => {
      const note = log.panel.getByRole("note", { name: "Masked" });
      await expect(note).toContainText("IP addresses are masked for you. Who may reveal them is decided by the admins of this project.");
      await expect(note.getByRole("button")).toHaveCount(0);
    });
  });
});

test("what was redacted is told above and beside the value, changed or not", async ({ log, page, daybook }) => {
  await log.open(`event=${(await daybook.api.entry("redacted")).seq}`);
  await expect(log.panel.getByRole("note", { name: "Redacted" })).toContainText("Secrets were redacted before this entry was stored.");
  await log.panel.getByRole("button", { name: /^All fields/ }).click();
  const changes = log.panel.getByRole("tabpanel", { name: "Changes" });
  await expect(changes).toContainText("(redacted, changed)");
  await expect(changes).toContainText("(redacted, unchanged)");
  await expectAccessible(page, "a redacted entry", ".panel");
  await log.open(`event=${(await daybook.api.entry("showcase")).seq}`);
  await expect(log.panel.getByRole("tabpanel", { name: "Changes" })).toContainText("RETRY_LIMIT");
  await expect(log.panel.getByRole("note")).toHaveCount(0);
});

test("masks and exports are set in the settings, and what is refused is said at its field", async ({ page, guard }) => {
  guard.allow(/status of 400/);
  try {
    await page.goto(`${SETTINGS}#privacy`);
    const form = page.getByRole("form", { name: "Privacy" });
    const box = (name: string) => form.getByRole("checkbox", { name });
    await expect(form).toContainText("Everybody who may look sees all addresses.");
    await box("Auditor, and tokens that read: E-mail addresses, masked").check();
    await box("Member: IP addresses, masked").check();
    await box("Auditor, and tokens that read: Behind the masks, may reveal").uncheck();
    await form.getByRole("button", { name: "Save privacy" }).click();
    await expect(form.getByText("Saved. It counts from now on.")).toBeVisible();
    const kept = await (await page.request.get("/api/projects/acme/privacy")).json();
    expect(kept).toEqual({ emails: ["auditor"], ips: ["member"], reveal: ["admin"] });
    await page.reload();
    await expect(box("Auditor, and tokens that read: E-mail addresses, masked")).toBeChecked();
    await expect(box("Auditor, and tokens that read: Behind the masks, may reveal")).not.toBeChecked();

    await page.getByRole("navigation", { name: "Parts of the settings" }).getByRole("link", { name: "Exports" }).click();
    const exports = page.getByRole("form", { name: "Exports" });
    const rows = exports.getByLabel("Most rows of a file");
    await rows.fill("many");
    await exports.getByRole("button", { name: "Save exports" }).click();
    await expect(rows).toHaveAttribute("aria-invalid", "true");
    await rows.fill("0");
    await exports.getByRole("button", { name: "Save exports" }).click();
    await expect(exports.getByRole("alert").filter({ hasText: "no limit" })).toBeVisible();
    await rows.fill("10,000");
    await exports.getByRole("checkbox", { name: "Entries may be exported" }).uncheck();
    await exports.getByRole("button", { name: "Save exports" }).click();
    await expect(exports.getByText("Saved. It counts from now on.")).toBeVisible();
    expect(await (await page.request.get("/api/projects/acme/settings/export")).json()).toEqual({ enabled: false, max_rows: 10000 });
    await expectAccessible(page, "the settings of privacy and exports");
  } finally {
    await page.request.put("/api/projects/acme/privacy", { data: WHOLE });
    await page.request.put("/api/projects/acme/settings/export", { data: { enabled: true } });
  }
});

test("a moment is chosen in the page's own calendar", async ({ page }) => {
  await page.goto(`${SETTINGS}#tokens`);
  const form = page.getByRole("form", { name: "Create a token" });
  await page.getByRole("button", { name: "Create a token" }).click();
  await form.getByLabel("Name").fill("for a while");
  await form.getByLabel("Lasts").selectOption("Until a moment");
  const until = form.getByLabel("Until", { exact: true });
  await until.fill("next week");
  await form.getByRole("button", { name: "Create token" }).click();
  await expect(until).toHaveAttribute("aria-invalid", "true");
  await until.fill("2099-12-01 18:30");
  await form.getByRole("button", { name: "Until: choose a day" }).click();
  const calendar = page.getByRole("grid", { name: "December 2099" });
  await expect(calendar.getByRole("gridcell", { name: "Tuesday 1 December 2099" })).toHaveAttribute("aria-selected", "true");
  await expectAccessible(page, "the calendar of a field");
  await calendar.getByRole("gridcell", { name: "Friday 11 December 2099" }).click();
  await expect(calendar).toBeHidden();
  await expect(until).toHaveValue("2099-12-11 18:30");
  await until.fill("");
  await form.getByRole("button", { name: "Until: choose a day" }).click();
  await page.getByRole("gridcell").and(page.locator("[aria-current=date]")).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(until).toHaveValue(/^\d{4}-\d\d-\d\d 23:59$/);
  await until.fill("2099-12-11 18:30");
  await form.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("status").filter({ hasText: "Copy for a while now." });
  await expect(shown).toBeVisible();
  const list = (await (await page.request.get("/api/projects/acme/tokens")).json()) as { name: string; until?: string; id: number }[];
  const made = list.find((token) => token.name === "for a while")!;
  const zone = await page.evaluate(() => new Date("2099-12-11T18:30").toISOString());
  expect(made.until).toBe(zone);
  await page.request.delete(`/api/projects/acme/tokens/${made.id}`);
});

test("who is gone keeps the name, with a badge in the row and in the panel", async ({ log, page, daybook }) => {
  const made = await page.request.post("/api/people", { data: { email: "leaver@acme.dev", grants: [{ project: "acme", grant: { role: "member" } }] } });
  const { person } = (await made.json()) as { person: { id: number } };
  const token = async (name: string, more: object = {}) => {
    const answer = await page.request.post("/api/projects/acme/tokens", { data: { name, scopes: ["read"], ...more } });
    return ((await answer.json()) as { info: { id: number } }).info.id;
  };
  const expiring = await token("short-lived", { until: new Date(Date.now() + 1500).toISOString() });
  const revoked = await token("withdrawn");
  const stamp = new Date(Date.now() - 60_000).toISOString();
  const by = (id: string, actor: Event["actor"]) => ({ id, occurred_at: stamp, action: "LeaveTrace", actor });
  await daybook.api.send([
    by("gone-1", { type: "user", id: "77001", name: "Lea Ver", email: "leaver@acme.dev" }),
    by("gone-2", { type: "api_token", id: String(revoked), name: "withdrawn" }),
    by("gone-3", { type: "api_token", id: String(expiring), name: "short-lived" }),
    by("gone-4", { type: "user", id: "77002", name: "Stay Er", email: "stayer@acme.dev" }),
  ]);
  await log.open("action=LeaveTrace");
  const row = (name: string) => log.rows.filter({ hasText: name });
  await expect(row("Lea Ver")).toBeVisible();
  await page.request.patch(`/api/people/${person.id}`, { data: { disabled: true } });
  await page.request.delete(`/api/projects/acme/tokens/${revoked}`);
  await expect.poll(async () => ((await (await page.request.get("/api/projects/acme/gone")).json()) as { gone: string }[]).map(({ gone }) => gone)).toContain("expired");
  await page.reload();
  await log.ready();
  for (const [name, badge] of [["Lea Ver", "disabled"], ["withdrawn", "revoked"], ["short-lived", "expired"]] as const) {
    await expect(row(name).locator(".cell-actor")).toContainText(badge);
    await log.link(row(name)).click();
    await expect(log.panel.locator(".fact", { hasText: "Actor" }).first()).toContainText(badge);
  }
  await expect(row("Stay Er").locator(".cell-actor")).not.toContainText(/disabled|revoked|expired/);
  await expectAccessible(page, "badges");
});

test("whoever has no access learns whom to ask, unless addresses are masked for them", async ({ page, browser, daybook }) => {
  const keeper = (await (await page.request.get("/api/session")).json()) as { email: string };
  await daybook.server.command(["project", "create", "apart"]);
  await daybook.server.command(["user", "create", "--email", "boss@acme.dev", "--role", "admin", "--project", "acme", "--password-stdin"], PASSWORD);
  const { context, guard, page: theirs } = await colleague(browser, daybook, "outside@elsewhere.example", ["--role", "auditor", "--project", "apart"]);
  guard.allow(/status of 403/);
  await theirs.goto(Log.path());
  await signInByPassword(theirs, "outside@elsewhere.example", PASSWORD);
  const instance = theirs.getByRole("list", { name: "Who looks after this instance" });
  await expect(instance.getByText(keeper.email, { exact: true })).toBeVisible();
  // Who never was in the project does not learn who its admins are, nor whether there is one.
  await expect(theirs.getByText("boss@acme.dev")).toHaveCount(0);
  await expectAccessible(theirs, "whom to ask");

  await daybook.server.command(["user", "grant", "--email", "outside@elsewhere.example", "--project", "acme", "--role", "auditor", "--until", "2020-01-01T00:00:00Z"]);
  await theirs.reload();
  await expect(theirs.getByRole("list", { name: "Admins of this project" }).getByText("boss@acme.dev", { exact: true })).toBeVisible();

  await page.request.put("/api/projects/apart/privacy", { data: { emails: ["auditor"] } });
  await theirs.reload();
  await expect(theirs.getByText("Addresses are masked for you, so nobody is named here.")).toBeVisible();
  await expect(theirs.locator("body")).not.toContainText(keeper.email);
  await guard.check(context);
  await context.close();
});
