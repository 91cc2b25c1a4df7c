import { clock, heading } from "../fixtures/calendar.ts";
import { at } from "../fixtures/event.ts";
import { Log } from "../fixtures/log.ts";
import { lastWeek, newestFirst, tally } from "../fixtures/oracle.ts";
import { Proxy } from "../fixtures/proxy.ts";
import { expect, test } from "../fixtures/test.ts";

test("a plain address shows the last seven days, newest first", async ({ log, daybook, page }) => {
  await log.open();
  const week = newestFirst(lastWeek(daybook.events));
  await expect(page.getByRole("button", { name: /^Last 7 days/ })).toBeVisible();
  await log.expectTotal(week.length);
  await expect(page.getByText("rows 1–50", { exact: true })).toBeVisible();
  await expect(page.getByText("bars and rows agree")).toBeVisible();
  await expect(page.getByText(`stored to #${daybook.events.length.toLocaleString("en-GB")}`)).toBeVisible();
  await expect(log.rows).toHaveCount(50);
  const times = week.slice(0, 50).map((event) => clock(at(event)));
  expect(await log.column("Time")).toEqual(times);
});

test("days are headings", async ({ log, daybook }) => {
  await log.open("action=SignIn&action=FindNeedle&action=InviteMember");
  const chosen = ["SignIn", "FindNeedle", "InviteMember"];
  const rows = newestFirst(daybook.events.filter((event) => chosen.includes(event.action))).slice(0, 50);
  const now = Date.now();
  const days = [...new Set(rows.map((event) => heading(at(event), now)))];
  expect(days.length).toBeGreaterThan(1);
  await expect(log.table.getByRole("rowheader")).toHaveText(days);
});

test("a row says who, how, what and whether it worked", async ({ log, daybook }) => {
  await log.open();
  const row = log.rows.filter({ hasText: "billing-env" }).first();
  const said = [/User\s*Maya Ortiz\s*CLI/, /PATCH/, /200/, /environment group\s*billing-env/, /Update env group/];
  await expect(row.getByRole("cell")).toContainText([/^\d\d:\d\d:\d\d\.\d{3}/, ...said]);

  await log.open("id=zdenka");
  const bare = log.rows.first();
  await expect(bare).not.toContainText("CLI");
  await expect(bare.getByText("—")).toBeVisible();
  await expect(bare.getByText("no resource")).toBeAttached();
  expect(daybook.events.find(({ id }) => id === "zdenka")?.resource).toBeUndefined();
});

test("the raw action and the path are in the tooltip, by hover and by focus", async ({ log, page }) => {
  await log.open("id=showcase");
  const action = log.rows.getByText("Update env group");
  const tip = page.getByRole("tooltip");
  await action.hover();
  await expect(tip).toHaveText("UpdateEnvGroup /api/v2/env-groups/eg_12?dry_run=false", { useInnerText: true });
  await page.keyboard.press("Escape");
  await expect(tip).toBeHidden();
  await log.link(log.rows.first()).focus();
  while (!(await action.evaluate((element) => element === document.activeElement))) await page.keyboard.press("Tab");
  await expect(tip).toBeVisible();
});

test("the rail counts everything that matches, not the page", async ({ log, daybook }) => {
  await log.open();
  const methods = tally(lastWeek(daybook.events).flatMap((event) => event.request?.method ?? []));
  for (const [method, count] of [...methods].slice(0, 4)) {
    await expect(log.facet("Method").getByRole("link", { name: new RegExp(`^${method}\\s*${count.toLocaleString("en-GB")}$`) })).toBeVisible();
  }
});

test("rows are painted before bars, and bars before facets", async ({ daybook, context, page, guard }) => {
  // The proxy goes before the page does, and cuts its live stream.
  guard.allow(/net::ERR_/);
  const proxy = await Proxy.before(daybook.server.url);
  try {
    const log = new Log(page);
    await page.goto(proxy.url + Log.path());
    await expect(page.getByRole("banner")).toBeVisible();
    await expect(log.rows).toHaveCount(0);

    // The tabs, whose columns the rows are drawn in.
    proxy.release();
    proxy.release();
    await expect(log.rows).toHaveCount(50);
    await expect(page.getByText("Counting…")).toBeVisible();

    proxy.release();
    await log.expectTotal(lastWeek(daybook.events).length);
    await expect(page.getByText("bars and rows agree")).toBeVisible();
    await expect(log.facet("Actor")).toHaveCount(0);

    proxy.release();
    await expect(log.facet("Actor")).toBeVisible();
  } finally {
    await context.unrouteAll();
    proxy.close();
  }
});
