// New shares for a key, under MetaMask's own controllers: the account signs on under the
// same address, also when MetaMask is locked while it has not yet kept the new share.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { until, within } from '../../scripts/services/deadline.mjs';
import { assertRefused } from './expectations.mjs';
import { assertSignsMessage } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

/** A refresh that is neither done nor refused by then hangs. */
const REFRESH_LIMIT = 60_000;

let world;
let account;

before(async () => {
  world = await startWorld();
  await world.enrol();
  account = await world.createAccount();
});

afterEach(() => world.user.forgetScript());
after(() => world?.close());

const refresh = () => world.metamask.rpc(COMPANION, 'tandem_refresh', { account: account.id });
const signs = () => assertSignsMessage(world.metamask, account.address);
const status = () => world.metamask.rpc(COMPANION, 'tandem_status');

/** What the snap has written, on disk or not. */
const written = async () => JSON.stringify(await world.metamask.snapController.getSnapState(world.metamask.snapId, true));

test('the user is asked, and a no changes nothing', async () => {
  world.user.rejectNext();
  await assertRefused(world.metamask, 'UserRejected', refresh);
  assert.ok(world.user.lastDialog.text.toLowerCase().includes(account.address));
  await signs();
});

test('a refreshed account signs under its address', async () => {
  assert.equal((await status()).keys[0].refreshedAt, null);
  const { epoch } = await refresh();
  assert.equal(epoch, 1);
  await signs();
  const [key] = (await status()).keys;
  assert.ok(Math.abs(key.refreshedAt - Date.now()) < REFRESH_LIMIT);
  assert.equal(key.refreshDue, false);
});

test('MetaMask is locked while the new share is written and not yet kept', async () => {
  const refreshing = Promise.allSettled([refresh()]);
  await until('the new share is written', async () => (await written()).includes('"next"'), { within: REFRESH_LIMIT });
  await world.metamask.lock();
  await world.metamask.unlock();
  const [outcome] = await within(REFRESH_LIMIT, 'the refresh ends', refreshing);

  await signs();
  assert.ok(!(await written()).includes('"next"'), 'which share counts is settled');
  const { epoch } = await refresh();
  assert.equal(epoch, outcome.status === 'fulfilled' ? outcome.value.epoch + 1 : epoch);
  await signs();
});
