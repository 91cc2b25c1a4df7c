import type { Browser } from "@playwright/test";
import { Log } from "../fixtures/log.ts";
import { expect, test, type Daybook } from "../fixtures/test.ts";

/** The log as the same person sees it in another browser. */
async function elsewhere(browser: Browser, { server, storage }: Daybook): Promise<Log> {
  const cookies = { ...storage, origins: [] };
  const context = await browser.newContext({ baseURL: server.url, storageState: cookies });
  return new Log(await context.newPage());
}

test("columns, facets and the clock follow the person into another browser", async ({ log, page, browser, daybook }) => {
  await log.open();
  const told = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.url().endsWith("/api/me/settings"));
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("checkbox", { name: "IP address" }).check();
  await page.keyboard.press("Escape");
  await log.rail.getByRole("button", { name: "Blueprint", exact: true }).click();
  await page.getByRole("banner").getByRole("button", { name: /change the clock$/ }).click();
  await page.getByRole("menuitemradio", { name: "UTC" }).click();
  expect((await told).ok()).toBe(true);
  const kept = async () => (await (await page.request.get("/api/me/settings")).json()) as Record<string, string>;
  await expect.poll(async () => Object.keys(await kept()).sort()).toEqual(["columns.acme.all", "facets", "zone"]);

  const other = await elsewhere(browser, daybook);
  await other.open();
  await expect(other.table.getByRole("columnheader", { name: "IP address" })).toBeVisible();
  await expect(other.page.getByRole("banner").getByRole("button", { name: /^UTC/ })).toBeVisible();
  await expect(other.rail.getByRole("button", { name: "Close Blueprint" })).toBeVisible();

  // What is reset there is reset here.
  await other.page.getByRole("button", { name: "Columns", exact: true }).click();
  await other.page.getByRole("button", { name: "Reset columns" }).click();
  await expect.poll(async () => (await kept())["columns.acme.all"]).toBeUndefined();
  await other.page.context().close();
  await page.reload();
  await log.ready();
  await expect(log.table.getByRole("columnheader", { name: "IP address" })).toBeHidden();
});

test("what the server could not be told is not lost", async ({ log, page, guard }) => {
  guard.allow(/status of 503/);
  await page.route("**/api/me/settings", (route) =>
    route.request().method() === "PATCH" ? route.fulfill({ status: 503 }) : route.fallback());
  await log.open();
  const refused = page.waitForResponse((answer) => answer.status() === 503);
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("checkbox", { name: "IP address" }).check();
  await page.keyboard.press("Escape");
  await refused;
  await page.unroute("**/api/me/settings");
  const told = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.url().endsWith("/api/me/settings"));
  await page.reload();
  await log.ready();
  await expect(log.table.getByRole("columnheader", { name: "IP address" })).toBeVisible();
  expect(((await (await told).json()) as Record<string, string>)["columns.acme.all"]).toContain("ip");
});

test("one begins with the columns of the default view, and whoever leaves before is not led there", async ({ log, page }) => {
  const button = page.getByRole("button", { name: "Saved views" });
  await log.open("method=PATCH");
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("checkbox", { name: "User agent" }).check();
  await page.keyboard.press("Escape");
  await button.click();
  await page.getByRole("textbox", { name: "Save this view as" }).fill("Clients");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Clients: change" }).click();
  await page.getByRole("menuitem", { name: "Begin with it" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("button", { name: "Reset columns" }).click();
  await expect(log.table.getByRole("columnheader", { name: "User agent" })).toBeHidden();
  await page.goto("/");
  await log.expectQuery({ method: ["PATCH"] });
  await expect(log.table.getByRole("columnheader", { name: "User agent" })).toBeVisible();

  let answer = (): void => undefined;
  const late = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/views", async (route) => {
    await late;
    await route.fallback();
  });
  const asked = page.waitForRequest("**/views");
  await page.goto("/");
  await asked;
  await page.evaluate(() => {
    const link = document.createElement("a");
    link.href = "/projects/acme/log?method=DELETE";
    document.querySelector(".app")!.append(link);
    link.click();
  });
  await log.expectQuery({ method: ["DELETE"] });
  const answered = page.waitForResponse("**/views");
  answer();
  await answered;
  await log.expectQuery({ method: ["DELETE"] });
  await page.unroute("**/views");
  await button.click();
  await page.getByRole("button", { name: "Clients: change" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByRole("list", { name: "Saved views" }).getByRole("link")).toHaveCount(0);
});
