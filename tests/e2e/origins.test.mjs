// Who may ask the snap for what. MetaMask filters first; the snap must refuse by
// itself whatever passes that filter.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertRefused } from './expectations.mjs';
import { messageHex } from './judges.mjs';
import { COMPANION, startWorld } from './world.mjs';

const STRANGER = 'https://stranger.example';

let world;
let account;

before(async () => {
  world = await startWorld();
  await world.enrol();
  account = await world.createAccount();
});

after(() => world?.close());

test('a page that is not connected reaches nothing', async () => {
  await assert.rejects(world.metamask.rpc('https://unconnected.example', 'tandem_version'), /not|permission|authori/iu);
});

test('a connected page that is not the companion learns the version and nothing else', async () => {
  world.metamask.connect(STRANGER);

  assert.equal(typeof (await world.metamask.rpc(STRANGER, 'tandem_version')), 'object');
  for (const method of ['tandem_enrol', 'tandem_refresh', 'tandem_status']) {
    await assertRefused(world.metamask, 'Unauthorized', () => world.metamask.rpc(STRANGER, method));
  }
});

test('MetaMask hands keyring requests of other pages to nobody', async () => {
  await assert.rejects(world.metamask.keyringRpc(STRANGER, 'keyring_listAccounts'), /not permitted/u);
});

test('keyring methods cannot be reached through the door for pages', async () => {
  for (const [method, params] of keyringCalls()) {
    await assertRefused(world.metamask, 'Unauthorized', () => world.metamask.rpc(STRANGER, method, params));
  }
});

test('not even the companion page may submit a request for signing', async () => {
  const [, params] = keyringCalls().find(([method]) => method === 'keyring_submitRequest');

  await assert.rejects(world.metamask.keyringRpc(COMPANION, 'keyring_submitRequest', params), /not allowed/u);
  await assertRefused(world.metamask, 'Unauthorized', () => world.metamask.rpc(COMPANION, 'keyring_submitRequest', params));
  await assertRefused(world.metamask, 'Unauthorized', () =>
    world.metamask.keyringRpcUnfiltered(COMPANION, 'keyring_submitRequest', params),
  );
});

test('nobody is shown a dialog by a refused page', async () => {
  const shownBefore = world.user.dialogs.length;

  await assertRefused(world.metamask, 'Unauthorized', () => world.metamask.rpc(STRANGER, 'tandem_enrol'));

  assert.equal(world.user.dialogs.length, shownBefore);
});

test('an unknown method is named in the refusal', async () => {
  const error = await assertRefused(world.metamask, 'MethodNotFound', () =>
    world.metamask.rpc(COMPANION, 'tandem_giveMeTheKey'),
  );
  assert.match(error.message, /tandem_giveMeTheKey/u);
});

/** One well-formed call of each keyring method that reads or changes accounts. */
function keyringCalls() {
  return [
    ['keyring_listAccounts', undefined],
    ['keyring_getAccount', { id: account.id }],
    ['keyring_createAccount', { options: {} }],
    ['keyring_deleteAccount', { id: account.id }],
    ['keyring_exportAccount', { id: account.id }],
    [
      'keyring_submitRequest',
      {
        id: crypto.randomUUID(),
        origin: 'metamask',
        scope: '',
        account: account.id,
        request: { method: 'personal_sign', params: [messageHex('steal'), account.address] },
      },
    ],
  ];
}
