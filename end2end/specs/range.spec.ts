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

/** Opens the menu and types a time. */
async function type(page: import("@playwright/test").Page, text: string): Promise<void> {
  await page.getByRole("button", { name: /change the time range$/ }).click();
  await page.getByLabel("Type a time").fill(text);
}

test("what is typed is understood while it is typed", async ({ log, page, daybook }) => {
  await log.open();
  await type(page, "2h");
  const told = page.getByRole("status").filter({ hasText: "– now" });
  await expect(told).toContainText("2 hours. Fixed from now on");
  await page.keyboard.press("Enter");
  const span = await zoomed(log);
  expect(span.to - span.from).toBe(2 * 3_600_000);
  expect(Math.abs(span.to - Date.now())).toBeLessThan(20_000);
  await log.expectTotal(inside(daybook.events, span).length);

  // What equals a preset stays relative.
  await type(page, "1 day");
  await expect(page.getByRole("status").filter({ hasText: "Last 24 hours, moving with the clock" })).toBeVisible();
  await page.keyboard.press("Enter");
  await log.expectQuery({ range: ["24h"] });

  await type(page, "next tuesday");
  await expect(page.getByRole("status").filter({ hasText: "is not understood" })).toBeVisible();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Understood are" })).toBeVisible();
  expect(log.query()).toEqual({ range: ["24h"] });
});

for (const [day, hours, from, to] of [
  ["2026-10-25", 25, "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
  ["2026-03-29", 23, "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
] as const) {
  test(`a day of ${hours} hours is as long typed, chosen and drawn`, async ({ log, page }) => {
    await log.open();
    await type(page, day);
    await expect(page.getByRole("status").filter({ hasText: `${hours} hours` })).toBeVisible();
    const [year, month, date] = day.split("-").map(Number);
    const name = new RegExp(`${date} ${month === 10 ? "October" : "March"} ${year}, ${hours} hours$`);
    const cell = page.getByRole("gridcell", { name });
    await expect(cell).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    await log.expectQuery({ from: [from], to: [to] });
    const api = await page.request.get(`/api/projects/acme/histogram?from=${from}&to=${to}&tz=Europe/Berlin&buckets=30`);
    const { buckets } = (await api.json()) as { buckets: { from: string; to: string }[] };
    expect(buckets).toHaveLength(hours);

    // By the calendar: another day and back, by its keys.
    await page.getByRole("button", { name: /change the time range$/ }).click();
    await page.getByRole("gridcell", { name }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Apply" }).click();
    await log.expectQuery({ from: [from], to: [to] });
  });
}

test("days are chosen from the calendar by pointer and by keys", async ({ log, page }) => {
  await log.open("from=2026-11-10T00:00:00Z&to=2026-11-12T00:00:00Z");
  await page.getByRole("button", { name: /change the time range$/ }).click();
  const day = (name: string) => page.getByRole("gridcell", { name, exact: true });
  await day("Tuesday 27 October 2026").click();
  await day("Thursday 5 November 2026").click();
  await expect(page.getByRole("status").filter({ hasText: "Tue 27 Oct 2026 – Thu 5 Nov 2026 · 10 days" })).toBeVisible();
  await expect(page.getByLabel("Type a time")).toHaveValue("2026-10-27 to 2026-11-05");

  await expect(day("Thursday 5 November 2026")).toBeFocused();
  for (const [key, name] of [
    ["ArrowRight", "Friday 6 November 2026"],
    ["ArrowUp", "Friday 30 October 2026"],
    ["Home", "Monday 26 October 2026"],
    ["End", "Sunday 1 November 2026"],
    ["PageUp", "Thursday 1 October 2026"],
    ["Shift+PageUp", "Wednesday 1 October 2025"],
    ["PageDown", "Saturday 1 November 2025"],
  ] as const) {
    await page.keyboard.press(key);
    await expect(day(name)).toBeFocused();
  }
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "Apply" }).click();
  await log.expectQuery({ from: ["2025-10-31T23:00:00.000Z"], to: ["2025-11-08T23:00:00.000Z"] });
});

test.describe("in a country whose weeks begin on Sunday", () => {
  test.use({ locale: "en-US" });

  test("so does the calendar", async ({ log, page }) => {
    await log.open("from=2026-11-10T00:00:00Z&to=2026-11-12T00:00:00Z");
    await page.getByRole("button", { name: /change the time range$/ }).click();
    const heads = page.getByRole("grid", { name: "November 2026" }).getByRole("columnheader");
    await expect(heads).toHaveText(["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"]);
  });
});
