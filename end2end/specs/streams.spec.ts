import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expectAccessible } from "../fixtures/axe.ts";
import { expect, test } from "../fixtures/test.ts";

const SETTINGS = "/projects/acme/settings";

/** A receiver that answers as it is told, and keeps what it was sent. */
class Receiver {
  status = 200;
  taken = 0;
  authorization: string | undefined;
  #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece: Buffer) => (body += piece.toString()));
      request.on("end", () => {
        this.authorization = request.headers.authorization;
        if (this.status === 200) this.taken += body.trim().split("\n").length;
        response.writeHead(this.status).end("as told");
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ingest`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

test("a stream is made, fails, is paused, goes on, and is deleted", async ({ page }) => {
  const receiver = new Receiver();
  const address = await receiver.start();
  await page.goto(`${SETTINGS}#streams`);
  const form = page.getByRole("form", { name: "Create a stream" });
  await page.getByRole("button", { name: "Create a stream" }).click();
  await form.getByLabel("Name").fill("SIEM");
  await form.getByLabel("Address").fill("siem.acme.dev");
  await form.getByLabel("Its value").fill("Bearer from-the-page");
  await form.getByRole("button", { name: "Create stream" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "is not an address such as" })).toBeVisible();
  await expect(form.getByLabel("Address")).toHaveAttribute("aria-invalid", "true");
  // What a format or a scheme cannot do is said where it is chosen.
  await form.getByLabel("Address").fill(address);
  await form.getByLabel("Format").selectOption("Structured data");
  await form.getByRole("button", { name: "Create stream" }).click();
  await expect(form.getByRole("alert").filter({ hasText: "structured goes with syslog" })).toBeVisible();
  await form.getByLabel("Format").selectOption("OCSF");
  await form.getByLabel("Only this part").fill("https://daybook.example/projects/acme/log?action=CreateStream");
  await expect(form.getByText("Sends only: Action is")).toBeVisible();
  await form.getByRole("button", { name: "Create stream" }).click();

  const table = page.getByRole("table", { name: "Streams" });
  const row = table.getByRole("row").filter({ hasText: "SIEM" });
  await expect(row).toContainText(address);
  await expect(row).toContainText("as OCSF");
  await expect(form).toHaveCount(0);
  // Its own making is an entry that it sends.
  await expect(row).toContainText("1 sent, the last", { timeout: 20_000 });
  expect(receiver.authorization).toBe("Bearer from-the-page");
  await expect(row).toContainText("Nothing");
  await expectAccessible(page, "the streams");

  receiver.status = 503;
  await page.getByRole("button", { name: "Create a stream" }).click();
  await expect(form.getByLabel("Its value")).toHaveValue("");
  await form.getByLabel("Name").fill("another");
  await form.getByLabel("Address").fill("http://127.0.0.1:9/");
  await form.getByRole("button", { name: "Create stream" }).click();
  await expect(row).toContainText("Failing", { timeout: 20_000 });
  await expect(table.getByText("The target answered 503 Service Unavailable: as told.")).toBeVisible();
  await row.getByRole("button", { name: "Pause SIEM" }).click();
  await expect(row).toContainText("Paused");
  await expect(table.getByText("it answered 503")).toHaveCount(0);
  receiver.status = 422;
  await row.getByRole("button", { name: "Resume SIEM" }).click();

  // What is refused for good is told, sent again and taken.
  await row.getByRole("button", { name: "1 entry refused from SIEM" }).click({ timeout: 20_000 });
  const letters = page.getByRole("list", { name: "Refused entries" });
  await expect(letters).toContainText("it answered 422 Unprocessable Entity: as told");
  await expectAccessible(page, "refused entries");
  receiver.status = 200;
  await page.getByRole("button", { name: "Send all again" }).click();
  await expect(row.getByRole("button", { name: /refused from SIEM/ })).toHaveCount(0, { timeout: 20_000 });
  await expect(row).toContainText("2 sent");

  for (const name of ["SIEM", "another"]) {
    const one = table.getByRole("row").filter({ has: page.getByRole("button", { name: `Delete ${name}`, exact: true }) });
    await one.getByRole("button", { name: `Delete ${name}` }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page.getByRole("button", { name: `Delete ${name}`, exact: true })).toHaveCount(0);
  }
  await expect(page.getByText("There are no streams yet.")).toBeVisible();
  receiver.stop();
});
