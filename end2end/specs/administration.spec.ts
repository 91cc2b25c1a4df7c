import { colleague, PASSWORD } from "../fixtures/colleague.ts";
import { expectAccessible } from "../fixtures/axe.ts";
import { signInByPassword } from "../fixtures/sign-in.ts";
import { expect, NOBODY, test } from "../fixtures/test.ts";

const SETTINGS = "/projects/acme/settings";

test("somebody is invited, sets a password, is limited, disabled and removed", async ({ page, browser, daybook }) => {
  await page.goto(SETTINGS);
  const form = page.getByRole("form", { name: "Add a person" });
  const add = page.getByRole("button", { name: "Add a person" });
  await expect(form).toHaveCount(0);
  await add.click();
  await expect(form.getByLabel("E-mail address")).toBeFocused();
  await form.getByRole("button", { name: "Cancel" }).click();
  await expect(form).toHaveCount(0);
  await expect(add).toBeFocused();
  await add.click();
  await form.getByLabel("E-mail address").fill("guest@elsewhere.example");
  await form.getByLabel("Role").selectOption("Auditor");
  // A range that moves cannot limit anybody: said beside the field, before anything is sent.
  await form.getByLabel("Only this part").fill("https://daybook.example/projects/acme/log?range=24h&method=PATCH");
  await form.getByRole("button", { name: "Add person" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "range that moves" })).toBeVisible();
  await expect(form.getByLabel("Only this part")).toHaveAttribute("aria-invalid", "true");
  await form.getByLabel("Only this part").fill("https://daybook.example/projects/acme/log?method=PATCH");
  await expect(form.getByText("Sees only: Method is PATCH.")).toBeVisible();
  await form.getByRole("button", { name: "Add person" }).click();
  const link = await page.getByRole("status").filter({ hasText: "Send this link to guest@elsewhere.example." }).locator("code").innerText();
  const row = page.getByRole("table", { name: "People" }).getByRole("row").filter({ hasText: "guest@elsewhere.example" });
  await expect(row).toContainText("Method is PATCH");
  await expect(form).toHaveCount(0);

  const guest = await browser.newContext({ baseURL: daybook.server.url, storageState: NOBODY });
  const theirs = await guest.newPage();
  await theirs.goto(link);
  await theirs.getByLabel("Password").fill("short");
  await theirs.getByRole("button", { name: "Come in" }).click();
  await expect(theirs.getByRole("alert").filter({ hasText: "12" })).toBeVisible();
  await theirs.getByLabel("Password").fill(PASSWORD);
  await theirs.getByRole("button", { name: "Come in" }).click();
  await expect(theirs.getByRole("note")).toContainText("Method is PATCH");

  await row.getByRole("button", { name: "Change guest@elsewhere.example" }).click();
  const change = page.getByRole("form", { name: "What guest@elsewhere.example may do" });
  await change.getByLabel("Role").selectOption("Member");
  await change.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("Own activity and runs");

  await row.getByRole("button", { name: "Disable guest@elsewhere.example" }).click();
  await expect(page.getByRole("button", { name: "Disable", exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(row.getByRole("button", { name: "Disable guest@elsewhere.example" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(row).toContainText("Disabled");
  await theirs.reload();
  await expect(theirs.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await guest.close();

  await row.getByRole("button", { name: "Remove guest@elsewhere.example" }).click();
  await row.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(row).toHaveCount(0);
});

test("a token is made, shown once, used and revoked", async ({ page, daybook }) => {
  await page.goto(`${SETTINGS}#tokens`);
  const form = page.getByRole("form", { name: "Create a token" });
  await page.getByRole("button", { name: "Create a token" }).click();
  await form.getByLabel("Name").fill("siem");
  await form.getByRole("checkbox", { name: /^ingest/ }).uncheck();
  await form.getByRole("button", { name: "Create token" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "say what the token may do" })).toBeVisible();
  await form.getByRole("checkbox", { name: /^read/ }).check();
  await form.getByLabel("Only this part").fill("method=PATCH");
  await form.getByLabel("Lasts").selectOption("30 days");
  await form.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("status").filter({ hasText: "Copy siem now." });
  const token = await shown.locator("code").innerText();
  const asked = () => fetch(`${daybook.server.url}/api/projects/acme/events?limit=1`, { headers: { Authorization: `Bearer ${token}` } });
  expect((await asked()).status).toBe(200);
  await page.reload();
  const row = page.getByRole("table", { name: "Tokens" }).getByRole("row").filter({ hasText: "siem" });
  await expect(row).toContainText("Method is PATCH");
  await expect(page.getByText(token)).toHaveCount(0);
  await row.getByRole("button", { name: "Revoke siem" }).click();
  await row.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(row).toContainText("Revoked");
  expect((await asked()).status).toBe(401);
});

test("a project is made, and is in the menu of projects", async ({ page, guard }) => {
  guard.allow(/status of 422/);
  await page.goto(`${SETTINGS}#projects`);
  const form = page.getByRole("form", { name: "Create a project" });
  await page.getByRole("button", { name: "Create a project" }).click();
  await form.getByLabel("Name").fill("Not A Word");
  await form.getByRole("button", { name: "Create project" }).click();
  await expect(form.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await form.getByLabel("Name").fill("globex");
  await form.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByRole("list", { name: "Projects" }).getByRole("link", { name: "globex" })).toBeVisible();
  await page.getByRole("button", { name: "acme: change the project" }).click();
  await expect(page.getByRole("menuitemradio", { name: "globex" })).toBeVisible();
});

test("each part of the settings has an address, and is led to by the keyboard", async ({ page }) => {
  await page.goto(SETTINGS);
  const parts = page.getByRole("navigation", { name: "Parts of the settings" });
  await expect(parts.getByRole("link", { name: "People" })).toHaveAttribute("aria-current", "page");
  for (const name of ["Tokens", "Privacy", "Exports", "Streams", "Schedules", "Retention", "Projects"]) {
    await parts.getByRole("link", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`${SETTINGS}#${name.toLowerCase()}$`));
    await expect(page.getByRole("heading", { name, exact: true, level: 2 })).toBeFocused();
    await expect(parts.getByRole("link", { name, exact: true })).toHaveAttribute("aria-current", "page");
    await expect(page.getByRole("heading", { level: 2 })).toHaveCount(1);
    await expect(page).toHaveTitle(`${name} · Settings · acme · Daybook`);
    // Nothing is filled in before somebody asks for it.
    const forms = page.getByRole("main").getByRole("form");
    await expect(forms).toHaveCount(name === "Privacy" || name === "Exports" ? 1 : 0);
  }
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Retention", level: 2 })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Retention", level: 2 })).toBeVisible();
  await page.goto(`${SETTINGS}#nothing`);
  await expect(page.getByRole("heading", { name: "People", level: 2 })).toBeVisible();
});

test("one's own password and sessions", async ({ browser, daybook }) => {
  const email = "self@acme.dev";
  const { context, guard, page } = await colleague(browser, daybook, email, ["--role", "auditor", "--project", "acme"]);
  guard.allow(/status of (403|422)/);
  await page.goto("/account");
  await signInByPassword(page, email, PASSWORD);
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  const other = await browser.newContext({ baseURL: daybook.server.url, storageState: NOBODY });
  const theirs = await other.newPage();
  await theirs.goto("/account");
  await signInByPassword(theirs, email, PASSWORD);
  await expect(theirs.getByRole("table", { name: "Sessions" })).toBeVisible();

  await page.reload();
  const rows = page.getByRole("table", { name: "Sessions" }).getByRole("row");
  await expect(rows).toHaveCount(3);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByRole("button", { name: "Sign out everywhere else", exact: true }).click();
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("This one");
  await theirs.reload();
  await expect(theirs.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await other.close();

  await page.getByLabel("Current password").fill("not the right one");
  await page.getByLabel("New password").fill("another horse in the stable");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByLabel("Current password")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("Changed.")).toBeVisible();
  await guard.check(context);
  await context.close();
});

test.describe("nobody yet", () => {
  test.use({ storageState: NOBODY });

  test("whoever guesses is told how long to wait", async ({ page, guard }) => {
    guard.allow(/status of (401|429)/);
    await page.goto("/sign-in");
    const button = page.getByRole("button", { name: "Sign in" });
    await page.getByLabel("E-mail address").fill("guessed@acme.dev");
    await page.getByLabel("Password").fill("wrong");
    await expect(async () => {
      await button.click({ timeout: 1000 });
      await expect(page.getByText(/^Too many attempts failed, so none is looked at now/)).toBeVisible({ timeout: 500 });
    }).toPass();
    await expect(page.getByText(/Try again in \d+ (second|minute)s?\.$/).first()).toBeVisible();
    await expect(button).toBeDisabled();
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
    test.describe(`${colorScheme}, ${viewport.width}`, () => {
      test.use({ colorScheme, viewport });

      test("settings, account and the page of no access are accessible, and nothing sticks out", async ({ page, guard }) => {
        guard.allow(/status of 404/);
        const made = await page.request.post("/api/projects/acme/tokens", { data: { name: "to look at", scopes: ["read"] } });
        expect(made.ok(), await made.text()).toBe(true);
        await page.goto(`${SETTINGS}#tokens`);
        const tokens = page.getByRole("table", { name: "Tokens" });
        await tokens.getByRole("button", { name: /^Revoke/ }).first().click();
        await page.getByRole("button", { name: "Create a token" }).click();
        await expectAccessible(page, "settings");
        await page.goto("/account");
        await expect(page.getByRole("table", { name: "Sessions" })).toBeVisible();
        await expectAccessible(page, "the account");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        expect(wide, "sticks out").toBe(false);
        for (const part of ["people", "tokens", "privacy", "exports", "streams", "schedules", "retention", "projects"]) {
          await page.goto(`${SETTINGS}#${part}`);
          const section = page.getByRole("region", { name: new RegExp(part, "i") });
          await expect(section).toBeVisible();
          await expect(page.getByText("Loading")).toHaveCount(0);
          expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), part).toBe(false);
          await expectAccessible(page, part);
        }
        await page.goto("/projects/nowhere/log");
        await expect(page.getByRole("heading", { name: "You have no access to nowhere" })).toBeVisible();
        await expectAccessible(page, "no access");
      });
    });
  }
}
