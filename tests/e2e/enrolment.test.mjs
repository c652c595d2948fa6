// How a device is made known to a server: one code, once, typed into the snap's own
// dialog and seen by no page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertRefused } from './expectations.mjs';
import { assertSignsMessage } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

let world;

before(async () => {
  world = await startWorld();
});

after(() => world?.close());

const enrolWith = (code) => {
  world.user.enrolmentCode = code;
  return world.metamask.rpc(COMPANION, 'tandem_enrol');
};

test('before enrolment the status says so, and no account can be made', async () => {
  const status = await world.metamask.rpc(COMPANION, 'tandem_status');
  assert.equal(status.enrolled, false);
  assert.equal(status.server, null);
  assert.deepEqual(status.accounts, []);

  await assertRefused(world.metamask, 'NotEnrolled', () => world.createAccount());
});

test('what is not an enrolment code is refused without asking any server', async () => {
  for (const text of ['', 'hello', 'http://127.0.0.1:1/v1/session#token', `${world.server.sessionUrl}#short`]) {
    await assertRefused(world.metamask, 'InvalidEnrolmentCode', () => enrolWith(text));
  }
});

test('a user who cancels the dialog is not enrolled', async () => {
  world.user.rejectNext();

  await assertRefused(world.metamask, 'UserRejected', () => world.metamask.rpc(COMPANION, 'tandem_enrol'));
});

test('a code the server never gave is refused', async () => {
  const [url, token] = (await world.server.enrol()).split('#');
  const forged = token.replaceAll('-', '').split('').reverse().join('');

  await assertRefused(world.metamask, 'InvalidEnrolmentToken', () => enrolWith(`${url}#${forged}`));

  assert.equal((await world.metamask.rpc(COMPANION, 'tandem_status')).enrolled, false);
});

test('a server that is not there is said to be unreachable', async () => {
  const [, token] = (await world.server.enrol()).split('#');

  const error = await assertRefused(world.metamask, 'ServerUnavailable', () =>
    enrolWith(`ws://127.0.0.1:1/v1/session#${token}`),
  );

  assert.match(error.message, /server/u);
});

test('a good code enrols the device, works once, and never reaches the page', async () => {
  const code = await world.server.enrol();
  const [url, token] = code.split('#');

  const answer = await enrolWith(code);

  assert.equal(answer.server, url);
  assert.match(answer.device, /^0x[0-9a-f]{66}$/u);
  assert.equal(JSON.stringify(answer).includes(token), false);
  const status = await world.metamask.rpc(COMPANION, 'tandem_status');
  assert.equal(status.enrolled, true);
  assert.equal(JSON.stringify(status).includes(token), false);
  assert.equal(world.server.lines.some((line) => line.includes(token)), false, 'the code is in the log');

  await assertRefused(world.metamask, 'AlreadyEnrolled', () => world.metamask.rpc(COMPANION, 'tandem_enrol'));

  // The same code in another device's hands: this one forgets that it was enrolled.
  await world.metamask.forgetSnapState();
  await assertRefused(world.metamask, 'InvalidEnrolmentToken', () => enrolWith(code));
});

test('an enrolment outlives a browser that dies as soon as the page has its answer', async () => {
  await world.metamask.forgetSnapState();
  await enrolWith(await world.server.enrol());

  await world.metamask.restart();

  assert.equal((await world.metamask.rpc(COMPANION, 'tandem_status')).enrolled, true);
});

test('hyphens, spaces around and capitals in a code are as good as none', async () => {
  const [url, token] = (await world.server.enrol()).split('#');
  const plain = token.replaceAll('-', '').toUpperCase();
  await world.metamask.forgetSnapState();

  await enrolWith(`  ${url}#${plain}\n`);

  const account = await world.createAccount();
  await assertSignsMessage(world.metamask, account.address);
});
