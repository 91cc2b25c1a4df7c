// Bundles the parts of ECharts the app draws with into one classic script, public/echarts.js.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

// Parts every ECharts bundle carries and this app never reaches: texts in Chinese, the dark theme
// (the app's own tokens colour the chart) and the translation of options of ECharts 3 and 4.
const unused = [/[/\\]i18n[/\\]langZH\.js$/, /[/\\]theme[/\\]dark\.js$/, /[/\\]preprocessor[/\\]backwardCompat\.js$/];

await build({
  entryPoints: [fileURLToPath(new URL("entry.js", import.meta.url))],
  outfile: process.argv[2] ?? fileURLToPath(new URL("../../public/echarts.js", import.meta.url)),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  banner: { js: "/*! Apache ECharts (Apache-2.0) and zrender (BSD-3-Clause), the parts that draw bars */" },
  plugins: [
    {
      name: "leave-out-unused-parts",
      setup(bundle) {
        for (const filter of unused) {
          bundle.onLoad({ filter }, () => ({ contents: "export default function () {}" }));
        }
      },
    },
  ],
});
