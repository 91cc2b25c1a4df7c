import { expect, test } from "../fixtures/test.ts";

test("on paper the view is a report: what was asked, what vouches for it, and the rows", async ({ log, page }) => {
  await log.open("tab=requests&status=4xx&method.not=GET&range=7d");
  await page.emulateMedia({ media: "print" });
  const report = page.locator(".report");
  await expect(report.getByRole("heading", { name: "Audit log of acme, Requests" })).toBeVisible();
  await expect(report).toContainText("Status is 4xx");
  await expect(report).toContainText("Method is not GET");
  await expect(report).toContainText("Europe/Berlin");
  await expect(report).toContainText(/as_of=\d+/);
  await expect(log.total).toBeVisible();
  await expect(page.getByText("bars and rows agree")).toBeVisible();
  await expect(log.rows.first()).toBeVisible();
  await expect(page.getByRole("button")).toHaveCount(0);
  await expect(log.rail).toBeHidden();
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(width, "nothing is cut at the edge of the sheet").toBeLessThanOrEqual(0);
});
