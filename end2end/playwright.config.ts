import { defineConfig } from "@playwright/test";
import { launchOptions, reader } from "./browser.ts";

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
  projects: [{ name: "chromium", use: { browserName: "chromium" } }],
});
