import { readFile } from "node:fs/promises";

import { expectAccessible } from "../fixtures/axe.ts";
import { expect, test } from "../fixtures/test.ts";
import { signInByPassword } from "../fixtures/sign-in.ts";
import { colleague, PASSWORD } from "../fixtures/colleague.ts";

const PAGE = "/projects/acme/investigations";

/** Entries of the log, newest first. */
async function places(request: { get(url: string): Promise<{ json(): Promise<unknown> }> }, query: string): Promise<number[]> {
  const page = (await (await request.get(`/api/projects/acme/events?${query}`)).json()) as { entries: { seq: number }[] };
  return page.entries.map((entry) => entry.seq);
}

test("an entry is pinned from its panel, to a new investigation and to one that is there", async ({ log, page }) => {
  const [first, second] = await places(page.request, "method=DELETE&limit=2");
  await log.open(`event=${first}`);
  await log.panel.getByRole("button", { name: "Pin to an investigation" }).click();
  const dialog = page.getByRole("dialog");
  const title = dialog.getByLabel("What is to be found out");
  // Without any there is nothing to choose.
  if (await dialog.getByLabel("Investigation").isVisible()) await dialog.getByLabel("Investigation").selectOption("A new one…");
  await dialog.getByRole("button", { name: "Pin", exact: true }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "is not a line of 1 to 120 characters" })).toBeVisible();
  await title.fill("Who deleted it");
  await dialog.getByLabel("Comment").fill("It begins here.");
  await expectAccessible(page, "the dialog", "dialog[open]");
  await dialog.getByRole("button", { name: "Pin", exact: true }).click();
  await expect(dialog).toBeHidden();
  const note = log.panel.getByRole("note", { name: "Pinned" });
  await expect(note).toHaveText("Pinned to Who deleted it");
  await expect(log.panel.getByRole("button", { name: "Pin to an investigation" })).toBeFocused();

  await log.open(`event=${second}`);
  await log.panel.getByRole("button", { name: "Pin to an investigation" }).click();
  await expect(dialog.getByLabel("Investigation")).toHaveValue(/^\d+$/);
  await dialog.getByRole("button", { name: "Pin", exact: true }).click();
  await note.getByRole("link", { name: "Who deleted it" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Who deleted it" })).toBeVisible();
  const pinned = page.getByRole("list", { name: "Entries" }).locator("> li");
  await expect(pinned).toHaveCount(2);
  await expect(pinned.first()).toContainText("It begins here.");
  // The way back to the log leads to the entry, among those around it.
  await pinned.first().getByRole("link").first().click();
  await expect(log.panel).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`event=${first}`));
});

test.describe("one that was opened", () => {
  let seqs: number[];
  let path: string;

  test.beforeEach(async ({ page }) => {
    seqs = await places(page.request, "method=POST&limit=3");
    const opened = await page.request.post("/api/projects/acme/investigations", { data: { title: "Leaked token" } });
    const { investigation } = (await opened.json()) as { investigation: { number: number } };
    path = `${PAGE}/${investigation.number}`;
    for (const seq of seqs) await page.request.post(`/api/projects/acme/investigations/${investigation.number}/pins`, { data: { seq } });
    await page.goto(path);
  });

  test("entries are moved by keys and by the mouse, and the order stays", async ({ page }) => {
    const handles = page.getByRole("button", { name: /^Entry \d+, number \d of 3/ });
    const order = () => handles.evaluateAll((all) => all.map((one) => Number(/^Entry (\d+)/.exec(one.getAttribute("aria-label")!)![1])));
    await expect.poll(order).toEqual(seqs);
    const [a, b, c] = seqs;
    await handles.first().focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(order).toEqual([b, a, c]);
    await expect(page.getByRole("button", { name: new RegExp(`^Entry ${a}, number 2 of 3`) })).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await expect.poll(order).toEqual([b, c, a]);
    // At the end there is nowhere to go.
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await expect.poll(order).toEqual([b, a, c]);

    const from = (await handles.nth(2).boundingBox())!;
    const to = (await handles.nth(0).boundingBox())!;
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y - 4, { steps: 8 });
    await page.mouse.up();
    await expect.poll(order).toEqual([c, b, a]);
    await page.reload();
    await expect.poll(order).toEqual([c, b, a]);
  });

  test("it is commented on, renamed, closed and opened again, each by whom and when", async ({ page, browser, daybook }) => {
    const findings = page.getByRole("region", { name: "Findings" });
    await findings.getByLabel("What you found").fill("The token was in a public repository.\nIt is revoked.");
    await findings.getByRole("button", { name: "Add comment" }).click();
    const comment = findings.getByRole("listitem");
    await expect(comment).toContainText("public repository.\nIt is revoked.");
    await expect(comment).toContainText(/ at \d\d:\d\d/);
    await page.getByRole("button", { name: `Comment on entry ${seqs[1]}` }).click();
    await page.getByLabel("Comment on this entry").fill("Used from elsewhere.");
    await page.getByRole("button", { name: "Add comment" }).last().click();
    await expect(page.getByRole("list", { name: "Entries" })).toContainText("Used from elsewhere.");
    await expectAccessible(page, "investigations");

    // A colleague sees it, and cannot take another's words back.
    const colleagues = await colleague(browser, daybook, "tom@acme.dev", ["--project", "acme", "--role", "auditor"]);
    const other = colleagues.page;
    await other.goto(path);
    await signInByPassword(other, "tom@acme.dev", PASSWORD);
    await expect(other.getByText("Used from elsewhere.")).toBeVisible();
    await expect(other.getByRole("button", { name: /^Delete the comment/ })).toHaveCount(0);
    await other.getByLabel("What you found").fill("Confirmed.");
    await other.getByRole("button", { name: "Add comment" }).click();
    await expect(other.getByText("Confirmed.")).toBeVisible();
    await colleagues.guard.check(colleagues.context);
    await colleagues.context.close();

    await page.reload();
    await expect(findings.getByText("Confirmed.")).toBeVisible();
    await expect(findings.getByRole("listitem")).toHaveCount(2);
    await findings.getByRole("button", { name: /^Delete the comment/ }).click();
    await findings.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(findings.getByText("public repository")).toHaveCount(0);

    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("form", { name: "Rename" }).getByLabel("Title").fill("Leaked CI token");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Leaked CI token");
    await page.getByRole("button", { name: "Close investigation" }).click();
    await expect(page.getByRole("button", { name: "Open again" })).toBeVisible();
    // What is closed stays as it is.
    await expect(page.getByRole("button", { name: /Rename|Add comment|Unpin|move with the arrow keys/ })).toHaveCount(0);
    await expectAccessible(page, "investigations");
    await page.getByRole("link", { name: "Investigations" }).first().click();
    const row = page.getByRole("table", { name: "Investigations" }).getByRole("row").filter({ hasText: "Leaked CI token" });
    await expect(row.first()).toContainText("Closed");
    await page.goto(path);
    await page.getByRole("button", { name: "Open again" }).click();
    await page.getByRole("button", { name: `Unpin entry ${seqs[2]}` }).click();
    await page.getByRole("button", { name: "Unpin", exact: true }).click();
    await expect(page.getByRole("list", { name: "Entries" }).locator("> li")).toHaveCount(2);
  });

  test("it is taken away as a document", async ({ page }) => {
    for (const [item, ending, begins] of [["HTML", "html", "<!doctype html>"], ["Markdown", "md", "# Leaked token"]] as const) {
      await page.getByRole("button", { name: "Export" }).click();
      const coming = page.waitForEvent("download");
      await page.getByRole("menuitem", { name: new RegExp(`^${item}`) }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toMatch(new RegExp(`^investigation-acme-\\d+\\.${ending}$`));
      const text = await readFile((await download.path())!, "utf8");
      expect(text.startsWith(begins)).toBe(true);
      for (const seq of seqs) expect(text).toContain(`Entry ${seq}`);
      expect(text).not.toContain("<script");
    }
  });
});

test("the list opens one, and says what is wrong with a title", async ({ page }) => {
  await page.goto("/projects/acme/log");
  await page.getByRole("navigation", { name: "Pages of the project" }).getByRole("link", { name: "Investigations" }).click();
  await expect(page).toHaveTitle(/^Investigations · acme/);
  const form = page.getByRole("form", { name: "Open an investigation" });
  await form.getByRole("button").click();
  await expect(form.getByRole("alert").filter({ hasText: "The title is not a line" })).toBeVisible();
  await expectAccessible(page, "investigations");
  await form.getByLabel("What is to be found out").fill("Why production was slow");
  await form.getByRole("button").click();
  await expect(page.getByRole("heading", { level: 1, name: "Why production was slow" })).toBeVisible();
  await expect(page.getByText("None is pinned.")).toBeVisible();
});

test("a page that is not there says so", async ({ page, guard }) => {
  guard.allow(/status of 404/);
  await page.goto(`${PAGE}/9999`);
  await expect(page.getByRole("alert").filter({ hasText: "There is no such investigation." })).toBeVisible();
  await page.goto("/projects/acme/weather");
  await expect(page.getByRole("heading", { name: "There is no page here" })).toBeVisible();
});
