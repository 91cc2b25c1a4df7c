import type { Locator, Page } from "@playwright/test";
import { Chart } from "../fixtures/chart.ts";
import { colleague, PASSWORD } from "../fixtures/colleague.ts";
import { at, type Event } from "../fixtures/event.ts";
import { Log } from "../fixtures/log.ts";
import { MAYA } from "../fixtures/people.ts";
import { signInByPassword } from "../fixtures/sign-in.ts";
import { expect, serve, test as base, type Daybook } from "../fixtures/test.ts";

// What arrives would be in the way of the tests that count: these have a server of their own.
const test = base.extend<object, { daybook: Daybook }>({
  daybook: [({ browser }, use) => serve({ browser }, use), { scope: "worker", timeout: 60_000 }],
});

let made = 0;

/** Something that happened now, or some time ago. */
function happened(change: Partial<Event> = {}, ago = 0): Event {
  made += 1;
  const id = `live-${process.pid}-${made}`;
  return {
    id, occurred_at: new Date(Date.now() - ago).toISOString(), actor: MAYA.actor, source: "dashboard",
    action: "RotateKey", operation: "update", request: { method: "PATCH", path: `/keys/${id}`, status_code: 200 },
    resource: { type: "api_token", id, name: id }, ...change,
  };
}

/** What the page says of itself and the log. */
class Live {
  readonly state: Locator;
  readonly pill: Locator;
  readonly late: Locator;

  constructor(page: Page) {
    this.state = page.getByRole("banner").locator("[data-live]");
    this.pill = page.getByRole("button", { name: /newer entr(y|ies)$/ });
    this.late = page.getByRole("button", { name: /late entr(y|ies), further down$/ });
  }

  async is(name: string | RegExp): Promise<void> {
    await expect(this.state).toHaveAccessibleName(name);
  }

  async opened(log: Log, query = ""): Promise<void> {
    await log.open(query);
    await this.is("Live");
    await expect(this.state).toHaveAttribute("data-live", "live");
  }
}

const total = async (log: Log) => Number((await log.total.innerText()).replace(/\D/g, ""));
const row = (log: Log, event: Event) => log.rows.filter({ hasText: event.id });
const scroll = (page: Page, y: number) => page.evaluate((top) => window.scrollTo(0, top), y);

test("what arrives appears on top, and everything that counts it agrees", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log);
  const before = await total(log);
  const events = [happened({}, 40), happened({}, 20), happened()];
  await daybook.api.send(events);
  await expect(row(log, events[2]!)).toBeVisible();
  const places = await Promise.all([...events].reverse().map(async ({ id }) => (await daybook.api.entry(id)).seq));
  await expect.poll(async () => (await log.seqs()).slice(0, 3)).toEqual(places);
  await log.expectTotal(before + 3);
  await expect(page.getByText("bars and rows agree")).toBeVisible();
  await expect(page.getByText(`stored to #${Math.max(...places).toLocaleString("en-GB")}`)).toBeVisible();
  await expect(log.rows).toHaveCount(50);
  await expect(live.pill).toHaveCount(0);
  // A mark that does not last, and none that moves.
  await expect(row(log, events[2]!)).toHaveClass(/fresh/);
});

test("never do rows and counts disagree while much arrives", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log, "action=RotateKey");
  const before = await total(log);
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const look = () => {
      const count = Number(document.querySelector(".summary-total strong")?.textContent?.replace(/\D/g, ""));
      const rows = document.querySelectorAll("tr[data-seq]").length;
      if (rows !== Math.min(50, count)) seen.push(`${rows} rows of ${count}`);
    };
    new MutationObserver(() => requestAnimationFrame(look)).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  for (let batch = 0; batch < 12; batch += 1) await daybook.api.send([happened(), happened()]);
  await log.expectTotal(before + 24);
  expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
});

test("a filter lets nothing else in, and the place in the log goes on all the same", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log, "method=DELETE");
  const before = await total(log);
  const other = happened();
  await daybook.api.send([other]);
  const { seq } = await daybook.api.entry(other.id);
  await expect(page.getByText(`stored to #${seq.toLocaleString("en-GB")}`)).toBeVisible();
  await log.expectTotal(before);
  const wanted = happened({ request: { method: "DELETE", path: "/x", status_code: 204 } });
  await daybook.api.send([wanted]);
  await expect(log.rows.first()).toContainText(wanted.id);
  await log.expectTotal(before + 1);
});

test("a late entry goes where its time belongs; further down it is counted, and one click away", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log);
  const shown = await log.seqs();
  const times = (await daybook.api.rows("range=7d&limit=50")).map(at);
  // Between two rows that are some time apart.
  const gap = times.findIndex((time, i) => i > 0 && time - times[i + 1]! > 1000);
  const between = happened({ occurred_at: new Date(times[gap]! - 500).toISOString() });
  await daybook.api.send([between]);
  await expect(row(log, between)).toBeVisible();
  const { seq } = await daybook.api.entry(between.id);
  expect(await log.seqs()).toEqual([...shown.slice(0, gap + 1), seq, ...shown.slice(gap + 1, 49)]);

  const before = await total(log);
  const older = happened({}, 5 * 86_400_000);
  await daybook.api.send([older]);
  await expect(live.late).toHaveText("1 late entry, further down");
  await log.expectTotal(before + 1);
  await expect(row(log, older)).toHaveCount(0);
  await live.late.click();
  await expect(log.panel).toContainText(older.id);
  await expect(live.late).toHaveCount(0);
});

test("further down nothing moves: a pill counts, and brings it", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log);
  const [before, n] = [await log.seqs(), await total(log)];
  await scroll(page, 700);
  await live.is("Live waits: you are further down");
  const events = [happened(), happened()];
  await daybook.api.send(events);
  await expect(live.pill).toHaveText("2 newer entries");
  await expect(live.pill).toBeInViewport();
  expect(await log.seqs()).toEqual(before);
  await log.expectTotal(n);
  await live.pill.click();
  await expect(row(log, events[1]!)).toBeInViewport();
  await log.expectTotal(n + 2);
  await expect(live.pill).toHaveCount(0);
  // By hand it is the same.
  await scroll(page, 700);
  await live.is("Live waits: you are further down");
  const more = happened();
  await daybook.api.send([more]);
  await expect(live.pill).toHaveText("1 newer entry");
  await scroll(page, 0);
  await expect(row(log, more)).toBeInViewport();
  await expect(live.pill).toHaveCount(0);
});

test("page two is never live: it says so, counts, and one click leads to the newest", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log);
  await log.pager.getByRole("link", { name: "Older" }).click();
  await expect(page.getByText("rows 51–100", { exact: true })).toBeVisible();
  await log.ready();
  await live.is("Live waits: you are on page 2");
  const [second, n] = [await log.seqs(), await total(log)];
  const event = happened();
  await daybook.api.send([event]);
  await expect(live.pill).toHaveText("1 newer entry");
  expect(await log.seqs()).toEqual(second);
  await log.expectTotal(n);
  await live.pill.click();
  await log.expectQuery({});
  await expect(row(log, event)).toBeInViewport();
  await page.goBack();
  await expect(page.getByText("rows 51–100", { exact: true })).toBeVisible();
  await log.ready();
  expect(await log.seqs()).toEqual(second);
});

for (const [query, why] of [
  ["sort=actor", "sorted by actor"],
  ["sort=time", "oldest first"],
  ["from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z", /this range ended on Fri 2 Jan.* at 01:00/],
  ["as_of=12", "pinned to #12"],
] as const) {
  test(`it says why it waits: ${query}`, async ({ log, page }) => {
    const live = new Live(page);
    await log.open(query);
    await live.is(typeof why === "string" ? `Live waits: ${why}` : new RegExp(`^Live waits: ${why.source}$`));
  });
}

test("sorted by something else, the pill brings what arrived to its place", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await log.open("sort=actor&action=RotateKey");
  const n = await total(log);
  await live.is("Live waits: sorted by actor");
  await daybook.api.send([happened({ actor: { ...MAYA.actor, id: "1", name: "Aaron First" } })]);
  await expect(live.pill).toHaveText("1 newer entry");
  await live.pill.click();
  await expect(log.rows.first()).toContainText("Aaron First");
  await log.expectTotal(n + 1);
  await expect(live.pill).toHaveCount(0);
});

test("while a time is selected the bars stand still", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log);
  const n = await total(log);
  await new Chart(page).drag(0.3, 0.6);
  await live.is("Live waits: a time is selected");
  await daybook.api.send([happened()]);
  await expect(live.pill).toHaveText("1 newer entry");
  await log.expectTotal(n);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await log.expectTotal(n + 1);
});

test("l pauses and goes on; it is remembered, and Refresh looks", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log);
  const n = await total(log);
  await expect(live.state).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("l");
  await live.is("Paused");
  await expect(live.state).toHaveAttribute("aria-pressed", "false");
  await page.reload();
  await log.ready();
  await live.is("Paused");
  const [first, second] = [happened(), happened()];
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").at(-1)!));
  await daybook.api.send([first]);
  await page.keyboard.press("r");
  await expect(row(log, first)).toBeVisible();
  await log.expectTotal(n + 1);
  await page.getByRole("button", { name: "Refresh" }).click();
  await log.ready();
  expect(asked, "a paused page has no stream").not.toContain("live");
  await daybook.api.send([second]);
  await live.state.click();
  await expect(row(log, second)).toBeVisible();
  await live.is("Live");
  await log.expectTotal(n + 2);
});

test("in the background there is no stream; back again nothing is missing or twice", async ({ log, page, daybook }) => {
  const live = new Live(page);
  await live.opened(log);
  const n = await total(log);
  const turn = (hidden: boolean) => page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
  const closed = page.waitForEvent("requestfailed", (request) => request.url().includes("/live?"));
  await turn(true);
  await closed;
  await live.is("Live waits: this tab is in the background");
  const events = [happened(), happened()];
  await daybook.api.send(events);
  await turn(false);
  await live.is("Live");
  for (const event of events) await expect(row(log, event)).toHaveCount(1);
  await log.expectTotal(n + 2);
});

test("a server that comes back is found again, without a gap or a double", async ({ log, page, guard, daybook }) => {
  guard.allow(/net::ERR_/);
  const live = new Live(page);
  await live.opened(log);
  const n = await total(log);
  const first = happened();
  await daybook.api.send([first]);
  await expect(row(log, first)).toBeVisible();
  const gone = daybook.server.restart();
  await live.is(/^Reconnecting: in \d+ s$/);
  await gone;
  // Stored while nobody listens.
  const missed = happened();
  await daybook.api.send([missed]);
  await expect(live.state).toHaveAttribute("data-live", "live", { timeout: 45_000 });
  const after = happened();
  await daybook.api.send([after]);
  for (const event of [first, missed, after]) await expect(row(log, event)).toHaveCount(1);
  await log.expectTotal(n + 3);
});

test("signed out elsewhere, the stream ends and the page asks to sign in again", async ({ page, browser, daybook }) => {
  const other = await colleague(browser, daybook, "leaver@acme.dev");
  await other.page.goto(Log.path());
  await signInByPassword(other.page, "leaver@acme.dev", PASSWORD);
  await new Live(other.page).is("Live");
  await other.page.request.delete("/api/session", { headers: { Origin: daybook.server.url } });
  await expect(other.page.getByRole("heading", { name: "Sign in" })).toBeVisible({ timeout: 20_000 });
  await other.guard.check(other.context);
  await other.context.close();
  expect(page.url()).toBe("about:blank");
});

test("a shared link shows the same rows later and elsewhere, says how many are newer, and leads to them", async ({ log, page, context, browser, daybook }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await log.open("range=24h&action=RotateKey&action=UpdateApplication&sort=-actor");
  const [seqs, n] = [await log.seqs(), await log.total.innerText()];
  await page.getByRole("button", { name: "Share" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await daybook.api.send([happened(), happened({ action: "Other" }), happened()]);

  const other = await colleague(browser, daybook, "newcomer@acme.dev");
  await other.page.goto(link);
  await signInByPassword(other.page, "newcomer@acme.dev", PASSWORD);
  await expect(other.page, "the link survives signing in").toHaveURL(link);
  const theirs = new Log(other.page);
  await theirs.ready();
  expect(await theirs.seqs()).toEqual(seqs);
  expect(await theirs.total.innerText()).toBe(n);
  await new Live(other.page).is(/^Live waits: pinned to #[\d,]+$/);
  await expect(other.page.getByText(/^As of .*, entry #[\d,]+: 2 newer entries\.$/)).toBeVisible();
  await other.page.getByRole("link", { name: "Show newer entries" }).click();
  // The running range that it was.
  await theirs.expectQuery({ range: ["24h"], action: ["RotateKey", "UpdateApplication"], sort: ["-actor"] });
  await theirs.expectTotal(Number(n.replace(/\D/g, "")) + 2);
  await other.page.goBack();
  await expect(other.page).toHaveURL(link);
  await theirs.ready();
  expect(await theirs.seqs()).toEqual(seqs);
  await other.guard.check(other.context);
  await other.context.close();
});

test("a page of a list can be shared: the same rows, of the same moment", async ({ log, page, context, browser, daybook }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await new Live(page).opened(log);
  await log.pager.getByRole("link", { name: "Older" }).click();
  await expect(page.getByText("rows 51–100", { exact: true })).toBeVisible();
  await log.ready();
  const seqs = await log.seqs();
  await page.getByRole("button", { name: "Share" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await daybook.api.send([happened()]);
  const elsewhere = await browser.newContext({ baseURL: daybook.server.url, storageState: daybook.storage });
  const theirs = new Log(await elsewhere.newPage());
  await theirs.page.goto(link);
  await theirs.ready();
  expect(await theirs.seqs()).toEqual(seqs);
  await expect(new Live(theirs.page).pill).toHaveText("1 newer entry");
  await elsewhere.close();
});
