import type { Locator, Page } from "@playwright/test";
import { statusOf } from "../fixtures/event.ts";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

/** Tabs until this has the focus. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab never reaches ${target}`);
}

/** Whether the focus can be seen: an outline, or a shadow in its place, on it or around it. */
function focusIsVisible(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    for (let e = document.activeElement; e && e !== document.body; e = e.parentElement) {
      for (const pseudo of [null, "::before", "::after"]) {
        const style = getComputedStyle(e, pseudo);
        if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none") return true;
      }
    }
    return false;
  });
}

test("a whole investigation without a mouse", async ({ log, page, daybook }) => {
  await log.open();
  await page.keyboard.press("/");
  await expect(log.search).toBeFocused();
  await page.keyboard.type("application");
  await page.keyboard.press("Enter");
  await log.expectQuery({ q: ["application"] });

  // A filter, by its letter.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(log.search).not.toBeFocused();
  await log.expectQuery({});
  await page.keyboard.press("f");
  await page.keyboard.type("status");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Status is" })).toBeFocused();
  await page.keyboard.type("404");
  await expect(page.getByRole("option", { name: /^404/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await log.expectQuery({ status: ["404"] });
  await page.keyboard.press("Escape");
  await log.expectTotal(lastWeek(daybook.events).filter((event) => statusOf(event) === 404).length);

  // The focus is back on the chip; its verb is the stop before it, and negates.
  await expect(log.chips.getByRole("button", { name: /^Status is 404/ })).toBeFocused();
  await tabTo(page, log.chips.getByRole("link", { name: "is", exact: true }), "Shift+Tab");
  expect(await focusIsVisible(page)).toBe(true);
  await page.keyboard.press("Enter");
  await log.expectQuery({ "status.not": ["404"] });
  await tabTo(page, log.chips.getByRole("link", { name: "Remove Status is not 404" }));
  await page.keyboard.press("Enter");
  await log.expectQuery({});
});

test("j and k walk the rows, Enter opens, Esc closes, [ and ] turn pages", async ({ log, page }) => {
  await log.open();
  const seqs = await log.seqs();
  await page.keyboard.press("j");
  await expect(log.link(log.rows.nth(0))).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("k");
  await expect(log.link(log.rows.nth(1))).toBeFocused();
  expect(await focusIsVisible(page)).toBe(true);
  await page.keyboard.press("Enter");
  await log.expectQuery({ event: [String(seqs[1])] });
  await page.keyboard.press("j");
  await log.expectQuery({ event: [String(seqs[2])] });
  await page.keyboard.press("Escape");
  await log.expectQuery({});
  await expect(log.link(log.rows.nth(2))).toBeFocused();
  await page.keyboard.press("]");
  await expect(page.getByText("rows 51–100", { exact: true })).toBeVisible();
  await page.keyboard.press("[");
  await expect(page.getByText("rows 1–50", { exact: true })).toBeVisible();
  expect(await log.seqs()).toEqual(seqs);
});

test("letters are only letters in a field, and where they are switched off", async ({ log, page }) => {
  await log.open();
  await log.search.focus();
  await page.keyboard.type("jk[]?f/");
  await expect(log.search).toHaveValue("jk[]?f/");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await log.expectQuery({});
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard" });
  await sheet.getByRole("checkbox", { name: "Single letters are shortcuts" }).uncheck();
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await page.keyboard.press("/");
  await page.keyboard.press("?");
  await expect(log.search).not.toBeFocused();
  await expect(sheet).toBeHidden();
  await page.keyboard.press("ArrowDown");
  await expect(log.link(log.rows.first()), "arrows are no letters").toBeFocused();
});

test("Tab goes in the order of reading, and every stop can be seen", async ({ log, page }) => {
  // Some hundred stops, each looked at.
  test.slow();
  await log.open("status=404");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the entries" })).toBeFocused();
  const stops = [
    page.getByRole("link", { name: "Daybook" }), log.search, page.getByRole("button", { name: "Share" }),
    log.chips.getByRole("link", { name: "is", exact: true }), page.getByRole("group", { name: "Bars" }),
    log.pager.getByRole("link", { name: "Older" }), log.link(log.rows.first()),
  ];
  for (const stop of stops) {
    await tabTo(page, stop);
    expect(await focusIsVisible(page), String(stop)).toBe(true);
  }
});

test("the first link skips to the entries", async ({ log, page }) => {
  await log.open();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  // Each heading sorts, and has a menu.
  for (let i = 0; i < 16; i += 1) {
    await page.keyboard.press("Tab");
    if (await log.link(log.rows.first()).evaluate((link) => link === document.activeElement)) return;
  }
  throw new Error("the first row is more than sixteen stops behind the link");
});

test("a menu is walked by arrows and gives the focus back", async ({ log, page }) => {
  await log.open();
  const account = page.getByRole("banner").getByRole("button", { name: /: account$/ });
  await account.focus();
  await page.keyboard.press("Enter");
  for (const name of ["Your account", "Alerts", "Investigations", "Settings", "Keyboard", "Sign out", "Your account"]) {
    await expect(page.getByRole("menuitem", { name })).toBeFocused();
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Escape");
  await expect(account).toBeFocused();
});
