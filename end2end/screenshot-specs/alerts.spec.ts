import { test } from "../fixtures/scene.ts";
import { expect } from "../fixtures/test.ts";

test("alerts", async ({ page, scene, shoot }) => {
  test.setTimeout(180_000);
  const { origin, pathname } = new URL(scene.log);
  const project = pathname.split("/")[2]!;
  await page.goto(`${origin}/projects/${project}/alerts`);
  const table = page.getByRole("table", { name: "Alerts" });
  await expect(table.or(page.getByText(/^Nothing is open/))).toBeVisible({ timeout: 30_000 });
  await shoot(page, "alerts");
  if (await table.isVisible()) {
    await table.getByRole("row").nth(1).getByRole("link").first().click();
    await expect(page.getByRole("heading", { name: "Notes" })).toBeVisible();
    await shoot(page, "alert");
  }
  await page.goto(`${origin}/projects/${project}/alerts/rules`);
  await expect(page.getByRole("table", { name: "Alert rules" })).toBeVisible();
  await shoot(page, "alert-rules");
  await page.goto(`${origin}/projects/${project}/alerts/rules/new?operation=delete`);
  await expect(page.getByRole("img", { name: /would have fired/ })).toBeVisible({ timeout: 30_000 });
  await shoot(page, "alert-rule");
  await page.getByRole("heading", { name: "The rule" }).evaluate((heading) => heading.scrollIntoView({ block: "start" }));
  await shoot(page, "alert-rule-form");
  await page.goto(`${origin}/projects/${project}/alerts/deliveries`);
  await expect(page.getByRole("heading", { name: "Add a recipient" })).toBeVisible();
  await shoot(page, "alert-deliveries");
});
