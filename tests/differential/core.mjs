/** The built WebAssembly, as JavaScript objects in and out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { wasmFolder } from '../e2e/artifacts.mjs';

export async function openCore() {
  const folder = wasmFolder();
  const pkg = await import(pathToFileURL(join(folder, 'tandem_keyring.js')).href);
  pkg.initSync({ module: readFileSync(join(folder, 'tandem_keyring_bg.wasm')) });
  const call = (name) => (request) => JSON.parse(pkg[name](JSON.stringify(request)));
  return { prepare: call('prepare'), finish: call('finish') };
}
