// Kills without mercy, for as long as it takes: the server as a process under the device's code
// natively, then the snap under MetaMask's own controllers. `npm run chaos -- 200 50` makes fewer
// cycles; TANDEM_SEED repeats the choices of a run. `npm test` has a short run of both.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { root } from './paths.mjs';
import { main, run, ScriptError } from './run.mjs';
import { setup } from './setup.mjs';

const SERVER_CYCLES = 2000;
const SNAP_CYCLES = 500;

export async function chaos([serverCycles = SERVER_CYCLES, snapCycles = SNAP_CYCLES]) {
  for (const cycles of [serverCycles, snapCycles]) {
    if (!/^\d+$/u.test(cycles)) throw new ScriptError(`${cycles} is not a number of cycles`);
  }
  setup();
  await build();
  const seed = process.env.TANDEM_SEED ?? `${Math.floor(Math.random() * 2 ** 32)}`;
  const env = {
    TANDEM_SEED: seed,
    TANDEM_SERVER_BIN: join(root, 'target', 'release', 'tandem-server'),
    TANDEM_CHAOS_CYCLES: `${serverCycles}`,
    TANDEM_CHAOS_SNAP_CYCLES: `${snapCycles}`,
  };
  const native = ['test', '--locked', '--package', 'tandem-tests', '--test', 'chaos', '--', '--nocapture'];
  run('cargo', native, { cwd: root, env });
  run(process.execPath, ['--test', join('tests', 'e2e', 'chaos.test.mjs')], { cwd: root, env });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(() => chaos(process.argv.slice(2)));
