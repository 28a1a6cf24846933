// Builds the shared assets into webapp/static/dist: hashed names, a manifest, and compressed copies beside each file.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import * as esbuild from "esbuild";
import { browserslistToTargets, transform } from "lightningcss";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "..", "webapp", "static", "dist");

// Three-year-old phones are what people hold in the tram. Written as a list so that the build asks nobody.
const browsers = ["chrome 109", "edge 109", "firefox 109", "safari 15.6", "ios_saf 15.6", "samsung 20"];
const scriptTarget = ["chrome109", "edge109", "firefox109", "safari15.6"];

const manifest = {};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await buildStyles();
await buildScripts();
await buildSprite();
await buildNotices();
await writeFile(path.join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

async function buildStyles() {
  const bundle = await esbuild.build({
    absWorkingDir: here,
    entryPoints: ["src/css/app.css"],
    bundle: true,
    write: false,
    outdir: dist,
    loader: { ".woff2": "file" },
    assetNames: "[name]-[hash]",
    logLevel: "warning",
  });
  for (const file of bundle.outputFiles) {
    const name = path.basename(file.path);
    if (name.endsWith(".css")) {
      const { code } = transform({ filename: name, code: Buffer.from(file.contents), minify: true, targets: targets() });
      await put("app.css", withHash("app.css", code), code);
    } else {
      await put(name.replace(/-[A-Z0-9]{8}(?=\.)/, ""), name, file.contents, { compress: false });
    }
  }
}

async function buildScripts() {
  const bundle = await esbuild.build({
    absWorkingDir: here,
    entryPoints: ["src/js/app.js"],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: scriptTarget,
    write: false,
    outdir: dist,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    legalComments: "none",
    logLevel: "warning",
  });
  for (const file of bundle.outputFiles) {
    const name = path.basename(file.path);
    await put(name.replace(/-[A-Z0-9]{8}(?=\.)/, ""), name, file.contents);
  }
}

async function buildSprite() {
  const icons = path.join(here, "node_modules", "bootstrap-icons", "icons");
  const symbols = [];
  for (const name of await iconNames()) {
    const svg = await readFile(path.join(icons, `${name}.svg`), "utf8");
    const [, box] = svg.match(/viewBox="([^"]+)"/);
    const drawing = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>")).replace(/\n\s*/g, "");
    symbols.push(`<symbol id="${name}" viewBox="${box}">${drawing}</symbol>`);
  }
  const sprite = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  await put("sprite.svg", withHash("sprite.svg", sprite), sprite);
  const mark = await readFile(path.join(here, "src", "icon.svg"));
  await put("icon.svg", withHash("icon.svg", mark), mark);
}

/** The licences of what we bundle ask that their text travels with it. */
async function buildNotices() {
  const { dependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));
  const lock = JSON.parse(await readFile(path.join(here, "package-lock.json"), "utf8")).packages;
  const names = new Set(Object.keys(dependencies).filter((name) => !["esbuild", "lightningcss"].includes(name)));
  for (const name of names) for (const below of Object.keys(lock[`node_modules/${name}`]?.dependencies ?? {})) names.add(below);
  const notices = [];
  for (const name of [...names].sort()) {
    const folder = path.join(here, "node_modules", name);
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(path.join(folder, file), "utf8") : (lock[`node_modules/${name}`]?.license ?? "");
    notices.push(`${name}\n${"=".repeat(name.length)}\n\n${text.trim()}\n`);
  }
  await put("notices.txt", "notices.txt", Buffer.from(notices.join("\n\n")));
}

async function iconNames() {
  const lines = (await readFile(path.join(here, "src", "icons.txt"), "utf8")).split("\n");
  return lines.filter((line) => line && !line.startsWith("#")).map((line) => line.split(" ")[0]);
}

async function put(key, file, content, { compress = true } = {}) {
  await writeFile(path.join(dist, file), content);
  if (compress) {
    const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    await writeFile(path.join(dist, `${file}.gz`), await promisify(gzip)(content, { level: 9 }));
    await writeFile(path.join(dist, `${file}.br`), await promisify(brotliCompress)(content, best));
  }
  const integrity = `sha384-${createHash("sha384").update(content).digest("base64")}`;
  manifest[key] = { file, integrity };
}

function withHash(name, content) {
  const { name: stem, ext } = path.parse(name);
  return `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 10)}${ext}`;
}

function targets() {
  return browserslistToTargets(browsers);
}
