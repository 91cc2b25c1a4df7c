import { actorLabel, statusOf, type Event } from "../fixtures/event.ts";
import { inLine } from "../fixtures/hostile.ts";
import { lastWeek } from "../fixtures/oracle.ts";
import { expect, test } from "../fixtures/test.ts";

test("Older and Newer walk the list without a gap, and Back goes back", async ({ log, page, daybook }) => {
  await log.open("range=30d");
  const expected = (await daybook.api.rows("range=30d&limit=150")).map(({ seq }) => seq);
  const rows = (text: string) => expect(page.getByText(text, { exact: true })).toBeVisible();
  await expect(log.pager.getByRole("link", { name: "Newer" })).toHaveAttribute("aria-disabled", "true");
  expect(await log.seqs()).toEqual(expected.slice(0, 50));
  await log.pager.getByRole("link", { name: "Older" }).click();
  await rows("rows 51–100");
  expect(await log.seqs()).toEqual(expected.slice(50, 100));
  await log.expectTotal(daybook.events.length);
  await log.pager.getByRole("link", { name: "Older" }).click();
  await rows("rows 101–150");
  expect(await log.seqs()).toEqual(expected.slice(100, 150));
  await log.pager.getByRole("link", { name: "Newer" }).click();
  await rows("rows 51–100");
  expect(await log.seqs()).toEqual(expected.slice(50, 100));
  await page.goBack();
  await rows("rows 101–150");
  await page.reload();
  await rows("rows 101–150");
  expect(await log.seqs()).toEqual(expected.slice(100, 150));
});

test("the last page ends the list", async ({ log, page, daybook }) => {
  const storms = lastWeek(daybook.events).filter(({ action }) => action === "SignIn").length;
  await log.open("action=SignIn");
  for (let first = 1; first + 50 <= storms; first += 50) {
    await expect(page.getByText(new RegExp(`^rows ${first}–`))).toBeVisible();
    await log.pager.getByRole("link", { name: "Older" }).click();
  }
  await expect(page.getByText(new RegExp(`^rows \\d+–${storms}$`))).toBeVisible();
  await expect(log.pager.getByRole("link", { name: "Older" })).toHaveAttribute("aria-disabled", "true");
});

test("a change of filter or order begins at page one", async ({ log, page }) => {
  await log.open();
  await log.pager.getByRole("link", { name: "Older" }).click();
  await expect(page.getByText("rows 51–100", { exact: true })).toBeVisible();
  await log.sortBy("Status");
  await log.expectQuery({ sort: ["-status"] });
  await expect(page.getByText("rows 1–50", { exact: true })).toBeVisible();
  await log.pager.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("rows 51–100", { exact: true })).toBeVisible();
  await log.facet("Outcome").getByRole("link", { name: /^Success/ }).click();
  await log.expectQuery({ sort: ["-status"], outcome: ["success"] });
  await expect(page.getByText("rows 1–50", { exact: true })).toBeVisible();
});

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test("a heading sorts the whole list, not the page; again, the other way round", async ({ log, daybook }) => {
  const names = lastWeek(daybook.events).map(actorLabel).sort(byBytes);
  await log.open();
  await log.sortBy("Actor");
  await log.expectQuery({ sort: ["actor"] });
  await expect(log.table.getByRole("columnheader", { name: "Actor" })).toHaveAttribute("aria-sort", "ascending");
  await expect(log.rows.first().getByRole("cell").nth(1)).toContainText(names[0]!);
  await log.sortBy("Actor");
  await log.expectQuery({ sort: ["-actor"] });
  const shown = await log.column("Actor");
  for (const [i, text] of shown.entries()) expect(text).toContain(inLine(names.at(-1 - i)!));
  await log.sortBy("Time");
  await log.expectQuery({});
});

for (const [direction, sort] of [["descending", "-status"], ["ascending", "status"]] as const) {
  test(`by status, ${direction}: absent values are last`, async ({ log, page, daybook }) => {
    const query = "resource_type=api_token&resource_type=cluster&action=RevokeToken&action=DeleteCluster";
    await log.open(`${query}&sort=${sort}`);
    const chosen = (event: Event) => ["RevokeToken", "DeleteCluster"].includes(event.action) && event.resource;
    const codes = lastWeek(daybook.events).filter(chosen).map(statusOf);
    expect(codes).toContain(0);
    await log.expectTotal(codes.length);
    for (let first = 1; first + 50 <= codes.length; first += 50) {
      await expect(page.getByText(new RegExp(`^rows ${first}–`))).toBeVisible();
      await log.pager.getByRole("link", { name: "Next" }).click();
    }
    await expect(page.getByText(new RegExp(`^rows \\d+–${codes.length}$`))).toBeVisible();
    await expect(log.pager.getByRole("link", { name: "Next" })).toHaveAttribute("aria-disabled", "true");
    await expect(log.rows.last().getByRole("cell").nth(3)).toHaveText(/^ok/);
  });
}
