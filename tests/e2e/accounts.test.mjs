// The keyring methods that MetaMask and the companion page call about accounts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until } from '../../scripts/services/deadline.mjs';
import { assertRefused } from './expectations.mjs';
import { assertSignsMessage, messageHex } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

let world;
let account;

before(async () => {
  world = await startWorld();
  await world.enrol();
  account = await world.createAccount();
});

after(() => world?.close());

const asMetaMask = (method, params) => world.metamask.keyringRpc('metamask', method, params);

test('an account is what MetaMask expects of an Ethereum account, and no more', () => {
  assert.match(account.id, UUID_V4);
  assert.deepEqual(account, {
    id: account.id,
    type: 'eip155:eoa',
    address: account.address,
    scopes: ['eip155:0'],
    options: {},
    methods: [
      'personal_sign',
      'eth_signTransaction',
      'eth_signTypedData_v1',
      'eth_signTypedData_v3',
      'eth_signTypedData_v4',
    ],
  });
  assert.match(account.address, /^0x[0-9a-f]{40}$/u);
});

test('the user was asked before the account was made, and told on which server', () => {
  const dialog = world.user.dialogs.find(({ type }) => type === 'confirmation');
  assert.ok(dialog.text.includes(COMPANION));
  assert.ok(dialog.text.includes(world.server.sessionUrl));
});

test('a user who does not want an account gets none', async () => {
  world.user.rejectNext();

  await assertRefused(world.metamask, 'UserRejected', () => world.createAccount());

  assert.deepEqual(await asMetaMask('keyring_listAccounts'), [account]);
});

test('listing and getting accounts give what was created', async () => {
  assert.deepEqual(await asMetaMask('keyring_listAccounts'), [account]);
  assert.deepEqual(await asMetaMask('keyring_getAccount', { id: account.id }), account);
  assert.deepEqual(await world.metamask.keyringRpc(COMPANION, 'keyring_listAccounts'), [account]);
  assert.deepEqual(await world.metamask.snapAccounts(), [account.address]);
});

test('an account that does not exist is not found, and cannot be used', async () => {
  assert.equal(await asMetaMask('keyring_getAccount', { id: UNKNOWN_ID }), null);
  await assertRefused(world.metamask, 'AccountNotFound', () =>
    asMetaMask('keyring_submitRequest', {
      id: crypto.randomUUID(),
      origin: 'metamask',
      scope: '',
      account: UNKNOWN_ID,
      request: { method: 'personal_sign', params: [messageHex('whose?'), account.address] },
    }),
  );
});

test('of a list of chains, those of Ethereum remain', async () => {
  const chains = ['eip155:1', 'bip122:000000000019d6689c085ae165831e93', 'eip155:31337', 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp'];
  assert.deepEqual(await asMetaMask('keyring_filterAccountChains', { id: account.id, chains }), ['eip155:1', 'eip155:31337']);
});

test('MetaMask may tell which accounts are selected', async () => {
  assert.equal(await asMetaMask('keyring_setSelectedAccounts', { accounts: [account.id] }), null);
});

test('the account of a signing request is found by its address, and no other is', async () => {
  const request = (address) => ({
    scope: 'eip155:31337',
    request: { id: 1, jsonrpc: '2.0', method: 'personal_sign', params: [messageHex('whose?'), address] },
  });
  assert.deepEqual(await asMetaMask('keyring_resolveAccountAddress', request(account.address)), {
    address: `eip155:31337:${account.address}`,
  });
  assert.equal(await asMetaMask('keyring_resolveAccountAddress', request(`0x${'11'.repeat(20)}`)), null);
});

test('there are no pending requests, and none can be approved or rejected', async () => {
  assert.deepEqual(await asMetaMask('keyring_listRequests'), []);
  const id = crypto.randomUUID();
  for (const [method, params] of [
    ['keyring_approveRequest', { id, data: {} }],
    ['keyring_rejectRequest', { id }],
  ]) {
    await assertRefused(world.metamask, 'RequestNotFound', () =>
      world.metamask.keyringRpcUnfiltered('metamask', method, params),
    );
  }
});

test('a private key is not exported', async () => {
  await assertRefused(world.metamask, 'MethodNotSupported', () =>
    world.metamask.keyringRpcUnfiltered('metamask', 'keyring_exportAccount', { id: account.id }),
  );
});

test('the status tells the companion page about device, keys and accounts', async () => {
  const status = await world.metamask.rpc(COMPANION, 'tandem_status');

  assert.equal(status.enrolled, true);
  assert.equal(status.server, world.server.sessionUrl);
  assert.deepEqual(
    status.accounts.map(({ id, address, index }) => ({ id, address, index })),
    [{ id: account.id, address: account.address, index: 0 }],
  );
  assert.deepEqual(status.keys.map(({ state }) => state), ['active']);
});

test('a deleted account is gone from MetaMask and from the snap, and the others stay', async () => {
  const doomed = await world.createAccount();

  await world.metamask.keyringRpc(COMPANION, 'keyring_deleteAccount', { id: doomed.id });

  assert.ok(world.user.lastDialog.text.toLowerCase().includes(doomed.address));
  await until('the deleted account leaves the vault', async () => !(await world.metamask.snapAccounts()).includes(doomed.address));
  assert.deepEqual(await asMetaMask('keyring_listAccounts'), [account]);
  await assertSignsMessage(world.metamask, account.address);
});

test('an account removed in MetaMask is gone from the snap too', async () => {
  const doomed = await world.createAccount();

  await world.metamask.keyringController.removeAccount(doomed.address);

  // MetaMask tells the snap afterwards, and does not wait for it.
  await until('the snap forgets the account', async () => (await asMetaMask('keyring_listAccounts')).length === 1);
  assert.deepEqual(await asMetaMask('keyring_listAccounts'), [account]);
  assert.deepEqual(await world.metamask.snapAccounts(), [account.address]);
});

test('an account is not deleted when the user says no', async () => {
  world.user.rejectNext();

  await assertRefused(world.metamask, 'UserRejected', () =>
    world.metamask.keyringRpc(COMPANION, 'keyring_deleteAccount', { id: account.id }),
  );

  assert.deepEqual(await asMetaMask('keyring_listAccounts'), [account]);
});
