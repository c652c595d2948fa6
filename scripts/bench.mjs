// Sizes, times and traffic of what ships: `npm run bench`, or `npm run bench -- prepare` for
// one part. `peers` runs only when it is named, because it installs modules that are not free
// to use (bench/README.md). Times are CPU time where a thing takes milliseconds, so that another program on
// the machine disturbs little; the minimum stands beside the median to show how much it did.

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchCeremonies } from './bench/ceremonies.mjs';
import { benchPeers } from './bench/peers.mjs';
import { benchPrepare } from './bench/prepare.mjs';
import { verdict } from './bench/verdict.mjs';
import { build } from './build.mjs';
import { root } from './paths.mjs';
import { main, ScriptError } from './run.mjs';

/**
 * 597.5 kB for keygen and signing, 120 kB for reading and showing everything that can be signed,
 * 245 kB for the life of a key: prepared signatures, refresh, recovery with its list of words,
 * requests that are signed once, import, export, moving, and the files for the offline tool.
 */
const MAX_WASM_BYTES = 962_500;

const parts = {
  ceremonies: benchCeremonies,
  prepare: benchPrepare,
  peers: benchPeers,
  size: () => {
    const module = readFileSync(join(root, 'pkg', 'tandem_keyring_bg.wasm'));
    return [verdict('optimised wasm, bytes', module.length, MAX_WASM_BYTES)];
  },
};

/** Installs what may not be shipped: only when it is asked for by name. */
const ONLY_BY_NAME = ['peers'];

export async function bench(chosen) {
  const unknown = chosen.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    throw new ScriptError(`no part called ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  }
  await build();
  console.log(`\nmachine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}`);
  const reached = [];
  for (const [name, part] of Object.entries(parts)) {
    if (chosen.length === 0 ? !ONLY_BY_NAME.includes(name) : chosen.includes(name)) {
      console.log('');
      reached.push(...(await part()));
    }
  }
  if (reached.includes(false)) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(() => bench(process.argv.slice(2)));
