// The companion page in Chromium, with a double for MetaMask: every state a user can
// see, and what the page asks the wallet for in each.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { ADDRESS, ENROLLED, INSTALLED, READY, SNAP, status, WITH_ACCOUNT } from './browser.mjs';
import { FLASK, METAMASK, OTHER, startBrowser } from './browser.mjs';

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.stop());

const NOT_INSTALLED = { wallet_getSnaps: { result: {} } };
const NOT_ENROLLED = { wallet_getSnaps: INSTALLED, tandem_status: status() };
const READY_TO_CREATE = { wallet_getSnaps: INSTALLED, tandem_status: status(ENROLLED) };

/** Waits until the step is the one to do next, and the page is not busy. */
const stepIs = (page, step) => page.locator(`#step-${step}[data-state="next"]`).waitFor();
const calls = (page) => page.evaluate(() => window.double.calls);
const allDisabled = (page) =>
  page.locator('.steps button, #refresh').evaluateAll((buttons) => buttons.every((button) => button.disabled));

test('says that there is no MetaMask, and asks no other wallet anything', async () => {
  const page = await browser.open({ wallets: [OTHER] });
  await stepIs(page, 'wallet');
  assert.match(await page.locator('#wallet-note').innerText(), /No MetaMask was found/);
  assert.ok(await allDisabled(page));
  assert.deepEqual(await calls(page), []);
  assert.deepEqual(page.errors, []);
});

test('finds a MetaMask that announces itself late', async () => {
  const page = await browser.open({ wallets: [], answers: NOT_INSTALLED });
  await stepIs(page, 'wallet');
  await page.evaluate((wallet) => window.double.announce(wallet), FLASK);
  await stepIs(page, 'install');
});

test('accepts the ordinary MetaMask and says that Flask is needed', async () => {
  const page = await browser.open({ wallets: [METAMASK], answers: NOT_INSTALLED });
  await stepIs(page, 'install');
  assert.ok(await page.locator('#wallet-hint').isVisible());
  assert.equal(await page.locator('#step-wallet').getAttribute('data-state'), 'doubtful');
  assert.ok(await page.locator('#install').isEnabled());
});

test('prefers Flask, whichever wallet answers first', async () => {
  for (const wallets of [[METAMASK, OTHER, FLASK], [FLASK, OTHER, METAMASK]]) {
    const page = await browser.open({ wallets, answers: NOT_INSTALLED });
    await page.locator('#wallet-note', { hasText: 'MetaMask Flask is here.' }).waitFor();
    await stepIs(page, 'install');
    await page.locator('#install:enabled').waitFor();
    await page.evaluate(() => (window.double.answers.wallet_requestSnaps = { result: {} }));
    await page.locator('#install').click();
    await page.locator('#install:enabled').waitFor();
    const asked = (await calls(page)).find(({ method }) => method === 'wallet_requestSnaps');
    assert.equal(asked.rdns, FLASK.rdns);
    assert.ok(await page.locator('#wallet-hint').isHidden());
  }
});

test('installs the snap it names, and goes on to the signing server', async () => {
  const page = await browser.open({
    answers: {
      ...NOT_INSTALLED,
      wallet_requestSnaps: { result: INSTALLED.result, then: NOT_ENROLLED },
    },
  });
  assert.equal(await page.locator('#snap-id').innerText(), SNAP);
  await page.locator('#install').click();
  await stepIs(page, 'enrol');
  const asked = (await calls(page)).find(({ method }) => method === 'wallet_requestSnaps');
  assert.deepEqual(asked.params, { [SNAP]: {} });
  assert.ok(await page.locator('#install').isHidden());
  assert.match(await page.locator('#install-note').innerText(), /0\.1\.0/);
});

test('shows a refused installation as a refusal, and lets the user try again', async () => {
  const page = await browser.open({
    answers: { ...NOT_INSTALLED, wallet_requestSnaps: { fail: { code: 4001, message: 'User rejected the request.' } } },
  });
  await page.locator('#install').click();
  await page.locator('#error').waitFor();
  assert.match(await page.locator('#error').innerText(), /The snap was not installed\s+User rejected the request\./);
  assert.equal(await page.locator('#error').getAttribute('data-tone'), 'plain');
  assert.ok(await page.locator('#install').isEnabled());
  await page.locator('#error-dismiss').click();
  assert.ok(await page.locator('#error').isHidden());
});

test('shows an error that MetaMask hands back inside its answer', async () => {
  const page = await browser.open({
    answers: {
      ...NOT_INSTALLED,
      wallet_requestSnaps: { result: { [SNAP]: { error: { code: -32603, message: 'Failed to fetch the snap' } } } },
    },
  });
  await page.locator('#install').click();
  await page.locator('#error').waitFor();
  assert.match(await page.locator('#error-message').innerText(), /Failed to fetch the snap/);
  assert.equal(await page.locator('#error').getAttribute('data-tone'), 'bad');
});

test('enrols without ever having a place to type the code', async () => {
  const page = await browser.open({
    answers: {
      ...NOT_ENROLLED,
      tandem_enrol: { result: { server: ENROLLED.server, device: '0x02' }, then: READY_TO_CREATE },
    },
  });
  await stepIs(page, 'enrol');
  assert.equal(await page.locator('input, textarea, [contenteditable]').filter({ visible: true }).count(), 0);
  assert.match(await page.locator('#enrol-hint').innerText(), /never type it into a web page/);
  await page.locator('#enrol').click();
  await stepIs(page, 'create');
  const asked = (await calls(page)).find(({ params }) => params?.request?.method === 'tandem_enrol');
  assert.equal(asked.method, 'wallet_invokeSnap');
  assert.deepEqual(asked.params, { snapId: SNAP, request: { method: 'tandem_enrol' } });
  assert.equal(await page.locator('#server').innerText(), ENROLLED.server);
});

test('creates an account through the keyring, shows its address and copies it', async () => {
  const page = await browser.open({
    answers: {
      ...READY_TO_CREATE,
      keyring_createAccount: { result: { address: ADDRESS.toLowerCase() }, then: READY },
    },
  });
  await page.locator('#create').click();
  await page.locator('#progress', { hasText: 'Ready' }).waitFor();
  const asked = (await calls(page)).find(({ method }) => method === 'wallet_invokeKeyring');
  assert.deepEqual(asked.params, {
    snapId: SNAP,
    request: { method: 'keyring_createAccount', params: { options: {} } },
  });
  assert.equal(await page.locator('.account-address').innerText(), ADDRESS);
  await page.getByRole('button', { name: 'Copy the address of account 1' }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), ADDRESS);
  assert.deepEqual(page.errors, []);
});

test('turns every button off while one request is under way, and back on after it', async () => {
  const page = await browser.open({
    answers: { ...READY_TO_CREATE, keyring_createAccount: { result: {}, then: READY } },
    held: { keyring_createAccount: true },
  });
  await page.locator('#create').click();
  const waiting = page.locator('#create[aria-busy="true"]');
  await waiting.waitFor();
  assert.ok(await allDisabled(page));
  assert.match(await waiting.innerText(), /Waiting for MetaMask/);
  await page.evaluate(() => window.double.held.keyring_createAccount());
  await page.locator('#create:enabled', { hasText: 'Create another account' }).waitFor();
  assert.equal((await calls(page)).filter(({ method }) => method === 'wallet_invokeKeyring').length, 1);
});

const PROBLEMS = [
  { field: 'params.options.index', reason: 'must be a whole number' },
  { field: '<img src=x onerror=alert(1)>', reason: 'is not a field' },
];
const failure = { code: -32602, message: 'the request is not valid' };
for (const [where, fail] of Object.entries({
  'in its data': { ...failure, data: { name: 'InvalidRequest', problems: PROBLEMS } },
  'in a cause': {
    code: -32603,
    message: 'Internal JSON-RPC error.',
    data: { cause: { ...failure, data: { problems: PROBLEMS } } },
  },
})) {
  test(`shows the message and every problem of an error that has them ${where}, as text`, async () => {
    const page = await browser.open({ answers: { ...READY_TO_CREATE, keyring_createAccount: { fail } } });
    await page.locator('#create').click();
    await page.locator('#error').waitFor();
    assert.equal(await page.locator('#error-message').textContent(), failure.message);
    assert.deepEqual(
      await page.locator('#error-problems li').allInnerTexts(),
      PROBLEMS.map(({ field, reason }) => `${field} ${reason}`),
    );
    assert.equal(await page.locator('#error').getAttribute('role'), 'alert');
    assert.ok(await page.locator('#error').evaluate((section) => section === document.activeElement));
    assert.ok(await page.locator('#create').isEnabled());
  });
}

test('shows that a key is frozen, and which', async () => {
  const page = await browser.open({
    answers: {
      ...READY,
      tandem_status: status({ ...WITH_ACCOUNT, keys: [{ keyId: 'b1946ac92492d234', state: 'frozen' }] }),
    },
  });
  await page.locator('#frozen').waitFor();
  assert.match(await page.locator('#frozen').innerText(), /frozen[\s\S]*b1946ac92492d234/);
});

test('says how old shares are, and asks the snap for new ones', async () => {
  const key = { keyId: 'b1946ac92492d234', state: 'active', createdAt: 1_700_000_000_000, refreshedAt: null };
  const answers = {
    ...READY,
    tandem_status: status({ ...WITH_ACCOUNT, keys: [{ ...key, refreshDue: true }] }),
    tandem_refresh: {
      result: { keyId: key.keyId, epoch: 1 },
      then: { tandem_status: status({ ...WITH_ACCOUNT, keys: [{ ...key, refreshedAt: 1_790_000_000_000, refreshDue: false }] }) },
    },
  };
  const page = await browser.open({ answers });
  const note = page.locator('#keys .key-note');
  await page.locator('#keys .key-note', { hasText: 'time to renew them' }).waitFor();
  await page.locator('#keys [data-action="renew"]:enabled').click();
  await page.locator('#keys .key-note', { hasNotText: 'time to renew them' }).waitFor();
  assert.match(await note.innerText(), /2026/u);
  const asked = (await calls(page)).find(({ params }) => params?.request?.method === 'tandem_refresh');
  assert.deepEqual(asked.params.request.params, { key: key.keyId });
  assert.deepEqual(page.errors, []);
});

const WITHOUT_WORDS = { keyId: 'b1946ac92492d234', state: 'active', createdAt: 1_700_000_000_000, recovery: null };
const WITH_WORDS = {
  ...WITHOUT_WORDS,
  recovery: { recoveryPublicKey: '0x02', setAt: 1_700_000_000_000, openedAt: 1_790_000_000_000, drillNeeded: false },
};
const withKey = (key) => status({ ...WITH_ACCOUNT, keys: [key] });

test('says that a key has no recovery words, and has the snap set them', async () => {
  const answers = {
    ...READY,
    tandem_status: withKey(WITHOUT_WORDS),
    tandem_setRecovery: { result: {}, then: { tandem_status: withKey(WITH_WORDS) } },
  };
  const page = await browser.open({ answers });
  const note = page.locator('#keys .key-words');
  await page.locator('#keys .key-words', { hasText: 'No recovery words' }).waitFor();
  for (const action of ['drill', 'kit']) assert.ok(await page.locator(`[data-action="${action}"]`).isHidden());
  const set = page.locator('[data-action="words"]:enabled');
  assert.equal(await set.innerText(), 'Set recovery words');
  await set.click();
  await page.locator('#keys .key-words', { hasText: 'last checked' }).waitFor();
  assert.match(await note.innerText(), /2023.*2026/u);
  assert.equal(await page.locator('[data-action="words"]').innerText(), 'Set new words');
  const asked = (await calls(page)).find(({ params }) => params?.request?.method === 'tandem_setRecovery');
  assert.deepEqual(asked.params.request.params, { key: WITH_WORDS.keyId });
  assert.deepEqual(page.errors, []);
});

test('has the snap check the words and show the share, and saves the kit', async () => {
  const file = '{ "tandem": "recovery kit" }\n';
  const answers = {
    ...READY,
    tandem_status: withKey({ ...WITH_WORDS, recovery: { ...WITH_WORDS.recovery, drillNeeded: true } }),
    tandem_drill: { result: {}, then: { tandem_status: withKey(WITH_WORDS) } },
    tandem_backup: { result: { keyId: WITH_WORDS.keyId, epoch: 2 } },
    tandem_kit: { result: { keyId: WITH_WORDS.keyId, epoch: 2, file } },
  };
  const page = await browser.open({ answers });
  await page.locator('#keys .key-words', { hasText: 'before they are checked' }).waitFor();
  await page.locator('[data-action="drill"]:enabled').click();
  await page.locator('#keys .key-words', { hasText: 'last checked' }).waitFor();
  await page.locator('[data-action="backup"]:enabled').click();
  await page.locator('[data-action="kit"]:enabled').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-action="kit"]').click()]);
  assert.equal(download.suggestedFilename(), 'tandem-kit-b1946ac9-2.json');
  assert.equal(await readFile(await download.path(), 'utf8'), file);
  const methods = (await calls(page)).map(({ params }) => params?.request?.method);
  for (const method of ['tandem_drill', 'tandem_backup', 'tandem_kit']) assert.ok(methods.includes(method), method);
  assert.deepEqual(page.errors, []);
});

test('recovers a lost account instead of making one', async () => {
  const answers = { ...READY_TO_CREATE, tandem_recover: { result: { accounts: [ADDRESS] }, then: READY } };
  const page = await browser.open({ answers });
  await page.locator('#recover:enabled').click();
  await page.locator('#accounts .account-address', { hasText: ADDRESS }).waitFor();
  assert.ok(await page.locator('#recover').isHidden());
  assert.deepEqual(page.errors, []);
});

test('moves a key that has words, and no other', async () => {
  const without = await browser.open({ answers: { ...READY, tandem_status: withKey(WITHOUT_WORDS) } });
  await without.locator('[data-action="words"]:enabled').waitFor();
  assert.ok(await without.locator('[data-action="move"]').isHidden());
  const answers = { ...READY, tandem_status: withKey(WITH_WORDS), tandem_move: { result: {} } };
  const page = await browser.open({ answers });
  await page.locator('[data-action="move"]:enabled').click();
  await page.locator('[data-action="move"]:enabled').waitFor();
  const asked = (await calls(page)).find(({ params }) => params?.request?.method === 'tandem_move');
  assert.deepEqual(asked.params.request.params, { key: WITH_WORDS.keyId });
});

test('has the snap show a private key, and never sees it', async () => {
  const answers = { ...READY, tandem_exportKey: { result: { account: WITH_ACCOUNT.accounts[0].id } } };
  const page = await browser.open({ answers });
  await page.locator('[data-action="export"]:enabled').click();
  await page.locator('#refresh:enabled').waitFor();
  const asked = (await calls(page)).find(({ params }) => params?.request?.method === 'tandem_exportKey');
  assert.deepEqual(asked.params.request.params, { account: WITH_ACCOUNT.accounts[0].id });
  assert.deepEqual(page.errors, []);
});

test('has the snap import a private key, and never sees it', async () => {
  const answers = { ...READY_TO_CREATE, tandem_importKey: { result: { address: ADDRESS }, then: READY } };
  const page = await browser.open({ answers });
  await page.locator('#import:enabled').click();
  await page.locator('#accounts .account-address', { hasText: ADDRESS }).waitFor();
  const asked = (await calls(page)).find(({ params }) => params?.request?.method === 'tandem_importKey');
  assert.equal(asked.params.request.params, undefined);
  assert.deepEqual(page.errors, []);
});

test('takes another snap on this machine from the address, and no other', async () => {
  const here = await browser.open({ answers: NOT_INSTALLED, query: '?snap=local:http://127.0.0.1:9090' });
  assert.equal(await here.locator('#snap-id').innerText(), 'local:http://127.0.0.1:9090');
  for (const snap of [
    'npm:evil',
    'local:https://evil.example',
    'local:http://localhost@evil.example',
    'local:javascript:alert(1)',
    'http://localhost:8080',
  ]) {
    const page = await browser.open({ answers: NOT_INSTALLED, query: `?snap=${encodeURIComponent(snap)}` });
    await page.locator('#error').waitFor();
    assert.match(await page.locator('#error-message').innerText(), /not one on this machine/, snap);
    assert.ok(await allDisabled(page), snap);
    assert.deepEqual(await calls(page), [], snap);
  }
});

test('loads nothing from elsewhere and runs no script that is not its own', async () => {
  const page = await browser.open({ answers: READY });
  await page.locator('#progress', { hasText: 'Ready' }).waitFor();
  const loaded = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin),
  );
  assert.ok(loaded.length >= 4);
  assert.deepEqual([...new Set(loaded)], [browser.url]);
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.textContent = 'window.inlineScriptRan = true';
      document.body.append(script);
    } catch {
      // Trusted Types refuse the text itself.
    }
    return window.inlineScriptRan === true;
  });
  assert.equal(ran, false);
});
