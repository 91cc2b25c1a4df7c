import { existsSync } from "node:fs";

// `cargo xtask test` sets DAYBOOK_CHROMIUM; without it Debian's is used, else Playwright's own.
const debians = "/usr/bin/chromium";
const chromium = process.env.DAYBOOK_CHROMIUM || (existsSync(debians) ? debians : undefined);
const root = process.getuid?.() === 0;

/** How the browser is started, for the tests and for the screenshots. */
export const launchOptions = {
  executablePath: chromium,
  args: [
    // The sandbox of Chromium does not start for root.
    ...(root ? ["--no-sandbox"] : []),
    // The tests speak to their own server and to nobody else.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
  ],
};

/** Where and how the reader of the tests lives. */
export const reader = { locale: "en-GB", timezoneId: "Europe/Berlin" };
