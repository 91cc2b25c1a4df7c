// Puts a .br and a .gz beside every file of dist/ that gets smaller by it, so that the server has
// nothing left to compress. What was compressed before is taken from the cache, by content.
//
//   node xtask/compress.mjs CACHE
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const cache = process.argv[2];
const compressible = /\.(html|js|css|wasm|svg|json|txt|webmanifest)$/;

// Which size of blocks suits a file is known only once it was tried; 0 leaves it to brotli.
const blocks = [0, 16, 17, 19];

const brotli = (data, block) =>
  promisify(brotliCompress)(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_LGBLOCK]: block,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });

const methods = {
  br: async (data) => {
    const made = await Promise.all(blocks.map((block) => brotli(data, block)));
    return made.reduce((least, one) => (one.length < least.length ? one : least));
  },
  gz: (data) => promisify(gzip)(data, { level: 9 }),
};

await mkdir(cache, { recursive: true });
const stale = new Set(await readdir(cache));

async function compressed(data, name) {
  stale.delete(name);
  try {
    return await readFile(join(cache, name));
  } catch {
    const made = await methods[name.split(".").pop()](data);
    await writeFile(join(cache, name), made);
    return made;
  }
}

const files = await readdir(dist, { recursive: true });
await Promise.all(
  files.filter((file) => compressible.test(file)).map(async (file) => {
    const data = await readFile(join(dist, file));
    const digest = createHash("sha256").update(data).digest("hex");
    for (const kind of Object.keys(methods)) {
      const made = await compressed(data, `${digest}.${kind}`);
      if (made.length < data.length) await writeFile(join(dist, `${file}.${kind}`), made);
    }
  }),
);
await Promise.all([...stale].map((name) => rm(join(cache, name), { force: true })));
