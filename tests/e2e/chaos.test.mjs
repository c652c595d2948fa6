// Kills without mercy, under MetaMask's own controllers: the snap is crashed, stopped and locked
// out of its half-written state, the browser dies, an old profile comes back and the server is
// killed, at random frames of random ceremonies. Afterwards every account that MetaMask shows
// signs, and no nonce was used twice. `npm run chaos` makes the run a long one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Signature } from 'ethers';

import { until, within } from '../../scripts/services/deadline.mjs';
import { createRandom, seedOfRun } from '../random.mjs';
import { assertSignsMessage } from './judges.mjs';
import { startWorld } from './world.mjs';

const CYCLES = Number(process.env.TANDEM_CHAOS_SNAP_CYCLES ?? 12);
/** A request that is neither answered nor refused by then hangs. */
const REQUEST_LIMIT = 60_000;
/** SnapController writes a snap's state to storage this long after the last change, in ms. */
const WRITE_WINDOW = 500;
/** More frames than the ceremony has: a later fault strikes when it is over. */
const FRAMES = { keygen: 20, sign: 7 };
/** Old profiles that may come back. */
const KEPT_PROFILES = 4;
/** Checks cut short that a key may have before it is frozen, as the server counts them. */
const STRUCK_OUT = 'KeyFrozen';

let world;
/** Storage of a MetaMask with an enrolled snap that has no key yet. */
let enrolledProfile;
const random = createRandom(seedOfRun());
const profiles = [];
const nonces = new Set();
const tally = {};
let messages = 0;

before(async () => {
  world = await startWorld({ proxy: true, settings: { 'max-keys-per-device': '100000' } });
  await world.enrol();
  enrolledProfile = world.metamask.persistedState();
  await makeAccount();
});

after(() => world?.close());

/** What the user does; each tells whether it was done. */
const acts = {
  keygen: async () => {
    await world.metamask.restart(enrolledProfile);
    profiles.length = 0;
    return () => world.createAccount();
  },
  sign: async () => {
    const [address] = await world.metamask.snapAccounts();
    return () => sign(address);
  },
};

/** What goes wrong, once `moment` is there. */
const faults = {
  'the snap crashes': (moment) => moment(() => world.metamask.crashSnap()),
  'the snap is stopped': (moment) => moment(() => world.metamask.terminateSnap()),
  'MetaMask is locked in the write window': (moment) =>
    moment(async () => {
      await passes(random.below(2 * WRITE_WINDOW));
      await world.metamask.lock();
      await world.metamask.unlock();
    }),
  'the browser dies': (moment) => moment(() => world.metamask.restart()),
  'the server is killed': (moment) =>
    moment(async () => {
      await world.server.kill();
      await world.server.start();
    }),
  'an old profile comes back': async () => {
    if (profiles.length > 0) await world.metamask.restart(random.pick(profiles));
  },
};

test(`${CYCLES} cycles of faults lose no key and use no nonce twice`, async () => {
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    const act = random.chance(0.1) ? 'keygen' : 'sign';
    const fault = random.pick(Object.keys(faults));
    const frame = random.below(FRAMES[act]);
    try {
      await runCycle(act, fault, frame);
    } catch (error) {
      throw new Error(`cycle ${cycle}, ${act}, ${fault}, frame ${frame}: ${error.message}`, { cause: error });
    }
  }
  for (const [what, count] of Object.entries(tally).sort()) console.log(`${String(count).padStart(6)}  ${what}`);
  console.log(`${String(nonces.size).padStart(6)}  signatures, no nonce twice`);
});

async function runCycle(act, fault, frame) {
  const perform = await acts[act]();
  let struck;
  const stopWatching = () => watching?.();
  let watching;
  await faults[fault]((strike) => {
    watching = world.proxy.watch(async ({ index }) => {
      if (index !== frame || struck) return;
      struck = strike();
      await struck;
    });
  });
  const [outcome] = await within(REQUEST_LIMIT, `${act} ends`, Promise.allSettled([perform()]));
  stopWatching();
  await struck;
  const ended = struck ? outcome.status : `${outcome.status}, undisturbed`;
  count(`${act}: ${fault}: ${fault === 'an old profile comes back' ? outcome.status : ended}`);
  await nothingIsLost();
  profiles.push(world.metamask.persistedState());
  if (profiles.length > KEPT_PROFILES) profiles.shift();
}

/** Every account that MetaMask shows signs. It may show none: then the user was told so. */
async function nothingIsLost() {
  const addresses = await world.metamask.snapAccounts();
  for (const address of addresses) {
    try {
      await sign(address);
    } catch (error) {
      if (error.data?.name !== STRUCK_OUT) throw error;
      count('a key struck out');
      await world.metamask.restart(enrolledProfile);
      await makeAccount();
    }
  }
  if (addresses.length === 0) await makeAccount();
}

async function makeAccount() {
  profiles.length = 0;
  const { address } = await world.createAccount();
  await sign(address);
}

/** One signature over a message that was never signed before, under a nonce never used before. */
async function sign(address) {
  messages += 1;
  const signature = await assertSignsMessage(world.metamask, address, `message ${messages}`);
  const { r } = Signature.from(signature);
  assert.ok(!nonces.has(r), `the nonce of ${r} was used before`);
  nonces.add(r);
}

/** Waits as long as a person or a machine might. */
async function passes(ms) {
  const start = Date.now();
  await until('time passes', () => Date.now() - start >= ms);
}

function count(what) {
  tally[what] = (tally[what] ?? 0) + 1;
}
