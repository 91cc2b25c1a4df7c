import { statusOf, type Event } from "../fixtures/event.ts";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

const isServerError = (event: Event) => statusOf(event) >= 500;
const isClientError = (event: Event) => statusOf(event) >= 400 && statusOf(event) < 500;

test("+ Filter adds a chip, with type-ahead and counts", async ({ log, page, daybook }) => {
  await log.open();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const fields = page.getByRole("combobox", { name: "Filter by" });
  await expect(fields).toBeFocused();
  await fields.fill("meth");
  await expect(page.getByRole("listbox", { name: "Filter by" }).getByRole("option")).toHaveText(["Method"]);
  await fields.press("Enter");

  const values = page.getByRole("combobox", { name: "Method is" });
  await expect(values).toBeFocused();
  const deletes = lastWeek(daybook.events).filter((event) => event.request?.method === "DELETE").length;
  const option = page.getByRole("option", { name: /^DELETE/ });
  await expect(option).toContainText(deletes.toLocaleString("en-GB"));
  await values.fill("del");
  await expect(page.getByRole("option", { name: /^GET/ })).toHaveCount(0);
  await values.press("Enter");
  await expect(option).toHaveAttribute("aria-selected", "true");
  await log.expectQuery({ method: ["DELETE"] });
  await log.expectTotal(deletes);

  await values.fill("put");
  await values.press("Enter");
  await log.expectQuery({ method: ["DELETE", "PUT"] });
  await page.keyboard.press("Escape");
  await expect(log.chips).toHaveText(/Method.*is any of.*DELETE, PUT/);
});

test("type-ahead finds values that are not among the first", async ({ log, page }) => {
  await log.open("actor=system%3A");
  await log.chips.getByRole("button", { name: /^Actor is/ }).click();
  const values = page.getByRole("combobox", { name: "Actor is" });
  await values.fill("zdeň");
  await log.choose(/^Zdeňka Říhová/);
  await log.expectQuery({ actor: ["system:", "user:61234"] });
});

test("a chip is negated, switched off and on, and removed", async ({ log, page, daybook }) => {
  const week = lastWeek(daybook.events);
  const total = week.length;
  const errors = week.filter(isServerError).length;
  await log.open("status=5xx");
  await log.expectTotal(errors);

  await log.chips.getByRole("link", { name: "is", exact: true }).click();
  await log.expectQuery({ "status.not": ["5xx"] });
  await expect(log.chips).toContainText("is not");
  await log.expectTotal(total - errors);

  await log.chips.getByRole("button", { name: /^Status is not 5xx/ }).click();
  await page.getByRole("link", { name: "Switch off" }).click();
  await log.expectQuery({ "off.status.not": ["5xx"] });
  await log.expectTotal(total);
  await log.chips.getByRole("link", { name: "off" }).click();
  await log.expectQuery({ "status.not": ["5xx"] });
  await log.expectTotal(total - errors);

  await log.chips.getByRole("link", { name: "Remove Status is not 5xx" }).click();
  await log.expectQuery({});
  await expect(log.chips).toHaveCount(0);
  await log.expectTotal(total);
});

test("the editor excludes instead, and takes a value back", async ({ log, page }) => {
  await log.open("status=5xx&status=404");
  await log.chips.getByRole("button", { name: /^Status is any of/ }).click();
  await log.choose(/^404/);
  await log.expectQuery({ status: ["5xx"] });
  await page.getByRole("link", { name: "Exclude instead" }).click();
  await log.expectQuery({ "status.not": ["5xx"] });
});

test("has none and has any are choices too", async ({ log, page, daybook }) => {
  await log.open();
  await page.getByRole("button", { name: "Find in Resource type" }).click();
  await log.choose(/^no value/);
  await log.expectQuery({ resource_type: [""] });
  await log.expectTotal(lastWeek(daybook.events).filter((event) => !event.resource).length);
  for (const text of await log.column("Resource")) expect(text).toContain("no resource");
});

test("Clear all drops chips and search and leaves the range", async ({ log, page, daybook }) => {
  await log.open("range=30d&q=api&method.not=GET&off.status=5xx");
  await expect(log.chips).toHaveCount(2);
  await page.getByRole("link", { name: "Clear all" }).click();
  await log.expectQuery({ range: ["30d"] });
  await log.expectTotal(daybook.events.length);
});

test("in the rail a name includes, its − excludes, and either takes itself back", async ({ log, daybook }) => {
  const week = lastWeek(daybook.events);
  await log.open();
  const outcome = log.facet("Outcome");
  await outcome.getByRole("link", { name: /^Failure/ }).click();
  await log.expectQuery({ outcome: ["failure"] });
  // A facet ignores its own filter: success is still counted.
  await expect(outcome.getByRole("link", { name: /^Success/ })).not.toHaveText(/–|\b0$/);
  await outcome.getByRole("link", { name: /^Failure/ }).click();
  await log.expectQuery({});

  await log.facet("Actor").getByRole("link", { name: "Exclude Maya Ortiz" }).click();
  await log.expectQuery({ "actor.not": ["user:58392"] });
  await log.expectTotal(week.filter(({ actor }) => actor.type !== "user" || actor.id !== "58392").length);
  for (const text of await log.column("Actor")) expect(text).not.toContain("Maya");
  await log.facet("Actor").getByRole("link", { name: "No longer exclude Maya Ortiz" }).click();
  await log.expectQuery({});
});

test("ids of different types do not collide", async ({ log }) => {
  await log.open("actor=api_token%3A58392");
  for (const text of await log.column("Actor")) expect(text).toContain("legacy-terraform");
});

test("everything is in the address, and a reload restores it", async ({ log, page, daybook }) => {
  const query = { range: ["30d"], q: ["api"], status: ["4xx"], "method.not": ["GET"], "off.source": ["cli"], sort: ["-status"] };
  await log.open("range=30d&q=api&status=4xx&method.not=GET&off.source=cli&sort=-status");
  const chips = await log.chips.allInnerTexts();
  expect(chips).toHaveLength(3);
  const seqs = await log.seqs();
  const matches = (event: Event) =>
    isClientError(event) && event.request?.method !== "GET" && /api/i.test([
      event.request?.path, event.actor.name, event.actor.email, event.action, event.resource?.id, event.resource?.name,
      event.application?.id, event.application?.name, event.cluster?.id, event.cluster?.name].join("\n"));
  await log.expectTotal(daybook.events.filter(matches).length);
  await page.reload();
  await log.expectQuery(query);
  expect(await log.seqs()).toEqual(seqs);
  expect(await log.chips.allInnerTexts()).toEqual(chips);
  await expect(log.search).toHaveValue("api");
});

test("start and stop are one choice", async ({ log, page, daybook }) => {
  await log.open();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await log.choose(/^Operation/);
  await log.choose(/^Start and stop/);
  await page.keyboard.press("Escape");
  await expect.poll(() => log.query()).toEqual({ operation: ["start", "stop"] });
  await expect(log.chips).toHaveText([/Operation\s*is any of\s*Start and stop/]);
  const both = daybook.events.filter(({ operation }) => operation === "start" || operation === "stop");
  if (both.length === 0) await expect(page.getByRole("heading", { name: "No entries match" })).toBeVisible();
});
