import { expect, test } from "../fixtures/test.ts";

test("a view is saved with its columns, found again, starred, renamed and deleted", async ({ log, page }) => {
  const button = page.getByRole("button", { name: "Saved views" });
  const list = page.getByRole("list", { name: "Saved views" });
  await log.open("method=DELETE");
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("checkbox", { name: "IP address" }).check();
  await page.keyboard.press("Escape");
  await button.click();
  await page.getByRole("textbox", { name: "Save this view as" }).fill("Deletions");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(list.getByRole("link", { name: "Deletions" })).toBeVisible();
  await page.keyboard.press("Escape");

  await log.open("outcome=failure");
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByRole("button", { name: "Reset columns" }).click();
  await page.keyboard.press("Escape");
  await button.click();
  await list.getByRole("button", { name: "Star Deletions" }).click();
  await expect(list.getByRole("button", { name: "Star Deletions" })).toHaveAttribute("aria-pressed", "true");
  await list.getByRole("link", { name: "Deletions" }).click();
  await log.expectQuery({ method: ["DELETE"] });
  await expect(log.table.getByRole("columnheader", { name: "IP address" })).toBeVisible();

  await page.reload();
  await log.ready();
  await button.click();
  await list.getByRole("button", { name: "Deletions: change" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Another name for Deletions" }).fill("What was deleted");
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await expect(list.getByRole("link", { name: "What was deleted" })).toBeVisible();
  await list.getByRole("button", { name: "What was deleted: change" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(list.getByRole("link")).toHaveCount(0);
});

test("a viewer begins with the view of their choice", async ({ log, page }) => {
  const button = page.getByRole("button", { name: "Saved views" });
  await log.open("method=PATCH");
  await button.click();
  await page.getByRole("textbox", { name: "Save this view as" }).fill("Patches");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Patches: change" }).click();
  await page.getByRole("menuitem", { name: "Begin with it" }).click();
  await expect(page.getByRole("list", { name: "Saved views" })).toContainText("Default");
  await page.goto("/");
  await log.expectQuery({ method: ["PATCH"] });
  await button.click();
  await page.getByRole("button", { name: "Patches: change" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByRole("list", { name: "Saved views" }).getByRole("link")).toHaveCount(0);
});
