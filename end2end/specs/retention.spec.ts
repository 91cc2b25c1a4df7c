import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Api } from "../fixtures/api.ts";
import { expectAccessible } from "../fixtures/axe.ts";
import { makeEvents } from "../fixtures/events.ts";
import { freeAddress } from "../fixtures/identity.ts";
import { Server } from "../fixtures/server.ts";
import { signInByLink } from "../fixtures/sign-in.ts";
import { expect, test } from "../fixtures/test.ts";

test("rules are tried before they are saved, and holds say why", async ({ browser, guard }) => {
  test.slow();
  // What cannot be is refused.
  guard.allow(/status of 400/);
  const folder = await mkdtemp(path.join(tmpdir(), "daybook-archive-"));
  const server = await Server.start(await freeAddress(), ["--archive-folder", folder]);
  try {
    await new Api(server).send(makeEvents(Date.now()));
    const context = await browser.newContext({ baseURL: server.url, storageState: await signInByLink(browser, server.link) });
    await guard.watch(context);
    const page = await context.newPage();
    await page.goto("/projects/acme/settings#retention");
    const retention = page.getByRole("region", { name: "Retention" });
    await expect(retention).toContainText("These are the usual rules");
    await expect(retention).toContainText(folder);
    const rules = retention.getByRole("table", { name: "Rules" });
    await expect(rules.getByRole("row").last()).toContainText("Everything else90 days");
    await retention.getByRole("button", { name: "Change the rules" }).click();
    await expect(retention.getByRole("textbox", { name: "Days entries are kept" })).toHaveValue("90");

    await retention.getByRole("button", { name: "What would go?" }).click();
    await expect(retention.getByRole("status")).toContainText("Nothing would go now.");

    await retention.getByRole("textbox", { name: "Days entries are kept" }).fill("0");
    await retention.getByRole("button", { name: "Save retention" }).click();
    await expect(retention.getByRole("alert").filter({ hasText: "1 to 36500" })).toBeVisible();
    await retention.getByRole("textbox", { name: "Days entries are kept" }).fill("400");
    await retention.getByRole("textbox", { name: "Rule", exact: true }).fill("Deploys");
    await retention.getByRole("textbox", { name: "Filter of the rule" }).fill("action=DeployApp");
    await retention.getByRole("textbox", { name: "Days of the rule" }).fill("1000");
    await retention.getByRole("button", { name: "Save retention" }).click();
    await expect(retention.getByText("Saved.")).toBeVisible();
    await expect(retention.getByRole("form", { name: "Rules of retention" })).toHaveCount(0);
    await expect(rules.getByRole("row").filter({ hasText: "Deploys" })).toContainText("action=DeployApp1,000 days");
    await expect(rules.getByRole("row").last()).toContainText("Everything elseWhat no rule above matches");
    await retention.getByRole("button", { name: "Change the rules" }).click();
    await expect(retention.getByRole("list", { name: "Own rules, the first that matches counts" })).toContainText("Deploys, 1,000 days");
    await retention.getByRole("button", { name: "Cancel" }).click();
    await expect(retention).not.toContainText("These are the usual rules");

    await retention.getByRole("button", { name: "Make a hold" }).click();
    await retention.getByRole("textbox", { name: "Name of the hold" }).fill("Case 7");
    await retention.getByRole("textbox", { name: "Filter of the hold" }).fill("range=24h");
    await retention.getByRole("textbox", { name: "Reason" }).fill("asked by legal");
    await retention.getByRole("button", { name: "Make hold" }).click();
    await expect(retention.getByRole("alert").filter({ hasText: "moves with the clock" })).toBeVisible();
    await retention.getByRole("textbox", { name: "Filter of the hold" }).fill("outcome=failure");
    await retention.getByRole("button", { name: "Make hold" }).click();
    const holds = retention.getByRole("table", { name: "Legal holds" });
    await expect(holds).toContainText("asked by legal");
    await retention.getByRole("button", { name: "Find files" }).click();
    await expect(retention).toContainText("The archive has no entries of this time.");
    await expectAccessible(page, "retention");

    await holds.getByRole("button", { name: "Lift Case 7" }).click();
    await holds.getByRole("group").getByRole("button", { name: "Lift" }).click();
    await expect(holds).toHaveCount(0);
    await context.close();
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
});

test("without an archive that is said in a word of warning, and there is no form for its files", async ({ page }) => {
  await page.goto("/projects/acme/settings#retention");
  const retention = page.getByRole("region", { name: "Retention" });
  const warning = retention.getByRole("note");
  await expect(warning.getByRole("heading", { name: "What is removed is gone for good" })).toBeVisible();
  await expect(warning).toContainText("--archive-folder");
  await expect(retention.getByRole("heading", { name: "Archive" })).toHaveCount(0);
  await expect(retention.getByRole("button", { name: "Find files" })).toHaveCount(0);
  await expect(retention).toContainText(/They are applied once a day, next on \w{3} \d+ \w{3} at \d\d:\d\d\./);
  await expect(retention.getByRole("columnheader"), "no column stands empty").toHaveText(["Rule", "Kept"]);
  await expectAccessible(page, "retention without an archive");
});
