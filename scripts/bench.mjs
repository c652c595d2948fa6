// Sizes, CPU time and traffic of what ships: `npm run bench`. CPU time, not wall
// time, so that another program on the machine disturbs little; the minimum stands
// beside the median to show how much it did.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { root } from './paths.mjs';
import { capture, main } from './run.mjs';
import { bindgen, buildForWasm, optimise } from './wasm.mjs';

const KEYGENS = 5;
const SIGNATURES = 101;

/**
 * In milliseconds of CPU and in bytes. Of the module, 600 kB are for keygen and signing and
 * 120 kB for reading and showing everything that can be signed.
 */
const TARGETS = { signMs: 35, keygenMs: 2500, wasmBytes: 720_000 };

export async function bench() {
  await build();
  const native = nativeNumbers();
  const wasm = await wasmNumbers();
  const module = readFileSync(join(root, 'pkg', 'tandem_keyring_bg.wasm')).length;

  console.log(`\nmachine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}`);
  console.log(`per side, CPU ms: median (minimum) of ${KEYGENS} keygens and ${SIGNATURES} signatures\n`);
  for (const ceremony of ['keygen', 'sign']) {
    for (const side of ['device', 'server']) {
      const show = ({ cpuMsMedian, cpuMsMin }) => `${cpuMsMedian} (${cpuMsMin})`.padEnd(18);
      const cost = wasm[ceremony][side];
      console.log(
        `${ceremony.padEnd(7)} ${side.padEnd(7)} wasm ${show(cost)} native ${show(native[ceremony][side])}` +
          ` sends ${cost.messages} messages, ${cost.bytes} bytes`,
      );
    }
  }
  console.log(`stored share ${wasm.storedShareBytes} bytes`);

  const worst = (ceremony) => Math.max(wasm[ceremony].device.cpuMsMedian, wasm[ceremony].server.cpuMsMedian);
  console.log('');
  const reached = [
    verdict('signature, wasm, slower side, ms', worst('sign'), TARGETS.signMs),
    verdict('keygen, wasm, slower side, ms', worst('keygen'), TARGETS.keygenMs),
    verdict('optimised wasm, bytes', module, TARGETS.wasmBytes),
  ];
  if (reached.includes(false)) process.exitCode = 1;
}

function verdict(what, found, target) {
  const ok = found <= target;
  console.log(`${ok ? 'reached' : 'MISSED '}  ${what}: ${found} (target ${target})`);
  return ok;
}

function nativeNumbers() {
  const args = ['run', '--release', '--locked', '--quiet', '--package', 'tandem-bench', '--', KEYGENS, SIGNATURES];
  return JSON.parse(capture('cargo', args.map(String), { cwd: root }));
}

/** The same code as WebAssembly, through the same tools as the keyring. */
async function wasmNumbers() {
  const folder = join(root, 'target', 'bench-wasm');
  const compiled = buildForWasm('tandem-bench');
  bindgen(compiled, folder, 'bench');
  const module = join(folder, 'bench_bg.wasm');
  optimise(module);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const core = await import(pathToFileURL(join(folder, 'bench.js')).href);
  core.initSync({ module: readFileSync(module) });
  const clock = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  core.run(2, 150, clock); // lets the engine compile: its compiler threads count as CPU time too
  return JSON.parse(core.run(KEYGENS, SIGNATURES, clock));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(bench);
