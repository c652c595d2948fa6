// The other threshold ECDSA modules for JavaScript beside ours, 2-of-2, in one process and in
// turns, so that a busy minute of the machine meets all of them. They are installed for this
// measurement only: bench/README.md says why.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { N, SigningKey, hexlify, toBeHex } from 'ethers';
import { ensureNodeModules } from '../node-modules.mjs';
import { peers, root } from '../paths.mjs';
import { ScriptError } from '../run.mjs';
import { openCeremonies } from './ceremonies.mjs';
import { openSilence } from './silence.mjs';
import { openTorus } from './torus.mjs';
import { median } from './verdict.mjs';

const ROUNDS = 5;
/** Of each round. */
const KEYGENS = 2;
const SIGNATURES = 21;

const CEREMONIES = ['keygen', 'refresh', 'presign', 'online', 'sign'];

export async function benchPeers() {
  ensureNodeModules(peers);
  const ceremonies = await openCeremonies();
  const silence = openSilence();
  const torus = openTorus();
  const subjects = {
    ours: { run: () => ceremonies(KEYGENS, SIGNATURES), moduleBytes: shippedBytes() },
    silence: { run: () => silence.run(KEYGENS, SIGNATURES), moduleBytes: silence.moduleBytes },
    torus: { run: () => torus.run(SIGNATURES), moduleBytes: torus.moduleBytes },
  };
  const reports = Object.fromEntries(Object.keys(subjects).map((who) => [who, []]));
  for (const { run } of Object.values(subjects)) await run(); // lets the engine compile
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [who, { run }] of Object.entries(subjects)) {
      const report = await run();
      judge(who, report.lastSignature);
      reports[who].push(report);
    }
  }
  const [runs, signatures] = [ROUNDS * KEYGENS, ROUNDS * SIGNATURES];
  console.log(`peers, wasm, slower side: CPU ms, median (minimum) of ${runs} keygens and ${signatures} signatures,`);
  console.log('times ours (times ours by the minimum), bytes sent by the side that sends more');
  for (const ceremony of CEREMONIES) show(ceremony, reports);
  for (const [who, { moduleBytes }] of Object.entries(subjects)) {
    const stored = reports[who][0].storedShareBytes;
    console.log(`${who.padEnd(8)} stored share ${stored} bytes, WebAssembly module ${moduleBytes} bytes`);
  }
  return [];
}

/** Everything the snap is made of, not only the ceremonies. */
function shippedBytes() {
  return statSync(join(root, 'pkg', 'tandem_keyring_bg.wasm')).size;
}

/** ethers' opinion of a signature. It wants a low s, which not every module makes. */
function judge(who, { publicKey, digest, r, s }) {
  const [nonce, high] = [r, s].map((bytes) => hexlify(Uint8Array.from(bytes)));
  const low = BigInt(high) > N / 2n ? toBeHex(N - BigInt(high), 32) : high;
  const recovered = [0, 1].map((yParity) =>
    SigningKey.recoverPublicKey(Uint8Array.from(digest), { r: nonce, s: low, yParity }),
  );
  const key = SigningKey.computePublicKey(Uint8Array.from(publicKey), false);
  if (!recovered.includes(key)) throw new ScriptError(`a signature of ${who} is not valid`);
}

function show(ceremony, reports) {
  const ours = slowerSide(ceremony, reports.ours);
  for (const who of Object.keys(reports)) {
    const cost = slowerSide(ceremony, reports[who]);
    console.log(`${ceremony.padEnd(8)} ${who.padEnd(8)} ${cost ? describe(cost, ours) : 'does not have it'}`);
  }
}

function describe(cost, ours) {
  const time = `${cost.median.toFixed(2)} (${cost.minimum.toFixed(2)})`.padEnd(20);
  const ratio = ours
    ? `x ${(cost.median / ours.median).toFixed(2)} (${(cost.minimum / ours.minimum).toFixed(2)})`
    : 'x -';
  return `${time} ${ratio.padEnd(16)} ${cost.bytes} bytes`;
}

/** Over all rounds; undefined if it does not have this ceremony. */
function slowerSide(ceremony, rounds) {
  const costs = rounds.map((report) => report[ceremony]);
  if (costs.includes(undefined)) return undefined;
  const over = (side, field) => costs.map((cost) => cost[side][field]);
  const sides = ['device', 'server'].map((side) => ({
    median: median(over(side, 'cpuMsMedian')),
    minimum: Math.min(...over(side, 'cpuMsMin')),
  }));
  const slower = sides[0].median > sides[1].median ? sides[0] : sides[1];
  const bytes = Math.max(costs.at(-1).device.bytes, costs.at(-1).server.bytes);
  return { ...slower, bytes };
}
