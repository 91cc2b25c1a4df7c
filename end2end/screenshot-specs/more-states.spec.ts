import type { Page } from "@playwright/test";
import { Log } from "../fixtures/log.ts";
import { test } from "../fixtures/scene.ts";
import { expect } from "../fixtures/test.ts";

/** Opens an address and lets the bars be painted: they come after the rows. */
async function open(log: Log, address: string): Promise<void> {
  await log.page.goto(address);
  await log.complete();
}

/** Lets a menu be whole before it is looked at. */
async function shown(page: Page, name: string): Promise<void> {
  await expect(page.getByText(name, { exact: true }).first()).toBeVisible();
}

test("every tab", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  const { origin, pathname } = new URL(scene.log);
  const project = pathname.split("/")[2]!;
  const answer = await page.request.get(`${origin}/api/projects/${project}/overview?range=30d`);
  const tabs = (await answer.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line))
    .find((part) => part.part === "tabs").tabs as { key: string }[];
  for (const { key } of tabs.filter(({ key }) => key !== "all")) {
    await open(log, `${scene.log}?tab=${key}&range=30d`);
    await shoot(page, `tab-${key}`);
  }
});

test("the chart, in all its ways", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  for (const stack of ["status", "method", "source", "operation"]) {
    await open(log, `${scene.log}?stack=${stack}`);
    await shoot(page, `chart-${stack}`);
  }
  await open(log, `${scene.log}?scale=log&compare=previous`);
  await expect(page.locator(".chart-against")).toBeVisible();
  await shoot(page, "chart-log-previous");
  await page.getByRole("button", { name: "Chart options" }).click();
  await shown(page, "Stack by");
  await shoot(page, "chart-options");
});

test("changes in place, of one value and of many", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await open(log, `${scene.log}?action=UpdateEnvGroup&outcome=success&range=30d`);
  for (const row of [0, 1, 2]) {
    await log.table.getByRole("button", { name: /^Changes: / }).nth(row).click();
    await expect(log.table.locator(".inline").nth(row).getByRole("term").first()).toBeVisible();
  }
  await shoot(page, "in-place");
});

test("time and columns", async ({ page, scene, shoot, isMobile }) => {
  const log = new Log(page);
  await open(log, scene.log);
  await page.getByRole("button", { name: /change the time range$/ }).click();
  await page.getByLabel("Type a time").fill("10 days");
  await shown(page, "Type a time");
  await shoot(page, "range-typed");
  await page.getByLabel("Type a time").fill("the day after never");
  await shoot(page, "range-wrong");
  await page.keyboard.press("Escape");
  if (isMobile) return;
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await expect(page.getByRole("checkbox", { name: "IP address" })).toBeVisible();
  await shoot(page, "columns");
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "Actor" }).hover();
  await page.getByRole("button", { name: "Actor: column" }).click();
  await shown(page, "A to Z");
  await shoot(page, "heading-menu");
});

test("a link that was shared, and views that were saved", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await open(log, `${scene.log}?as_of=30000&range=30d`);
  await expect(page.getByText(/newer entries?\.$/)).toBeVisible();
  await shoot(page, "pinned");
  await open(log, `${scene.log}?status=5xx`);
  const views = page.getByRole("button", { name: "Saved views" });
  await views.click();
  const list = page.getByRole("list", { name: "Saved views" });
  const name = page.getByRole("textbox", { name: "Save this view as" });
  await expect(name).toBeVisible();
  for (const [i, view] of ["Server errors", "Deletions by machines"].entries()) {
    if (await list.getByRole("link", { name: view }).count()) continue;
    await name.fill(view);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(list.getByRole("link", { name: view })).toBeVisible();
    if (i === 0) await list.getByRole("button", { name: `Star ${view}` }).click();
  }
  await shoot(page, "saved-views");
});

test("live waits, and says why", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await open(log, scene.log);
  await page.keyboard.press("l");
  await expect(page.locator("[data-live=paused]")).toBeVisible();
  await shoot(page, "live-paused");
  await page.keyboard.press("l");
  await log.link(log.rows.nth(3)).click();
  await expect(log.panel.getByRole("tab", { name: "Changes" })).toBeVisible();
  await open(log, `${scene.log}?sort=actor`);
  await expect(page.locator("[data-live=waiting]")).toBeVisible();
  await shoot(page, "live-waiting");
});

test("nothing found, of two kinds", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await page.goto(`${scene.log}?cluster=cl_1241&method=PATCH`);
  await expect(page.getByText(/^Nothing in this time matches/)).toBeVisible();
  await shoot(page, "empty-value");
  await page.goto(`${scene.log}?resource_type=cluster&operation=login`);
  await expect(page.getByText(/^No entry has both/)).toBeVisible();
  await shoot(page, "empty-conflict");
  await log.ready();
});

test("on paper", async ({ page, scene, shoot }) => {
  const log = new Log(page);
  await open(log, `${scene.log}?status=4xx&status=5xx&method.not=GET&compare=previous`);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".report")).toBeVisible();
  await shoot(page, "print");
});
