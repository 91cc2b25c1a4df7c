import { HOSTILE, inLine, seen } from "../fixtures/hostile.ts";
import { expect, test } from "../fixtures/test.ts";

// That nothing runs is checked after each test, by the guard.

test("rows, rail and chips show hostile texts as they are", async ({ log, page }) => {
  await log.open("status=422");
  for (const [i, text] of HOSTILE.entries()) {
    const cells = log.rows.nth(i).getByRole("cell");
    expect(await cells.nth(1).textContent()).toContain(inLine(text));
    expect(await cells.nth(4).textContent()).toContain(inLine(text));
  }
  for (const [i, text] of HOSTILE.slice(0, 3).entries()) {
    await log.open(`actor=user%3Ahostile-${i}&status=422`);
    await expect(log.chips.filter({ hasText: "Actor" })).toContainText(text);
    await expect(page).toHaveTitle(/Actor is/);
  }
});

for (const [i, text] of HOSTILE.entries()) {
  test(`an opened entry shows it in every field and runs nothing: ${JSON.stringify(text.slice(0, 24))}`, async ({ log, daybook, page }) => {
    const entry = await daybook.api.entry(`hostile-${i}`);
    await log.open(`event=${entry.seq}`);
    await expect(log.panel.getByRole("tabpanel", { name: "Changes" })).toContainText(seen(JSON.stringify(text)).slice(1, -1));
    await log.panel.getByRole("tab", { name: "Context" }).click();
    await log.panel.getByRole("tab", { name: "Raw" }).click();
    const raw = await log.panel.getByRole("tabpanel", { name: "Raw" }).getByRole("code").textContent();
    expect(JSON.parse(raw!).actor.name).toBe(text);
    await log.rows.nth(i + 1).hover();
    await expect(page.locator("img, svg[onload], script:not([src]):not([type])")).toHaveCount(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is pushed aside").toBe(true);
  });
}

for (const text of HOSTILE.slice(0, 6)) {
  test(`as a search and as a filter in the address it is text: ${text}`, async ({ log, page }) => {
    await log.open(`q=${encodeURIComponent(text)}`);
    await log.expectTotal(1);
    await expect(log.search).toHaveValue(text);
    await log.open(`action=${encodeURIComponent(text)}&cluster.not=${encodeURIComponent(text)}`);
    await log.expectTotal(1);
    await expect(log.chips).toHaveCount(2);
    await log.open(`action=${encodeURIComponent(text)}&resource_type=${encodeURIComponent(`${text}?`)}`);
    await expect(page.getByRole("heading", { name: "No entries match" })).toBeVisible();
  });
}

test("hostile keys of an address are shown, not run", async ({ log, page }) => {
  const key = HOSTILE[0];
  await log.open(`${encodeURIComponent(key)}=1`);
  await expect(page.getByRole("alert").filter({ hasText: key })).toBeVisible();
});

test("after signing in the way leads nowhere else", async ({ page, guard, browser, daybook }) => {
  guard.allow(/status of 401/);
  const password = "a long enough one";
  await daybook.server.command(["user", "create", "--email", "lured@acme.dev", "--instance-admin", "--password-stdin"], password);
  await page.context().clearCookies();
  for (const then of ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:window.__pwned=1"]) {
    await page.goto(`/sign-in?then=${encodeURIComponent(then)}`);
    await page.getByLabel("E-mail address").fill("lured@acme.dev");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${daybook.server.url}/projects/acme/log`);
    await page.context().clearCookies();
  }
  expect(browser.isConnected()).toBe(true);
});
