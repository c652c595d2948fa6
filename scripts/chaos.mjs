// Kills without mercy, for as long as it takes: the server as a process under the device's code
// natively, then the snap under MetaMask's own controllers. `npm run chaos -- 200 50` stops after
// fewer kills inside a ceremony; TANDEM_SEED repeats the choices of a run. `npm test` has a short run of both.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { root } from './paths.mjs';
import { main, run, ScriptError } from './run.mjs';
import { setup } from './setup.mjs';

const SERVER_KILLS = 2000;
const SNAP_KILLS = 500;

export async function chaos([serverKills = SERVER_KILLS, snapKills = SNAP_KILLS]) {
  for (const kills of [serverKills, snapKills]) {
    if (!/^\d+$/u.test(kills)) throw new ScriptError(`${kills} is not a number of kills`);
  }
  setup();
  await build();
  const seed = process.env.TANDEM_SEED ?? `${Math.floor(Math.random() * 2 ** 32)}`;
  const env = {
    TANDEM_SEED: seed,
    TANDEM_SERVER_BIN: join(root, 'target', 'release', 'tandem-server'),
    TANDEM_CHAOS_KILLS: `${serverKills}`,
    TANDEM_CHAOS_SNAP_KILLS: `${snapKills}`,
  };
  const native = ['test', '--locked', '--package', 'tandem-tests', '--test', 'chaos', '--', '--nocapture'];
  run('cargo', native, { cwd: root, env });
  run(process.execPath, ['--test', join('tests', 'e2e', 'chaos.test.mjs')], { cwd: root, env });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(() => chaos(process.argv.slice(2)));
