import { statusOf } from "../fixtures/event.ts";
import { Log } from "../fixtures/log.ts";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

const OVERVIEW = /\/overview\?/;

test("nothing found: the filter that empties it is named, and the way out", async ({ log, page, daybook }) => {
  const week = lastWeek(daybook.events);
  const hers = week.filter(({ actor }) => actor.id === "58777").length;
  const errors = week.filter((event) => statusOf(event) >= 500).length;
  await log.open("actor=user%3A58777&status=5xx");
  await log.expectTotal(0);
  await expect(page.getByRole("heading", { name: "No entries match" })).toBeVisible();
  await expect(page.getByText(/^Last 7 days, since \w{3} \d+ \w{3} \d\d:\d\d\.$/)).toBeVisible();
  const reasons = page.getByRole("listitem").filter({ hasText: /^Without/ });
  await expect(reasons).toHaveText([
    `Without Status is 5xx there are ${hers.toLocaleString("en-GB")} entries.`,
    `Without Actor is Aiko Tanaka there are ${errors.toLocaleString("en-GB")} entries.`,
  ].sort((a, b) => Number(b.replace(/\D|5(?=xx)/g, "")) - Number(a.replace(/\D|5(?=xx)/g, ""))));
  await reasons.getByRole("link", { name: "Without Status is 5xx" }).click();
  await log.expectQuery({ actor: ["user:58777"] });
  await log.expectTotal(hers);
});

test("nothing found: a value that nothing has is named by itself", async ({ log, page, daybook }) => {
  const patched = lastWeek(daybook.events).filter((event) => event.request?.method === "PATCH").length;
  await log.open("method=PATCH&cluster=cl_1241");
  const told = page.getByText("Nothing in this time matches Cluster is cl_1241, whatever else is asked for.");
  await expect(told).toContainText(`Without it there are ${patched.toLocaleString("en-GB")} entries.`);
  await expect(page.getByText("No entry has both"), "it is no conflict of two").toHaveCount(0);
  await expect(page.getByRole("listitem").filter({ hasText: /^Without Cluster/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Drop Cluster is cl_1241" }).click();
  await log.expectQuery({ method: ["PATCH"] });
  await log.expectTotal(patched);
});

test("nothing found in this time: all time is offered", async ({ log, page, daybook }) => {
  await log.open("id=old-7");
  const { seq } = await daybook.api.entry("old-7");
  await page.getByRole("link", { name: "Without this time range" }).click();
  await log.expectQuery({ range: ["all"], id: ["old-7"] });
  expect(await log.seqs()).toEqual([seq]);
});

for (const [status, body, message] of [
  [503, { error: { code: "unavailable", message: "the log is being moved; back in a minute" } }, "The log is being moved; back in a minute. What is below answers an earlier question."],
  [500, undefined, "The server answered with status 500."],
] as const) {
  test(`an answer of ${status} is shown in the server's words, the rows stay, and it can be asked again`, async ({ log, page, guard, daybook }) => {
    guard.allow(new RegExp(`status of ${status}`));
    await log.open();
    const seqs = await log.seqs();
    await page.route(OVERVIEW, (route) => route.fulfill({ status, ...(body ? { json: body } : { body: "oops" }) }));
    await log.facet("Outcome").getByRole("link", { name: /^Failure/ }).click();
    const alert = page.getByRole("alert").filter({ hasText: "could not be read" });
    await expect(alert).toContainText(message);
    expect(await log.seqs()).toEqual(seqs);
    await page.unroute(OVERVIEW);
    await alert.getByRole("button", { name: "Try again" }).click();
    await log.expectQuery({ outcome: ["failure"] });
    await expect(alert).toHaveCount(0);
    const failures = lastWeek(daybook.events).filter((e) => (e.outcome ?? (statusOf(e) >= 400 && "failure")) === "failure");
    await log.expectTotal(failures.length);
  });
}

test("where there is no answer, the total of the one before does not look like it", async ({ log, page, guard }) => {
  guard.allow(/status of 503/);
  await log.open();
  await page.route(OVERVIEW, (route) => route.fulfill({ status: 503 }));
  await log.facet("Outcome").getByRole("link", { name: /^Failure/ }).click();
  await expect(page.getByRole("alert").filter({ hasText: "could not be read" })).toBeVisible();
  const claims = [log.total, page.getByText("bars and rows agree")];
  for (const claim of claims) {
    await expect.poll(async () => (await claim.isVisible()) ? log.opacity(claim) : 0).toBeLessThan(1);
  }
});

test("without a connection it says so", async ({ log, page, guard }) => {
  guard.allow(/net::ERR_FAILED/);
  await page.route(OVERVIEW, (route) => route.abort());
  await page.goto(Log.path());
  await expect(page.getByRole("alert").filter({ hasText: "The server does not answer" })).toBeVisible();
  await page.unroute(OVERVIEW);
  await page.getByRole("button", { name: "Try again" }).click();
  await log.ready();
  await expect(log.rows).toHaveCount(50);
});

test("an answer that breaks off half way keeps its rows and says what is missing", async ({ log, page }) => {
  await page.route(OVERVIEW, async (route) => {
    const response = await route.fetch();
    // Tabs and rows.
    const body = (await response.text()).split("\n").slice(0, 2).join("\n");
    await route.fulfill({ status: 200, contentType: "application/x-ndjson", body });
  });
  await page.goto(Log.path());
  await expect(log.rows).toHaveCount(50);
  await expect(page.getByRole("alert").filter({ hasText: "The counts could not be read" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
});

for (const [query, key, rest, total] of [
  ["colour=red&status=5xx", "colour", { status: ["5xx"] }, (code: number) => code >= 500],
  ["status=teapot&method=DELETE&method=PUT", "status", { method: ["DELETE", "PUT"] }, undefined],
  ["range=7d&range=30d&status=404", "range", { status: ["404"] }, (code: number) => code === 404],
  ["q=a&q=b&status=404", "q", { status: ["404"] }, (code: number) => code === 404],
] as const) {
  test(`a bad address names ${key} and offers to drop it; the rest is in force: ${query}`, async ({ log, page, daybook }) => {
    await log.open(query);
    const banner = page.getByRole("alert").filter({ hasText: "cannot be used" });
    await expect(banner).toContainText(key);
    const week = lastWeek(daybook.events);
    if (total) await log.expectTotal(week.filter((event) => total(statusOf(event))).length);
    await banner.getByRole("link", { name: `Drop it: ${key}` }).click();
    await log.expectQuery(rest as unknown as Record<string, string[]>);
    await expect(banner).toHaveCount(0);
  });
}

test("a time range that ends before it begins is named", async ({ log, page, daybook }) => {
  await log.open("from=2026-11-20T00:00:00Z&to=2026-11-19T00:00:00Z");
  await expect(page.getByRole("alert").filter({ hasText: "from is not before to" })).toBeVisible();
  await log.expectTotal(lastWeek(daybook.events).length);
});

test("a cursor of another filter is refused by the server, and can be dropped", async ({ log, page, guard, daybook }) => {
  guard.allow(/status of 400/);
  await log.open();
  await log.pager.getByRole("link", { name: "Older" }).click();
  await expect.poll(() => log.query().cursor).toHaveLength(1);
  const cursor = log.query().cursor![0]!;
  await page.goto(Log.path(`method=PUT&cursor=${cursor}`));
  await expect(page.getByRole("alert").filter({ hasText: "belongs to another filter" })).toBeVisible();
  await page.getByRole("link", { name: "Drop “cursor”" }).click();
  await log.expectQuery({ method: ["PUT"] });
  await log.expectTotal(lastWeek(daybook.events).filter((event) => event.request?.method === "PUT").length);
});

test("an address that is no page says so", async ({ page }) => {
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "There is no page here" })).toBeVisible();
  await page.getByRole("link", { name: "Go to the log" }).click();
  await expect(page).toHaveURL(/\/projects\/acme\/log/);
});
