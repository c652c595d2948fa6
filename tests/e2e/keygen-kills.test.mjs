// The promise that no crash, at either side, at any moment, loses the key or shows an
// address nobody can sign for: the server and the snap are killed at every single
// frame of a key generation, and MetaMask is locked and killed inside the half second
// in which its writes of a new account are not yet durable.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until, within } from '../../scripts/services/deadline.mjs';
import { assertSignsMessage } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

/** A creation that is neither done nor refused by then hangs. */
const CREATION_LIMIT = 60_000;

/** With this, an account is made after every single fault, and not only after the last: minutes more. */
const EXHAUSTIVE = process.env.TANDEM_E2E_EXHAUSTIVE === '1';

/** SnapController writes a snap's state to storage this long after the last change, in ms. */
const WRITE_WINDOW = 500;

let world;
/** Storage of a MetaMask with an enrolled snap that has no key yet. */
let enrolledProfile;
/** Direction of each frame of an undisturbed key generation. */
let frames;

before(async () => {
  // Every disturbed creation starts from the same device, which makes many keys.
  world = await startWorld({ proxy: true, settings: { 'max-keys-per-device': '1000' } });
  await world.enrol();
  enrolledProfile = world.metamask.persistedState();
  frames = await countFrames();
});

after(() => world?.close());

test('a key generation is a conversation of several frames', () => {
  assert.ok(frames.includes('up') && frames.includes('down'));
  assert.ok(frames.length >= 4, `only ${frames.length} frames`);
});

test('the server is killed at every frame of a key generation', (t) =>
  disturbEveryFrame(t, {
    name: (index, direction) => `killed before it ${direction === 'up' ? 'receives' : 'is heard with'} frame ${index}`,
    fault: async () => {
      await world.server.kill();
      await world.server.start();
    },
  }));

test('the snap is killed at every frame of a key generation', (t) =>
  disturbEveryFrame(t, {
    name: (index, direction) => `killed before it ${direction === 'down' ? 'receives' : 'is heard with'} frame ${index}`,
    fault: () => world.metamask.crashSnap(),
  }));

test('MetaMask is locked, and stays locked, when the new account has just appeared', async () => {
  await startWithoutKey();
  const { metamask } = world;
  const locked = atAccountAdded(() => metamask.lock());
  const creation = settled(world.createAccount());

  await locked;
  // Until the write that was pending at the lock has come to its end without a key.
  const lockedAt = Date.now();
  await until('the write window passes', () => Date.now() - lockedAt > 2 * WRITE_WINDOW);
  await metamask.unlock();
  await creation;

  await assertNothingIsLost();
});

test('MetaMask is locked and unlocked at once when the new account has just appeared', async () => {
  await startWithoutKey();
  const { metamask } = world;
  const locked = atAccountAdded(() => metamask.lock());
  const creation = settled(world.createAccount());

  await locked;
  await metamask.unlock();
  await creation;

  await assertNothingIsLost();
});

test('MetaMask is locked as soon as the page has its answer', async () => {
  await startWithoutKey();
  await world.createAccount();

  await world.metamask.lock();
  await world.metamask.unlock();

  assert.equal((await world.metamask.snapAccounts()).length, 1);
  await assertNothingIsLost();
});

test('the browser dies when the new account has just been written', async () => {
  await startWithoutKey();
  const storage = atAccountAdded(() => world.metamask.persistedState());
  const creation = settled(world.createAccount());

  await world.metamask.restart(await storage);
  await creation;

  await assertNothingIsLost();
});

/** How an undisturbed key generation goes, frame by frame. */
async function countFrames() {
  await startWithoutKey();
  const directions = [];
  const stopWatching = world.proxy.watch(({ direction }) => {
    directions.push(direction);
  });
  const { address } = await world.createAccount();
  stopWatching();
  await assertSignsMessage(world.metamask, address);
  return directions;
}

/**
 * One device, hit again and again, each time one frame later. Every attempt has to
 * get further than the one before, past whatever that left behind; in the end one is
 * left alone, and must succeed.
 */
async function disturbEveryFrame(t, { name, fault }) {
  await startWithoutKey();
  for (const [index, direction] of frames.entries()) {
    await t.test(name(index, direction), () => disturbAt(index, fault));
  }
  await t.test('left alone, it makes an account that signs', assertNothingIsLost);
}

/** Makes `fault` happen just before frame `index` is passed on, and looks at what is left. */
async function disturbAt(index, fault) {
  let struck;
  const stopWatching = world.proxy.watch(async (frame) => {
    if (frame.index === index) {
      struck = fault();
      await struck;
    }
  });

  const outcome = await settled(world.createAccount());
  stopWatching();

  assert.ok(struck, `the key generation ended before frame ${index}: ${outcome.reason?.message ?? 'with an account'}`);
  // A killed server may come back later than the creation gives up on it.
  await struck;

  const { keys } = await world.metamask.rpc(COMPANION, 'tandem_status');
  if (keys.length === 0 && !EXHAUSTIVE) {
    assert.deepEqual(await world.metamask.snapAccounts(), [], 'MetaMask shows an account whose key is gone');
    return;
  }
  // The key outlived the fault. Use it; the next attempt has to make one of its own.
  await assertNothingIsLost();
  await startWithoutKey();
}

/** An enrolled device without a key, in a MetaMask without accounts. */
async function startWithoutKey() {
  await world.metamask.restart(enrolledProfile);
  assert.deepEqual(await world.metamask.snapAccounts(), []);
}

/** What `action` gives when the vault has saved the new account and nothing happened since. */
function atAccountAdded(action) {
  return within(
    CREATION_LIMIT,
    'an account is added',
    new Promise((resolve, reject) => {
      const stopListening = world.metamask.onAccountAdded(() => {
        stopListening();
        Promise.resolve(action()).then(resolve, reject);
      });
    }),
  );
}

/** Waits for a creation to end, well or badly; a creation that hangs is a failure. */
async function settled(creation) {
  const [outcome] = await within(CREATION_LIMIT, 'the creation ends', Promise.allSettled([creation]));
  return outcome;
}

/**
 * Every address that MetaMask shows can sign, and a further account can be made.
 * MetaMask may show none: then the user was told, and starts again.
 */
async function assertNothingIsLost() {
  for (const address of await world.metamask.snapAccounts()) {
    await assertSignsMessage(world.metamask, address);
  }
  const next = await world.createAccount();
  assert.ok((await world.metamask.snapAccounts()).includes(next.address));
  await assertSignsMessage(world.metamask, next.address);
}
