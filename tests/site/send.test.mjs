// The form for a transaction, and what becomes of those that were sent, in Chromium with a double for
// MetaMask.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADDRESS, ENROLLED, INSTALLED, READY, SNAP, status, startBrowser } from './browser.mjs';

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.stop());

const TO = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const HASH = `0x${'ab'.repeat(32)}`;
const NEWER = `0x${'cd'.repeat(32)}`;
const sentAs = (hash) => ({ result: { hash, nonce: '0x0', broadcast: true } });
const statusIs = (result) => ({ tandem_transactionStatus: { result } });
const PENDING = statusIs({ status: 'pending', hash: HASH, nonce: '0x0' });
const RECEIPT = { status: '0x1', blockNumber: '0x2a', gasUsed: '0x5208', effectiveGasPrice: '0x1', contractAddress: null };

/** A page that is ready to send, with these answers beside. */
async function open(answers = {}) {
  const page = await browser.open({ answers: { ...READY, tandem_sendTransaction: sentAs(HASH), ...PENDING, ...answers } });
  await page.locator('#send:enabled').waitFor();
  return page;
}

const answer = (page, answers) => page.evaluate((set) => Object.assign(window.double.answers, set), answers);
const asked = async (page, name) =>
  (await page.evaluate(() => window.double.calls))
    .filter(({ params }) => params?.request?.method === name)
    .map(({ params }) => params.request.params);

async function fill(page, { to = TO, amount = '1.5' } = {}) {
  await page.locator('#send-to').fill(to);
  await page.locator('#send-amount').fill(amount);
}

/** The first transaction in the list, once it is in this state. */
async function inState(page, label) {
  const item = page.locator('#sent li').first();
  await item.locator('.sent-state', { hasText: label }).waitFor();
  return item;
}

test('without an account there is no form', async () => {
  const page = await browser.open({ answers: { wallet_getSnaps: INSTALLED, tandem_status: status(ENROLLED) } });
  await page.locator('#create:enabled').waitFor();
  assert.ok(await page.locator('#send-card').isHidden());
});

test('what was typed reaches the snap exactly, and the form is empty again', async () => {
  const page = await open();
  assert.equal(await page.locator('#send-network').innerText(), 'Local network');
  await fill(page, { to: ` ${TO} `, amount: '1.000000000000000001' });
  await page.locator('#send-speed').selectOption('high');
  await page.locator('#send-card summary').click();
  await page.locator('#send-data').fill('0xa9059cbb');
  await page.locator('#send').click();

  const item = await inState(page, 'Pending');

  assert.deepEqual(await asked(page, 'tandem_sendTransaction'), [
    {
      transaction: { chainId: '0x7a69', from: ADDRESS.toLowerCase(), to: TO, value: '0xde0b6b3a7640001', data: '0xa9059cbb' },
      speed: 'high',
    },
  ]);
  // The double has no answer to this one: nobody is told, and it changes nothing.
  assert.deepEqual(await asked(page, 'tandem_prepare'), [{ account: ADDRESS.toLowerCase() }]);
  assert.equal(await item.getAttribute('data-hash'), HASH);
  assert.equal(await item.locator('.sent-hash code').innerText(), HASH);
  assert.equal(await item.locator('.sent-to code').innerText(), TO);
  assert.equal(await item.locator('.sent-what').innerText(), '1.000000000000000001 ether');
  assert.equal(await page.locator('#send-to').inputValue(), '');
  assert.deepEqual(page.errors, []);
});

test('what cannot be meant is said at its field, all at once, and nothing is asked', async () => {
  const page = await open();
  await fill(page, { to: 'alice.eth', amount: '1,5' });
  await page.locator('#send-card summary').click();
  await page.locator('#send-data').fill('0x123');
  await page.locator('#send').click();
  for (const name of ['to', 'amount', 'data']) {
    assert.ok(await page.locator(`#send-${name}-problem`).isVisible(), name);
    assert.equal(await page.locator(`#send-${name}`).getAttribute('aria-invalid'), 'true');
  }
  assert.ok(await page.locator('#send-to').evaluate((input) => input === document.activeElement));
  assert.deepEqual(await asked(page, 'tandem_sendTransaction'), []);
  for (const amount of ['-1', '1e18', '.5', '0x1', '1.0000000000000000001', '１']) {
    await fill(page, { amount });
    await page.locator('#send').click();
    assert.ok(await page.locator('#send-amount-problem').isVisible(), amount);
  }
});

test('a pending transaction becomes mined by itself, with its block, and its buttons go', async () => {
  const page = await open();
  await fill(page);
  await page.locator('#send').click();
  const pending = await inState(page, 'Pending');
  assert.ok(await pending.getByRole('button', { name: 'Speed up' }).isVisible());

  await answer(page, statusIs({ status: 'mined', hash: HASH, nonce: '0x0', receipt: RECEIPT }));

  const item = await inState(page, 'Mined');
  assert.equal(await item.locator('.sent-state').getAttribute('data-tone'), 'good');
  assert.match(await item.locator('.sent-note').innerText(), /block 42/);
  assert.ok(await item.locator('.sent-actions').isHidden());
});

for (const [state, result, label, note] of [
  ['failed', { status: 'mined', receipt: { ...RECEIPT, status: '0x0' } }, 'Failed', /block 42/],
  ['created a contract', { status: 'mined', receipt: { ...RECEIPT, contractAddress: TO } }, 'Mined', new RegExp(TO)],
  ['was replaced', { status: 'replaced', by: NEWER }, 'Replaced', new RegExp(NEWER)],
  ['was dropped', { status: 'dropped', reason: '<b>underpriced</b>' }, 'Not on the network', /<b>underpriced<\/b>/],
]) {
  test(`a transaction that ${state} is shown so`, async () => {
    const page = await open(statusIs({ hash: HASH, nonce: '0x0', ...result }));
    await fill(page);
    await page.locator('#send').click();
    const item = await inState(page, label);
    assert.match(await item.locator('.sent-note').innerText(), note);
  });
}

for (const [name, params] of [
  ['Speed up', { replaces: HASH, speed: 'high' }],
  ['Cancel', { cancel: HASH }],
]) {
  test(`"${name}" sends another transaction in the place of the pending one`, async () => {
    const page = await open();
    await fill(page);
    await page.locator('#send').click();
    const first = await inState(page, 'Pending');
    await answer(page, { tandem_sendTransaction: sentAs(NEWER), ...statusIs({ status: 'pending' }) });
    await first.getByRole('button', { name }).click();

    await page.locator(`#sent li[data-hash="${NEWER}"]`).waitFor();

    assert.deepEqual((await asked(page, 'tandem_sendTransaction')).at(-1), params);
    assert.equal(await page.locator('#sent li').count(), 2);
    assert.equal(await page.locator('#sent li').first().getAttribute('data-hash'), NEWER);
  });
}

test('a refusal is shown, and what was typed stays', async () => {
  const page = await open({ tandem_sendTransaction: { fail: { code: 4001, message: 'the user rejected the request' } } });
  await fill(page);
  await page.locator('#send').click();
  await page.locator('#error').waitFor();
  assert.match(await page.locator('#error').innerText(), /The transaction was not sent/);
  assert.equal(await page.locator('#error').getAttribute('data-tone'), 'plain');
  assert.equal(await page.locator('#send-to').inputValue(), TO);
  assert.equal(await page.locator('#sent li').count(), 0);
});

test('a transaction that could not be broadcast says why, and a status that cannot be asked is asked again', async () => {
  const page = await open({
    tandem_sendTransaction: { result: { hash: HASH, nonce: '0x0', broadcast: false, problem: 'fetch failed' } },
    tandem_transactionStatus: { fail: { code: 4900, message: 'the Ethereum node cannot be used' } },
  });
  await fill(page);
  await page.locator('#send').click();
  const item = await inState(page, 'Pending');
  await item.locator('.sent-note', { hasText: 'cannot be used' }).waitFor();
  assert.ok(await page.locator('#error').isHidden());
  await answer(page, statusIs({ status: 'mined', hash: HASH, nonce: '0x0', receipt: RECEIPT }));
  await inState(page, 'Mined');
});

test('while MetaMask asks, every button is off', async () => {
  const page = await browser.open({
    answers: { ...READY, tandem_sendTransaction: sentAs(HASH), ...PENDING },
    held: { tandem_sendTransaction: true },
  });
  await page.locator('#send:enabled').waitFor();
  await fill(page);
  await page.locator('#send').click();
  await page.locator('#send[aria-busy="true"]', { hasText: 'Waiting for MetaMask' }).waitFor();
  assert.ok(await page.locator('#create').isDisabled());
  await page.evaluate(() => window.double.held.tandem_sendTransaction());
  await inState(page, 'Pending');
  assert.deepEqual((await page.evaluate(() => window.double.calls)).filter(({ params }) => params?.snapId !== undefined && params.snapId !== SNAP), []);
});
