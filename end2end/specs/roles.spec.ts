import type { Browser, Page } from "@playwright/test";
import { colleague, PASSWORD } from "../fixtures/colleague.ts";
import { Log } from "../fixtures/log.ts";
import { MAYA } from "../fixtures/people.ts";
import { signInByPassword } from "../fixtures/sign-in.ts";
import { expect, test, type Daybook } from "../fixtures/test.ts";

const HERE = ["--project", "acme"];
let number = 0;

/** Signs somebody new in at an address that is behind the door; `look` is what they do there. */
async function as(browser: Browser, daybook: Daybook, grant: string[], href: string, look: (page: Page, email: string) => Promise<void>, email = `reader${(number += 1)}@acme.dev`) {
  const { context, guard, page } = await colleague(browser, daybook, email, grant);
  guard.allow(/status of 403/);
  await page.goto(href);
  await signInByPassword(page, email, PASSWORD);
  await look(page, email);
  await guard.check(context);
  await context.close();
}

const settings = (page: Page) => page.getByRole("navigation", { name: "Pages of the project" }).getByRole("link", { name: "Settings" });
const note = (page: Page) => page.getByRole("note");

test("a link survives signing in, and an admin is offered the settings", async ({ browser, daybook }) => {
  await as(browser, daybook, ["--role", "admin", ...HERE], Log.path("method=PATCH"), async (page) => {
    const log = new Log(page);
    await log.ready();
    await log.expectQuery({ method: ["PATCH"] });
    await expect(note(page)).toHaveCount(0);
    await settings(page).click();
    await expect(page.getByRole("table", { name: "People" })).toBeVisible();
    // Projects belong to those who look after the instance.
    await expect(page.getByRole("heading", { name: "Projects" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^Disable/ })).toHaveCount(0);
  });
});

test("an auditor reads everything and is not offered the settings", async ({ browser, daybook }) => {
  const all = await daybook.api.total("range=all");
  await as(browser, daybook, ["--role", "auditor", ...HERE], Log.path("range=all"), async (page) => {
    await new Log(page).ready();
    await expect(page.locator(".summary-total")).toHaveText(`${all.toLocaleString("en-GB")} entries`);
    await expect(settings(page)).toHaveCount(0);
    await expect(note(page)).toHaveCount(0);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto("/projects/acme/settings");
    await expect(page.getByText("Settings are for the admins of this project.")).toBeVisible();
    expect(asked.filter((path) => /\/(people|tokens)$/.test(path))).toEqual([]);
  });
});

test("a limited auditor is told which part there is, and until when", async ({ browser, daybook }) => {
  const grant = ["--role", "auditor", ...HERE, "--filter", "method=PATCH", "--until", "2099-12-01T12:00:00Z"];
  const part = await daybook.api.total("range=all&method=PATCH");
  await as(browser, daybook, grant, Log.path("range=all"), async (page) => {
    await new Log(page).ready();
    await expect(page.locator(".summary-total")).toHaveText(`${part.toLocaleString("en-GB")} entries`);
    await expect(note(page)).toContainText("Only what this holds for: Method is PATCH.");
    await expect(note(page)).toContainText("Until Tue 1 Dec 2099 07:00.");
  });
});

test("a member sees their own activity, and is told so", async ({ browser, daybook }) => {
  const own = await daybook.api.total(`range=all&actor=user:${MAYA.actor.id}`);
  await as(browser, daybook, ["--role", "member", ...HERE], Log.path("range=all"), async (page) => {
    await new Log(page).ready();
    await expect(page.locator(".summary-total")).toHaveText(`${own.toLocaleString("en-GB")} entries`);
    await expect(note(page)).toContainText("Only your own activity and your runs.");
    await expect(note(page).getByRole("button")).toHaveCount(0);
    await expect(settings(page)).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Export" })).toHaveCount(0);
  }, MAYA.actor.email);
});

test("whoever has no role is told whom to ask, and nothing is read", async ({ browser, daybook }) => {
  await daybook.server.command(["project", "create", "elsewhere"]);
  await as(browser, daybook, ["--role", "auditor", "--project", "elsewhere"], Log.path("method=PATCH"), async (page, email) => {
    await expect(page.getByRole("heading", { name: "You have no access to acme" })).toBeVisible();
    await expect(page.getByText(email, { exact: true })).toBeVisible();
    await expect(page.getByRole("list", { name: "Projects you may open" }).getByRole("link")).toHaveText(["elsewhere"]);
    // A project that does not exist is told apart by nothing.
    const read: string[] = [];
    page.on("response", (answer) => {
      if (/\/api\/projects\//.test(answer.url()) && answer.ok()) read.push(answer.url());
    });
    await page.goto("/projects/nowhere/settings");
    await expect(page.getByRole("heading", { name: "You have no access to nowhere" })).toBeVisible();
    await page.goto(Log.path("method=PATCH"));
    await expect(page.getByRole("heading", { name: "You have no access to acme" })).toBeVisible();
    expect(read).toEqual([]);
    // Once let in, the same link works.
    await daybook.server.command(["user", "grant", "--email", email, ...HERE, "--role", "auditor"]);
    await page.reload();
    const log = new Log(page);
    await log.ready();
    await log.expectQuery({ method: ["PATCH"] });
  });
});
