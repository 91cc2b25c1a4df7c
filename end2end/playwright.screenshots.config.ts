import { defineConfig } from "@playwright/test";
import { launchOptions, reader } from "./browser.ts";

// Pictures of every state, of a given server or of one of their own:
//   npm run screenshots
//   DAYBOOK_URL=http://127.0.0.1:8080/projects/acme/log DAYBOOK_LINK=http://127.0.0.1:8080/set-up#… npm run screenshots
// DAYBOOK_LINK signs in; so does DAYBOOK_STORAGE, a file with the storage state of a browser.
// The pictures go to DAYBOOK_SCREENSHOTS, or to screenshots/.
const sizes = { 1440: { width: 1440, height: 900 }, 390: { width: 390, height: 844 } };
const schemes = ["light", "dark"] as const;

export default defineConfig({
  testDir: "screenshot-specs",
  outputDir: "test-results/screenshots",
  workers: 1,
  timeout: 60_000,
  reporter: "list",
  use: { ...reader, browserName: "chromium", launchOptions },
  projects: Object.entries(sizes).flatMap(([size, viewport]) =>
    schemes.map((colorScheme) => {
      const narrow = size === "390";
      return { name: `${size}-${colorScheme}`, use: { viewport, colorScheme, hasTouch: narrow, isMobile: narrow } };
    })),
});
