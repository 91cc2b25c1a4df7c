import { Chart } from "../fixtures/chart.ts";
import { Log } from "../fixtures/log.ts";
import { test } from "../fixtures/scene.ts";
import { expect } from "../fixtures/test.ts";

/** Lets the bars be painted: they come after the rows. */
async function open(log: Log, address: string): Promise<void> {
  await log.page.goto(address);
  await log.complete();
}

test("the log and what floats over it", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await open(log, scene.log);
  await shoot(page, "log");
  await open(log, `${scene.log}?method.not=GET`);
  await shoot(page, "log-changes");
  await open(log, `${scene.log}?status=4xx&status=5xx&method.not=GET&off.source=cli&range=30d`);
  await shoot(page, "log-filtered");
  await log.chips.getByRole("button", { name: /^Status is any of/ }).click();
  await expect(page.getByRole("listbox")).toBeVisible();
  await shoot(page, "chip-editor");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await shoot(page, "add-filter");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /change the time range$/ }).click();
  await shoot(page, "range-menu");
  await page.keyboard.press("Escape");
  await page.getByRole("banner").getByRole("button", { name: /: account$/ }).click();
  await shoot(page, "account-menu");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await shoot(page, "keyboard");
  await page.keyboard.press("Escape");
  await open(log, `${scene.log}?sort=actor`);
  await shoot(page, "sorted");
});

test("the brush", async ({ page, scene, shoot, isMobile }) => {
  const log = new Log(page);
  await open(log, scene.log);
  const chart = new Chart(page);
  if (isMobile) {
    await chart.bars.press("Home");
    for (let i = 0; i < 3; i += 1) await page.keyboard.press("Shift+PageDown");
    await expect(chart.zoom).toBeVisible();
  } else {
    const { x, y } = await chart.place(0.7);
    await page.mouse.move(x, y);
    await shoot(page, "hover");
    await chart.drag(0.35, 0.6);
  }
  await shoot(page, "brush");
});

test("an opened entry", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await open(log, `${scene.log}?operation=update&outcome=success`);
  await log.link(log.rows.nth(2)).click();
  await expect(log.panel.getByRole("tab", { name: "Changes" })).toBeVisible();
  await shoot(page, "entry");
  await log.panel.getByRole("tab", { name: "Raw" }).click();
  await shoot(page, "entry-raw");
  await log.panel.getByRole("tab", { name: "Fields" }).click();
  await shoot(page, "entry-fields");
  await open(log, `${scene.log}?operation=update&outcome=success`);
  await log.table.getByRole("button", { name: /^Changes: / }).nth(1).click();
  await expect(log.table.getByRole("term").first()).toBeVisible();
  await shoot(page, "entry-in-place");
});

test("nothing, nonsense and no answer", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await page.goto(`${scene.log}?status=5xx&method=DELETE&q=nothing-of-the-kind`);
  await expect(page.getByRole("heading", { name: "No entries match" })).toBeVisible();
  await expect(page.getByText(/^Nothing in this time matches the search/)).toBeVisible();
  await shoot(page, "empty");
  await open(log, `${scene.log}?colour=red&range=24h&range=7d&method=POST`);
  await shoot(page, "bad-address");
  let answer = (): void => undefined;
  const late = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/\/overview\?/, async (route) => {
    await late;
    await route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "the log cannot be reached right now; try again in a moment" } } });
  });
  await page.getByRole("link", { name: "Clear all" }).click();
  await expect(log.table).toHaveAttribute("aria-busy", "true");
  await shoot(page, "waiting");
  answer();
  await expect(page.getByRole("alert").filter({ hasText: "cannot be reached" })).toBeVisible();
  await shoot(page, "error");
});

test("before the first answer", async ({ page, scene, shoot }) => {
  await page.route(/\/overview\?/, () => undefined);
  await page.goto(scene.log);
  await expect(page.getByText("Counting…")).toBeVisible();
  await shoot(page, "loading");
});

test("the rail of a narrow page", async ({ page, scene, shoot, isMobile }) => {
  test.skip(!isMobile, "a wide page always shows it");
  const log = new Log(page);
  await open(log, scene.log);
  await page.getByRole("button", { name: "Tabs and filters" }).click();
  await shoot(page, "rail");
});

test("the doors", async ({ page, scene, shoot, context }) => {
  await context.clearCookies();
  const { origin } = new URL(scene.log);
  await page.goto(`${origin}/sign-in`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await shoot(page, "sign-in");
  await page.goto(`${origin}/set-up#anything`);
  await expect(page.getByRole("heading", { name: "This link does not sign in" })).toBeVisible();
  await shoot(page, "spent-link");
  await page.goto(`${origin}/nowhere`);
  await expect(page.getByRole("heading", { name: "There is no page here" })).toBeVisible();
  await shoot(page, "not-found");
});
