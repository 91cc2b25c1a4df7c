import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expectAccessible } from "../fixtures/axe.ts";
import { Log } from "../fixtures/log.ts";
import { Proxy } from "../fixtures/proxy.ts";
import { expect, serve, test as base, type Daybook } from "../fixtures/test.ts";

const test = base.extend<{ own: Daybook }>({
  // What is sent there is too long for the others.
  own: async ({ browser }, use) => serve({ browser }, use),
});

test("what is looked at is taken away whole, told beforehand, and its end is known", async ({ log, page, daybook }) => {
  const total = await daybook.api.total("range=30d&method=PATCH");
  await log.open("range=30d&method=PATCH");
  await expect(page.getByRole("button", { name: "Export" })).toBeEnabled();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Export" });
  const rows = `${total.toLocaleString("en-GB")} rows`;
  await expect(dialog.getByText(rows)).toBeVisible();
  await expect(dialog).toContainText(/Last 30 days: \w{3} \d+ \w{3}.* – .*, Europe\/Berlin/);
  await expect(dialog).toContainText("Method is PATCH; without Reading, which this tab leaves out");
  await expect(dialog).toContainText(/When it begins; the log is at entry #[\d,]+ now/);
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

test("the requests are taken away as they were published: the name and the columns", async ({ log, page }) => {
  await log.open("range=7d&tab=requests");
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await expect(dialog.getByRole("radio", { name: "The 17 columns of Porter's API audit log" })).toBeChecked();
  await dialog.getByRole("radio", { name: "NDJSON" }).check();
  await expect(dialog.getByRole("radio", { name: "The 17 columns of Porter's API audit log" })).toHaveCount(0);
  await dialog.getByRole("radio", { name: "CSV" }).check();
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^api-audit-logs-project-1-.*\.csv$/);
  const [head] = (await readFile((await file.path())!, "utf8")).split("\n");
  expect(head!.trim().split(",")).toHaveLength(17);
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

test("an export under way is cancelled from the page, which says so, and so does the log", async ({ own, browser, guard }) => {
  test.slow();
  // The file breaks off, and the proxy goes before the page does.
  guard.allow(/net::ERR_/);
  // More than the connections between hold: the server waits until somebody reads on.
  const long = (nth: number) => ({
    id: `long-${nth}`, occurred_at: new Date(Date.now() - 60_000).toISOString(), actor: { type: "user" as const, id: "u_long", name: "Long" },
    action: "SendLong", context: { text: randomBytes(300_000).toString("hex") },
  });
  for (let i = 0; i < 8; i += 1) await own.api.send(Array.from({ length: 8 }, (_, nth) => long(8 * i + nth)));
  const proxy = await Proxy.before(own.server.url);
  const context = await browser.newContext({ baseURL: proxy.url, storageState: own.storage, acceptDownloads: true });
  try {
    await guard.watch(context);
    const page = await context.newPage();
    for (let part = 0; part < 1000; part += 1) proxy.release();
    const log = new Log(page);
    await log.open("action=SendLong");
    await page.getByRole("button", { name: "Export" }).click();
    const dialog = page.getByRole("dialog", { name: "Export" });
    await dialog.getByRole("radio", { name: "NDJSON" }).check();
    await expect(dialog.getByText("64 rows")).toBeVisible();
    await dialog.getByRole("button", { name: "Export", exact: true }).click();
    await expect(dialog.getByText(/^\d+ rows? of 64, [1-9]/), "it runs").toBeVisible();
    await dialog.getByRole("button", { name: "Cancel the export" }).click();
    await expect(dialog.getByText("Cancelled: the file is not complete.")).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Copy SHA-256" })).toHaveCount(0);
    await expect(dialog.getByRole("button", { name: "Export again" })).toBeVisible();
    await expectAccessible(page, "a cancelled export", "dialog[open]");
    await page.keyboard.press("Escape");
    await log.open("operation=export&outcome=failure");
    await log.link(log.rows.first()).click();
    await expect(log.panel.getByText("the export was cancelled")).toBeVisible();
    await log.panel.getByRole("tab", { name: "Context" }).click();
    await expect(log.panel.getByRole("tabpanel", { name: "Context" })).toContainText("cancelled");
  } finally {
    await context.close();
    proxy.close();
  }
});
