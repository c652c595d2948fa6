// Every test, after all the set-up and building that they need: Rust natively, the
// WebAssembly boundary under node and in Chromium, typed data against MetaMask's own
// library, the snap and the page, and the whole system under MetaMask's own
// controllers. `npm test -- e2e` runs one suite.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBrowser } from './browser.mjs';
import { build } from './build.mjs';
import { root, wasmBindgen } from './paths.mjs';
import { main, run, ScriptError } from './run.mjs';
import { WASM_TARGET } from './rust.mjs';
import { setup } from './setup.mjs';

const server = join(root, 'target', 'release', 'tandem-server');

/** Each suite, in the order they run: the quickest to fail first. */
const suites = {
  /** All crates natively; whole-system tests drive the server that ships. */
  rust() {
    run('cargo', ['test', '--locked', '--workspace'], { cwd: root, env: { TANDEM_SERVER_BIN: server, RUST_LOG: 'warn' } });
  },
  /** The same boundary tests twice: node, then headless Chromium. */
  wasm() {
    const test = ['test', '--locked', '--target', WASM_TARGET, '--package', 'tandem-keyring', '--test', 'wasm'];
    const runner = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: wasmBindgen.testRunner };
    run('cargo', test, { cwd: root, env: runner });
    const { chromedriver } = ensureBrowser();
    run('cargo', test, { cwd: root, env: { ...runner, WASM_BINDGEN_USE_BROWSER: '1', CHROMEDRIVER: chromedriver } });
  },
  /** The built core against another library, on thousands of generated requests. */
  differential() {
    nodeTest('tests/differential');
  },
  /** The snap's TypeScript, its host and its errors. */
  snap() {
    run('npx', ['--no-install', 'tsc', '-p', 'snap'], { cwd: root });
    nodeTest('tests/snap');
  },
  /** The companion page in Chromium. */
  site() {
    nodeTest('tests/site');
  },
  /** MetaMask's controllers, anvil, the server as a process, Chromium. */
  e2e() {
    nodeTest('tests/e2e');
  },
};

/** One file at a time: they share two cores with servers, wallets and browsers. */
function nodeTest(folder) {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.mjs'));
  const paths = files.sort().map((name) => join(folder, name));
  run(process.execPath, ['--test', '--test-concurrency=1', ...paths], { cwd: root });
}

export async function test(chosen) {
  const unknown = chosen.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    throw new ScriptError(`no suite called ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  }
  setup({ browser: true });
  await build();
  for (const [name, suite] of Object.entries(suites)) {
    if (chosen.length === 0 || chosen.includes(name)) {
      console.log(`\n== ${name}`);
      suite();
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(() => test(process.argv.slice(2)));
