import { readFile } from "node:fs/promises";
import { expectAccessible } from "../fixtures/axe.ts";
import { expect, test } from "../fixtures/test.ts";

test("what is looked at is taken away whole, told beforehand, and its end is known", async ({ log, page, daybook }) => {
  const total = await daybook.api.total("range=30d&method=PATCH");
  await log.open("range=30d&method=PATCH");
  await expect(page.getByRole("button", { name: "Export" })).toBeEnabled();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Export" });
  const rows = `${total.toLocaleString("en-GB")} rows`;
  await expect(dialog.getByText(rows)).toBeVisible();
  await dialog.getByRole("radio", { name: "NDJSON" }).check();
  await expect(dialog.getByText(rows)).toBeVisible();
  await expectAccessible(page, "the export", "dialog[open]");
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  const file = await readFile((await (await download).path())!, "utf8");
  const lines = file.trimEnd().split("\n").map((line) => JSON.parse(line) as { request?: { method?: string } });
  expect(lines).toHaveLength(total);
  await expect(dialog.getByText("Complete: the file has all rows.")).toBeVisible();
  await expect(dialog.getByText(`${rows} of `)).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Copy SHA-256" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("a limit of the project is said first, and where exports are switched off there is no button", async ({ log, page }) => {
  const set = async (settings: object) => expect((await page.request.put("/api/projects/acme/settings/export", { data: settings })).ok()).toBe(true);
  try {
    await set({ enabled: true, max_rows: 3 });
    await log.open("range=30d");
    await page.getByRole("button", { name: "Export" }).click();
    await expect(page.getByText(/^This project exports at most 3 rows at once/)).toBeVisible();
    await set({ enabled: false });
    const told = page.waitForResponse("**/settings/export");
    await log.open("range=30d");
    await told;
    await expect(page.getByRole("button", { name: "Export" })).toHaveCount(0);
  } finally {
    await set({ enabled: true });
  }
});
