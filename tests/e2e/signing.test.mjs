// Signatures, from MetaMask's KeyringController through the snap and the server and
// back, judged by ethers, ethereumjs and eth-sig-util, and mined by anvil.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { getAddress } from 'ethers';

import { assertRefused } from './expectations.mjs';
import { assertSignsMessage, assertSignsTypedData, messageHex, signAndJudgeTransaction } from './judges.mjs';
import {
  ETHER,
  RECIPIENT,
  accessListTransfer,
  contractCreation,
  legacyTransfer,
  transactionOf,
  transfer,
} from './transactions.mjs';
import { startWorld } from './world.mjs';

/** @type {Awaited<ReturnType<typeof startWorld>>} */
let world;
let account;

before(async () => {
  world = await startWorld({ chain: true });
  await world.enrol();
  account = await world.createAccount();
  await world.anvil.setBalance(account.address, 10n * ETHER);
});

after(() => world?.close());

test('a personal message is signed by the account', async () => {
  await assertSignsMessage(world.metamask, account.address, 'Tandem signs this.');
});

test('a message with line breaks, emoji and zero bytes is signed as the bytes it is', async () => {
  await assertSignsMessage(world.metamask, account.address, 'one\ntwo \u{1F6B2}\u0000 three');
});

/** Typed data that is good under versions 3 and 4. */
function mail(chainId) {
  const field = (type, name) => ({ name, type });
  return {
    types: {
      EIP712Domain: [field('string', 'name'), field('uint256', 'chainId'), field('address', 'verifyingContract')],
      Mail: [field('Person', 'to'), field('string', 'contents')],
      Person: [field('string', 'name'), field('address', 'wallet')],
    },
    primaryType: 'Mail',
    domain: { name: 'Mail', chainId, verifyingContract: RECIPIENT },
    message: { to: { name: 'Bob', wallet: RECIPIENT }, contents: 'Hello, Bob!' },
  };
}

test('typed data of every version is signed by the account', async () => {
  await assertSignsTypedData(world.metamask, account.address, [{ type: 'string', name: 'Message', value: 'Hi' }], 'V1');
  await assertSignsTypedData(world.metamask, account.address, mail(31337), 'V3');
  await assertSignsTypedData(world.metamask, account.address, mail(31337), 'V4');
});

test('typed data whose chain id is hexadecimal, as MetaMask passes it on, is signed and shown', async () => {
  await assertSignsTypedData(world.metamask, account.address, mail('0x1'), 'V4');

  const { text } = world.user.lastDialog;
  assert.ok(text.includes('Ethereum Mainnet (chain id 1)'), 'the chain');
  assert.ok(text.includes('Hello, Bob!'), 'the contents');
  assert.ok(text.toLowerCase().includes(RECIPIENT.toLowerCase()), 'the contract');
});

test('typed data that would not be signed as it is shown is refused before anyone is asked', async () => {
  const dialogs = world.user.dialogs.length;
  const data = mail(31337);
  data.message.extra = 'not in the type';

  await assert.rejects(
    world.metamask.keyringController.signTypedMessage({ from: account.address, data }, 'V4'),
    /params\[1\]\.message\.extra is not a field of its type/u,
  );
  assert.equal(world.user.dialogs.length, dialogs);
});

/** A sign-in (ERC-4361) to a site, valid until `expires`. */
function signIn(address, expires) {
  return [
    'shop.example wants you to sign in with your Ethereum account:',
    getAddress(address),
    '',
    'Come in.',
    '',
    'URI: https://shop.example/login',
    'Version: 1',
    'Chain ID: 1',
    'Nonce: k13wdiXjx4',
    'Issued At: 2026-01-01T00:00:00Z',
    `Expiration Time: ${expires}`,
  ].join('\n');
}

test('a sign-in shows the site that asks, and an expired one comes with a warning', async () => {
  await assertSignsMessage(world.metamask, account.address, signIn(account.address, '2999-01-01T00:00:00Z'));
  const good = world.user.lastDialog.text;
  assert.match(good, /Sign in to shop\.example/u);
  assert.doesNotMatch(good, /not valid now/u);

  await assertSignsMessage(world.metamask, account.address, signIn(account.address, '2026-01-02T00:00:00Z'));
  assert.match(world.user.lastDialog.text, /this sign-in is not valid now/u);
});

test('a sign-in for another account is refused before anyone is asked', async () => {
  const dialogs = world.user.dialogs.length;

  await assert.rejects(
    world.metamask.keyringController.signPersonalMessage({
      from: account.address,
      data: messageHex(signIn(RECIPIENT, '2999-01-01T00:00:00Z')),
    }),
    /params\[0\]\.address/u,
  );
  assert.equal(world.user.dialogs.length, dialogs);
});

test('an EIP-1559 transfer is signed by the account and mined', async () => {
  const balanceBefore = await world.anvil.balance(RECIPIENT);
  const { raw, hash } = await signAndJudgeTransaction(world.metamask, account.address, transfer({ nonce: await nonce() }));

  const receipt = await world.anvil.broadcast(raw);

  assert.equal(receipt.status, '0x1');
  assert.equal(receipt.transactionHash, hash);
  assert.equal(receipt.from, account.address);
  assert.equal((await world.anvil.balance(RECIPIENT)) - balanceBefore, ETHER / 2n);
});

test('a legacy transfer is signed by the account, replay-protected, and mined', async () => {
  const { raw, parsed } = await signAndJudgeTransaction(world.metamask, account.address, legacyTransfer({ nonce: await nonce() }));
  assert.equal(parsed.chainId, 31337n);

  const receipt = await world.anvil.broadcast(raw);

  assert.equal(receipt.status, '0x1');
});

test('a transaction with an access list is signed by the account and mined', async () => {
  const { raw, parsed } = await signAndJudgeTransaction(world.metamask, account.address, accessListTransfer({ nonce: await nonce() }));
  assert.equal(parsed.type, 1);

  const receipt = await world.anvil.broadcast(raw);

  assert.equal(receipt.status, '0x1');
  assert.equal(receipt.type, '0x1');
});

test('a contract creation is signed by the account and mined', async () => {
  const { raw, parsed } = await signAndJudgeTransaction(world.metamask, account.address, contractCreation({ nonce: await nonce() }));
  assert.equal(parsed.to, null);

  const receipt = await world.anvil.broadcast(raw);

  assert.equal(receipt.status, '0x1');
  assert.equal(await world.anvil.rpc('eth_getCode', [receipt.contractAddress, 'latest']), '0x00');
});

test('the user is shown everything that is signed before it is signed', async () => {
  const unusual = transfer({ nonce: 4711, value: 1_234_567_890_123_456_789n, gasLimit: 54_321n, data: '0xa9059cbb00' });

  await signAndJudgeTransaction(world.metamask, account.address, unusual);

  const { type, text } = world.user.lastDialog;
  assert.equal(type, 'confirmation');
  assert.match(text, /1\.234567890123456789\b/u, 'the amount, with all its decimals');
  assert.ok(text.toLowerCase().includes(RECIPIENT.toLowerCase()), 'the recipient');
  assert.ok(text.toLowerCase().includes(account.address), 'the account');
  assert.match(text, /31337/u, 'the chain');
  assert.match(text, /4711/u, 'the nonce');
  assert.match(text, /54,?321/u, 'the gas limit');
  assert.match(text, /0\.000162963\b/u, 'the highest fee: gas limit times highest fee per gas');
  assert.match(text, /a9059cbb/u, 'the call data');
});

test('the user is shown the message that is signed, with control characters made visible', async () => {
  await assertSignsMessage(world.metamask, account.address, 'pay\u202Eevil\nTo: somebody');

  const { text } = world.user.lastDialog;
  assert.match(text, /pay/u);
  assert.doesNotMatch(text, /\u202E/u, 'a character that reverses what follows it');
  assert.equal(text.includes('\nTo: somebody'), false, 'a line that looks like one of the dialog');
});

test('a user who rejects the dialog gets no signature, and the snap lives on', async () => {
  world.user.rejectNext();

  await assertRefused(world.metamask, 'UserRejected', () =>
    world.metamask.keyringController.signPersonalMessage({ from: account.address, data: messageHex('no') }),
  );

  await assertSignsMessage(world.metamask, account.address, 'yes');
});

test('a rejected transaction is not signed either', async () => {
  world.user.rejectNext();

  const error = await assertRefused(world.metamask, 'UserRejected', () =>
    world.metamask.keyringController.signTransaction(transactionOf(transfer({ nonce: 0 })), account.address),
  );

  assert.equal(error.code, 4001);
});

test('an invalid transaction is refused with every problem by the name of its field', async () => {
  const dialogsBefore = world.user.dialogs.length;

  const error = await assertRefused(world.metamask, 'InvalidTransaction', () =>
    submit('eth_signTransaction', [
      {
        type: '0x2',
        chainId: '0x7a69',
        from: account.address,
        nonce: 'seven',
        gasLimit: '0x5208',
        maxFeePerGas: '0x3b9aca00',
        maxPriorityFeePerGas: '0x1',
        to: '0x1234',
        value: '-1',
        data: '0x',
      },
    ], 'eip155:31337'),
  );

  assert.equal(error.code, -32602);
  const fields = error.data.problems.map(({ field }) => field);
  for (const field of ['nonce', 'to', 'value']) {
    assert.ok(fields.some((name) => name.endsWith(field)), `no problem names "${field}": ${fields}`);
  }
  for (const { reason } of error.data.problems) {
    assert.match(reason, /\w/u);
  }
  assert.equal(world.user.dialogs.length, dialogsBefore, 'the user was asked about an invalid transaction');
});

test('a transaction from somebody else is refused', async () => {
  await assertRefused(world.metamask, 'InvalidTransaction', () =>
    submit('eth_signTransaction', [
      {
        type: '0x2',
        chainId: '0x7a69',
        from: RECIPIENT,
        nonce: '0x0',
        gasLimit: '0x5208',
        maxFeePerGas: '0x3b9aca00',
        maxPriorityFeePerGas: '0x1',
        to: RECIPIENT,
        value: '0x0',
        data: '0x',
      },
    ], 'eip155:31337'),
  );
});

test('a bare digest is never signed: MetaMask does not offer eth_sign, and the snap refuses it', async () => {
  const digest = `0x${'5a'.repeat(32)}`;

  await assert.rejects(world.metamask.keyringController.signMessage({ from: account.address, data: digest }), /eth_sign/u);
  await assertRefused(world.metamask, 'MethodNotSupported', () => submit('eth_sign', [account.address, digest]));
});

test('two requests at once are both signed, one dialog after the other', async () => {
  const terminationsBefore = world.metamask.snapTerminations;

  await Promise.all([
    assertSignsMessage(world.metamask, account.address, 'first'),
    assertSignsMessage(world.metamask, account.address, 'second'),
  ]);

  assert.equal(world.metamask.snapTerminations, terminationsBefore);
});

test('a second account of the same key has another address and signs', async () => {
  const second = await world.createAccount();

  assert.notEqual(second.address, account.address);
  assert.notEqual(second.id, account.id);
  assert.deepEqual(new Set(await world.metamask.snapAccounts()), new Set([account.address, second.address]));
  await assertSignsMessage(world.metamask, second.address);
  const { raw } = await signAndJudgeTransaction(world.metamask, second.address, transfer({ nonce: 0, value: 1n }));
  await world.anvil.setBalance(second.address, ETHER);
  assert.equal((await world.anvil.broadcast(raw)).status, '0x1');
  await assertSignsMessage(world.metamask, account.address);
});

/** The nonce of the account's next transaction. */
function nonce() {
  return world.anvil.nonce(getAddress(account.address));
}

/** A request as MetaMask submits it, past the checks of its own SnapKeyring. */
function submit(method, params, scope = '') {
  return world.metamask.keyringRpc('metamask', 'keyring_submitRequest', {
    id: crypto.randomUUID(),
    origin: 'metamask',
    scope,
    account: account.id,
    request: { method, params },
  });
}
