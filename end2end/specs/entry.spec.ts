import type { Locator } from "@playwright/test";
import { clock } from "../fixtures/calendar.ts";
import { at, type Event } from "../fixtures/event.ts";
import { MAYA } from "../fixtures/people.ts";
import { expect, test, type Daybook } from "../fixtures/test.ts";

/** The event of this id, as it was sent. */
const sent = (daybook: Daybook, id: string): Event => daybook.events.find((event) => event.id === id)!;

/** Expects these lines, by label, in a list of fields. */
async function expectFacts(within: Locator, facts: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(facts)) {
    const term = within.getByRole("term").filter({ hasText: new RegExp(`^${label}$`) });
    await expect(term, label).toHaveCount(1);
    await expect(term.locator("xpath=following-sibling::dd"), label).toContainText(value);
  }
}

test("a click opens the entry beside the list", async ({ log, page, daybook }) => {
  await log.open();
  const { seq } = await daybook.api.entry("showcase");
  await log.link(log.rows.first()).click();
  await expect(log.panel).toBeVisible();
  await log.expectQuery({ event: [String(seq)] });
  await expect(log.rows).toHaveCount(50);
  await expect(log.rows.first()).toHaveAttribute("aria-current", "true");
  await expect(log.panel.getByRole("heading", { name: "Maya Ortiz updated environment group billing-env" })).toBeVisible();
  await page.goBack();
  await expect(log.panel).toBeHidden();
});

test("it says at once what tells most, in both zones", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  const event = sent(daybook, "showcase");
  await log.open(`event=${seq}`);
  await expectFacts(log.panel, {
    Outcome: "200 Success", Message: event.message!, Actor: "user Maya Ortiz",
    Request: "PATCH /api/v2/env-groups/eg_12?dry_run=false", Resource: "environment group billing-env",
    Application: "billing", Cluster: "prod-eu", Environment: "preview-481",
    From: "203.0.113.7 porter-cli 0.52.1", "Run ID": "run_77", "Request ID": "req_showcase",
  });
  await expect(log.panel.getByText(clock(at(event)))).toBeVisible();
  await expect(log.panel.getByText(clock(at(event), "UTC"))).toBeVisible();
  await expect(log.panel.getByText(/^\d+ (second|minute)s? ago$/)).toBeVisible();
});

test.describe("by a clock that shows UTC anyway", () => {
  test.use({ timezoneId: "UTC" });

  test("an instant is told once", async ({ log, daybook }) => {
    const { seq } = await daybook.api.entry("showcase");
    await log.open(`event=${seq}`);
    await expect(log.panel.getByText(clock(at(sent(daybook, "showcase")), "UTC"))).toHaveCount(1);
  });
});

test("every field is a tab away, each with copy", async ({ log, page, daybook, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { seq } = await daybook.api.entry("showcase");
  const event = sent(daybook, "showcase");
  await log.open(`event=${seq}`);
  await log.panel.getByRole("tab", { name: "Fields" }).click();
  await log.expectQuery({ event: [String(seq)], part: ["fields"] });
  const fields = log.panel.getByRole("tabpanel", { name: "Fields" });
  await expectFacts(fields, {
    Occurred: new Date(at(event)).toISOString(), Outcome: "Success", Status: "200", Message: event.message!,
    Action: "UpdateEnvGroup", Operation: "Update", Source: "CLI", "Actor type": "User", Actor: "Maya Ortiz",
    "E-mail": "maya@acme.dev", "Actor ID": "58392", Method: "PATCH", Path: "/api/v2/env-groups/eg_12?dry_run=false",
    "Resource type": "environment group", Resource: "billing-env", "Resource ID": "eg_12",
    Application: "billing", "Application ID": "app_3", Cluster: "prod-eu", "Cluster ID": "cl_1",
    Environment: "preview-481", "Environment ID": "env_9", "IP address": "203.0.113.7", Client: "porter-cli 0.52.1",
    "User agent": "porter-cli/0.52.1", "Request ID": "req_showcase", "Session ID": "ses_showcase",
    "Run ID": "run_77", "Event ID": "showcase",
  });
  const terms = await fields.getByRole("term").allInnerTexts();
  await expect(fields.getByRole("button", { name: /^Copy / })).toHaveCount(terms.length);
  await fields.getByRole("button", { name: "Copy session id" }).click();
  await expect(page.getByText("Copied session id")).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("ses_showcase");
  await page.reload();
  await expect(fields).toBeVisible();
});

test("context and the raw entry are a tab away, by arrow keys too", async ({ log, page, daybook }) => {
  const entry = await daybook.api.entry("showcase");
  await log.open(`event=${entry.seq}`);
  await log.panel.getByRole("tab", { name: "Changes" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(log.panel.getByRole("tabpanel", { name: "Context" })).toContainText('"ticket": "OPS-4711"');
  await page.keyboard.press("End");
  await expect(log.panel.getByRole("tab", { name: "Raw" })).toBeFocused();
  const raw = log.panel.getByRole("tabpanel", { name: "Raw" }).getByRole("code");
  const event = sent(daybook, "showcase");
  expect(JSON.parse(await raw.innerText())).toMatchObject({ ...event, seq: entry.seq, outcome: "success" });
  const colour = (text: string) => raw.getByText(text, { exact: true }).evaluate((e) => getComputedStyle(e).color);
  expect(new Set([await colour('"status_code"'), await colour('"OPS-4711"'), await colour("200")]).size).toBe(3);
});

test("↑ and ↓ walk the list, Esc closes and leaves the focus on the row", async ({ log, page }) => {
  await log.open();
  const seqs = await log.seqs();
  await log.link(log.rows.nth(1)).focus();
  await page.keyboard.press("Enter");
  await log.expectQuery({ event: [String(seqs[1])] });
  await page.keyboard.press("ArrowDown");
  await log.expectQuery({ event: [String(seqs[2])] });
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await log.expectQuery({ event: [String(seqs[0])] });
  await expect(log.panel.getByRole("link", { name: "Entry above" })).toHaveAttribute("aria-disabled", "true");
  await log.panel.getByRole("link", { name: "Entry below" }).click();
  await log.expectQuery({ event: [String(seqs[1])] });
  await page.keyboard.press("Escape");
  await log.expectQuery({});
  await expect(log.panel).toBeHidden();
  await expect(log.link(log.rows.nth(1))).toBeFocused();
});

test("a value leads to its other entries, or away from them", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  await log.open(`event=${seq}`);
  await log.panel.getByRole("link", { name: "Only this Cluster" }).click();
  await log.expectQuery({ cluster: ["cl_1"], event: [String(seq)] });
  await log.expectTotal(1);
  await log.panel.getByRole("link", { name: "Not this Actor" }).click();
  await log.expectQuery({ cluster: ["cl_1"], "actor.not": ["user:58392"], event: [String(seq)] });
  await expect(log.panel, "what is open stays open").toContainText("billing-env");
  await log.panel.getByRole("link", { name: "Only this Method: PATCH" }).click();
  await log.expectQuery({ method: ["PATCH"], cluster: ["cl_1"], "actor.not": ["user:58392"], event: [String(seq)] });
});

test("whatever the log can be filtered by has both, in the tab of all fields", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  await log.open(`event=${seq}&part=fields`);
  const fields = log.panel.getByRole("tabpanel", { name: "Fields" });
  const only = fields.getByRole("link", { name: /^Only this / });
  const without = ["Occurred", "Received", "Message", "Client", "User agent"];
  await expect(only).toHaveCount((await fields.getByRole("term").count()) - without.length);
  await expect(fields.getByRole("link", { name: /^Not this / })).toHaveCount(await only.count());
});

test("an entry leads to its actor, its thing's history, its request, its run, its address and its surroundings", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  const event = sent(daybook, "showcase");
  const moment = at(event);
  const open = { event: [String(seq)] };
  const near = (other: Event) => Math.abs(at(other) - moment) <= 5 * 60_000;
  const ways: [string, Record<string, string[]>, (event: Event) => boolean][] = [
    ["By Maya Ortiz", { actor: ["user:58392"], range: ["24h"] }, (e) => e.actor.type === "user" && e.actor.id === MAYA.actor.id && at(e) > Date.now() - 24 * 3_600_000],
    ["History of billing-env", { resource: ["environment_group:eg_12"], range: ["all"] }, (e) => e.resource?.id === "eg_12"],
    ["This request", { request: ["req_showcase"], range: ["all"] }, (e) => e.request?.request_id === "req_showcase"],
    ["This run", { run: ["run_77"], range: ["all"] }, (e) => e.run_id === "run_77"],
    ["From 203.0.113.7", { ip: ["203.0.113.7"], range: ["24h"] }, (e) => e.request?.remote_ip === "203.0.113.7" && at(e) > Date.now() - 24 * 3_600_000],
    ["±5 min", { from: [new Date(moment - 300_000).toISOString()], to: [new Date(moment + 300_001).toISOString()] }, near],
  ];
  for (const [name, query, matches] of ways) {
    await log.open(`range=24h&status=2xx&q=billing&event=${seq}`);
    const links = log.panel.getByRole("navigation", { name: "From this entry" });
    await links.getByRole("link", { name: new RegExp(`^${name}`) }).click();
    await log.expectQuery({ ...query, ...open });
    await log.expectTotal(daybook.events.filter(matches).length);
  }
});

test("an entry without a thing, a request or a run does not lead there", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("zdenka");
  await log.open(`event=${seq}`);
  const links = log.panel.getByRole("navigation", { name: "From this entry" }).getByRole("link");
  await expect(links).toHaveText(["By Zdeňka Říhová", "±5 min"]);
});

test("a link to an entry that the list does not show opens it all the same", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("old-7");
  await log.open(`event=${seq}`);
  await expect(log.panel.getByText("req_old-7")).toBeVisible();
});

test("an entry that does not exist is an answer too", async ({ log, guard }) => {
  guard.allow(/status of 404/);
  await log.open("event=99999999");
  await expect(log.panel.getByRole("alert")).toContainText("There is no entry with this number");
});
