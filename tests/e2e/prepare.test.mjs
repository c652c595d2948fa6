// Signatures that are prepared while MetaMask shows the request: what the insight hooks
// cause, and that the approval then uses it. Told by the log of the server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertSignsMessage, messageHex, signAndJudgeTransaction } from './judges.mjs';
import { transfer } from './transactions.mjs';
import { COMPANION, startWorld } from './world.mjs';

const STRANGER = '0x00000000000000000000000000000000000000ff';

/** @type {Awaited<ReturnType<typeof startWorld>>} */
let world;
let account;

before(async () => {
  world = await startWorld({ settings: { 'prepared-timeout-seconds': '600' } });
  await world.enrol();
  account = await world.createAccount();
});

after(() => world?.close());

const shown = {
  transaction: (from) => [
    'onTransaction',
    {
      transaction: { from, to: STRANGER, value: '0x1', data: '0x', gas: '0x5208', nonce: '0x0' },
      chainId: 'eip155:31337',
      transactionOrigin: 'https://dapp.example',
    },
  ],
  message: (from) => [
    'onSignature',
    {
      signature: { from, data: messageHex('hello'), signatureMethod: 'personal_sign' },
      signatureOrigin: 'https://dapp.example',
    },
  ],
};

/** How the server made the signatures since `from` lines of its log. */
function signatures(from) {
  return world.server.lines
    .slice(from)
    .filter((line) => line.includes(' signed '))
    .map((line) => (line.includes('prepared=true') ? 'prepared' : 'whole'));
}

test('a transaction that MetaMask shows is prepared, and its approval uses that', async () => {
  const before = world.server.lines.length;
  const dialogs = world.user.dialogs.length;
  const insights = await world.metamask.askForInsights(...shown.transaction(account.address));

  assert.equal(insights, null, 'nothing is added to what MetaMask shows');
  assert.equal(world.user.dialogs.length, dialogs, 'nobody is asked');
  await signAndJudgeTransaction(world.metamask, account.address, transfer({ nonce: 0n }));
  assert.deepEqual(signatures(before), ['prepared']);
});

test('a message that MetaMask shows is prepared, once', async () => {
  const before = world.server.lines.length;
  assert.equal(await world.metamask.askForInsights(...shown.message(account.address)), null);

  await assertSignsMessage(world.metamask, account.address, 'hello');
  await assertSignsMessage(world.metamask, account.address, 'and once more');
  assert.deepEqual(signatures(before), ['prepared', 'whole']);
});

test("the request of another wallet's account is none of the snap's business", async () => {
  const before = world.server.lines.length;
  assert.equal(await world.metamask.askForInsights(...shown.transaction(STRANGER)), null);
  assert.equal(await world.metamask.askForInsights(...shown.message(STRANGER)), null);

  assert.equal(world.server.lines.length, before, 'the server hears nothing');
});

test('a snap that was stopped meanwhile signs without', async () => {
  const before = world.server.lines.length;
  await world.metamask.askForInsights(...shown.transaction(account.address));
  await world.metamask.terminateSnap();

  await assertSignsMessage(world.metamask, account.address);
  assert.deepEqual(signatures(before), ['whole']);
});

test('a server that was killed meanwhile and is back signs without; one that is away is no trouble to MetaMask', async () => {
  await world.metamask.askForInsights(...shown.transaction(account.address));
  await world.server.kill();
  assert.equal(await world.metamask.askForInsights(...shown.transaction(account.address)), null);
  await world.server.start();

  await assertSignsMessage(world.metamask, account.address);
  assert.deepEqual(signatures(0), ['whole']);
});

test('the companion page prepares several, and no other page any', async () => {
  const before = world.server.lines.length;
  const params = { account: account.address, count: 3 };
  assert.deepEqual(await world.metamask.rpc(COMPANION, 'tandem_prepare', params), { ready: 3 });
  for (const text of ['one', 'two', 'three', 'four']) await assertSignsMessage(world.metamask, account.address, text);
  assert.deepEqual(signatures(before), ['prepared', 'prepared', 'prepared', 'whole']);

  const stranger = 'https://dapp.example';
  world.metamask.connect(stranger);
  await assert.rejects(world.metamask.rpc(stranger, 'tandem_prepare', params), /may not call tandem_prepare/u);
});
