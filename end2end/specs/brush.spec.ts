import { Chart, inside, spanOf, zoomed } from "../fixtures/chart.ts";
import { STORM } from "../fixtures/events.ts";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

const DAY = 86_400_000;

test("a drag zooms on release: the same count, only rows of that time, one step of history", async ({ log, page, daybook }) => {
  await log.open();
  const chart = new Chart(page);
  const seqs = await log.seqs();
  await chart.drag(0.3, 0.6);
  const shown = await chart.selected.innerText();
  expect(log.query(), "nothing is decided before the release").toEqual({});
  await page.mouse.up();

  const span = await zoomed(log);
  expect(span.to - span.from).toBeGreaterThan(1.8 * DAY);
  expect(span.to - span.from).toBeLessThan(2.4 * DAY);
  const expected = inside(daybook.events, span);
  await log.expectTotal(expected.length);
  expect(shown).toBe(await log.total.innerText());
  await expect(page.getByText("bars and rows agree")).toBeVisible();
  const newest = new Map(daybook.events.map(({ id, occurred_at }) => [id, Date.parse(occurred_at)]));
  const rows = await daybook.api.rows(new URL(page.url()).searchParams.toString());
  expect(await log.seqs()).toEqual(rows.map(({ seq }) => seq));
  for (const { id } of rows) {
    expect(newest.get(id)).toBeGreaterThanOrEqual(span.from);
    expect(newest.get(id)).toBeLessThan(span.to);
  }

  await page.goBack();
  await log.expectQuery({});
  await log.expectTotal(lastWeek(daybook.events).length);
  expect(await log.seqs()).toEqual(seqs);
  await page.goForward();
  expect(await zoomed(log)).toEqual(span);
});

test("while the brush is drawn the counts beside the list are those of the selected time", async ({ log, page }) => {
  await log.open();
  const chart = new Chart(page);
  const counts = async (facet: string) => {
    const rows = await log.facet(facet).getByRole("listitem").all();
    const texts = await Promise.all(rows.map((row) => row.getByRole("link").first().innerText()));
    return new Map(texts.map((text) => text.split("\n") as [string, string]));
  };
  const before = await counts("Method");
  await chart.drag(0.3, 0.6);
  const drawn = await counts("Method");
  expect([...drawn.keys()], "nothing changes its place").toEqual([...before.keys()]);
  expect(drawn.get("GET")).not.toBe(before.get("GET"));
  await page.mouse.up();
  await zoomed(log);
  await log.ready();
  for (const [value, count] of await counts("Method")) expect(drawn.get(value), value).toBe(count);
});

test("a zoom keeps the filter and its chips", async ({ log, page, daybook }) => {
  await log.open("method=POST");
  await new Chart(page).drag(0.2, 0.9);
  await page.mouse.up();
  const span = await zoomed(log);
  expect(log.query().method).toEqual(["POST"]);
  await log.expectTotal(inside(daybook.events, span).filter((event) => event.request?.method === "POST").length);
});

test("a drag to the left and beyond the edge ends at the edge", async ({ log, page }) => {
  await log.open();
  const before = Date.now();
  const chart = new Chart(page);
  const start = await chart.place(0.25);
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(start.x - 100, start.y);
  await page.mouse.move((await chart.place(0)).x - 30, start.y + 60);
  await page.mouse.up();
  const { from, to } = await zoomed(log);
  expect(Math.abs(from - (before - 7 * DAY))).toBeLessThan(60_000);
  expect(to - from).toBeLessThan(2 * DAY);
});

test("Esc cancels a drag, and the release does nothing then", async ({ log, page }) => {
  await log.open();
  const chart = new Chart(page);
  await chart.bars.focus();
  await chart.drag(0.3, 0.6);
  await page.keyboard.press("Escape");
  await expect(chart.selected).toBeHidden();
  await page.mouse.up();
  await page.mouse.move(5, 5);
  // A filter that is set after it is the next step of history: there was no step for the drag.
  await log.facet("Outcome").getByRole("link", { name: /^Failure/ }).click();
  await log.expectQuery({ outcome: ["failure"] });
});

test("a click on a bar zooms to it", async ({ log, page, daybook }) => {
  await log.open();
  const moment = Date.now() - STORM.age + STORM.length / 4;
  const share = 1 - (Date.now() - moment) / (7 * DAY);
  const { x, y } = await new Chart(page).place(share);
  await page.mouse.click(x, y);
  const span = await zoomed(log);
  expect(span.from).toBeLessThanOrEqual(moment + 3_600_000);
  expect(span.to - span.from).toBeLessThanOrEqual(4 * 3_600_000);
  await log.expectTotal(inside(daybook.events, span).length);
});

test("a double click zooms out around the same middle, and does not zoom in first", async ({ log, page }) => {
  await log.open();
  const chart = new Chart(page);
  await chart.drag(0.4, 0.6);
  await page.mouse.up();
  const inner = await zoomed(log);
  const middle = await chart.place(0.5);
  await page.mouse.dblclick(middle.x, middle.y);
  await expect.poll(() => spanOf(log).to - spanOf(log).from).toBeGreaterThan(inner.to - inner.from);
  await log.ready();
  const outer = spanOf(log);
  expect(outer.from).toBeLessThan(inner.from);
  expect(outer.to).toBeGreaterThan(inner.to);
  await page.goBack();
  expect(await zoomed(log), "one step, no zoom by the first click").toEqual(inner);
});
