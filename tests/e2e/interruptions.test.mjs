// What happens to browsers and servers every day, between two signatures: neither
// costs an account, and each error says what to do.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { until } from '../../scripts/services/deadline.mjs';
import { assertRefused } from './expectations.mjs';
import { assertSignsMessage, messageHex } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

/** MetaMask stops a request that takes longer, and the snap with it. */
const REQUEST_LIMIT = 60_000;

let world;
let account;

before(async () => {
  world = await startWorld({ proxy: true });
  await world.enrol();
  account = await world.createAccount();
});

afterEach(() => world.user.forgetScript());
after(() => world?.close());

const sign = (text) => assertSignsMessage(world.metamask, account.address, text);
const trySigning = () =>
  world.metamask.keyringController.signPersonalMessage({ from: account.address, data: messageHex('nobody there') });

test('MetaMask is locked and unlocked between two signatures', async () => {
  await sign('before the lock');

  await world.metamask.lock();
  await assert.rejects(trySigning());
  await world.metamask.unlock();

  await sign('after the lock');
});

test('the snap is stopped as idle between two signatures', async () => {
  await sign('before the stop');

  await world.metamask.terminateSnap();
  assert.equal(world.metamask.isSnapRunning, false);

  await sign('after the stop');
});

test('the snap crashes between two signatures', async () => {
  await sign('before the crash');

  await world.metamask.crashSnap();

  await sign('after the crash');
});

test('MetaMask is closed and started again between two signatures', async () => {
  await sign('before the restart');

  await world.metamask.restart();

  assert.deepEqual(await world.metamask.snapAccounts(), [account.address]);
  assert.equal((await world.metamask.rpc(COMPANION, 'tandem_status')).enrolled, true);
  await sign('after the restart');
});

test('the connection is cut while the user reads, and the signature still comes', async () => {
  world.user.answerNext(() => {
    world.proxy.cut();
    return true;
  });

  await sign('cut while reading');
});

test('the server is restarted between two signatures', async () => {
  await sign('before the restart of the server');

  await world.server.stop();
  await world.server.start();

  await sign('after the restart of the server');
});

test('a stopped server is reported in time and by name, and signing works once it is back', async () => {
  await world.server.stop();
  const startedAt = Date.now();

  await assertRefused(world.metamask, 'ServerUnavailable', trySigning);

  assert.ok(Date.now() - startedAt < REQUEST_LIMIT, 'MetaMask would have stopped the snap by then');
  await world.server.start();
  await sign('the server is back');
});

test('the server stops while the user reads, and the snap lives on', async () => {
  world.user.answerNext(async () => {
    await world.server.stop();
    return true;
  });

  await assertRefused(world.metamask, 'ServerUnavailable', trySigning);

  await world.server.start();
  await sign('the server is back again');
});

test('a snap that died with an open, silent connection connects again', async () => {
  let crashed;
  const stopWatching = world.proxy.watch(({ direction }) => {
    if (direction === 'up') {
      crashed ??= world.metamask.crashSnap();
      return 'drop';
    }
    return undefined;
  });

  await assert.rejects(trySigning());

  stopWatching();
  await crashed;
  await sign('over a new connection');
});

test('the snap is stopped while the user reads: no signature, and the next one comes', async () => {
  let stopped;
  world.user.answerNext(() => {
    stopped = world.metamask.terminateSnap();
    return true;
  });

  await assert.rejects(trySigning());

  await stopped;
  await until('the snap has stopped', () => !world.metamask.isSnapRunning);
  await sign('after all');
});
