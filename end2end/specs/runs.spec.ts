import { expect, serve, test as base, type Daybook } from "../fixtures/test.ts";

// What is sent here would be in the way of the tests that count: these have a server of their own.
const test = base.extend<object, { daybook: Daybook }>({
  daybook: [({ browser }, use) => serve({ browser }, use), { scope: "worker", timeout: 60_000 }],
});

test("a run is told as it went, under what ran, how it ended and how long it took", async ({ log, page, daybook }) => {
  const start = Date.now() - 90 * 60_000;
  const step = (nth: number, action: string, more: object) => ({
    id: `run-step-${nth}`, occurred_at: new Date(start + nth * 64_000).toISOString(), run_id: "run_told",
    actor: { type: "automation" as const, id: "auto_1", name: "Deployer" }, action, operation: "execute",
    resource: { type: "application", id: "app_run", name: "runner" }, ...more,
  });
  await daybook.api.send([
    step(2, "FinishRollout", { outcome: "failure", error: "not ready" }),
    step(0, "DeployApp", { outcome: "success" }),
    step(1, "BuildImage", { outcome: "success" }),
  ]);
  await log.open("tab=runs&run=run_told");
  const heading = log.table.getByRole("rowheader").filter({ hasText: "Deploy app · runner" });
  await expect(heading).toContainText("Failure");
  await expect(heading).toContainText("2 min 8 s");
  await expect(heading).toContainText("oldest first");
  await expect(heading.getByRole("link", { name: /^3 entries/ })).toBeVisible();
  const actions = async () => (await log.column("Action")).map((text) => text.trim());
  expect(await actions()).toEqual(["Deploy app", "Build image", "Finish rollout"]);
  await expect(log.table.getByRole("rowheader").first(), "days are headed").toContainText(/^(Today|Yesterday), /);
  // The keys walk the rows as they stand.
  const seqs = await log.seqs();
  await log.link(log.rows.first()).click();
  await page.keyboard.press("j");
  await log.expectQuery({ tab: ["runs"], run: ["run_told"], event: [String(seqs[1])] });
  await expect(log.panel.getByRole("link", { name: "Entry below" })).toHaveAttribute("href", new RegExp(`event=${seqs[2]}`));
});

test("a run of one entry has neither a length nor an order", async ({ log, daybook }) => {
  await daybook.api.send([{
    id: "run-alone", occurred_at: new Date(Date.now() - 60_000).toISOString(), run_id: "run_alone",
    actor: { type: "automation", id: "auto_1", name: "Deployer" }, action: "DeployApp", outcome: "success",
  }]);
  await log.open("tab=runs&run=run_alone");
  const heading = log.table.getByRole("rowheader").filter({ hasText: "Deploy app" });
  await expect(heading.getByRole("link", { name: /^1 entry/ })).toBeVisible();
  await expect(heading).not.toContainText(/\d ms|oldest first/);
});
