import type { Page } from "@playwright/test";
import { Log } from "../fixtures/log.ts";
import { expect, NOBODY, test } from "../fixtures/test.ts";

/** The code that the first view does without. */
const LATER = /_split_\w+\.wasm$/;
const REFUSED = /could not be loaded/;

/** Holds that code back until it is let go. */
async function hold(page: Page): Promise<() => void> {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route(LATER, async (route) => {
    await gate;
    await route.continue();
  });
  return release;
}

test("what is opened later is loaded once the rows are there, before anybody asks for it", async ({ log, page }) => {
  const loaded = page.waitForResponse(LATER);
  await page.goto(Log.path());
  const answer = await loaded;
  expect(await log.rows.count()).toBe(50);
  expect(answer.headers()["cache-control"]).toContain("immutable");

  let asked = 0;
  page.on("request", (request) => void (asked += LATER.test(request.url()) ? 1 : 0));
  await log.usable();
  await log.link(log.rows.first()).click();
  await expect(log.panel.getByRole("heading")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("f");
  await expect(page.getByRole("combobox", { name: "Filter by" })).toBeFocused();
  expect(asked).toBe(0);
});

test("the bars hold the places of all that comes later, from the first paint", async ({ log, page }) => {
  const release = await hold(page);
  let tell!: () => void;
  const told = new Promise<void>((resolve) => (tell = resolve));
  await page.route("**/api/session", async (route) => {
    await told;
    await route.continue();
  });
  await page.goto(Log.path());
  const bar = page.getByRole("banner");
  const parts = [
    bar.getByRole("link", { name: "Log", exact: true }), bar.getByText("Settings"), bar.getByText("Live", { exact: true }),
    bar.getByRole("button", { name: /change the clock$/ }), log.search, page.getByRole("button", { name: /^Last 7 days/ }),
    page.getByRole("button", { name: "Saved views" }), ...[".share", ".alert-on", ".export"].map((part) => page.locator(`.bar > ${part}`)),
    page.getByRole("button", { name: "Filter", exact: true }),
  ];
  const places = () => Promise.all(parts.map(async (part) => {
    const { x, y } = (await part.boundingBox())!;
    return { x, y };
  }));
  await expect(page.getByText("Alert on this")).toBeVisible();
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const before = await places();
  tell();
  await log.ready();
  expect(await places(), "who reads is known").toEqual(before);
  release();
  await log.usable();
  await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Alert on this" })).toBeVisible();
  await expect(bar.getByRole("link", { name: "Settings" })).toBeVisible();
  expect(await places(), "everything is there").toEqual(before);
});

test("an entry that is opened sooner than that comes without anything jumping", async ({ log, page }) => {
  const release = await hold(page);
  await page.goto(Log.path());
  await log.ready();
  await log.link(log.rows.first()).click();
  await expect(log.panel).toBeVisible();
  await expect(log.panel.getByRole("heading")).toHaveCount(0);
  const places = () => Promise.all([log.panel, log.rows.first(), log.rows.nth(9)].map((part) => part.boundingBox()));
  const before = await places();
  release();
  await expect(log.panel.getByRole("heading")).toBeVisible();
  expect(await places()).toEqual(before);
});

test("what floats is in its place and has the focus, however late it comes", async ({ log, page }) => {
  const release = await hold(page);
  await page.goto(Log.path());
  await log.ready();
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const waiting = page.getByText("Loading…");
  await expect(waiting).toBeVisible();
  release();
  const field = page.getByRole("combobox", { name: "Filter by" });
  await expect(field).toBeFocused();
  await expect(waiting).toHaveCount(0);
  await expect(field).toBeInViewport({ ratio: 1 });
});

test("the clocks and the time ranges can be asked for before they are there", async ({ log, page }) => {
  const release = await hold(page);
  await page.goto(Log.path());
  await log.ready();
  await page.getByRole("button", { name: "Local time: change the clock" }).click();
  release();
  await expect(page.getByRole("menuitemradio", { name: "UTC" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Last 7 days/ }).click();
  await expect(page.getByLabel("Type a time")).toBeFocused();
});

test("where it cannot be loaded it says so, and it can be tried again", async ({ log, page, guard }) => {
  guard.allow(/Failed to fetch|net::ERR_FAILED/);
  await page.route(LATER, (route) => route.abort());
  await page.goto(Log.path());
  await log.ready();
  // What nobody asked for is missed once, not part by part.
  await expect(page.getByRole("alert")).toHaveCount(1);
  await log.link(log.rows.first()).click();
  const alert = log.panel.getByRole("alert");
  await expect(alert).toContainText(REFUSED);
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(alert).toContainText(REFUSED);
  await page.unroute(LATER);
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(log.panel.getByRole("heading")).toBeVisible();
  await expect(alert).toHaveCount(0);
  await expect(page.getByRole("group", { name: "Bars", exact: true })).toBeAttached();
});

test.describe("signing in", () => {
  test.use({ storageState: NOBODY });

  test("a page that cannot be loaded says so too", async ({ page, guard }) => {
    guard.allow(/status of 503|status code is not ok/);
    await page.route(LATER, (route) => route.fulfill({ status: 503 }));
    await page.goto("/sign-in");
    await expect(page.getByRole("alert")).toContainText(REFUSED);
    await page.unroute(LATER);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByLabel("E-mail address")).toBeVisible();
  });
});
