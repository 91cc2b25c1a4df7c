import type { Page } from "@playwright/test";
import { Chart } from "../fixtures/chart.ts";
import { at, statusOf, type Event } from "../fixtures/event.ts";
import { lastWeek, tally } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

const DAY = 86_400_000;

async function choose(page: Page, option: string): Promise<void> {
  await page.getByRole("button", { name: "Chart options" }).click();
  await page.getByRole("menuitemradio", { name: option }).click();
}

/** The legend: what is told apart, and how often. */
async function legend(page: Page): Promise<[string, number][]> {
  const items = await page.getByRole("list", { name: "Legend" }).getByRole("listitem").all();
  const texts = await Promise.all(items.map((item) => item.innerText()));
  return texts.map((text) => {
    const [, label, count] = /^(.*?)\s+([\d,]+)$/s.exec(text.trim())!;
    return [label!, Number(count!.replaceAll(",", ""))];
  });
}

/** The table that says what the bars say: sums by column. */
async function twin(page: Page): Promise<Map<string, number>> {
  const table = page.getByRole("table", { name: /^Entries over time/ });
  const rows = await table.getByRole("row").evaluateAll((rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
  const [heads, ...bars] = rows;
  return new Map(heads!.slice(1).map((head, i) =>
    [head, bars.reduce((sum, bar) => sum + Number(bar[i + 1]!.replaceAll(",", "")), 0)]));
}

const methods = (events: readonly Event[]) => tally(events.flatMap(({ request }) => request?.method ?? []));

test("bars are stacked by method: exact, without asking for the rows again, and in the address", async ({ log, page, daybook }) => {
  await log.open();
  const asked: string[] = [];
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    // The bell counts alerts by itself.
    if (path.startsWith("/api/") && !path.includes("/alerts/")) asked.push(path.split("/").at(-1)!);
  });
  await choose(page, "Method");
  await log.expectQuery({ stack: ["method"] });
  const week = lastWeek(daybook.events);
  const expected = [...methods(week)];
  const absent = week.length - expected.reduce((sum, [, n]) => sum + n, 0);
  if (absent > 0) expected.push(["no method", absent]);
  await expect.poll(async () => new Map(await legend(page))).toEqual(new Map(expected));
  expect(await twin(page)).toEqual(new Map(expected));
  expect(asked, "bars alone").toEqual(["histogram"]);

  await page.reload();
  await log.ready();
  await expect.poll(async () => new Map(await legend(page))).toEqual(new Map(expected));
  await page.goBack();
  await log.expectQuery({});
  await expect.poll(async () => (await legend(page)).map(([label]) => label)).toEqual(["Success", "Failure", "Server error"]);
});

test("a stacked chart obeys the choice for its own field", async ({ log, page, daybook }) => {
  await log.open("stack=method&method.not=GET&status=2xx&status=4xx");
  const week = lastWeek(daybook.events).filter((event) =>
    event.request?.method !== "GET" && statusOf(event) >= 200 && statusOf(event) < 500 && Math.floor(statusOf(event) / 100) !== 3);
  await log.expectTotal(week.length);
  expect(new Map(await legend(page))).toEqual(methods(week));
});

test("status classes, sources and operations add up to the total", async ({ log, page, daybook }) => {
  const week = lastWeek(daybook.events);
  for (const [stack, first] of [["status", "2xx"], ["source", "CLI"], ["operation", "Read"]] as const) {
    await log.open(`stack=${stack}`);
    const told = await legend(page);
    expect(told.reduce((sum, [, n]) => sum + n, 0), stack).toBe(week.length);
    expect(told.map(([label]) => label), stack).toContain(first);
    expect(told.length).toBeLessThanOrEqual(10);
  }
});

test("an entry of the legend narrows to what it counts, its minus leaves that out", async ({ log, page, daybook }) => {
  await log.open("stack=method");
  const week = lastWeek(daybook.events);
  const posts = methods(week).get("POST")!;
  const items = page.getByRole("list", { name: "Legend" });
  await items.getByRole("link", { name: /^POST/ }).click();
  await log.expectQuery({ stack: ["method"], method: ["POST"] });
  await log.expectTotal(posts);
  await page.goBack();
  await log.expectQuery({ stack: ["method"] });
  await items.getByRole("listitem").filter({ hasText: "POST" }).hover();
  await items.getByRole("link", { name: "Exclude POST" }).click();
  await log.expectQuery({ stack: ["method"], "method.not": ["POST"] });
  await log.expectTotal(week.length - posts);

  await log.open();
  for (const [label, n] of await legend(page)) {
    await log.open();
    await items.getByRole("link", { name: new RegExp(`^${label}`) }).click();
    await expect.poll(() => Object.keys(log.query()).length).toBeGreaterThan(0);
    await log.ready();
    await log.expectTotal(n);
  }
});

test("the tooltip lists what a bar is made of", async ({ log, page }) => {
  await log.open("stack=status&compare=previous");
  const { x, y } = await new Chart(page).place(0.57);
  await page.mouse.move(x, y);
  const tip = page.locator(".chart-tip");
  await expect(tip).toContainText("4xx");
  await expect(tip).toContainText("All");
  await expect(tip).toContainText("7 days before");
});

test("the logarithmic scale says so, and its lines are powers of ten", async ({ log, page }) => {
  await log.open();
  await choose(page, "Logarithmic");
  await log.expectQuery({ scale: ["log"] });
  const frame = page.locator(".chart-frame");
  await expect(frame.locator(".chart-top")).toHaveText(/^per .*log$/);
  expect(await frame.locator(".chart-lines b").allInnerTexts()).toEqual(expect.arrayContaining(["10"]));
});

test("the time before is told beside the bars, and obeys filter and moment", async ({ log, page, daybook }) => {
  await log.open("compare=previous&range=7d");
  const now = Date.now();
  const inside = (from: number, to: number, keep: (event: Event) => boolean = () => true) =>
    daybook.events.filter((event) => at(event) >= now - from && at(event) < now - to && keep(event)).length;
  const before = inside(14 * DAY, 7 * DAY);
  expect(before, "there is something to compare with").toBeGreaterThan(0);
  const said = page.locator(".chart-against");
  await expect(said).toContainText(`the 7 days before (${before.toLocaleString("en-GB")})`);
  await expect.poll(async () => (await twin(page)).get("7 days before")).toBe(before);

  await page.getByRole("list", { name: "Legend" }).getByRole("link", { name: /^Server error/ }).click();
  await expect(said).toContainText(`(${inside(14 * DAY, 7 * DAY, (event) => statusOf(event) >= 500)})`);

  // All time has nothing before it.
  await log.open("compare=previous&range=all");
  await expect(said).toBeHidden();
  await page.getByRole("button", { name: "Chart options" }).click();
  await expect(page.getByText("All time has nothing before it")).toBeVisible();
});

test("a comparison that is slow or fails holds up nothing, and a late one changes nothing", async ({ log, page, guard }) => {
  guard.allow(/status of 503/);
  const held: (() => void)[] = [];
  await page.route("**/histogram/previous?**", async (route) => {
    await new Promise<void>((go) => held.push(go));
    await route.continue().catch(() => undefined);
  });
  await log.open("compare=previous");
  await expect.poll(() => held.length).toBe(1);
  await expect(page.locator(".chart-against")).toBeHidden();
  await choose(page, "Nothing");
  await log.expectQuery({});
  held[0]!();
  await page.unroute("**/histogram/previous?**");
  await page.route("**/histogram/previous?**", (route) => route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "The store is busy." } } }));
  await expect(page.locator(".chart-against")).toBeHidden();
  await choose(page, "The 7 days before");
  await expect(page.locator(".chart-against")).toContainText("could not be counted. The store is busy.");
  await expect(page.getByText("bars and rows agree")).toBeVisible();
});

test("a word that the chart does not know is named, and the rest stands", async ({ log, page, guard }) => {
  void guard;
  await page.goto("/projects/acme/log?stack=colour&range=24h");
  await expect(page.getByText(/is not one of outcome, status, method, source, operation/)).toBeVisible();
  await log.ready();
});
