import { Chart, inside, spanOf, zoomed } from "../fixtures/chart.ts";
import { expect, test } from "../fixtures/test.ts";

const DAY = 86_400_000;

test("by the keyboard alone: arrows choose a bar, Shift extends, Enter zooms, Esc clears", async ({ log, page, daybook }) => {
  await log.open();
  const chart = new Chart(page);
  await chart.bars.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(chart.selected).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(chart.selected).toBeHidden();

  await page.keyboard.press("End");
  for (let i = 0; i < 5; i += 1) await page.keyboard.press("Shift+ArrowLeft");
  const shown = await chart.selected.innerText();
  await expect(page.getByRole("status").filter({ hasText: shown })).toBeAttached();
  await expect(chart.zoom).toBeVisible();
  await chart.bars.press("Enter");
  const span = await zoomed(log);
  await log.expectTotal(inside(daybook.events, span).length);
  expect(await log.total.innerText()).toBe(shown);
  await expect(chart.bars, "the focus stays").toBeFocused();
  await page.keyboard.press("-");
  await expect.poll(() => spanOf(log).from).toBeLessThan(span.from);
});

test("two sliders say and move the edges of the selection", async ({ log, page }) => {
  await log.open();
  const chart = new Chart(page);
  const start = page.getByRole("slider", { name: "Start of the selection" });
  const end = page.getByRole("slider", { name: "End of the selection" });
  await start.focus();
  await page.keyboard.press("ArrowRight");
  await expect(start).toHaveAttribute("aria-valuenow", "1");
  await expect(start).toHaveAttribute("aria-valuetext", /^\w{3} \d+ \w{3} \d\d:\d\d/);
  await end.focus();
  await page.keyboard.press("Home");
  await expect(end).toHaveAttribute("aria-valuenow", "2");
  await expect(chart.selected).toBeVisible();
  await page.keyboard.press("Enter");
  const { from, to } = await zoomed(log);
  expect(to - from).toBeLessThan(DAY);
});

test("the bars are told as a sentence and as a table, which add up", async ({ log, page }) => {
  await log.open();
  const total = Number((await log.total.innerText()).replace(/\D/g, ""));
  await expect(new Chart(page).bars).toHaveAccessibleDescription(new RegExp(`^${total.toLocaleString("en-GB")} entries, `));
  const twin = page.getByRole("table", { name: /^Entries over time/ });
  const cells = await twin.getByRole("cell").allTextContents();
  expect(cells.reduce((sum, text) => sum + Number(text.replace(/,/g, "")), 0)).toBe(total);
});
