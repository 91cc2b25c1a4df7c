import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Api } from "../fixtures/api.ts";
import { expectAccessible } from "../fixtures/axe.ts";
import { makeEvents } from "../fixtures/events.ts";
import { freeAddress } from "../fixtures/identity.ts";
import { Log } from "../fixtures/log.ts";
import { MailServer } from "../fixtures/mail.ts";
import { Server } from "../fixtures/server.ts";
import { signInByLink } from "../fixtures/sign-in.ts";
import { expect, test } from "../fixtures/test.ts";

test("a saved view is exported to a folder and summarised by mail", async ({ browser, guard }) => {
  test.slow();
  const folder = await mkdtemp(path.join(tmpdir(), "daybook-exports-"));
  const [mail, address] = [await MailServer.start(), await freeAddress()];
  const server = await Server.start(address, ["--public-url", `http://${address}`, "--export-folder", folder,
    "--smtp-url", mail.smtp, "--mail-from", "Daybook <daybook@acme.dev>"]);
  try {
    await new Api(server).send(makeEvents(Date.now()));
    const context = await browser.newContext({ baseURL: server.url, storageState: await signInByLink(browser, server.link) });
    await guard.watch(context);
    const page = await context.newPage();
    const log = new Log(page);
    await log.open("outcome=failure&range=30d");
    const views = page.getByRole("button", { name: "Saved views" });
    await views.click();
    await page.getByRole("textbox", { name: "Save this view as" }).fill("What failed");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const schedule = async () => {
      await page.getByRole("button", { name: "What failed: change" }).click();
      await page.getByRole("menuitem", { name: "Schedule…" }).click();
    };
    const dialog = page.getByRole("dialog", { name: "Schedule What failed" });

    await schedule();
    await dialog.getByRole("combobox", { name: "Compression" }).selectOption("gzip");
    await dialog.getByRole("textbox", { name: "Folder" }).fill("../up");
    await dialog.getByRole("button", { name: "Keep schedule" }).click();
    await expect(dialog.getByRole("alert").filter({ hasText: "This is not a path" })).toBeVisible();
    await dialog.getByRole("textbox", { name: "Folder" }).fill("audit/weekly");
    await expectAccessible(page, "the dialog of a schedule", "dialog");
    await dialog.getByRole("button", { name: "Keep schedule" }).click();
    await expect(dialog.getByRole("status")).toContainText("It runs for the first time on Mon");
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(dialog).toHaveCount(0);

    // The same view once more, as a mail.
    await views.click();
    await schedule();
    await dialog.getByRole("radio", { name: "A summary of them" }).check();
    await dialog.getByRole("combobox", { name: "When" }).selectOption("daily");
    await dialog.getByRole("combobox", { name: "Where to" }).selectOption("mail");
    await expect(dialog.getByRole("textbox", { name: "To", exact: true })).toHaveValue("admin@localhost");
    await dialog.getByRole("button", { name: "Keep schedule" }).click();
    await dialog.getByRole("link", { name: "See all schedules" }).click();

    const rows = page.getByRole("table", { name: "Schedules" }).getByRole("row");
    const file = rows.filter({ hasText: "Export as CSV, gzip" });
    await expect(file.getByText("Every Monday, 08:00")).toBeVisible();
    await file.getByRole("button", { name: "Run What failed now" }).click();
    await expect(file.getByRole("link", { name: "Get its file" })).toBeVisible();
    const names = await readdir(path.join(folder, "audit/weekly"));
    const whole = names.find((name) => name.endsWith("-run-1.csv.gz"))!;
    expect(names.toSorted()).toEqual([whole, `${whole}.manifest.json`, `${whole}.sha256`].toSorted());
    const bytes = await readFile(path.join(folder, "audit/weekly", whole));
    const sum = await readFile(path.join(folder, "audit/weekly", `${whole}.sha256`), "utf8");
    expect(sum).toBe(`${createHash("sha256").update(bytes).digest("hex")}  ${whole}\n`);
    const download = page.waitForEvent("download");
    await file.getByRole("link", { name: "Get its file" }).click();
    expect((await download).suggestedFilename()).toBe(whole.replace(/\.gz$/, ""));

    const summary = rows.filter({ hasText: "Summary" });
    await summary.getByRole("button", { name: "Run What failed now" }).click();
    await expect.poll(async () => (await mail.mails()).length).toBe(1);
    const [letter] = await mail.mails();
    expect(letter!.headers.subject).toMatch(/^acme · What failed: [\d,]+ entries$/);
    // Its link leads to as many entries as it says, but for those that came late.
    const said = Number(/([\d,]+) entries/.exec(letter!.text)![1]!.replaceAll(",", ""));
    const late = Number((/([\d,]+) of them happened earlier/.exec(letter!.text)?.[1] ?? "0").replaceAll(",", ""));
    await page.goto(/Open these entries: (\S+)/.exec(letter!.text)![1]!);
    await log.ready();
    await expect(log.total).toHaveText(new RegExp(`^${(said - late).toLocaleString("en-US")} entr`));

    await page.goto(`/projects/acme/settings#schedules`);
    await expectAccessible(page, "the schedules");
    await file.getByRole("button", { name: "Pause What failed" }).click();
    await expect(file.getByText("Paused")).toBeVisible();
    await file.getByRole("button", { name: "Remove What failed" }).click();
    await file.getByRole("group").getByRole("button", { name: "Remove" }).click();
    await expect(file).toHaveCount(0);
    await context.close();
  } finally {
    await server.stop();
    await mail.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
