// Silence Laboratories' DKLs23 in WebAssembly: 2-of-2 keygen, refresh, presigning, signing.
// Every message goes through its bytes.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { peers } from '../paths.mjs';
import { Meter, summarise } from './meter.mjs';

const SIDES = ['device', 'server'];
const NAME = '@silencelaboratories/dkls-wasm-ll-node';

/** `run(keygens, signatures)`, with the results that our own ceremonies give and more. */
export function openSilence() {
  const require = createRequire(join(peers, 'package.json'));
  const library = require(NAME);
  const moduleBytes = readFileSync(require.resolve(NAME).replace(/\.js$/, '_bg.wasm')).length;
  const run = (keygens, signatures) => {
    const made = { keygen: [], refresh: [], presign: [], online: [], sign: [] };
    let shares;
    for (let count = 0; count < keygens; count += 1) {
      const keygen = makeKey(library);
      made.keygen.push(keygen.meter);
      const refresh = refreshKey(library, keygen.shares);
      made.refresh.push(refresh.meter);
      shares = refresh.shares;
    }
    // Signing frees the share it is given: each signature gets its own.
    const stored = shares.map((share) => share.toBytes());
    const publicKey = shares[0].publicKey;
    let lastSignature;
    for (let count = 0; count < signatures; count += 1) {
      const digest = randomBytes(32);
      const own = stored.map((bytes) => library.Keyshare.fromBytes(bytes));
      const { presign, online, signature } = makeSignature(library, own, digest);
      made.presign.push(presign);
      made.online.push(online);
      made.sign.push(presign.plus(online));
      lastSignature = { publicKey, digest, r: signature[0], s: signature[1] };
    }
    for (const share of shares) share.free();
    const costs = Object.entries(made).map(([ceremony, meters]) => [ceremony, summarise(meters)]);
    return { ...Object.fromEntries(costs), lastSignature, storedShareBytes: stored[0].length };
  };
  return { run, moduleBytes };
}

function makeKey(library) {
  const meter = new Meter();
  const sessions = SIDES.map((side, party) => meter.step(side, () => new library.KeygenSession(2, 2, party)));
  return { meter, shares: agree(library, meter, sessions) };
}

function refreshKey(library, old) {
  const meter = new Meter();
  const sessions = SIDES.map((side, party) =>
    meter.step(side, () => library.KeygenSession.initKeyRotation(old[party])),
  );
  const shares = agree(library, meter, sessions);
  SIDES.forEach((side, party) => meter.step(side, () => shares[party].finishKeyRotation(old[party])));
  return { meter, shares };
}

/** The rounds that keygen and refresh share. */
function agree(library, meter, sessions) {
  const { each, exchange } = rounds(library, meter, sessions);
  const first = exchange(each((session) => [session.createFirstMessage()]));
  const second = exchange(each((session, party) => session.handleMessages(first[party])));
  const commitments = each((session) => session.calculateChainCodeCommitment());
  SIDES.forEach((side, party) => meter.sent(side, commitments[party].length));
  const third = exchange(each((session, party) => session.handleMessages(second[party])));
  const fourth = exchange(each((session, party) => session.handleMessages(third[party], commitments)));
  each((session, party) => session.handleMessages(fourth[party]));
  return each((session) => session.keyshare());
}

function makeSignature(library, shares, digest) {
  const presign = new Meter();
  const sessions = SIDES.map((side, party) =>
    presign.step(side, () => new library.SignSession(shares[party], 'm')),
  );
  const { each, exchange } = rounds(library, presign, sessions);
  const first = exchange(each((session) => [session.createFirstMessage()]));
  const second = exchange(each((session, party) => session.handleMessages(first[party])));
  const third = exchange(each((session, party) => session.handleMessages(second[party])));
  each((session, party) => session.handleMessages(third[party]));

  const online = new Meter();
  const last = rounds(library, online, sessions);
  const partial = last.exchange(last.each((session) => [session.lastMessage(digest)]));
  const [signature] = last.each((session, party) => session.combine(partial[party]));
  return { presign, online, signature };
}

/** `each` does a step at both sides, `exchange` gives to each side what the other one sent. */
function rounds(library, meter, sessions) {
  const each = (work) => SIDES.map((side, party) => meter.step(side, () => work(sessions[party], party)));
  const exchange = (made) => {
    const bytes = SIDES.map((side, party) =>
      meter.step(side, () => made[party].map((message) => [message.payload, message.from_id, message.to_id])),
    );
    SIDES.forEach((side, party) => bytes[party].forEach(([payload]) => meter.sent(side, payload.length)));
    made.flat().forEach((message) => message.free());
    return SIDES.map((side, party) =>
      meter.step(side, () => bytes[1 - party].map(([payload, from, to]) => new library.Message(payload, from, to))),
    );
  };
  return { each, exchange };
}
