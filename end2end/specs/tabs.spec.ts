import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";
import type { Event } from "../fixtures/event.ts";

const ACCESS = ["login", "logout", "token_created", "token_revoked", "ssh_key_added", "ssh_key_deleted",
  "invite_sent", "invite_accepted", "member_removed", "permissions_changed"];

const isAccess = ({ operation }: Event) => operation !== undefined && ACCESS.includes(operation);

test("a tab shows its part of the log with its own columns, under the same filter", async ({ log, page, daybook }) => {
  const tabs = page.getByRole("navigation", { name: "Parts of the log" });
  const failed = lastWeek(daybook.events).filter(({ outcome }) => outcome === "failure");
  await log.open("outcome=failure");
  await expect(tabs.getByRole("link", { name: /^All/ })).toHaveAttribute("aria-current", "page");
  await tabs.getByRole("link", { name: /^Sign-ins and access/ }).click();
  await log.expectQuery({ tab: ["access"], outcome: ["failure"] });
  await log.expectTotal(failed.filter(isAccess).length);
  await expect(log.table.getByRole("columnheader")).toHaveText(
    ["Time", "Action", "Actor", "Outcome", "Resource", "IP address", "User agent"]);
  await page.goBack();
  await log.expectQuery({ outcome: ["failure"] });
  await expect(log.table.getByRole("columnheader")).toHaveText(
    ["Time", "Actor", "Method", "Status", "Resource", "Action"]);
});

test("tabs are counted under the filter, whichever is open", async ({ log, page, daybook }) => {
  const tabs = page.getByRole("navigation", { name: "Parts of the log" });
  const count = (name: RegExp) => tabs.getByRole("link", { name }).locator(".log-tab-count");
  // The log's own calls are in the log as well; this is where theirs went.
  const where = "/api/v2/";
  const deletions = lastWeek(daybook.events).filter(
    ({ request }) => request?.method === "DELETE" && request.path?.includes(where));
  const expected = (events: Event[]) => events.length.toLocaleString("en-GB");
  for (const tab of ["", "tab=runs&"]) {
    await log.open(`${tab}method=DELETE&path=${where}`);
    await expect(count(/^All/)).toHaveText(expected(deletions));
    await expect(count(/^Requests/)).toHaveText(expected(deletions));
    await expect(count(/^Sign-ins/)).toHaveText(expected(deletions.filter(isAccess)));
  }
});

test("a tab that there is not is named, and can be dropped", async ({ log, page, guard }) => {
  guard.allow(/status of 400/);
  await page.goto("/projects/acme/log?tab=weather&method=DELETE");
  const alert = page.getByRole("alert").filter({ hasText: "weather" });
  await expect(alert).toBeVisible();
  await alert.getByRole("link", { name: /tab/ }).click();
  await log.expectQuery({ method: ["DELETE"] });
});

test("where a tab has no answer, the rows of another do not stand under its headings", async ({ log, page, guard }) => {
  guard.allow(/status of 503/);
  await log.open();
  await page.route(/\/overview\?/, (route) => route.fulfill({ status: 503 }));
  const tabs = page.getByRole("navigation", { name: "Parts of the log" });
  await tabs.getByRole("link", { name: /^Sign-ins and access/ }).click();
  const alert = page.getByRole("alert").filter({ hasText: "could not be read" });
  await expect(alert).toBeVisible();
  await expect(alert, "there is nothing below").not.toContainText("earlier question");
  await expect(log.rows).toHaveCount(0);
  await expect(log.table).toHaveCount(0);
  await expect(log.total).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "No entries match" }), "nothing is known").toHaveCount(0);
  await page.unroute(/\/overview\?/);
  await alert.getByRole("button", { name: "Try again" }).click();
  await log.ready();
  await expect(log.table.getByRole("columnheader").nth(1)).toHaveText("Action");
  await expect(log.rows).not.toHaveCount(0);
});

test("what a tab leaves out is said apart from the reader's own filters, and comes back and goes", async ({ log, page, daybook }) => {
  await log.open("method=DELETE");
  await expect(log.chips, "it is none of theirs").toHaveText([/^Method\s*is\s*DELETE/]);
  await expect(page.getByText("Left out here: Reading")).toBeVisible();
  await page.getByRole("link", { name: "Remove Resource type is not Reading" }).click();
  await log.expectQuery({ method: ["DELETE"], hidden: ["shown"] });
  await log.expectTotal(lastWeek(daybook.events).filter(({ request }) => request?.method === "DELETE").length);
  await expect(page.getByText("Shown here: Reading")).toBeVisible();
  await page.getByRole("link", { name: "Leave out again: Resource type is not Reading" }).click();
  await log.expectQuery({ method: ["DELETE"] });
});
