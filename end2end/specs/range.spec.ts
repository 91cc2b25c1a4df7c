import { inside, zoomed } from "../fixtures/chart.ts";
import { expect, test } from "../fixtures/test.ts";

test("a preset is chosen from the menu and stays relative", async ({ log, page, daybook }) => {
  await log.open("method.not=GET");
  await page.getByRole("button", { name: /^Last 7 days/ }).click();
  await page.getByRole("link", { name: "Last 30 days" }).click();
  await log.expectQuery({ range: ["30d"], "method.not": ["GET"] });
  await log.expectTotal(daybook.events.filter((event) => event.request?.method !== "GET").length);
  await expect(page.getByRole("button", { name: /^Last 30 days/ })).toBeVisible();
  await page.goBack();
  await log.expectQuery({ "method.not": ["GET"] });
});

test("all time is everything", async ({ log, daybook }) => {
  await log.open("range=all");
  await log.expectTotal(daybook.events.length);
});

test("a range of one's own is by the clock of the page", async ({ log, page, daybook }) => {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toLocaleDateString("sv", { timeZone: "Europe/Berlin" });
  const [first, last] = [day(3), day(2)];
  await log.open();
  await page.getByRole("button", { name: /^Last 7 days/ }).click();
  await page.getByLabel("From").fill(`${last}T00:00:00`);
  await page.getByLabel("To", { exact: true }).fill(`${first}T00:00:00`);
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "must be before" })).toBeVisible();
  await page.getByLabel("From").fill(`${first}T00:00:00`);
  await page.getByLabel("To", { exact: true }).fill(`${last}T00:00:00`);
  await page.getByRole("button", { name: "Apply" }).click();
  const span = await zoomed(log);
  const wall = (at: number) => new Date(at).toLocaleString("sv", { timeZone: "Europe/Berlin" });
  expect([wall(span.from), wall(span.to)]).toEqual([`${first} 00:00:00`, `${last} 00:00:00`]);
  await log.expectTotal(inside(daybook.events, span).length);
});
