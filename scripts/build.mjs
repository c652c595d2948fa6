// Builds everything: the signing server, the Rust core (pkg/) and the snap around it.
// Run setup.mjs first, or `npm run build`, which does.

import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';
import { main, run } from './run.mjs';
import { setup } from './setup.mjs';
import { printSizes } from './sizes.mjs';
import { buildSnap, snapBundle } from './snap.mjs';
import { buildWasm, wasmModule } from './wasm.mjs';

export async function build() {
  setup();
  run('cargo', ['build', '--release', '--locked', '--package', 'tandem-server'], { cwd: root });
  await buildWasm();
  await buildSnap();
  printSizes([wasmModule, snapBundle]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(build);
