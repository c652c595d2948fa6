// Recovery words under MetaMask's own controllers: they are set, the snap loses all that it
// stored, and with the words and a new code the same address signs again.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { assertRefused } from './expectations.mjs';
import { assertSignsMessage } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

let world;
let account;
/** What the user wrote down. */
let paper;

before(async () => {
  world = await startWorld();
  await world.enrol();
  account = await world.createAccount();
});

afterEach(() => world.user.forgetScript());
after(() => world?.close());

const rpc = (method, params) => world.metamask.rpc(COMPANION, method, params);
const ofAccount = () => ({ account: account.id });
const signs = () => assertSignsMessage(world.metamask, account.address);
const recovery = async () => (await rpc('tandem_status')).keys[0].recovery;

/** Writes down the words of a dialog that shows them, by their numbers. */
function writeDown(dialog) {
  paper = dialog.rows.filter(({ label }) => /^\d+$/u.test(label)).map(({ value }) => value);
  return true;
}

/** Repeats the words whose numbers the dialog names. */
function repeat(dialog) {
  const [, numbers] = /numbers ([\d, ]+), in this order/u.exec(dialog.text);
  return numbers.split(', ').map((number) => paper[Number(number) - 1]).join(' ');
}

test('words that are not repeated are not set', async () => {
  world.user.answerNext(writeDown);
  world.user.rejectNext();
  await assertRefused(world.metamask, 'UserRejected', () => rpc('tandem_setRecovery', ofAccount()));
  assert.equal(await recovery(), null);
});

test('the words are shown once, and three of them asked for', async () => {
  world.user.answerNext(writeDown);
  world.user.answerNext(repeat);
  await rpc('tandem_setRecovery', ofAccount());
  assert.equal(paper.length, 24);
  assert.equal((await recovery()).drillNeeded, false);
  await signs();
});

test('a drill finds the words right', async () => {
  await rpc('tandem_refresh', ofAccount());
  world.user.answerNext(() => paper.join(' '));
  const { repaired } = await rpc('tandem_drill', ofAccount());
  assert.equal(repaired, false);
});

test('the snap loses everything, and the words bring the account back', async () => {
  await world.metamask.forgetSnapState();
  assert.deepEqual((await rpc('tandem_status')).accounts, []);
  await world.enrol();
  world.user.answerNext(() => paper.join(' '));
  const recovered = await rpc('tandem_recover');
  assert.deepEqual(recovered.accounts, [account.address]);
  assert.ok(world.user.lastDialog.text.includes(account.address), 'the user saw which account it is');
  const [restored] = (await rpc('tandem_status')).accounts;
  assert.equal(restored.id, account.id);
  await signs();
});
