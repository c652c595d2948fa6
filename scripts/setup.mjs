// Prepares a fresh machine that has only rustup and Node: the wasm32 target, the npm
// packages and wasm-bindgen; with `--browser` also Chromium, for the tests. Safe to
// run at any time: what is already there is left alone. Runs before node_modules
// exists, so neither this file nor what it imports may use an npm package.

import { pathToFileURL } from 'node:url';
import { ensureBrowser } from './browser.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { main, ScriptError } from './run.mjs';
import { ensureWasmBindgen, ensureWasmTarget } from './rust.mjs';

/** Everything that building and starting need. Tests also need `{ browser: true }`. */
export function setup({ browser = false } = {}) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new ScriptError(`Node 20 or newer is needed, this is ${process.version}`);
  ensureWasmTarget();
  ensureNodeModules();
  ensureWasmBindgen();
  if (browser) ensureBrowser();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(() => setup({ browser: process.argv.includes('--browser') }));
}
