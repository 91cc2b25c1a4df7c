import { clock, heading } from "../fixtures/calendar.ts";
import { at } from "../fixtures/event.ts";
import { newestFirst } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

test("times are local, or UTC when wanted, and that is remembered", async ({ log, page, daybook }) => {
  const rows = newestFirst(daybook.events.filter(({ action }) => action === "RevokeToken" || action === "FindNeedle"));
  const now = Date.now();
  const times = (zone?: string) => rows.map((event) => clock(at(event), zone));
  await log.open("action=RevokeToken&action=FindNeedle");
  expect(await log.column("Time")).toEqual(times());
  await expect(log.table.getByRole("rowheader")).toHaveText([...new Set(rows.map((event) => heading(at(event), now)))]);

  await page.getByRole("banner").getByRole("button", { name: /change the clock$/ }).click();
  await page.getByRole("menuitemradio", { name: "UTC" }).click();
  await expect.poll(() => log.column("Time")).toEqual(times("UTC"));
  await expect(log.table.getByRole("rowheader")).toHaveText([...new Set(rows.map((event) => heading(at(event), now, "UTC")))]);
  await page.reload();
  await log.ready();
  expect(await log.column("Time")).toEqual(times("UTC"));
});

test("a day of the chart begins at midnight of the chosen clock", async ({ log, page }) => {
  const zones: (string | null)[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/overview")) zones.push(new URL(request.url()).searchParams.get("tz"));
  });
  await log.open();
  await page.getByRole("banner").getByRole("button", { name: /change the clock$/ }).click();
  await page.getByRole("menuitemradio", { name: "UTC" }).click();
  await expect.poll(() => zones).toEqual(["Europe/Berlin", "UTC"]);
  await log.ready();
});

test.describe("colours", () => {
  test.use({ colorScheme: "light" });

  test("follow the system until they are chosen, and the choice is remembered", async ({ log, page }) => {
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await log.open();
    const light = await paper();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(paper).not.toBe(light);
    const dark = await paper();

    const colours = page.getByRole("button", { name: /^Colours:/ });
    await colours.click();
    await expect(colours).toHaveAccessibleName(/^Colours: Light/);
    expect(await paper()).toBe(light);
    await page.emulateMedia({ colorScheme: "light" });
    await colours.click();
    await expect(colours).toHaveAccessibleName(/^Colours: Dark/);
    expect(await paper()).toBe(dark);
    await page.reload();
    await log.ready();
    expect(await paper()).toBe(dark);
    await colours.click();
    expect(await paper(), "as the system").toBe(light);
  });
});
