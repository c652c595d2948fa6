// A private key in and out, under MetaMask's own controllers: imported and used, exported and the
// same, and never where a page could see it.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Wallet } from 'ethers';

import { assertRefused } from './expectations.mjs';
import { assertSignsMessage } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

/** The first account of the published test phrase of Ethereum's tools. */
const SECRET = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const ADDRESS = new Wallet(SECRET).address;

let world;

before(async () => {
  world = await startWorld();
  await world.enrol();
});

afterEach(() => world.user.forgetScript());
after(() => world?.close());

const rpc = (method, params) => world.metamask.rpc(COMPANION, method, params);
const says = (...answers) => answers.forEach((answer) => world.user.answerNext(answer));

test('an imported key signs at its own address, and needs a permit', async () => {
  says(true, SECRET, null);
  await assertRefused(world.metamask, 'UserRejected', () => rpc('tandem_importKey'));
  // The warning, the key, the permit; the words as always.
  says(true, SECRET, await world.server.command(['import-permit']));
  const account = await rpc('tandem_importKey');
  assert.equal(account.address, ADDRESS.toLowerCase());
  assert.equal(world.user.paper.length, 24);
  assert.ok((await world.metamask.snapAccounts()).includes(account.address));
  await assertSignsMessage(world.metamask, account.address);
});

test('an exported key is the one that was imported', async () => {
  const { accounts, keys } = await rpc('tandem_status');
  const permit = await world.server.command(['permit', keys[0].keyId, 'export']);
  says(true, permit);
  const answer = await rpc('tandem_exportKey', { account: accounts[0].id });
  assert.ok(world.user.lastDialog.text.includes(SECRET));
  assert.ok(!JSON.stringify(answer).includes(SECRET.slice(2)));
  assert.ok((await rpc('tandem_status')).keys[0].exportedAt > 0);
  await assertSignsMessage(world.metamask, accounts[0].address);
});

test('the share is shown to the user and not to the page', async () => {
  const { keys } = await rpc('tandem_status');
  const answer = await rpc('tandem_backup', { key: keys[0].keyId });
  assert.match(world.user.lastDialog.text, /"tandem": "backup of the device"/u);
  assert.deepEqual(Object.keys(answer).sort(), ['epoch', 'keyId']);
  const { file } = await rpc('tandem_kit', { key: keys[0].keyId });
  assert.equal(JSON.parse(file).tandem, 'recovery kit');
});
