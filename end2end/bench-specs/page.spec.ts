import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, type Locator, type Page } from "@playwright/test";
import { Log } from "../fixtures/log.ts";
import { Server } from "../fixtures/server.ts";
import { heap, quantile, traced, watchMemory, type Frames } from "../fixtures/trace.ts";

// How fast the page is on a million entries. Figures and limits are printed; a figure over its limit
// is said so, and does not fail anything: machines differ.

const here = path.dirname(fileURLToPath(import.meta.url));
const EVENTS = Number(process.env.DAYBOOK_BENCH_EVENTS ?? 1_000_000);
const INTERACTIONS = Number(process.env.DAYBOOK_BENCH_INTERACTIONS ?? 500);
/** How often a mouse tells where it is. */
const MOUSE_MS = 1000 / 60;

const begun = Date.now();

/** Tells that something is being measured: the whole takes minutes. */
function tell(what: string): void {
  console.log(`${((Date.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${what}`);
}

const lines: string[] = [];

function say(what: string, value: number, unit: string, limit?: number): void {
  const verdict = limit === undefined ? "" : value <= limit ? `≤ ${+limit.toFixed(1)} ${unit}: within` : `≤ ${+limit.toFixed(1)} ${unit}: OVER`;
  lines.push(`${what.padEnd(58)} ${value.toFixed(1).padStart(9)} ${unit.padEnd(4)} ${verdict}`);
}

function sayFrames(what: string, frames: Frames): void {
  say(`${what}: frames dropped, of ${frames.expected}`, (100 * frames.dropped) / Math.max(1, frames.expected), "%", 1);
  say(`${what}: work of the main thread a frame, 95th percentile`, quantile(frames.work, 0.95), "ms", 8);
  say(`${what}: the same with waiting for a core`, quantile(frames.clock, 0.95), "ms", 8);
  say(`${what}: most work in one task of the main thread`, frames.heaviest, "ms", 50);
  say(`${what}: longest task of it, with waiting for a core`, frames.longest, "ms", 50);
  say(`${what}: elements that got another style, 95th percentile`, quantile(frames.restyled, 0.95), "");
  for (const [kind, work] of frames.kinds) if (work >= 0.05) say(`    a frame on average: ${kind}`, work, "ms");
}

/** Does something and says after how many milliseconds what it leads to was painted, each of so many times. */
async function times(page: Page, n: number, act: (i: number) => Promise<void>, ready: () => Promise<void>): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < n; i += 1) {
    await act(i);
    // Waited for by the page itself: whatever looks for something in it meanwhile would be measured as well.
    found.push(await page.evaluate(() => (globalThis as any).__painted as Promise<number>));
    await ready();
  }
  return found.sort((a, b) => a - b);
}

/** Takes the time from an input to the first paint after which the page has settled. */
async function mark(page: Page, input: string, settled: string): Promise<void> {
  await page.evaluate(({ input, settled }) => {
    (globalThis as any).__painted = new Promise<number>((resolve, reject) => {
      setTimeout(() => reject(new Error(`no ${settled} after a ${input}`)), 30_000);
      addEventListener(input, (event) => {
        if (!event.isTrusted) return;
        // From when it happened, not from when the page came to it.
        const began = event.timeStamp;
        const look = () => {
          if (!document.querySelector(settled)) return void requestAnimationFrame(look);
          // The frame in which it is there is painted before the next one begins.
          requestAnimationFrame(() => resolve(performance.now() - began));
        };
        requestAnimationFrame(look);
      }, { once: true, capture: true });
    });
  }, { input, settled });
}

/** Clicks as a hand does: without looking, as `click` does, whether the page has settled, which is work of the page. */
async function hit(page: Page, of: Locator): Promise<void> {
  const box = await of.boundingBox();
  if (!box) throw new Error("there is nothing to click");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

test("the page at a million entries", async ({ browser }) => {
  const folder = path.resolve(here, "../../target/bench-data");
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `page-${EVENTS}.db`);
  const fresh = !existsSync(file);
  const server = await Server.startOn(file, fresh ? ["--demo", "--demo-events", String(EVENTS)] : []);
  try {
    const context = await browser.newContext({ baseURL: server.url });
    const page = await context.newPage();
    await watchMemory(page);
    await page.goto(server.link);
    const log = new Log(page);
    await page.waitForURL(/\/log/);
    await page.goto(Log.path("range=30d"));
    await log.ready();

    // The brush, back and forth over the whole chart, the counts following.
    const chart = page.locator(".chart");
    const box = await chart.boundingBox();
    if (!box) throw new Error("there is no chart");
    const y = box.y + box.height / 2;
    const session = await context.newCDPSession(page);
    // As a hand does it: at the pace of a mouse, whatever the page has made of it by then.
    const drag = async () => {
      await page.mouse.move(box.x + box.width * 0.3, y);
      await page.mouse.down();
      const start = Date.now();
      const moves: Promise<unknown>[] = [];
      for (let i = 0; i < 240; i += 1) {
        const x = box.x + box.width * (0.5 + 0.4 * Math.sin(i / 18));
        moves.push(session.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y, button: "left", buttons: 1 }));
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + (i + 1) * MOUSE_MS - Date.now())));
      }
      await Promise.all(moves);
      await page.keyboard.press("Escape");
      await page.mouse.up();
    };
    // The counts follow once the server has counted them by bar, which it does from its index.
    tell("waiting for the index");
    await expect(async () => {
      await page.goto(Log.path("range=30d"));
      await log.ready();
      await log.usable();
      const counts = log.rail.locator(".value-count");
      const before = await counts.allTextContents();
      await page.mouse.move(box.x + box.width * 0.3, y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
      await page.evaluate(() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then))));
      const after = await counts.allTextContents();
      await page.keyboard.press("Escape");
      await page.mouse.up();
      expect(after).not.toEqual(before);
    }).toPass({ timeout: 120_000 });
    tell("the brush");
    await drag();
    sayFrames("dragging the brush", await traced(page, drag));

    // From letting go to new rows.
    tell("new rows");
    const zoom = await times(page, 12, async (i) => {
      await page.goto(Log.path("range=30d"));
      await log.ready();
      await log.usable();
      await page.mouse.move(box.x + box.width * (0.2 + 0.02 * i), y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * (0.4 + 0.03 * i), y, { steps: 8 });
      // Rows of other entries are other elements; all that were there are marked.
      await page.evaluate(() => document.querySelectorAll("tr.entry").forEach((row) => row.setAttribute("data-old", "")));
      await mark(page, "pointerup", "tr.entry:not([data-old])");
      await page.mouse.up();
    }, () => log.ready());
    say("from letting the brush go to new rows, 95th percentile", quantile(zoom, 0.95), "ms", 150);

    tell("opening entries");
    await page.goto(Log.path("range=30d"));
    await log.ready();
    const open = await times(page, 40, async (i) => {
      const row = log.rows.nth(i);
      await row.scrollIntoViewIfNeeded();
      await mark(page, "click", ".panel h2");
      await hit(page, log.link(row));
    }, async () => {
      await expect(log.panel).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(log.panel).toBeHidden();
    });
    say("opening an entry, 95th percentile", quantile(open, 0.95), "ms", 50);

    tell("typing");
    const type = async () => {
      await log.search.focus();
      for (const letter of "application web staging") {
        await page.keyboard.type(letter);
        for (let i = 0; i < 4; i += 1) await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      await page.keyboard.press("Enter");
      await log.ready();
    };
    sayFrames("typing a search", await traced(page, type));

    // The heap, over many different interactions.
    tell("many interactions");
    await page.goto(Log.path("range=30d"));
    await log.ready();
    await log.usable();
    // There and back again: both are steps of the history, and each has its answer.
    const visit = async (act: () => Promise<void>) => {
      const home = page.url();
      await act();
      await page.waitForURL((url) => url.href !== home);
      await log.ready();
      await page.goBack();
      await page.waitForURL(home);
      await log.ready();
    };
    const interactions: (() => Promise<void>)[] = [
      () => visit(async () => {
        await page.mouse.move(box.x + 200, y);
        await page.mouse.down();
        await page.mouse.move(box.x + 420, y, { steps: 3 });
        await page.mouse.up();
      }),
      async () => {
        await log.link(log.rows.nth(7)).click();
        await expect(log.panel).toBeVisible();
        await page.keyboard.press("Escape");
        await expect(log.panel).toBeHidden();
      },
      () => visit(() => log.sortBy("Actor")),
      () => visit(() => log.facet("Method").getByRole("link").first().click()),
      () => visit(() => log.pager.getByRole("link", { name: "Older" }).click()),
    ];
    const interact = (i: number) => interactions[i % interactions.length]!();
    for (let i = 0; i < Math.min(50, INTERACTIONS); i += 1) await interact(i);
    const before = await heap(page, session);
    for (let i = 0; i < INTERACTIONS; i += 1) {
      if (i % 100 === 0) tell(`${i} of ${INTERACTIONS}`);
      await interact(i);
    }
    const after = await heap(page, session);
    const MB = 1024 * 1024;
    say(`heap of scripts before ${INTERACTIONS} interactions`, before.scripts / MB, "MB");
    say("heap of scripts after them", after.scripts / MB, "MB", (before.scripts / MB) * 1.1 + 0.5);
    say("memory of the app before them", before.app / MB, "MB");
    say("memory of the app after them", after.app / MB, "MB", (before.app / MB) * 1.1 + 0.5);
  } finally {
    await server.stop();
    console.log(`\n\nThe page, ${EVENTS.toLocaleString("en-GB")} made-up events, 1440 × 900\n\n${lines.join("\n")}\n`);
  }
});
