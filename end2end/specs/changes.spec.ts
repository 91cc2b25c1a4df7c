import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../fixtures/test.ts";

/** The fields that a diff tells of. */
function fields(changes: Locator): Locator {
  return changes.getByRole("term");
}

/** The lines of one field, with the word that says of which state they are. */
function lines(changes: Locator, field: string): Locator {
  return changes.getByRole("term").filter({ hasText: field }).locator("xpath=following-sibling::dd");
}

async function choose(changes: Locator, extent: string): Promise<void> {
  await changes.getByRole("group", { name: "How much is shown" }).getByRole("button", { name: extent }).click();
}

function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

test("what changed comes first, what did not on demand, and the choice is remembered", async ({ log, page, daybook }) => {
  const { seq } = await daybook.api.entry("showcase");
  await log.open(`event=${seq}`);
  const changes = log.panel.getByRole("tabpanel", { name: "Changes" });
  await expect(fields(changes)).toHaveText(["ADDED", "DROPPED", "RETRY_LIMIT"]);
  await expect(lines(changes, "RETRY_LIMIT")).toHaveText(/before\s*−\s*"3"\s*after\s*\+\s*"10"/);
  await expect(lines(changes, "DROPPED")).toHaveText(/before\s*−\s*true/);
  await choose(changes, "All fields 4");
  await expect(fields(changes)).toHaveText(["ADDED", "DROPPED", "RETRY_LIMIT", "REGION"]);
  await choose(changes, "Whole state");
  await expect(changes).toContainText('"REGION": "eu"');
  await page.reload();
  await expect(changes).toContainText('"REGION": "eu"');
  await choose(changes, "Changed 3");
  await expect(fields(changes)).toHaveCount(3);
});

test("paths are nested, lists are compared by element, texts by line and word", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("edited");
  await log.open(`event=${seq}`);
  const changes = log.panel.getByRole("tabpanel", { name: "Changes" });
  await expect(fields(changes)).toHaveText(["branches[]", "containers[web].image", "limits.cpu.max", "script"]);
  await expect(lines(changes, "branches")).toHaveText(/−\s*"release"\s*after\s*\+\s*"hotfix"/);
  await expect(lines(changes, "containers").locator("mark")).toHaveText(["88", "90"]);
  const script = lines(changes, "script");
  await expect(script).toContainText("strip --strip-all target/release/web");
  await expect(script.locator("mark")).toHaveText([" --strip-all"].map((text) => new RegExp(text.trim())));
  await expect(script).toContainText("2 lines unchanged");
});

test("before and after stand below or beside each other", async ({ log, page, daybook }) => {
  const { seq } = await daybook.api.entry("edited");
  await log.open(`event=${seq}`);
  const changes = log.panel.getByRole("tabpanel", { name: "Changes" });
  const beside = changes.getByRole("button", { name: "Side by side" });
  const box = async (text: string) => (await changes.getByText(text, { exact: true }).boundingBox())!;
  const [before, after] = ["2", "4"];
  expect((await box(after)).y).toBeGreaterThan((await box(before)).y);
  await beside.click();
  await expect(beside).toHaveAttribute("aria-pressed", "true");
  expect((await box(after)).y).toBe((await box(before)).y);
  expect((await box(after)).x).toBeGreaterThan((await box(before)).x);
  await page.reload();
  await expect(beside).toHaveAttribute("aria-pressed", "true");
  await beside.click();
  await expect(beside).toHaveAttribute("aria-pressed", "false");
});

test("the patch that undoes the change is copied", async ({ log, page, daybook, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { seq } = await daybook.api.entry("showcase");
  await log.open(`event=${seq}`);
  await log.panel.getByRole("button", { name: "Copy inverse patch" }).click();
  await expect(page.getByText("Copied inverse patch")).toBeAttached();
  expect(JSON.parse(await clipboard(page))).toEqual([
    { op: "test", path: "/ADDED", value: [1, 2] },
    { op: "test", path: "/RETRY_LIMIT", value: "10" },
    { op: "remove", path: "/ADDED" },
    { op: "add", path: "/DROPPED", value: true },
    { op: "replace", path: "/RETRY_LIMIT", value: "3" },
  ]);
});

test("a redacted value is told as such, and is in no patch", async ({ log, daybook }) => {
  const { seq } = await daybook.api.entry("redacted");
  await log.open(`event=${seq}`);
  const changes = log.panel.getByRole("tabpanel", { name: "Changes" });
  await expect(fields(changes)).toHaveText(["STRIPE_KEY redacted when stored"]);
  await expect(lines(changes, "STRIPE_KEY")).toHaveText(/−\s*•+ \(redacted\)\s*after\s*\+\s*•+ \(redacted, changed\)/);
  await expect(changes.getByRole("button", { name: "Copy inverse patch" })).toHaveCount(0);
  await expect(changes).toContainText("No inverse patch: what was redacted is not known: /STRIPE_KEY.");
});

test("nothing captured and nothing to capture are told apart", async ({ log, daybook }) => {
  await log.open(`event=${(await daybook.api.entry("zdenka")).seq}`);
  await expect(log.panel).toContainText("No snapshot was captured.");
  await log.open(`event=${(await daybook.api.entry("looked")).seq}`);
  await expect(log.panel).toContainText("Read-only event.");
  await expect(log.panel).not.toContainText("No snapshot");
});

test("what was deleted is told field by field", async ({ log, daybook }) => {
  await log.open(`event=${(await daybook.api.entry("revoked")).seq}`);
  const changes = log.panel.getByRole("tabpanel", { name: "Changes" });
  await expect(changes).toContainText("Deleted: nothing is left.");
  await expect(fields(changes)).toHaveText(["name", "scopes"]);
});
