import type { Page, Route } from "@playwright/test";
import { Log } from "../fixtures/log.ts";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

const isFirst = (url: URL) => url.pathname.endsWith("/overview") && url.searchParams.get("method") === "GET";

/** Runs in the page: no request is dropped, and it is noted when the answer for `method=GET` was read to its end. */
function neverDrop() {
  AbortController.prototype.abort = () => undefined;
  const { fetch } = window;
  window.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const { pathname, searchParams } = new URL(answer.url);
    if (!answer.body || !pathname.endsWith("/overview") || searchParams.get("method") !== "GET") return answer;
    const flush = () => void Object.assign(window, { lateAnswerRead: true });
    return new Response(answer.body.pipeThrough(new TransformStream({ flush })), answer);
  };
}

/** Holds the answers for `method=GET` back until they are let go. */
async function hold(page: Page) {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const answered: Promise<void>[] = [];
  const handle = async (route: Route) => {
    const answer = await route.fetch();
    await gate;
    await route.fulfill({ response: answer });
  };
  await page.route(isFirst, (route) => void answered.push(handle(route).catch(() => undefined)));
  return { release, answered };
}

test("while an answer is awaited the old rows stay, dimmed, and nothing jumps", async ({ log, page }) => {
  await log.open();
  const seqs = await log.seqs();
  const held = await hold(page);
  const before = await log.table.boundingBox();
  const opacity = () => log.opacity(log.rows.first());
  expect(await opacity()).toBe(1);
  await log.facet("Method").getByRole("link", { name: /^GET/ }).click();
  await expect(log.table).toHaveAttribute("aria-busy", "true");
  expect(await log.seqs()).toEqual(seqs);
  await expect.poll(opacity).toBeLessThan(1);
  // The chips may take a line of their own; the columns stay where they are.
  const during = await log.table.boundingBox();
  expect([during?.x, during?.width]).toEqual([before?.x, before?.width]);
  held.release();
  await log.expectQuery({ method: ["GET"] });
  await expect.poll(opacity).toBe(1);
  expect(await log.seqs()).not.toEqual(seqs);
});

test("before anything is known there are skeletons, not emptiness", async ({ log, page }) => {
  const held = await hold(page);
  await page.goto(Log.path("method=GET"));
  await expect(log.table).toHaveAttribute("aria-busy", "true");
  await expect(page.getByText("Counting…")).toBeVisible();
  await expect(page.getByRole("heading", { name: "No entries match" })).toHaveCount(0);
  expect(await log.table.getByRole("row", { includeHidden: true }).count()).toBeGreaterThan(5);
  held.release();
  await log.ready();
  await expect(log.rows).toHaveCount(50);
});

for (const aborts of [true, false]) {
  const how = aborts ? "its request is dropped" : "even where the browser cannot drop the request";
  test(`a slow first answer never overwrites a newer one: ${how}`, async ({ log, page, guard, daybook }) => {
    guard.allow(/net::ERR_ABORTED/);
    if (!aborts) await page.addInitScript(neverDrop);
    await log.open();
    const held = await hold(page);
    const dropped = page.waitForEvent("requestfailed", { predicate: (request) => isFirst(new URL(request.url())), timeout: 10_000 });
    dropped.catch(() => undefined);
    await log.facet("Method").getByRole("link", { name: /^GET/ }).click();
    await expect.poll(() => held.answered.length).toBe(1);
    await log.facet("Method").getByRole("link", { name: /^GET/ }).click();
    await log.facet("Method").getByRole("link", { name: /^DELETE/ }).click();
    const deletes = lastWeek(daybook.events).filter((event) => event.request?.method === "DELETE").length;
    await log.expectTotal(deletes);
    await log.expectQuery({ method: ["DELETE"] });
    const seqs = await log.seqs();

    // The first answer comes now, if it still can.
    const late = aborts ? dropped : page.waitForFunction(() => "lateAnswerRead" in window);
    held.release();
    await Promise.all(held.answered);
    await late;
    // Two frames later whatever it could have changed would be painted.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await log.seqs()).toEqual(seqs);
    await log.expectTotal(deletes);
    for (const text of await log.column("Method")) expect(text).toContain("DELETE");
  });
}
