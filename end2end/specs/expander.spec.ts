import { PROJECT } from "../fixtures/server.ts";
import { expect, test } from "../fixtures/test.ts";

test("a row shows its changes in place, and the address remembers which", async ({ log, page, daybook }) => {
  const [edited, redacted] = [await daybook.api.entry("edited"), await daybook.api.entry("redacted")];
  await log.open("operation=update&actor=user:58777&method=");
  await expect(log.rows).toHaveCount(2);
  const opener = (row: number) => log.rows.nth(row).getByRole("button", { name: /^Changes: Aiko Tanaka updated/ });
  await expect(opener(0)).toHaveAttribute("aria-expanded", "false");
  await opener(0).click();
  await expect(opener(0)).toHaveAttribute("aria-expanded", "true");
  await expect(log.table.getByRole("term").filter({ hasText: "limits.cpu.max" })).toBeVisible();
  await expect(log.panel, "the row is not opened").toBeHidden();
  await opener(1).press("Enter");
  await expect(log.table.getByRole("term").filter({ hasText: "STRIPE_KEY" })).toBeVisible();
  const open = [edited.seq, redacted.seq].sort((a, b) => a - b).join(",");
  await log.expectQuery({ operation: ["update"], actor: ["user:58777"], method: [""], open: [open] });

  await page.reload();
  await expect(log.table.getByRole("term")).toHaveCount(5);
  await opener(0).click();
  await expect(log.table.getByRole("term")).toHaveCount(1);
  await log.expectQuery({ operation: ["update"], actor: ["user:58777"], method: [""], open: [String(redacted.seq)] });
});

test("the line stands below its row, as wide as the table", async ({ log, page, daybook }) => {
  const { seq } = await daybook.api.entry("edited");
  await log.open(`operation=update&actor=user:58777&method=&open=${seq}`);
  const line = page.locator(`#changes-${seq}`);
  await expect(line.getByRole("term").first()).toBeVisible();
  const [row, below, table] = [await log.rows.first().boundingBox(), await line.boundingBox(), await log.table.boundingBox()];
  expect(Math.abs(below!.y - (row!.y + row!.height))).toBeLessThanOrEqual(1);
  expect(below!.width).toBeCloseTo(table!.width, 0);
  await expect(log.rows.first().getByRole("button", { name: /^Changes/ })).toHaveAttribute("aria-controls", `changes-${seq}`);
});

test("only an entry that has a change has something to open", async ({ log }) => {
  await log.open("operation=login");
  await expect(log.rows.first()).toBeVisible();
  await expect(log.table.getByRole("button", { name: /^Changes/ })).toHaveCount(0);
});

test("where the entry does not come it says so, and opening it again asks again", async ({ log, page, guard, daybook }) => {
  guard.allow(/status of 503/);
  const { seq } = await daybook.api.entry("edited");
  let failing = true;
  await page.route(`**/api/projects/${PROJECT}/events/${seq}`, (route) =>
    failing
      ? route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "the log cannot be reached right now" } } })
      : route.fallback());
  await log.open("operation=update&actor=user:58777&method=");
  const opener = log.rows.first().getByRole("button", { name: /^Changes/ });
  await opener.click();
  await expect(log.table.getByRole("alert")).toContainText("The log cannot be reached right now.");
  failing = false;
  await opener.click();
  await expect(log.table.getByRole("alert")).toHaveCount(0);
  await opener.click();
  await expect(log.table.getByRole("term").filter({ hasText: "script" })).toBeVisible();
});

test("an address that names no entry to expand is a mistake that can be dropped", async ({ log, page }) => {
  await log.open("open=first");
  await expect(page.getByText(/open/).first()).toBeVisible();
  await expect(log.rows).toHaveCount(50);
});
