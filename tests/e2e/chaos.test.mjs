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
import { COMPANION, startWorld } from './world.mjs';

/** Interruptions of a ceremony that is running. */
const KILLS = Number(process.env.TANDEM_CHAOS_SNAP_KILLS ?? 10);
/** How many cycles one of them takes at most, on average. */
const CYCLES_FOR_A_KILL = 5;
/** A request that is neither answered nor refused by then hangs. */
const REQUEST_LIMIT = 60_000;
/** SnapController writes a snap's state to storage this long after the last change, in ms. */
const WRITE_WINDOW = 500;
/** More frames than the ceremony has: a later fault strikes when it is over. */
const FRAMES = { keygen: 26, sign: 7, 'prepare and sign': 10, refresh: 28, 'set words': 7, drill: 7, recover: 36 };
/** How likely each is. */
const LIKELY = ['keygen', 'refresh', 'set words', 'drill', 'recover', 'prepare and sign', 'prepare and sign', 'sign', 'sign', 'sign'];
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
/** All words that the user was ever shown: who was cut off cannot know which were set. Newest last. */
const papers = [];
const tally = {};
let kills = 0;
let messages = 0;

before(async () => {
  world = await startWorld({ proxy: true, settings: { 'max-keys-per-device': '100000' } });
  keepPapers();
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
    papers.length = 0;
    return () => world.createAccount();
  },
  sign: async () => {
    const [address] = await world.metamask.snapAccounts();
    return () => sign(address);
  },
  'prepare and sign': async () => {
    const [address] = await world.metamask.snapAccounts();
    return async () => {
      await rpc('tandem_prepare', { account: address, count: 2 });
      await sign(address);
    };
  },
  refresh: async () => {
    const { id } = await newestAccount();
    return () => rpc('tandem_refresh', { account: id });
  },
  'set words': async () => {
    const { id } = await newestAccount();
    await permit('recovery');
    return () => rpc('tandem_setRecovery', { account: id });
  },
  drill: async () => {
    const { id } = await newestAccount();
    await permit('recovery');
    return () => withSomePaper(() => rpc('tandem_drill', { account: id }));
  },
  /** The snap has lost all it had; MetaMask still shows the account. */
  recover: async () => {
    if ((await newestKey())?.recovery == null) return async () => {};
    await world.metamask.forgetSnapState();
    await world.enrol();
    return () => withSomePaper(() => rpc('tandem_recover'));
  },
};

const rpc = (method, params) => world.metamask.rpc(COMPANION, method, params);
const status = () => rpc('tandem_status');
const newestAccount = async () => (await status()).accounts.at(-1);
const newestKey = async () => (await status()).keys.at(-1);

async function permit(operation) {
  const { keyId } = await newestKey();
  world.user.permit = await world.server.command(['permit', keyId, operation]);
}

/** Tries the words that the user has, the newest first, until some are those of the key. */
async function withSomePaper(request) {
  const others = ['OtherRecoveryWords', 'NothingToRecover'];
  for (const paper of papers.toReversed()) {
    world.user.paper = paper;
    try {
      return await request();
    } catch (error) {
      if (!others.includes(error.data?.name)) throw error;
    }
  }
  throw new Error('no words that the user was ever shown are those of the key');
}

/** The user keeps every paper. */
function keepPapers() {
  world.user.watch(({ rows }) => {
    const words = rows.filter(({ label }) => /^\d+$/u.test(label)).map(({ value }) => value);
    if (words.length === 24) papers.push(words);
  });
}

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

test(`${KILLS} interruptions of ceremonies lose no key and use no nonce twice`, async () => {
  for (let cycle = 0; kills < KILLS && cycle < KILLS * CYCLES_FOR_A_KILL; cycle += 1) {
    const act = random.pick(LIKELY);
    const fault = random.pick(Object.keys(faults));
    const frame = random.below(FRAMES[act]);
    try {
      await runCycle(act, fault, frame);
    } catch (error) {
      throw new Error(`cycle ${cycle}, ${act}, ${fault}, frame ${frame}: ${error.message}`, { cause: error });
    }
  }
  for (const [what, count] of Object.entries(tally).sort()) console.log(`${String(count).padStart(6)}  ${what}`);
  console.log(`${String(kills).padStart(6)}  interruptions of a ceremony that was running`);
  console.log(`${String(nonces.size).padStart(6)}  signatures, no nonce twice`);
});

async function runCycle(act, fault, frame) {
  const newest = world.metamask.persistedState();
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
  if (struck) kills += 1;
  const ended = struck ? outcome.status : `${outcome.status}, undisturbed`;
  count(`${act}: ${fault}: ${fault === 'an old profile comes back' ? outcome.status : ended}`);
  if (act === 'recover') await recoverAtLast();
  await nothingIsLost(fault === 'an old profile comes back' ? newest : undefined);
  profiles.push(world.metamask.persistedState());
  if (profiles.length > KEPT_PROFILES) profiles.shift();
}

/** What was cut off is asked for again, until the snap has its account. */
async function recoverAtLast() {
  profiles.length = 0;
  if (!(await status()).enrolled) await world.enrol();
  if ((await newestKey()) === undefined) await withSomePaper(() => rpc('tandem_recover'));
}

/**
 * Every account that MetaMask shows signs. It may show none: then the user was told so. A profile from
 * before a refresh or a recovery may be refused for its age: then `newest` comes back.
 */
async function nothingIsLost(newest) {
  const addresses = await world.metamask.snapAccounts();
  for (const address of addresses) {
    try {
      await sign(address);
    } catch (error) {
      if (newest && ['EpochMismatch', 'ServerLacksKey'].includes(error.data?.name)) {
        count('a profile was too old');
        await world.metamask.restart(newest);
        await sign(address);
        continue;
      }
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
  papers.length = 0;
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
