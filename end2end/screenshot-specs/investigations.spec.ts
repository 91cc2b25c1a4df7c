import { test } from "../fixtures/scene.ts";
import { expect } from "../fixtures/test.ts";

test("investigations", async ({ page, scene, shoot }) => {
  test.setTimeout(120_000);
  const { origin, pathname } = new URL(scene.log);
  const project = pathname.split("/")[2]!;
  const api = `${origin}/api/projects/${project}`;
  const found = (await (await page.request.get(`${api}/events?range=all&method.not=GET&outcome=failure&limit=3`)).json()) as { entries: { seq: number }[] };
  const seqs = found.entries.map((entry) => entry.seq);
  const post = async (path: string, data: object) => {
    const answer = await page.request.post(`${api}/investigations${path}`, { data });
    expect(answer.ok(), await answer.text()).toBe(true);
    return (await answer.json()) as { investigation: { number: number } };
  };
  const { investigation } = await post("", { title: "Who rotated the deploy key on Friday", pin: { seq: seqs[0], comment: "The first failure after the rotation." } });
  for (const seq of seqs.slice(1)) await post(`/${investigation.number}/pins`, { seq });
  await post(`/${investigation.number}/comments`, { text: "The key was rotated by hand, and the pipeline kept the old one until Monday.\nNothing else used it." });
  const closed = await post("", { title: "Spike of 5xx during the release" });
  await page.request.patch(`${api}/investigations/${closed.investigation.number}`, { data: { status: "closed" } });
  await page.goto(`${origin}/projects/${project}/investigations`);
  await expect(page.getByRole("table", { name: "Investigations" })).toBeVisible();
  await shoot(page, "investigations");
  await page.goto(`${origin}/projects/${project}/investigations/${investigation.number}`);
  await expect(page.getByRole("list", { name: "Entries" })).toBeVisible();
  await shoot(page, "investigation");
  await page.getByRole("button", { name: /^Comment on entry/ }).first().click();
  await page.getByRole("heading", { name: "Entries" }).evaluate((heading) => heading.scrollIntoView({ block: "start" }));
  await shoot(page, "investigation-entries");
  await page.goto(`${scene.log}?event=${seqs[0]}`);
  await page.getByRole("note", { name: "Pinned" }).waitFor();
  await page.getByRole("button", { name: "Pin to an investigation" }).click();
  await expect(page.getByRole("dialog").getByLabel("Comment")).toBeVisible();
  await shoot(page, "pin");
});
