import { expectAccessible } from "../fixtures/axe.ts";
import { Chart } from "../fixtures/chart.ts";
import { expect, NOBODY, test } from "../fixtures/test.ts";

// Looking at everything takes its time, and recording it even more.
test.describe.configure({ timeout: 180_000 });
test.use({ trace: "off" });

/** What floats. */
const FLOATS = ".popover:popover-open, dialog[open]";

const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;

for (const colorScheme of ["light", "dark"] as const) {
  for (const [name, viewport] of Object.entries(sizes)) {
    test.describe(`${colorScheme}, ${name}`, () => {
      test.use({ colorScheme, viewport });

      test("the log, a selection on the chart, and an opened entry", async ({ log, page, daybook }) => {
        await log.open("status.not=5xx&method=PATCH&method=PUT&off.source=cli&q=a");
        await expectAccessible(page, "the log");
        await page.getByRole("group", { name: "Bars" }).press("Home");
        // The handles of a few bars stand too close together to be told apart; the keys still do it.
        for (let i = 0; i < 3; i += 1) await page.keyboard.press("Shift+PageDown");
        await expect(new Chart(page).selected).toBeVisible();
        await expectAccessible(page, "the log with a selection", "section[aria-label='Entries over time']");
        await log.open(`event=${(await daybook.api.entry("showcase")).seq}`);
        await expectAccessible(page, "an entry");
        await log.panel.getByRole("tab", { name: "Raw" }).click();
        await expectAccessible(page, "the raw entry", "aside[aria-label=Entry]");
      });

      test("menus, the editor of a chip, and the list of keys", async ({ log, page }) => {
        await log.open("status=5xx");
        await page.getByRole("button", { name: /^Last 7 days/ }).click();
        await expect(page.getByRole("link", { name: "Last 30 days" })).toBeVisible();
        await expectAccessible(page, "the range menu", FLOATS);
        await page.keyboard.press("Escape");
        await page.getByRole("banner").getByRole("button", { name: /change the clock$/ }).click();
        await expect(page.getByRole("menuitemradio", { name: "UTC" })).toBeVisible();
        await expectAccessible(page, "the clock menu", FLOATS);
        await page.keyboard.press("Escape");
        await log.chips.getByRole("button", { name: /^Status is 5xx/ }).click();
        await expect(page.getByRole("option", { name: /^5xx/ })).toBeVisible();
        await expectAccessible(page, "the editor of a chip", FLOATS);
        await page.keyboard.press("Escape");
        await page.keyboard.press("?");
        await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
        await expectAccessible(page, "the list of keys", FLOATS);
      });

      test("empty, bad address, and no answer", async ({ log, page, guard }) => {
        await log.open("actor=user%3A58777&status=5xx&colour=red");
        await expect(page.getByText(/^Without Status is 5xx/)).toBeVisible();
        await expectAccessible(page, "nothing found");
        guard.allow(/status of 503/);
        await page.route(/\/overview\?/, (route) => route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "later" } } }));
        await page.reload();
        await expect(page.getByRole("alert").filter({ hasText: "later" })).toBeVisible();
        await expectAccessible(page, "no answer");
      });

      test.describe("at the door", () => {
        test.use({ storageState: NOBODY });

        test("sign-in and a spent link", async ({ page, guard }) => {
          guard.allow(/status of 401/);
          await page.goto("/sign-in");
          await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
          await expectAccessible(page, "sign-in");
          await page.goto("/set-up#anything");
          await expect(page.getByRole("heading", { name: "This link does not sign in" })).toBeVisible();
          await expectAccessible(page, "a spent link");
        });
      });
    });
  }
}
