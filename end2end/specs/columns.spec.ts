import type { Locator, Page } from "@playwright/test";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

const USUAL = ["Time", "Actor", "Method", "Status", "Resource", "Action"];

function headings(page: Page): Locator {
  return page.getByRole("table", { name: "Entries", exact: true }).getByRole("columnheader");
}

/** Opens the menu of a heading and takes one of its items. */
async function take(page: Page, column: string, item: string): Promise<void> {
  await page.getByRole("columnheader", { name: column, exact: true }).hover();
  await page.getByRole("button", { name: `${column}: column`, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).or(page.getByRole("menuitemradio", { name: item })).click();
}

test("columns are shown and hidden, which is remembered for each tab, and reset", async ({ log, page, daybook }) => {
  await log.open("action=UpdateEnvGroup");
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("checkbox", { name: "IP address" }).check();
  await page.getByRole("checkbox", { name: "Method" }).uncheck();
  await page.keyboard.press("Escape");
  const changed = ["Time", "Actor", "Status", "Resource", "Action", "IP address"];
  await expect(headings(page)).toHaveText(changed);
  const ips = lastWeek(daybook.events).filter(({ action }) => action === "UpdateEnvGroup").map(({ request }) => request?.remote_ip);
  const shown = (await log.column("IP address")).filter((text) => !text.startsWith("—"));
  expect(ips).toEqual(expect.arrayContaining(shown));

  await page.reload();
  await log.ready();
  await expect(headings(page)).toHaveText(changed);
  await log.open("tab=requests");
  await expect(headings(page), "another tab has its own").not.toHaveText(changed);
  await log.open();
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("button", { name: "Reset columns" }).click();
  await page.keyboard.press("Escape");
  await expect(headings(page)).toHaveText(USUAL);
});

test("columns change places by keyboard and by hand", async ({ log, page }) => {
  await log.open();
  await page.getByRole("button", { name: "Actor: column" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Move right" }).press("Enter");
  await expect(headings(page)).toHaveText(["Time", "Method", "Actor", "Status", "Resource", "Action"]);

  const action = await headings(page).filter({ hasText: "Action" }).boundingBox();
  const method = await headings(page).filter({ hasText: "Method" }).boundingBox();
  if (!action || !method) throw new Error("no headings");
  await page.mouse.move(action.x + 20, action.y + 12);
  await page.mouse.down();
  await page.mouse.move(method.x + 20, method.y + 12, { steps: 8 });
  await page.mouse.up();
  await expect(headings(page)).toHaveText(["Time", "Action", "Method", "Actor", "Status", "Resource"]);
  expect(log.query(), "a heading that is carried does not sort").toEqual({});
  const row = log.rows.first().getByRole("cell");
  await expect(row).toHaveCount(6);
});

test("columns get wider and narrower, by hand and by keyboard", async ({ log, page }) => {
  await log.open();
  const actor = headings(page).filter({ hasText: "Actor" });
  const width = async () => Math.round((await actor.boundingBox())?.width ?? 0);
  const before = await width();
  const box = await actor.boundingBox();
  if (!box) throw new Error("no heading");
  await page.mouse.move(box.x + box.width - 3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 57, box.y + box.height / 2, { steps: 6 });
  await page.mouse.up();
  const about = (wanted: number) => async () => Math.abs(await width() - wanted) < 2;
  await expect.poll(about(before + 60)).toBe(true);
  await take(page, "Actor", "Narrower");
  await expect.poll(about(before + 28)).toBe(true);
  const cell = await log.rows.first().getByRole("cell").nth(1).boundingBox();
  expect(Math.abs((cell?.width ?? 0) - before - 28), "cells follow their heading").toBeLessThan(2);
  await page.reload();
  await log.ready();
  expect(await about(before + 28)()).toBe(true);
});

test("every column that is shown sorts everything that matches, both ways", async ({ log, page, daybook }) => {
  const names = lastWeek(daybook.events).map(({ source }) => source).filter((source) => source !== undefined).sort();
  await log.open("source=*");
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("checkbox", { name: "Source", exact: true }).check();
  await page.keyboard.press("Escape");
  await take(page, "Source", "A to Z");
  await log.expectQuery({ source: ["*"], sort: ["source"] });
  const first = await log.column("Source");
  await take(page, "Source", "Z to A");
  await log.expectQuery({ source: ["*"], sort: ["-source"] });
  const last = await log.column("Source");
  const word = (source: string) => source.replaceAll("_", " ").toLowerCase();
  expect(first[0]?.toLowerCase()).toBe(word(names[0] ?? ""));
  expect(last[0]?.toLowerCase()).toBe(word(names.at(-1) ?? ""));
});

test("a heading filters", async ({ log, page }) => {
  await log.open();
  await take(page, "Method", "Filter…");
  await log.choose(/^DELETE/);
  await page.keyboard.press("Escape");
  await log.expectQuery({ method: ["DELETE"] });
});
