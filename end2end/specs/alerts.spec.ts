import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expectAccessible } from "../fixtures/axe.ts";
import { colleague, PASSWORD } from "../fixtures/colleague.ts";
import type { Event } from "../fixtures/event.ts";
import { signInByPassword } from "../fixtures/sign-in.ts";
import { expect, test } from "../fixtures/test.ts";

test.use({ alerts: true });

const ALERTS = "/projects/acme/alerts";
const RULE = "Failed sign-ins by one actor";

let number = 0;

/** So many failed sign-ins of one person, in this minute. */
function failures(who: string, many: number): Event[] {
  return Array.from({ length: many }, (_, i) => ({
    id: `failed-${(number += 1)}`,
    occurred_at: new Date(Date.now() - (many - i) * 1000).toISOString(),
    actor: { type: "user", id: who, name: who, email: `${who}@acme.dev` },
    action: "SignIn",
    operation: "login",
    outcome: "failure" as const,
    request: { method: "POST", path: "/login", status_code: 401, remote_ip: "203.0.113.66" },
  }));
}

test("what fires rings the bell, and is acknowledged and closed with notes", async ({ page, daybook, browser }) => {
  await daybook.api.send(failures("mallory", 6));
  await page.goto("/projects/acme/log");
  const bell = page.getByRole("banner").getByRole("link", { name: /\d+ alerts? open/ });
  await expect(bell).toBeVisible({ timeout: 45_000 });
  await bell.click();
  await expect(page).toHaveURL(/\/alerts$/);
  const table = page.getByRole("table", { name: "Alerts" });
  const row = table.getByRole("row").filter({ hasText: RULE }).filter({ hasText: "mallory" });
  await expect(row).toContainText("High");
  await expect(row).toContainText("6 entries");
  await expectAccessible(page, "alerts");

  // The entries are a pinned link into the log.
  await row.getByRole("link", { name: /6 entries/ }).click();
  await expect(page.locator(".summary-total")).toHaveText("6 entries");
  await expect(page).toHaveURL(/as_of=/);
  await page.goBack();

  await row.getByRole("link", { name: RULE }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`${RULE}: mallory`);
  await expect(page.getByText(/^Fires on 5 or more entries within 10 minutes/)).toBeVisible();
  await expect(page.getByRole("list", { name: "Entries" }).getByRole("listitem")).toHaveCount(6);
  await expectAccessible(page, "alerts");
  await page.getByRole("button", { name: "Add note only" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Write something first." })).toBeVisible();
  await page.getByRole("textbox", { name: "Note" }).fill("Asking Mallory.");
  await page.getByRole("button", { name: "Acknowledge" }).click();
  const notes = page.getByRole("list", { name: "Notes" });
  await expect(notes).toContainText("Asking Mallory.");
  await expect(notes).toContainText(/acknowledged it, at \d\d:\d\d/);
  await page.getByRole("link", { name: "Alerts" }).first().click();
  await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: /^Acknowledged/ }).click();
  await expect(page).toHaveURL(/state=acknowledged/);
  await expect(row).toBeVisible();

  // An auditor reads all of it, and changes nothing.
  const other = await colleague(browser, daybook, "aud@acme.dev", ["--project", "acme", "--role", "auditor"]);
  await other.page.goto(`${ALERTS}?state=acknowledged`);
  await signInByPassword(other.page, "aud@acme.dev", PASSWORD);
  await expect(other.page.getByRole("table", { name: "Alerts" })).toContainText("mallory");
  await expect(other.page.getByRole("button", { name: /^Close / })).toHaveCount(0);
  await other.guard.check(other.context);
  await other.context.close();

  await row.getByRole("button", { name: `Close ${RULE}` }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: /^Closed/ }).click();
  await expect(row.getByRole("button", { name: `Open again ${RULE}` })).toBeVisible();
});

test("a rule is made from the view with one click, tried on the past, and switched off", async ({ log, page }) => {
  await log.open("method=DELETE&outcome=success");
  await page.getByRole("link", { name: "Alert on this" }).click();
  await expect(page).toHaveURL(/\/alerts\/rules\/new\?/);
  // What the tab leaves out, so does the rule.
  const chips = page.getByRole("list", { name: "Which entries" });
  await expect(chips.getByRole("listitem")).toHaveText([/Method is DELETE/, /Outcome is Success/, /Resource type is not Reading/]);
  const means = page.locator(".rule-sentence");
  await expect(means).toContainText("Fires on every entry where method is DELETE and outcome is Success");
  const backtest = page.getByRole("region", { name: "Where it would have fired" });
  await expect(backtest.getByText(/^It would have fired/)).toBeVisible();
  await expect(backtest.getByRole("img", { name: /would have fired: \d+ times/ })).toBeVisible();
  // Each mark leads to the entries of its times.
  const marks = backtest.getByRole("list", { name: "When it would have fired" }).getByRole("link", { name: /^\d+ times?, .*: its entries$/ });
  expect(new URL((await marks.first().getAttribute("href")) ?? "", page.url()).search).toMatch(/from=.*to=.*as_of=/);
  await expect(backtest.getByRole("list", { name: "The latest times" }).getByRole("listitem").first()).toContainText(/deleted/);
  await expectAccessible(page, "alerts");

  // It is tried again while it is edited.
  const told = await backtest.getByText(/^It would/).textContent();
  const form = page.getByRole("form", { name: "The rule" });
  await form.getByLabel("Fires on").selectOption("Many entries in a while");
  await form.getByLabel("At least").fill("1000");
  await expect(means).toContainText("1000 or more entries within 10 minutes");
  await expect(backtest.getByText(/^It would not have fired/)).toBeVisible();
  expect(told).not.toContain("not have fired");
  await form.getByLabel("At least").fill("many");
  await form.getByRole("button", { name: "Make rule" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "is not a whole number" })).toBeVisible();
  await form.getByLabel("At least").fill("2");
  await form.getByRole("button", { name: "Remove Outcome is Success" }).click();
  await expect(chips.getByRole("listitem")).toHaveCount(2);
  await form.getByLabel("Severity").selectOption("Critical");
  await form.getByRole("button", { name: "Make rule" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "is not a text of 1 to 80 characters" })).toBeVisible();
  await form.getByLabel("Name").fill("Things are deleted");
  await form.getByRole("button", { name: "Make rule" }).click();

  const table = page.getByRole("table", { name: "Alert rules" });
  const row = table.getByRole("row").filter({ hasText: "Things are deleted" });
  await expect(row).toContainText("Critical");
  await expect(row).not.toContainText("Built in");
  await expect(table.getByRole("row").filter({ hasText: RULE })).toContainText("Built in");
  await expectAccessible(page, "alerts");
  const watches = row.getByRole("switch", { name: "Things are deleted watches" });
  await expect(watches).toBeChecked();
  await watches.click();
  await expect(watches).not.toBeChecked();
  await page.reload();
  await expect(watches).not.toBeChecked();

  await row.getByRole("link", { name: "Things are deleted" }).click();
  await expect(form.getByLabel("At least")).toHaveValue("2");
  await form.getByLabel("Name").fill("Many things are deleted");
  await form.getByRole("button", { name: "Save rule" }).click();
  await table.getByRole("link", { name: "Many things are deleted" }).click();
  await form.getByRole("button", { name: /^Delete Many things/ }).click();
  await form.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(table.getByText("Many things are deleted")).toHaveCount(0);
});

test("a recipient is added, tested, told, and what failed is delivered again", async ({ page }) => {
  let status = 500;
  let taken = 0;
  const receiver: Server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (status === 200) taken += 1;
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await page.goto(`${ALERTS}/deliveries`);
  const form = page.getByRole("form", { name: "Add a recipient" });
  await form.getByLabel("Name").fill("on-call");
  await form.getByLabel("Address").fill("hooks.acme.dev");
  await form.getByRole("button", { name: "Add recipient" }).click();
  await expect(form.getByLabel("Address")).toHaveAttribute("aria-invalid", "true");
  await form.getByLabel("Address").fill(address);
  await form.getByRole("button", { name: "Add recipient" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Copy the secret of on-call now." })).toContainText(/whsec_/);
  await expectAccessible(page, "alerts");
  await page.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("table", { name: "Recipients" }).getByRole("row").filter({ hasText: "on-call" });
  await row.getByRole("button", { name: "Test on-call" }).click();
  const deliveries = page.getByRole("table", { name: "Deliveries" });
  const test = deliveries.getByRole("row").filter({ hasText: "A test" }).first();
  await expect(async () => {
    await page.getByRole("button", { name: "Refresh" }).click();
    await expect(test).toContainText("answered 500", { timeout: 1_000 });
  }).toPass();
  status = 200;
  await test.getByRole("button", { name: /^Deliver \d+ to on-call again/ }).click();
  await expect(async () => {
    await page.getByRole("button", { name: "Refresh" }).click();
    await expect(test).toContainText("Delivered", { timeout: 1_000 });
  }).toPass();
  expect(taken).toBeGreaterThan(0);
  await row.getByRole("button", { name: "Pause on-call" }).click();
  await expect(row).toContainText("Paused");
  await row.getByRole("button", { name: "Delete on-call" }).click();
  await row.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByText("Nobody is told yet but whoever looks here.")).toBeVisible();
  receiver.closeAllConnections();
  receiver.close();
});
