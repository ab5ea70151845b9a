// Makes wwwroot/ from Client/: the script and its forerunner, one style sheet, the fonts, and static/ as it is.
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { build } from "esbuild";

const out = new URL("../wwwroot/", import.meta.url).pathname;

// The steps of RatioClass.cs: 1.02 to the power of -70 to 70. A class carries the aspect ratio, since the
// Content-Security-Policy allows no style attributes.
const ratios = Array.from({ length: 141 }, (_, i) => i - 70)
  .map(step => `.r${step}{--r:${Number((1.02 ** step).toFixed(4))}}`)
  .join("");

await mkdir(out, { recursive: true });
for (const name of await readdir(out)) await rm(out + name, { recursive: true });
await cp(new URL("static/", import.meta.url).pathname, out, { recursive: true });
await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: { early: "src/early.ts", app: "src/app.ts", discussion: "src/discussion/index.ts", live: "src/live.ts", scalelab: "src/scalelab.ts", styles: "css/styles.css" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox120", "safari17.5"],
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]-[hash]",
  plugins: [{
    name: "ratios",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^virtual:ratios$/ }, ({ path }) => ({ path, namespace: "ratios" }));
      onLoad({ filter: /.*/, namespace: "ratios" }, () => ({ contents: ratios, loader: "css" }));
    },
  }, {
    name: "fonts",
    setup({ onLoad }) {
      // One that comes after the first picture of a page would shift it. It is preloaded, and where that takes too long, there on the next page.
      onLoad({ filter: /@fontsource-variable.*\.css$/ }, async ({ path }) => ({
        contents: (await readFile(path, "utf8")).replaceAll("font-display: swap", "font-display: optional"),
        loader: "css",
      }));
    },
  }],
});
