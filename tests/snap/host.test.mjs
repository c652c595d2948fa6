// The snap's host callback: what each method asks of MetaMask, and that every failure
// is an answer. MetaMask's side (`snap.request`) is recorded here; the tests of the
// whole system run the same code inside MetaMask's own controllers.

import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { isJSXElement } from '@metamask/snaps-sdk/jsx';
import { loadSnapModule } from './bundle.mjs';

let answer;
let requests;
let respond;

before(async () => ({ answer } = await loadSnapModule('host.tsx')));

beforeEach(() => {
  requests = [];
  respond = () => null;
  globalThis.snap = {
    async request(request) {
      requests.push(request);
      return respond(request);
    },
  };
});

const host = async (method, params = {}) => JSON.parse(await answer(JSON.stringify({ method, params })));

const ACCOUNT = '0x52908400098527886E0F7030069857D2E4169EE7';
const SUMMARY = {
  kind: 'transaction',
  title: 'Send 1.5 ETH',
  chainId: '31337',
  network: null,
  account: ACCOUNT,
  origin: 'metamask',
  rows: [
    { label: 'To', value: '0x8617E340B3D01FA5F11F306F4090FD50E238070D', tone: 'address' },
    { label: 'Value', value: '1.5 ETH (1500000000000000000 wei)', tone: 'amount' },
    { label: 'Nonce', value: '7', tone: 'text' },
    { label: 'Data', value: '0xa9059cbb', tone: 'data' },
    { label: 'Gas', value: 'more than 2^256-1 wei', tone: 'warning' },
    { label: 'Address of something else', value: 'nobody', tone: 'address' },
    { label: 'Nothing', value: '', tone: 'text' },
  ],
  warnings: ['The chain is not known.', 'The fee is high.'],
  raw: '0x02f86c',
};

/** Every string that a dialog shows, wherever it is in the tree. */
function shown(node) {
  if (typeof node === 'string') return [node];
  if (Array.isArray(node)) return node.flatMap(shown);
  if (node === null || typeof node !== 'object') return [];
  const { children, ...props } = node.props;
  const visible = ['label', 'title', 'value', 'address'].flatMap((name) => props[name] ?? []);
  return [...visible, ...shown(children)];
}

async function dialog(view, summary, answered = true) {
  respond = () => answered;
  const response = await host('dialog', { view, summary });
  const [{ method, params }] = requests;
  assert.equal(method, 'snap_dialog');
  assert.ok(isJSXElement(params.content), 'MetaMask accepts the content');
  return { response, params, shown: shown(params.content) };
}

test('the state is one value under one key, in the encrypted store', async () => {
  respond = () => ({ version: 1 });
  assert.deepEqual(await host('state.get'), { result: { version: 1 } });
  respond = () => null;
  assert.deepEqual(await host('state.set', { value: { version: 2 } }), { result: null });
  assert.deepEqual(requests, [
    { method: 'snap_getState', params: { key: 'tandem' } },
    { method: 'snap_setState', params: { key: 'tandem', value: { version: 2 } } },
  ]);
});

test('sockets, events and the clock are handed on as they are', async () => {
  respond = ({ method }) => (method === 'snap_openWebSocket' ? 'socket-1' : null);
  const open = { url: 'ws://127.0.0.1:1/', protocols: ['tandem.v1'] };
  assert.deepEqual(await host('socket.open', open), { result: { id: 'socket-1' } });
  assert.deepEqual(await host('socket.send', { id: 'socket-1', message: [0, 255] }), { result: null });
  assert.deepEqual(await host('socket.close', { id: 'socket-1' }), { result: null });
  const deleted = { event: 'notify:accountDeleted', params: { id: 'x' } };
  assert.deepEqual(await host('keyring.emit', deleted), { result: null });
  assert.deepEqual(requests, [
    { method: 'snap_openWebSocket', params: open },
    { method: 'snap_sendWebSocketMessage', params: { id: 'socket-1', message: [0, 255] } },
    { method: 'snap_closeWebSocket', params: { id: 'socket-1' } },
    { method: 'snap_manageAccounts', params: { method: 'notify:accountDeleted', params: { id: 'x' } } },
  ]);
  const { result } = await host('clock.now');
  assert.ok(Math.abs(result - Date.now()) < 60_000);
  assert.deepEqual(await host('clock.sleep', { ms: 1 }), { result: null });
});

test('a refusal by MetaMask is an answer with its code, never a rejection', async () => {
  respond = () => {
    throw Object.assign(new Error('An error occurred while opening the WebSocket.'), { code: -32002 });
  };
  assert.deepEqual(await host('socket.open', { url: 'ws://x', protocols: [] }), {
    error: { code: -32002, message: 'An error occurred while opening the WebSocket.' },
  });
  respond = () => Promise.reject(undefined);
  assert.deepEqual(await host('state.get'), { error: { code: -32603, message: 'MetaMask gave no reason' } });
});

test('the Ethereum node is asked what is on the list, and nothing else', async () => {
  const asked = [];
  globalThis.ethereum = {
    async request(request) {
      asked.push(request);
      return null;
    },
  };
  const methods = [
    ...['eth_chainId', 'eth_getTransactionCount', 'eth_estimateGas', 'eth_getBlockByNumber', 'eth_feeHistory', 'eth_gasPrice'],
    ...['eth_maxPriorityFeePerGas', 'eth_blobBaseFee', 'eth_sendRawTransaction', 'eth_getTransactionReceipt', 'eth_getTransactionByHash'],
  ];
  for (const method of methods) {
    assert.deepEqual(await host('ethereum.request', { method, params: ['0x1', { a: [false] }] }), { result: null });
  }
  assert.deepEqual(asked, methods.map((method) => ({ method, params: ['0x1', { a: [false] }] })));
  for (const method of ['eth_sign', 'eth_accounts', 'eth_requestAccounts', 'eth_sendTransaction', 'eth_call', 'wallet_switchEthereumChain', 'snap_dialog']) {
    const { error } = await host('ethereum.request', { method, params: [] });
    assert.match(error.message, /method must be one of/, method);
  }
  assert.match((await host('ethereum.request', { method: 'eth_chainId', params: {} })).error.message, /params must be a list/);
  assert.equal(asked.length, methods.length);
});

test("a node's error is found where MetaMask has put it, with what a contract answered", async () => {
  const node = { code: 3, message: 'execution reverted: no', data: '0x08c379a0' };
  for (const thrown of [
    Object.assign(new Error(node.message), node),
    Object.assign(new Error('Internal JSON-RPC error.'), { code: -32603, data: node }),
    Object.assign(new Error('Internal JSON-RPC error.'), { code: -32603, data: { cause: node } }),
  ]) {
    globalThis.ethereum = { request: () => Promise.reject(thrown) };
    assert.deepEqual(await host('ethereum.request', { method: 'eth_estimateGas', params: [] }), { error: node });
  }
});

test('what is not a request of the contract is refused by name, and MetaMask is not asked', async () => {
  for (const [method, params, reason] of [
    ['fetch', {}, /no method called fetch/],
    ['constructor', {}, /no method called constructor/],
    ['socket.send', { id: 'x', message: 'text' }, /message must be a list/],
    ['socket.send', { id: 'x', message: [1, 0.5] }, /message\[1\] must be a whole number/],
    ['state.set', { value: [] }, /value must be an object/],
    ['dialog', { view: 'other' }, /view must be one of/],
  ]) {
    const { error } = await host(method, params);
    assert.match(error.message, reason);
  }
  assert.match(JSON.parse(await answer('not JSON')).error.message, /JSON/);
  assert.deepEqual(requests, []);
});

test('the consent dialog shows every row, every warning, who asks and the raw bytes', async () => {
  const { shown, params, response } = await dialog('sign', SUMMARY);
  assert.equal(params.type, 'confirmation');
  const parts = SUMMARY.rows.flatMap(({ label, value }) => [label, value || 'empty']);
  for (const part of ['Send 1.5 ETH', 'metamask', SUMMARY.raw, ...SUMMARY.warnings, ...parts]) {
    assert.ok(shown.includes(part), part);
  }
  assert.deepEqual(response, { result: true });
});

test('addresses are shown whole', async () => {
  const { params } = await dialog('sign', SUMMARY);
  const addresses = JSON.stringify(params.content).match(/"type":"Address","props":\{[^}]*\}/g);
  assert.equal(addresses.length, 1);
  assert.match(addresses[0], /"truncate":false/);
});

test('an HTML entity in a message cannot become the character it names', async () => {
  const value = 'pay &#x202e;ecila & bob &lt;b&gt; &ampx';
  const rows = [{ label: 'Message', value, tone: 'text' }];
  const { shown } = await dialog('sign', { ...SUMMARY, rows });
  assert.ok(shown.includes('pay &amp;#x202e;ecila & bob &amp;lt;b&amp;gt; &amp;ampx'));
  assert.ok(!shown.includes(value));
});

test('a summary with a hole is not shown at all', async () => {
  for (const hole of [
    { title: undefined },
    { origin: null },
    { raw: undefined },
    { warnings: 'none' },
    { rows: [{ label: 'To', value: 3, tone: 'address' }] },
    { rows: [{ label: 'To', value: 'x', tone: 'hidden' }] },
  ]) {
    const { error } = await host('dialog', { view: 'sign', summary: { ...SUMMARY, ...hole } });
    assert.match(error.message, /^summary\./);
  }
  assert.deepEqual(requests, []);
});

test('only an explicit yes is a yes', async () => {
  for (const answered of [false, null, 'true', 1, {}]) {
    requests = [];
    assert.deepEqual((await dialog('sign', SUMMARY, answered)).response, { result: false });
  }
});

test('the dialog for an account names who asks, the server and the account', async () => {
  const server = 'ws://127.0.0.1:8549/v1/session';
  const summary = { origin: 'http://localhost:8000', server, index: 2, firstKey: true };
  const { shown } = await dialog('createAccount', summary);
  for (const part of [summary.origin, summary.server, '3']) assert.ok(shown.includes(part), part);
});

test('the dialog for new shares names who asks, the server, the accounts, and a freeze', async () => {
  const server = 'ws://127.0.0.1:8549/v1/session';
  const summary = { origin: 'http://localhost:8000', server, accounts: [ACCOUNT], frozen: false };
  const asked = await dialog('refresh', summary);
  for (const part of [summary.origin, server, ACCOUNT]) assert.ok(asked.shown.includes(part), part);
  assert.ok(!asked.shown.some((text) => /frozen/u.test(text)));
  assert.deepEqual(asked.response, { result: true });
  requests = [];
  const forced = await dialog('refresh', { ...summary, origin: null, frozen: true }, false);
  assert.ok(forced.shown.includes('your signing server'));
  assert.ok(forced.shown.some((text) => /frozen/u.test(text)));
  assert.deepEqual(forced.response, { result: false });
});

test('the dialog for a removal names who asks and the address', async () => {
  const { shown } = await dialog('deleteAccount', { origin: 'metamask', address: ACCOUNT });
  for (const part of ['metamask', ACCOUNT]) assert.ok(shown.includes(part), part);
});

test('the enrolment code comes from a prompt, and null when the user cancels', async () => {
  const code = 'ws://127.0.0.1:8549/v1/session#7kq2';
  const { response, params } = await dialog('enrol', {}, code);
  assert.deepEqual(response, { result: code });
  assert.equal(params.type, 'prompt');
  assert.ok(params.placeholder.length <= 40, 'MetaMask refuses a longer placeholder');
  requests = [];
  assert.deepEqual((await dialog('enrol', {}, null)).response, { result: null });
});

const WORDS = Array.from({ length: 24 }, (_, at) => `word${at + 1}`);

test('the recovery words are shown with their numbers, and cannot be copied', async () => {
  const summary = { origin: 'http://localhost:8000', accounts: [ACCOUNT], firstTime: false, words: WORDS };
  const { shown, params, response } = await dialog('recoveryWords', summary);
  assert.ok(!shown.some((text) => /without/u.test(text)));
  for (const [at, word] of WORDS.entries()) {
    assert.equal(shown[shown.indexOf(word) - 1], `${at + 1}`, word);
  }
  for (const part of [summary.origin, ACCOUNT]) assert.ok(shown.includes(part), part);
  for (const said of [/never into a web page/u, /not a wallet phrase/u, /not been audited/u]) {
    assert.ok(shown.some((text) => said.test(text)), `${said}`);
  }
  assert.equal(params.type, 'confirmation');
  assert.doesNotMatch(JSON.stringify(params.content), /"Copyable","props":\{"value":"word/u);
  assert.deepEqual(response, { result: true });
});

test('right after a key was made, the dialogs about words say that later is possible', async () => {
  const summary = { origin: 'o', server: 's', accounts: [ACCOUNT], firstTime: true, words: WORDS, recoveryPublicKey: '0x02' };
  for (const view of ['recoveryWords', 'recoveryKey']) {
    requests = [];
    const { shown, response } = await dialog(view, summary, false);
    assert.ok(shown.some((text) => /account is created without.*loses the account/su.test(text)), view);
    assert.deepEqual(response, { result: false });
  }
});

test('three words are asked for by their numbers, in a prompt', async () => {
  const summary = { positions: [2, 11, 24], again: false };
  const first = await dialog('recoveryCheck', summary, 'a b c');
  assert.ok(first.shown.some((text) => text.includes('2, 11, 24')));
  assert.ok(!first.shown.some((text) => /not right/u.test(text)));
  assert.equal(first.params.type, 'prompt');
  assert.deepEqual(first.response, { result: 'a b c' });
  requests = [];
  const again = await dialog('recoveryCheck', { ...summary, again: true }, null);
  assert.ok(again.shown.some((text) => /not right/u.test(text)));
  assert.deepEqual(again.response, { result: null });
});

test('a recovery key from elsewhere is shown whole, with what can check it', async () => {
  const recoveryPublicKey = `0x02${'ab'.repeat(32)}`;
  const server = 'ws://127.0.0.1:8549/v1/session';
  const origin = 'http://localhost:8000';
  const summary = { origin, server, accounts: [ACCOUNT], firstTime: false, recoveryPublicKey };
  const { shown, response } = await dialog('recoveryKey', summary, false);
  for (const part of [origin, server, ACCOUNT, recoveryPublicKey]) assert.ok(shown.includes(part), part);
  assert.ok(shown.some((text) => /only check/u.test(text)));
  assert.deepEqual(response, { result: false });
});

test('words and permits are typed into prompts that MetaMask accepts', async () => {
  const typed = { origin: 'http://localhost:8000', accounts: [ACCOUNT] };
  const permit = { keyId: 'ab'.repeat(32), operation: 'recovery' };
  for (const [view, summary, part] of [
    ['typeWords', typed, ACCOUNT],
    ['recover', { origin: typed.origin, server: 'wss://server' }, 'wss://server'],
    ['permit', permit, `tandem-server permit ${permit.keyId} recovery`],
    ['permit', { ...permit, operation: 'export' }, `tandem-server permit ${permit.keyId} export`],
  ]) {
    requests = [];
    const { response, params, shown } = await dialog(view, summary, 'typed');
    assert.ok(shown.includes(part), part);
    assert.deepEqual([params.type, response], ['prompt', { result: 'typed' }]);
    assert.ok(params.placeholder.length <= 40, 'MetaMask refuses a longer placeholder');
  }
});

test('a private key is typed after a warning, into a prompt that says where it must not be typed', async () => {
  const warning = { origin: 'http://localhost:8000', server: 'wss://server' };
  const warned = await dialog('importWarning', warning, false);
  for (const part of Object.values(warning)) assert.ok(warned.shown.includes(part), part);
  assert.ok(warned.shown.some((text) => /whoever has a copy/u.test(text)));
  assert.deepEqual(warned.response, { result: false });
  for (const [view, summary, part] of [
    ['importKey', {}, 'Type the private key'],
    ['importPermit', { address: ACCOUNT }, ACCOUNT],
  ]) {
    requests = [];
    const { response, params, shown } = await dialog(view, summary, 'typed');
    assert.ok(shown.includes(part), part);
    assert.deepEqual([params.type, response], ['prompt', { result: 'typed' }]);
    assert.ok(params.placeholder.length <= 40, 'MetaMask refuses a longer placeholder');
  }
});

test('before a key moves, the dialog says what the old server keeps', async () => {
  const summary = { origin: 'http://localhost:8000', server: 'wss://old', accounts: [ACCOUNT] };
  const { shown, params, response } = await dialog('moveWarning', summary, false);
  for (const part of [summary.origin, summary.server, ACCOUNT]) assert.ok(shown.includes(part), part);
  assert.ok(shown.some((text) => /older copy of this\s+device's share/u.test(text)));
  assert.deepEqual([params.type, response], ['confirmation', { result: false }]);
});

test('the private key is shown only in the second dialog, after a warning', async () => {
  const warning = await dialog('exportWarning', { origin: 'http://localhost:8000', accounts: [ACCOUNT] }, false);
  for (const part of ['http://localhost:8000', ACCOUNT]) assert.ok(warning.shown.includes(part), part);
  assert.ok(warning.shown.some((text) => /does not undo it/u.test(text)));
  assert.deepEqual([warning.params.type, warning.response], ['confirmation', { result: false }]);
  requests = [];
  const summary = { address: ACCOUNT, privateKey: '0xsecret' };
  const { shown, params, response } = await dialog('exportedKey', summary);
  for (const part of Object.values(summary)) assert.ok(shown.includes(part), part);
  assert.deepEqual([params.type, response], ['alert', { result: null }]);
});

test('the share is shown only in the second dialog, after a warning', async () => {
  const warning = await dialog('backupWarning', { origin: 'http://localhost:8000', accounts: [ACCOUNT] }, false);
  for (const part of ['http://localhost:8000', ACCOUNT]) assert.ok(warning.shown.includes(part), part);
  assert.ok(warning.shown.some((text) => /half of your key/u.test(text)));
  assert.deepEqual([warning.params.type, warning.response], ['confirmation', { result: false }]);
  requests = [];
  const summary = { file: '{ "data": "secret" }', epoch: 3, withKit: false };
  const { shown, params, response } = await dialog('backup', summary);
  for (const part of [summary.file, '3']) assert.ok(shown.includes(part), part);
  assert.ok(shown.some((text) => /words cannot be used/u.test(text)));
  assert.deepEqual([params.type, response], ['alert', { result: null }]);
});

test('what would be recovered is shown by address before it is', async () => {
  const summary = { server: 'wss://server', accounts: [ACCOUNT] };
  const { shown, response } = await dialog('recoverAccounts', summary, false);
  for (const part of [ACCOUNT, 'wss://server']) assert.ok(shown.includes(part), part);
  assert.ok(shown.some((text) => /not yours/u.test(text)));
  assert.deepEqual(response, { result: false });
});
