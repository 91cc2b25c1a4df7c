import type { Page } from "@playwright/test";
import { Chart, inside, zoomed } from "../fixtures/chart.ts";
import { expect, test } from "../fixtures/test.ts";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

/** Drags a finger over the bars. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const chart = new Chart(page);
  const [start, end] = [await chart.place(from), await chart.place(to)];
  const client = await page.context().newCDPSession(page);
  // A slow finger, which rests before it is lifted: the browser takes a tap after a fast one for
  // the end of a fling. The time is told, not waited for.
  let timestamp = Date.now() / 1000 - 2;
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", x?: number) => {
    timestamp += 0.2;
    return client.send("Input.dispatchTouchEvent", { type, timestamp, touchPoints: x === undefined ? [] : [{ x, y: start.y }] });
  };
  await touch("touchStart", start.x);
  for (let i = 1; i <= 5; i += 1) await touch("touchMove", start.x + ((end.x - start.x) * i) / 5);
  await touch("touchMove", end.x - 0.5);
  await touch("touchEnd");
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test("rows are cards, and nothing scrolls sideways", async ({ log, page, daybook }) => {
  await log.open("range=30d&status.not=5xx&q=a&off.method=GET");
  await expect(log.rows).toHaveCount(50);
  for (const card of await log.rows.all()) {
    const box = (await card.boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
  }
  const first = (await log.rows.first().boundingBox())!;
  expect(first.height, "more than one line").toBeGreaterThan(40);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await log.open(`event=${(await daybook.api.entry("hostile-8")).seq}`);
  await expect(log.panel).toBeVisible();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test("a tap opens an entry, which fills the screen and closes again", async ({ log, page }) => {
  await log.open();
  await log.link(log.rows.nth(1)).tap();
  await expect(log.panel).toBeVisible();
  expect((await log.panel.boundingBox())!.width).toBeGreaterThan(370);
  await log.panel.getByRole("link", { name: "Close" }).tap();
  await expect(log.panel).toBeHidden();
  await log.expectQuery({});
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test("a finger brushes the chart; the selection stays until Zoom", async ({ log, page, daybook }) => {
  await log.open();
  const chart = new Chart(page);
  await drag(page, 0.25, 0.7);
  await expect(chart.selected).toBeVisible();
  expect(log.query(), "nothing is decided by lifting the finger").toEqual({});
  const shown = await chart.selected.innerText();
  await chart.zoom.tap();
  const span = await zoomed(log);
  await log.expectTotal(inside(daybook.events, span).length);
  expect(await log.total.innerText()).toBe(shown);
  await page.goBack();
  await log.expectQuery({});
});

test("a handle of the selection moves under the finger, and the cross drops it", async ({ log, page }) => {
  await log.open();
  const chart = new Chart(page);
  await drag(page, 0.3, 0.5);
  const before = await page.getByRole("slider", { name: "End of the selection" }).getAttribute("aria-valuenow");
  await drag(page, 0.5, 0.8);
  const end = page.getByRole("slider", { name: "End of the selection" });
  await expect.poll(async () => Number(await end.getAttribute("aria-valuenow"))).toBeGreaterThan(Number(before));
  await page.getByRole("button", { name: "Clear the selection" }).tap();
  await expect(chart.selected).toBeHidden();
  expect(log.query()).toEqual({});
});

test("the rail comes when it is called", async ({ log, page }) => {
  await log.open();
  const link = log.facet("Method").getByRole("link", { name: /^DELETE/ });
  await expect(link).toBeHidden();
  await page.getByRole("button", { name: "Tabs and filters" }).tap();
  await link.tap();
  await log.expectQuery({ method: ["DELETE"] });
});

test("what a finger must hit is large enough", async ({ log, page }) => {
  await log.open("status=404");
  const small = await page.locator("button:visible, a:visible, input:visible").evaluateAll((all) =>
    all.flatMap((element) => {
      const box = element.getBoundingClientRect();
      const inline = getComputedStyle(element).display === "inline";
      const name = element.getAttribute("aria-label") ?? element.textContent?.trim();
      return inline || box.width === 0 || (box.width >= 24 && box.height >= 24) ? [] : [`${name}: ${box.width} × ${box.height}`];
    }));
  expect(small).toEqual([]);
});

test("the ways on from an entry stand side by side at its end, none of them cut", async ({ log, page, daybook }) => {
  await log.open(`event=${(await daybook.api.entry("showcase")).seq}`);
  const ways = page.getByRole("navigation", { name: "From this entry" }).getByRole("link");
  await expect(ways.first()).toBeVisible();
  await ways.last().scrollIntoViewIfNeeded();
  const boxes = await Promise.all((await ways.all()).map(async (way) => (await way.boundingBox())!));
  for (const { x, width, y, height } of boxes) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(390);
    expect(y + height).toBeLessThanOrEqual(844);
  }
  expect(new Set(boxes.map(({ x }) => x)).size, "two columns").toBe(2);
});

for (const width of [390, 360]) {
  test(`nothing in the bar lies over anything else at ${width}, also while live waits`, async ({ log, page }) => {
    await page.setViewportSize({ width, height: 800 });
    await log.open("sort=time");
    const bar = page.getByRole("banner");
    await expect(bar.getByRole("button", { name: /^Live waits/ })).toBeVisible();
    const parts = await bar.locator(":scope > :visible").all();
    const boxes = (await Promise.all(parts.map((part) => part.boundingBox()))).map((box) => box!).filter((box) => box.width > 0);
    boxes.sort((a, b) => a.x - b.x);
    for (const [i, box] of boxes.entries()) {
      const end = boxes[i + 1]?.x ?? width;
      expect(box.x + box.width, `part ${i} of the bar`).toBeLessThanOrEqual(end + 0.5);
    }
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
}
