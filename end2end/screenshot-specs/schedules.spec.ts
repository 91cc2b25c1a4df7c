import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freeAddress } from "../fixtures/identity.ts";
import { MailServer } from "../fixtures/mail.ts";
import { test } from "../fixtures/scene.ts";
import { PROJECT, Server } from "../fixtures/server.ts";
import { signInByLink } from "../fixtures/sign-in.ts";
import { expect } from "../fixtures/test.ts";

test("schedules: the dialog, the settings, the mail", async ({ browser, shoot, contextOptions, viewport, colorScheme }) => {
  const folder = await mkdtemp(path.join(tmpdir(), "daybook-exports-"));
  const [mail, address] = [await MailServer.start(), await freeAddress()];
  const server = await Server.start(address, ["--public-url", `http://${address}`, "--export-folder", folder,
    "--smtp-url", mail.smtp, "--mail-from", "Daybook <daybook@acme.dev>"]);
  try {
    await server.command(["demo", "--project", PROJECT, "--events", "20000"]);
    const storageState = await signInByLink(browser, server.link);
    const context = await browser.newContext({ ...contextOptions, viewport, colorScheme, baseURL: server.url, storageState });
    const page = await context.newPage();
    const make = async (data: object) => {
      const when = { weekday: "monday", hour: 8, zone: "Europe/Berlin" };
      const answer = await page.request.post(`/api/projects/${PROJECT}/schedules`, { data: { when, ...data } });
      expect(answer.ok(), await answer.text()).toBe(true);
      return ((await answer.json()) as { id: number }).id;
    };
    const to = (recipients: string[]) => ({ to: "mail", recipients });
    const run = async (id: number) => {
      await page.request.post(`/api/projects/${PROJECT}/schedules/${id}/runs`);
      const runs = async () => (await (await page.request.get(`/api/projects/${PROJECT}/schedules/${id}/runs`)).json()) as { attempts: number; state: string }[];
      await expect.poll(async () => (await runs())[0]?.state).toMatch(/done|retrying/);
    };
    await page.request.post(`/api/projects/${PROJECT}/views`, { data: { name: "Deploys that failed", query: "outcome=failure", shared: true } });
    const csv = { kind: "export", format: "csv", compression: "gzip" };
    await run(await make({ name: "Deploys that failed", query: "outcome=failure", product: csv, destination: { to: "folder", path: "audit/weekly" } }));
    await run(await make({ name: "Everything", query: "", product: { kind: "summary" }, destination: to(["admin@localhost"]) }));
    await run(await make({ name: "Everything, as a file", query: "", product: { kind: "export", format: "parquet" }, destination: to(["admin@localhost"]) }));
    await make({ name: "Requests by people", query: "actor_type=user", product: { kind: "export", format: "ndjson" }, destination: { to: "folder" }, when: { hour: 22, zone: "America/New_York" } });

    await page.goto(`/projects/${PROJECT}/log`);
    await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByRole("button", { name: "Deploys that failed: change" }).click();
    await shoot(page, "schedule-menu");
    await page.getByRole("menuitem", { name: "Schedule…" }).click();
    await expect(page.getByRole("button", { name: "Keep schedule" })).toBeVisible();
    await shoot(page, "schedule-dialog");
    await page.getByRole("combobox", { name: "Where to" }).selectOption("mail");
    await page.getByRole("radio", { name: "A summary of them" }).check();
    await shoot(page, "schedule-dialog-mail");
    await page.getByRole("button", { name: "Keep schedule" }).click();
    await expect(page.getByRole("status").filter({ hasText: "first time" })).toBeVisible();
    await shoot(page, "schedule-kept");
    await page.goto(`/projects/${PROJECT}/settings#schedules`);
    await expect(page.getByRole("table", { name: "Schedules" })).toBeVisible();
    await page.getByRole("heading", { name: "Schedules" }).evaluate((element) => element.scrollIntoView());
    await shoot(page, "schedules");
    for (const [number, letter] of (await mail.mails()).entries()) {
      await page.setContent(letter.html);
      await shoot(page, `schedule-mail-${number + 1}`);
    }
    await context.close();
  } finally {
    await server.stop();
    await mail.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
