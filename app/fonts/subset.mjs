// Makes public/fonts/*.woff2: the letters, figures and signs the app shows, and no others.
// Run `npm ci && npm run subset` here after changing this file; the results are committed.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import subset from "subset-font";

const range = (from, to) =>
  String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i));

const latin = range(0x20, 0x7e) + range(0xa0, 0xff);
const punctuation = "–—‘’‚“”„…•·‹›†‡′″\u2007\u2009\u200a\u2011\u202f";
// Names of people are shown as they were written, so those of most European languages are covered; by
// files of their own, which a browser loads once such a letter is shown.
const names = range(0x100, 0x17f) + "ȘșȚțẞ";
const signs = "−×÷±≤≥≠≈∞←↑→↓↗↘↖↙↵⇧⌘⌥€™△▲▼●○□■◆✓✗";

// What the style sheets can switch on, and what letters need to be set right.
const features = ["ccmp", "locl", "kern", "mark", "liga", "calt", "rvrn", "case", "tnum", "pnum"];

const sans = {
  from: "geist/dist/fonts/geist-sans/Geist-Variable.woff2",
  axes: { wght: { min: 400, max: 700 } },
};
const mono = {
  from: "geist/dist/fonts/geist-mono/GeistMono-Variable.woff2",
  axes: { wght: { min: 400, max: 600 } },
};
// For large text: one optical size, and the weight a heading has.
const serif = {
  from: "@fontsource-variable/newsreader/files/newsreader-latin-opsz-normal.woff2",
  axes: { wght: 500, opsz: 28 },
};

// Which letters are in which file is said by the style sheet as well (style/fonts.css).
const fonts = [
  { ...sans, to: "geist.woff2", text: latin + punctuation + signs },
  { ...sans, to: "geist-names.woff2", text: names },
  { ...mono, to: "geist-mono.woff2", text: latin + punctuation + signs },
  { ...mono, to: "geist-mono-names.woff2", text: names },
  { ...serif, to: "newsreader.woff2", text: latin + punctuation + "€" },
  // The name of the product is all that the first view sets in it.
  { ...serif, to: "newsreader-brand.woff2", text: "Daybook" },
];

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));
const target = fileURLToPath(new URL("../../public/fonts/", import.meta.url));

await mkdir(target, { recursive: true });
for (const { from, to, text, axes } of fonts) {
  const small = await subset(await readFile(modules + from), text, {
    targetFormat: "woff2",
    variationAxes: axes,
    keepFeatures: features,
  });
  await writeFile(target + to, small);
  console.log(`${to}  ${small.length} bytes`);
}
