// Recovery words under MetaMask's own controllers: they are set, the snap loses all that it
// stored, and with the words and a new code the same address signs again.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { assertRefused } from './expectations.mjs';
import { assertSignsMessage } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

let world;
let account;

before(async () => {
  world = await startWorld();
  await world.enrol();
  account = await createWithoutWords();
});

afterEach(() => world.user.forgetScript());
after(() => world?.close());

/** The user says yes to the account, and "later" to the words. */
async function createWithoutWords() {
  world.user.answerNext(true);
  world.user.rejectNext();
  return world.createAccount();
}

const rpc = (method, params) => world.metamask.rpc(COMPANION, method, params);
const ofAccount = () => ({ account: account.id });
const signs = () => assertSignsMessage(world.metamask, account.address);
const recovery = async () => (await rpc('tandem_status')).keys[0].recovery;

test('words that are not repeated are not set', async () => {
  world.user.answerNext(true);
  world.user.rejectNext();
  await assertRefused(world.metamask, 'UserRejected', () => rpc('tandem_setRecovery', ofAccount()));
  assert.equal(await recovery(), null);
});

test('the words are shown once, and three of them asked for', async () => {
  await rpc('tandem_setRecovery', ofAccount());
  assert.equal(world.user.paper.length, 24);
  assert.equal((await recovery()).drillNeeded, false);
  await signs();
});

test('a drill finds the words right', async () => {
  await rpc('tandem_refresh', ofAccount());
  world.user.answerNext(() => world.user.paper.join(' '));
  const { repaired } = await rpc('tandem_drill', ofAccount());
  assert.equal(repaired, false);
});

test('the snap loses everything, and the words bring the account back', async () => {
  await world.metamask.forgetSnapState();
  assert.deepEqual((await rpc('tandem_status')).accounts, []);
  await world.enrol();
  world.user.answerNext(() => world.user.paper.join(' '));
  const recovered = await rpc('tandem_recover');
  assert.deepEqual(recovered.accounts, [account.address]);
  assert.ok(world.user.lastDialog.text.includes(account.address), 'the user saw which account it is');
  const [restored] = (await rpc('tandem_status')).accounts;
  assert.equal(restored.id, account.id);
  await signs();
});

test('a new key has its words before MetaMask has its address', async () => {
  await world.metamask.forgetSnapState();
  await world.enrol();
  let known;
  const stop = world.user.watch(({ text }) => {
    if (/Write down your recovery words/u.test(text)) known = world.metamask.snapAccounts();
  });
  const created = await world.createAccount();
  stop();
  assert.ok(known && !(await known).includes(created.address), 'not before the words');
  assert.equal((await recovery()).drillNeeded, false);
  await assertSignsMessage(world.metamask, created.address);
});
