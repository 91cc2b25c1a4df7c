import { NEEDLE } from "../fixtures/events.ts";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

test("a part of a path is found once typing rests, whatever the case", async ({ log, page }) => {
  await log.open();
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/overview") && asked.push(request.url()));
  await log.search.pressSequentially("HAYSTACK/needle", { delay: 20 });
  await log.expectQuery({ q: ["HAYSTACK/needle"] });
  await log.expectTotal(1);
  await expect(log.rows).toHaveCount(1);
  await expect(log.link(log.rows.first())).toHaveAccessibleName(/Find needle/);
  expect(asked, "one question, not one a letter").toHaveLength(1);
  expect(NEEDLE.toLowerCase()).toContain("haystack/needle");
});

test("Enter searches at once", async ({ log, page }) => {
  await log.open();
  // With the clock stopped no pause ever ends: only Enter can have asked.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await log.search.fill("říhová");
  expect(log.query()).toEqual({});
  await log.search.press("Enter");
  await log.expectQuery({ q: ["říhová"] });
  await log.expectTotal(1);
  await expect(log.rows.first()).toContainText("Zdeňka Říhová");
});

for (const [what, text, id] of [
  ["an e-mail address", "Z.R@acme", "zdenka"],
  ["a resource", "LEGACY-terra", "revoked"],
  ["an application's id", "app_3", "showcase"],
  ["a cluster", "cl_1", "showcase"],
  ["an action", "findneedle", "needle"],
] as const) {
  test(`${what} is found`, async ({ log, daybook }) => {
    await log.open(`q=${encodeURIComponent(text)}`);
    const { seq } = await daybook.api.entry(id);
    expect(await log.seqs()).toContain(seq);
    await expect(log.search).toHaveValue(text);
  });
}

test("white space alone is no search", async ({ log, page, daybook }) => {
  await log.open();
  await log.search.fill("   ");
  await log.search.press("Enter");
  // What follows is asked after it, so an earlier question would have been seen.
  await log.search.fill("  Zdeňka   Říhová ");
  await log.search.press("Enter");
  await log.expectQuery({ q: ["Zdeňka Říhová"] });
  await page.goBack();
  await log.expectQuery({});
  await log.expectTotal(lastWeek(daybook.events).length);
});

test("the cross clears the search, in the field, the address and the list", async ({ log, page, daybook }) => {
  await log.open("q=needle");
  await log.expectTotal(1);
  await page.getByRole("button", { name: "Clear the search" }).click();
  await log.expectQuery({});
  await expect(log.search).toHaveValue("");
  await expect(log.search).toBeFocused();
  await log.expectTotal(lastWeek(daybook.events).length);
});

test("a search begins at page one and closes nothing that is open", async ({ log, page }) => {
  await log.open();
  await log.pager.getByRole("link", { name: "Older" }).click();
  await expect(page.getByText("rows 51–100", { exact: true })).toBeVisible();
  await log.search.fill("prod-eu");
  await log.search.press("Enter");
  await log.expectQuery({ q: ["prod-eu"] });
  await expect(page.getByText("rows 1–50", { exact: true })).toBeVisible();
});

test("Back restores the text of the field", async ({ log, page }) => {
  await log.open();
  await log.search.fill("needle");
  await log.search.press("Enter");
  await log.expectQuery({ q: ["needle"] });
  await page.goBack();
  await log.expectQuery({});
  await expect(log.search).toHaveValue("");
  await page.goForward();
  await log.expectQuery({ q: ["needle"] });
  await expect(log.search).toHaveValue("needle");
});
