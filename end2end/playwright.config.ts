import { defineConfig } from "@playwright/test";
import { launchOptions, reader } from "./browser.ts";

// What these do becomes entries: the others, which count, have a server without them.
const writing = /(administration|alerts|export|investigations|privacy|roles|schedules|settings|share|single-sign-on|streams|views)\.spec\.ts$/;

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  // Upper limits, for machines that are busy with something else as well.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  // A busy machine can stutter. What passes only the second time is counted and shown as flaky.
  retries: 1,
  reporter: "list",
  use: {
    ...reader,
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions,
  },
  projects: [
    { name: "reading", testIgnore: writing, use: { browserName: "chromium" } },
    { name: "writing", testMatch: writing, use: { browserName: "chromium" } },
  ],
});
