import { test } from "../fixtures/scene.ts";
import { expect } from "../fixtures/test.ts";

test("masks, what is revealed, and who is gone", async ({ page, scene, shoot }) => {
  const { origin, pathname } = new URL(scene.log);
  const [base, settings] = [`${origin}/api${pathname.replace(/\/log$/, "")}`, `${origin}${pathname.replace(/log$/, "settings")}`];
  const put = async (privacy: object) => expect((await page.request.put(`${base}/privacy`, { data: privacy })).ok()).toBe(true);
  const made = await page.request.post(`${base}/tokens`, { data: { name: "withdrawn", scopes: ["read"] } });
  const { info } = (await made.json()) as { info: { id: number } };
  await page.request.delete(`${base}/tokens/${info.id}`);

  await put({ emails: ["member"], ips: ["member", "auditor"] });
  await page.goto(`${settings}#privacy`);
  await expect(page.getByRole("table", { name: "Who sees masks" })).toBeVisible();
  await shoot(page, "settings-privacy");
  await page.goto(`${settings}#tokens`);
  await page.getByRole("button", { name: "Create a token" }).click();
  const form = page.getByRole("form", { name: "Create a token" });
  await form.getByLabel("Lasts").selectOption("Until a moment");
  await form.getByLabel("Until", { exact: true }).fill("2026-12-01 18:00");
  await form.getByRole("button", { name: "Until: choose a day" }).click();
  await expect(page.getByRole("grid")).toBeVisible();
  await shoot(page, "settings-moment");

  // The log of the log has addresses as names.
  await page.goto(`${scene.log}?hidden=shown&source=daybook&range=24h`);
  await expect(page.locator(".badge.gone").or(page.locator(".summary-total")).first()).toBeVisible();
  await put({ emails: ["admin"], ips: ["admin"] });
  await page.goto(`${scene.log}?range=7d&ip=*`);
  await expect(page.locator(".summary-total")).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await shoot(page, "masked");
  await page.locator(".row-link").first().click();
  const note = page.getByRole("note", { name: "Masked" });
  await expect(note).toBeVisible();
  await shoot(page, "masked-entry");
  await note.getByRole("button", { name: "Reveal…" }).click();
  await page.getByLabel("Reason").fill("Incident 4711: who raised the limit");
  await shoot(page, "reveal");
  await page.getByRole("button", { name: "Record and reveal" }).click();
  await expect(note).toContainText("Revealed for you");
  await shoot(page, "revealed");
  await put({});

  await page.goto(`${scene.log}?range=all&actor=api_token:${info.id}`);
  await page.request.post(`${base}/events`, { data: [{ occurred_at: new Date().toISOString(), action: "ReadLog", operation: "read", actor: { type: "api_token", id: String(info.id), name: "withdrawn" }, request: { method: "GET", path: "/api/v2/apps", status_code: 200 } }] });
  await page.reload();
  await expect(page.locator(".badge.gone").first()).toBeVisible();
  await page.locator(".row-link").first().click();
  await expect(page.locator(".panel .badge.gone")).toBeVisible();
  await shoot(page, "gone");
  const rotated = { occurred_at: new Date().toISOString(), action: "UpdateEnvGroup", operation: "update", actor: { type: "user", id: "58392", name: "Maya Ortiz" }, resource: { type: "environment_group", id: "eg_12", name: "billing-env" }, change: { before: { DB_PASSWORD: "one", API_KEY: "same", REGION: "eu" }, after: { DB_PASSWORD: "two", API_KEY: "same", REGION: "us" } } };
  const { head } = (await (await page.request.post(`${base}/events`, { data: [rotated] })).json()) as { head: number };
  await page.goto(`${scene.log}?range=all&event=${head}`);
  await page.getByRole("button", { name: /^All fields/ }).click();
  await expect(page.getByRole("tabpanel")).toContainText("(redacted, unchanged)");
  await shoot(page, "redacted");
  await page.goto(`${origin}/projects/nowhere/log`);
  await expect(page.getByRole("list", { name: "Who looks after this instance" })).toBeVisible();
  await shoot(page, "whom-to-ask");
});
