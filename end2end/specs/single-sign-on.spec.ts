import { Api } from "../fixtures/api.ts";
import { expectAccessible } from "../fixtures/axe.ts";
import { makeEvents } from "../fixtures/events.ts";
import { freeAddress, Identity } from "../fixtures/identity.ts";
import { Log } from "../fixtures/log.ts";
import { Server } from "../fixtures/server.ts";
import { expect, NOBODY, test } from "../fixtures/test.ts";

test("somebody comes in with the account they have elsewhere, to the link that they opened", async ({ browser, guard }) => {
  const address = await freeAddress();
  const identity = await Identity.start(address);
  const server = await Server.start(address, identity.options(address));
  const context = await browser.newContext({ baseURL: server.url, storageState: NOBODY });
  try {
    await new Api(server).send(makeEvents(Date.now()));
    await identity.account("maya", { email: "maya@acme.dev", email_verified: true, groups: ["audit"] });
    await identity.account("guest", { email: "guest@acme.dev", email_verified: true, groups: [] });
    await guard.watch(context);
    // Nobody is signed in at first, and the provider has no icon.
    guard.allow(/status of (401|404|500)/);
    const page = await context.newPage();
    await page.goto(Log.path("method=PATCH&range=30d"));
    const link = page.getByRole("link", { name: "Sign in with Acme login" });
    await expect(link).toBeVisible();
    await expectAccessible(page, "signing in");

    // Whoever is not let in is told so where they began, and may try as somebody else.
    await link.click();
    await page.getByRole("button", { name: "Continue as guest" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "You have no account here" })).toBeVisible();
    await context.clearCookies();
    await link.click();
    await page.getByRole("button", { name: "Continue as maya" }).click();
    const log = new Log(page);
    await log.ready();
    await log.expectQuery({ method: ["PATCH"], range: ["30d"] });
    // An auditor, by the group.
    await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  } finally {
    await context.close();
    await server.stop();
    await identity.stop();
  }
});

test("where there is no single sign-on, none is offered", async ({ browser, daybook }) => {
  const context = await browser.newContext({ baseURL: daybook.server.url, storageState: NOBODY });
  const page = await context.newPage();
  const ways = page.waitForResponse((response) => response.url().endsWith("/api/sign-in"));
  await page.goto("/sign-in?problem=expired");
  expect(await (await ways).json()).toEqual({});
  await expect(page.getByRole("alert").filter({ hasText: "Begin it again here" })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Sign in with/ })).toHaveCount(0);
  await context.close();
});
