// Torus' DKLs19 in WebAssembly, which signs with a key that somebody has already shared: 2-of-2
// presigning (a fresh set-up of the oblivious transfers each time, as its client does) and signing.

import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { N, SigningKey, getBytes, hexlify, toBeHex } from 'ethers';
import { peers } from '../paths.mjs';
import { Meter, summarise } from './meter.mjs';

const SIDES = ['device', 'server'];
const NAME = '@toruslabs/tss-lib';

/** `run(signatures)`, with the results that our own ceremonies give and more. */
export function openTorus() {
  const require = createRequire(join(peers, 'package.json'));
  const library = require(NAME);
  const module = readFileSync(join(dirname(require.resolve(NAME)), '..', 'wasm', 'client.wasm'));
  library.initSync(new WebAssembly.Module(module));
  const run = async (signatures) => {
    const made = { presign: [], online: [], sign: [] };
    const key = shareKey();
    let lastSignature;
    for (let count = 0; count < signatures; count += 1) {
      const digest = randomBytes(32);
      const { presign, online, signature } = await makeSignature(library, key, digest);
      made.presign.push(presign);
      made.online.push(online);
      made.sign.push(presign.plus(online));
      const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
      lastSignature = { publicKey: key.publicKey, digest, r, s };
    }
    const costs = Object.entries(made).map(([ceremony, meters]) => [ceremony, summarise(meters)]);
    return { ...Object.fromEntries(costs), lastSignature, storedShareBytes: key.shares[0].length };
  };
  return { run, moduleBytes: module.length };
}

/** A key on a random line, one point of it for each side. */
function shareKey() {
  const [key, slope] = [randomScalar(), randomScalar()];
  const shares = [1n, 2n].map((x) => Buffer.from(getBytes(toBeHex((key + slope * x) % N, 32))));
  return { publicKey: getBytes(new SigningKey(toBeHex(key, 32)).publicKey), shares };
}

function randomScalar() {
  return BigInt(hexlify(randomBytes(32))) % N;
}

async function makeSignature(library, { publicKey, shares }, digest) {
  const session = randomUUID();
  const pub = Buffer.from(publicKey.subarray(1)).toString('base64');
  const presign = new Meter();
  connect(presign);
  const both = (work) => presign.together(() => Promise.all([work(0), work(1)]));
  const signers = await both((party) =>
    library.threshold_signer(session, party, 2, 2, shares[party].toString('base64'), pub),
  );
  const rngs = await both(() => library.random_generator(randomBytes(32).toString('base64')));
  await both((party) => library.setup(signers[party], rngs[party]));
  const ready = await both((party) => library.precompute(new Uint8Array([0, 1]), signers[party], rngs[party]));

  const online = new Meter();
  const text = digest.toString('base64');
  const parts = SIDES.map((side, party) => online.step(side, () => library.local_sign(text, true, ready[party])));
  online.sent('server', bytesOf(parts[1]));
  const signature = online.step('device', () => {
    const nonce = library.get_r_from_precompute(ready[0]);
    return library.local_verify(text, true, nonce, parts, pub);
  });
  signers.forEach((signer) => library.threshold_signer_free(signer));
  rngs.forEach((rng) => library.random_generator_free(rng));
  return { presign, online, signature: Buffer.from(signature, 'base64') };
}

/** The two functions through which the module sends and waits, here within one process. */
function connect(meter) {
  const arrived = new Map();
  const slot = (sender, recipient, kind) => {
    const key = `${sender} ${recipient} ${kind}`;
    if (!arrived.has(key)) {
      const entry = {};
      entry.message = new Promise((resolve) => (entry.deliver = resolve));
      arrived.set(key, entry);
    }
    return arrived.get(key);
  };
  globalThis.js_send_msg = async (_session, self, party, kind, data) => {
    meter.sent(SIDES[self], bytesOf(data));
    slot(self, party, kind).deliver(data);
    return true;
  };
  globalThis.js_read_msg = async (_session, self, party, kind) =>
    kind === 'ga1_worker_support' ? 'unsupported' : slot(party, self, kind).message;
}

/** Messages are pieces of base64, but their client sends the bytes. */
function bytesOf(text) {
  const padding = text.split('=').length - 1;
  return (text.length / 4) * 3 - padding;
}
