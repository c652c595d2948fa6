// Keygen, refresh, signing, and signing in two parts (what is prepared, and what remains): CPU
// time, messages and bytes of each side, natively and in WebAssembly.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../paths.mjs';
import { capture } from '../run.mjs';
import { bindgen, buildForWasm, optimise } from '../wasm.mjs';
import { cpuMs } from './clock.mjs';
import { verdict } from './verdict.mjs';

const KEYGENS = 5;
const SIGNATURES = 101;

/** Milliseconds of CPU of the slower side; of the device where it says so. */
const TARGETS = { signMs: 35, keygenMs: 2000, refreshMs: 2000, presignMs: 35, useDeviceMs: 3, useBytes: 1024 };

export async function benchCeremonies() {
  const native = nativeNumbers();
  const wasm = await wasmNumbers();
  console.log(`per side, CPU ms: median (minimum) of ${KEYGENS} keygens and refreshes, ${SIGNATURES} signatures`);
  for (const ceremony of ['keygen', 'refresh', 'sign', 'presign', 'online']) {
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
  return [
    verdict('signature, wasm, slower side, ms', worst('sign'), TARGETS.signMs),
    verdict('keygen, wasm, slower side, ms', worst('keygen'), TARGETS.keygenMs),
    verdict('refresh, wasm, slower side, ms', worst('refresh'), TARGETS.refreshMs),
    verdict('preparing a signature, wasm, slower side, ms', worst('presign'), TARGETS.presignMs),
    verdict('using it, wasm, device, ms', wasm.online.device.cpuMsMedian, TARGETS.useDeviceMs),
    verdict('using it, device sends, bytes', wasm.online.device.bytes, TARGETS.useBytes),
    verdict('using it, server sends, bytes', wasm.online.server.bytes, TARGETS.useBytes),
  ];
}

function nativeNumbers() {
  const program = ['run', '--release', '--locked', '--quiet', '--package', 'tandem-bench', '--'];
  return JSON.parse(capture('cargo', [...program, 'ceremonies', `${KEYGENS}`, `${SIGNATURES}`], { cwd: root }));
}

async function wasmNumbers() {
  const run = await openCeremonies();
  run(2, 150); // lets the engine compile: its compiler threads count as CPU time too
  return run(KEYGENS, SIGNATURES);
}

/** The same code as WebAssembly, through the same tools as the keyring: `run(keygens, signatures)`. */
export async function openCeremonies() {
  const folder = join(root, 'target', 'bench-wasm');
  const compiled = buildForWasm('tandem-bench');
  bindgen(compiled, folder, 'bench');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const module = join(folder, 'bench_bg.wasm');
  await optimise(module);
  const core = await import(pathToFileURL(join(folder, 'bench.js')).href);
  core.initSync({ module: readFileSync(module) });
  return (keygens, signatures) => JSON.parse(core.run(keygens, signatures, cpuMs));
}
