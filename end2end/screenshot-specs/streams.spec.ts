import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { test } from "../fixtures/scene.ts";
import { expect } from "../fixtures/test.ts";

test("streams", async ({ page, scene, shoot }) => {
  test.setTimeout(120_000);
  const { origin, pathname } = new URL(scene.log);
  const project = pathname.split("/")[2]!;
  // Takes everything but entries of one action, which it refuses for good.
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => response.writeHead(body.includes("\"login\"") ? 422 : 200).end("field user.target.id is not a keyword"));
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  const port = (receiver.address() as AddressInfo).port;
  const head = ((await (await page.request.get(`${origin}/api/projects/${project}/overview?range=1h`)).text()).match(/"as_of":(\d+)/) ?? [])[1];
  const add = async (data: object) => {
    const answer = await page.request.post(`${origin}/api/projects/${project}/streams`, { data });
    expect(answer.ok() || answer.status() === 400, await answer.text()).toBe(true);
    return answer.ok() ? ((await answer.json()) as { id: number }).id : undefined;
  };
  await add({ name: "SIEM", target: `http://127.0.0.1:${port}/services/collector?source=daybook`, format: "ecs", filter: "method.not=GET", after: Math.max(0, Number(head) - 400) });
  await add({ name: "Log collector of the security team", target: "syslogs://127.0.0.1:6514", format: "structured", filter: "outcome=failure", after: 0 });
  const paused = await add({ name: "Data lake", target: "https://ingest.lake.acme.dev/v1/audit", format: "ocsf", header: { name: "Authorization", value: "Bearer x" }, after: 0 });
  if (paused) await page.request.patch(`${origin}/api/projects/${project}/streams/${paused}`, { data: { state: "paused" } });
  await page.goto(`${origin}/projects/${project}/settings#streams`);
  const table = page.getByRole("table", { name: "Streams" });
  await expect(table.getByText("Failing")).toBeVisible({ timeout: 30_000 });
  const refused = page.getByRole("button", { name: /refused from SIEM/ });
  await refused.click({ timeout: 30_000 });
  await expect(page.getByRole("list", { name: "Refused entries" })).toBeVisible();
  await page.getByRole("heading", { name: "Streams" }).evaluate((heading) => heading.scrollIntoView({ block: "start" }));
  await shoot(page, "streams");
  await page.getByRole("button", { name: "Create a stream" }).click();
  await shoot(page, "streams-form");
  receiver.closeAllConnections();
  receiver.close();
});
