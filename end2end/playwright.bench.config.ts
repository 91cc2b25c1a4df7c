import { defineConfig } from "@playwright/test";
import { launchOptions, reader } from "./browser.ts";

// How fast the page is, in a real browser on the binary that is handed out: `cargo xtask bench page`.
export default defineConfig({
  testDir: "bench-specs",
  outputDir: "test-results/bench",
  workers: 1,
  timeout: 900_000,
  reporter: "line",
  expect: { timeout: 30_000 },
  use: {
    ...reader,
    browserName: "chromium",
    launchOptions,
    viewport: { width: 1440, height: 900 },
    // What does not come is told, and the figures so far are printed.
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
  },
});
