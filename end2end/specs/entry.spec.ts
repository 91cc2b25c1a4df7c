import { clock } from "../fixtures/calendar.ts";
import { at } from "../fixtures/event.ts";
import { expect, test } from "../fixtures/test.ts";

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

test("it says everything that is known", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  const event = daybook.events.find(({ id }) => id === "showcase")!;
  await log.open(`event=${seq}`);
  const facts: Record<string, string> = {
    Outcome: "200 Success", Message: event.message!, Actor: "user Maya Ortiz", "E-mail": "maya@acme.dev",
    "Actor ID": "58392", Source: "CLI", Action: "UpdateEnvGroup", Operation: "Update",
    Request: "PATCH /api/v2/env-groups/eg_12?dry_run=false", Resource: "environment group billing-env",
    "Resource ID": "eg_12", Application: "billing · app_3", Cluster: "prod-eu · cl_1",
    Environment: "preview-481 · env_9", From: "203.0.113.7", "User agent": "porter-cli/0.52.1",
    "Request ID": "req_showcase", "Session ID": "ses_showcase", "Run ID": "run_77", "Event ID": "showcase",
  };
  for (const [label, value] of Object.entries(facts)) {
    const term = log.panel.getByRole("term").filter({ hasText: new RegExp(`^${label}$`) });
    await expect(term, label).toHaveCount(1);
    await expect(term.locator("xpath=following-sibling::dd"), label).toContainText(value);
  }
  await expect(log.panel.getByText(clock(at(event)))).toBeVisible();
  await expect(log.panel.getByText(clock(at(event), "UTC"))).toBeVisible();
});

test("it says what changed, before and after, and keeps what did not to itself", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  await log.open(`event=${seq}`);
  const changes = log.panel.getByRole("tabpanel", { name: "Changes" });
  const lines = changes.getByRole("term").filter({ visible: true });
  await expect(lines).toHaveText(["ADDED", "DROPPED", "RETRY_LIMIT"]);
  await expect(changes).toContainText(/RETRY_LIMIT\s*before\s*−\s*"3"\s*after\s*\+\s*"10"/);
  await expect(changes).toContainText(/DROPPED\s*before\s*−\s*true/);
  await expect(changes.getByText("REGION")).toBeHidden();
  await changes.getByText("1 field unchanged").click();
  await expect(changes.getByText("REGION")).toBeVisible();
});

test("context and the raw entry are a tab away, by arrow keys too", async ({ log, page, daybook }) => {
  const entry = await daybook.api.entry("showcase");
  await log.open(`event=${entry.seq}`);
  await log.panel.getByRole("tab", { name: "Changes" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(log.panel.getByRole("tabpanel", { name: "Context" })).toContainText('"ticket": "OPS-4711"');
  await page.keyboard.press("ArrowRight");
  await expect(log.panel.getByRole("tab", { name: "Raw" })).toBeFocused();
  const raw = log.panel.getByRole("tabpanel", { name: "Raw" }).getByRole("code");
  const sent = daybook.events.find(({ id }) => id === "showcase")!;
  expect(JSON.parse(await raw.innerText())).toMatchObject({ ...sent, seq: entry.seq, outcome: "success" });
});

test("where nothing was captured it says so", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("zdenka");
  await log.open(`event=${seq}`);
  await expect(log.panel).toContainText("No snapshot was captured.");
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
});

test("a link to an entry that the list does not show opens it all the same", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("old-7");
  await log.open(`event=${seq}`);
  await expect(log.panel.getByText("req_old-7")).toBeVisible();
});

test("an entry that does not exist is an answer too", async ({ log, guard }) => {
  guard.allow(/status of 404/);
  await log.open("event=99999999");
  await expect(log.panel.getByRole("alert")).toContainText("there is no entry with this number");
});
