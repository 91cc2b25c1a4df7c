import { test } from "../fixtures/scene.ts";
import { expect } from "../fixtures/test.ts";

test("settings, account, no access", async ({ page, scene, shoot }) => {
  const { origin, pathname } = new URL(scene.log);
  const settings = `${origin}${pathname.replace(/log$/, "settings")}`;
  const project = pathname.split("/")[2]!;
  const put = async (path: string, data: object) => {
    const answer = await page.request.post(`${origin}/api/${path}`, { data });
    expect(answer.ok() || answer.status() === 422, await answer.text()).toBe(true);
  };
  const grant = (role: string, more: object = {}) => ({ grants: [{ project, grant: { role, ...more } }] });
  await put("people", { email: "jonas@acme.dev", ...grant("admin") });
  await put("people", { email: "audit@elsewhere.example", ...grant("auditor", { filter: "application=billing&from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z", until: "2027-01-31T17:00:00.000Z" }) });
  await put("people", { email: "maya@acme.dev", ...grant("member") });
  await put("projects", { slug: "globex" });
  await put(`projects/${project}/tokens`, { name: "ci-deployer", scopes: ["ingest"] });
  await put(`projects/${project}/tokens`, { name: "siem", scopes: ["read", "export"], filter: "outcome=failure" });
  await page.goto(settings);
  await expect(page.getByRole("row").filter({ hasText: "jonas@acme.dev" })).toBeVisible();
  await shoot(page, "settings");
  await page.getByRole("button", { name: "Change audit@elsewhere.example" }).click();
  await page.getByRole("button", { name: "Remove jonas@acme.dev" }).click();
  await shoot(page, "settings-changing");
  await page.goto(settings);
  await page.getByRole("button", { name: "Add a person" }).click();
  await shoot(page, "settings-adding");
  const parts = page.getByRole("navigation", { name: "Parts of the settings" });
  for (const part of ["Tokens", "Exports", "Retention", "Projects"]) {
    await parts.getByRole("link", { name: part }).click();
    await expect(page.getByRole("region", { name: part })).toBeVisible();
    await expect(page.getByRole("region", { name: part }).getByRole(part === "Exports" ? "button" : part === "Projects" ? "list" : "table").first()).toBeVisible();
    await shoot(page, `settings-${part.toLowerCase()}`);
  }
  await parts.getByRole("link", { name: "Retention" }).click();
  await page.getByRole("button", { name: "Change the rules" }).click();
  await shoot(page, "settings-rules");
  await parts.getByRole("link", { name: "Tokens" }).click();
  await page.getByRole("button", { name: "Create a token" }).click();
  await shoot(page, "settings-token-form");
  await page.goto(`${origin}/account`);
  await expect(page.getByRole("table", { name: "Sessions" })).toBeVisible();
  await shoot(page, "account");
  await page.goto(`${origin}/projects/nowhere/log`);
  await expect(page.getByRole("heading", { name: /^You have no access/ })).toBeVisible();
  await shoot(page, "no-access");
});
