import { colleague, PASSWORD } from "../fixtures/colleague.ts";
import { Log } from "../fixtures/log.ts";
import { signInByPassword } from "../fixtures/sign-in.ts";
import { expect, NOBODY, test } from "../fixtures/test.ts";

test("the address in another browser shows the same rows in the same order", async ({ log, page, browser, daybook }) => {
  await log.open("status=4xx&method.not=GET&q=api&sort=-actor");
  await log.pager.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText(/^rows 51–/)).toBeVisible();
  await log.ready();
  const seqs = await log.seqs();
  await log.link(log.rows.nth(3)).click();
  await expect(log.panel).toBeVisible();

  const other = await colleague(browser, daybook, "colleague@acme.dev");
  await other.page.goto(page.url());
  await signInByPassword(other.page, "colleague@acme.dev", PASSWORD);
  await expect(other.page, "the link survives signing in").toHaveURL(page.url());
  const theirs = new Log(other.page);
  await theirs.ready();
  expect(await theirs.seqs()).toEqual(seqs);
  expect(await theirs.total.innerText()).toBe(await log.total.innerText());
  await expect(theirs.panel.getByRole("heading").first()).toHaveText(await log.panel.getByRole("heading").first().innerText());
  await other.guard.check(other.context);
  await other.context.close();
});

test("Share copies a link to exactly these entries: a fixed time, up to this moment", async ({ log, page, context, daybook }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await log.open("method=DELETE");
  const [seqs, total] = [await log.seqs(), await log.total.innerText()];
  await page.getByRole("button", { name: "Share" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect([...link.searchParams.keys()].sort()).toEqual(["as_of", "from", "method", "to"]);
  expect(Number(link.searchParams.get("as_of")), "signing in is an entry too").toBeGreaterThanOrEqual(daybook.events.length);
  await page.goto(link.href);
  await log.ready();
  expect(await log.seqs()).toEqual(seqs);
  expect(await log.total.innerText()).toBe(total);
  await expect(page.getByText(/^As of \d\d:\d\d, entry #[\d,]+: nothing newer\.$/)).toBeVisible();
  await page.getByRole("link", { name: "Follow the log" }).click();
  await expect.poll(() => log.query().as_of).toBeUndefined();
});

test.describe("not signed in", () => {
  test.use({ storageState: NOBODY });

  test("a wrong password says so and keeps the way back", async ({ page, guard, daybook }) => {
    guard.allow(/status of 401/);
    await daybook.server.command(["user", "create", "--email", "way@acme.dev", "--instance-admin", "--password-stdin"], PASSWORD);
    await page.goto(Log.path("status=5xx"));
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await signInByPassword(page, "way@acme.dev", "something else entirely");
    await expect(page.getByRole("alert")).toContainText(/wrong|not right/);
    await signInByPassword(page, "way@acme.dev", PASSWORD);
    await expect(page).toHaveURL(new URL(Log.path("status=5xx"), daybook.server.url).href);
    await new Log(page).ready();
  });

  test("the one-time link works once", async ({ page, guard, daybook }) => {
    guard.allow(/status of 401/);
    await page.goto(daybook.server.link);
    await expect(page.getByRole("heading", { name: "This link does not sign in" })).toBeVisible();
    await page.getByRole("link", { name: "Sign in with a password" }).click();
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("signing out ends it", async ({ page, guard, browser, daybook }) => {
    guard.allow(/status of 401/);
    const other = await colleague(browser, daybook, "leaver@acme.dev");
    await other.page.goto(Log.path());
    await signInByPassword(other.page, "leaver@acme.dev", PASSWORD);
    await new Log(other.page).ready();
    const kept = await other.context.storageState();
    const signOut = async () => {
      await other.page.getByRole("button", { name: /: account$/ }).click();
      await other.page.getByRole("menuitem", { name: "Sign out" }).click();
    };
    other.guard.allow(/status of 503/);
    await other.page.route("**/api/session", (route) => route.fulfill({ status: 503 }));
    await signOut();
    await expect(other.page.getByRole("alert").filter({ hasText: "You are still signed in." })).toBeVisible();
    await other.page.unroute("**/api/session");
    await signOut();
    await expect(other.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await other.context.close();
    // The cookie that somebody may have copied is worth nothing any more.
    await page.context().addCookies(kept.cookies);
    await page.goto(Log.path());
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});
