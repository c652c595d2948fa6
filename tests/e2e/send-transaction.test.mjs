// Transactions that the snap completes, signs and sends by itself (tandem_sendTransaction), through
// MetaMask's connection to a real node: anvil, which mines only when told to.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { Wallet, keccak256, toBeHex } from 'ethers';

import { startAnvil } from '../../scripts/services/anvil.mjs';
import { assertRefused } from './expectations.mjs';
import { ETHER, GWEI, RECIPIENT, ZERO_BLOB, withZeroBlob } from './transactions.mjs';
import { COMPANION, startWorld } from './world.mjs';

const DAPP = 'https://dapp.example';
const CHAIN = '0x7a69';

let world;
let account;

before(async () => {
  world = await startWorld({ chain: true, anvilArgs: ['--no-mining'] });
  await world.enrol();
  account = await world.createAccount();
  await world.anvil.setBalance(account.address, 100n * ETHER);
  world.metamask.connect(DAPP);
});

afterEach(async () => {
  world.user.forgetScript();
  world.node = (method, params) => world.anvil.rpc(method, params);
  await mine();
});
after(() => world?.close());

const call = (origin, method, params) => world.metamask.rpc(origin, method, params);
const send = (transaction, more = {}, origin = DAPP) =>
  call(origin, 'tandem_sendTransaction', { transaction: { chainId: CHAIN, from: account.address, ...transaction }, ...more });
const status = (hash, origin = DAPP) => call(origin, 'tandem_transactionStatus', { hash });
const mine = () => world.anvil.rpc('evm_mine');
const transactionOf = (hash) => world.anvil.rpc('eth_getTransactionByHash', [hash]);
const hex = (number) => `0x${BigInt(number).toString(16)}`;
const nonceNow = () => world.anvil.nonce(account.address);

/** An error as a node gives it. */
const nodeError = (code, message, data) => Object.assign(new Error(message), { code, data });

/** From now on, `answer` stands in for the node's answers to `method`; undefined lets the node answer. */
function intercept(methods) {
  world.node = async (method, params) => (await methods[method]?.(...params)) ?? world.anvil.rpc(method, params);
}

/** Collects what is broadcast from now on. */
function watchBroadcasts() {
  const raws = [];
  intercept({ eth_sendRawTransaction: (raw) => void raws.push(raw) });
  return raws;
}

/** Mines, and expects the transaction to have succeeded. */
async function assertMined(hash, origin = DAPP) {
  await mine();
  const answer = await status(hash, origin);
  assert.equal(answer.status, 'mined', JSON.stringify(answer));
  assert.equal(answer.receipt.status, '0x1');
  return answer.receipt;
}

test('a transfer with nothing but sender, recipient and value is completed, shown, sent and mined', async () => {
  const nonce = await world.anvil.nonce(account.address);
  const balanceBefore = await world.anvil.balance(RECIPIENT);

  const sent = await send({ to: RECIPIENT, value: hex(ETHER) });

  assert.deepEqual(sent, { hash: sent.hash, nonce: hex(nonce), broadcast: true });
  const { text } = world.user.lastDialog;
  assert.ok(text.includes(DAPP), 'who asks');
  assert.ok(text.includes(RECIPIENT), 'the recipient');
  assert.equal((await status(sent.hash)).status, 'pending');
  const seen = await transactionOf(sent.hash);
  assert.deepEqual([seen.type, seen.gas, seen.from], ['0x2', '0x5208', account.address]);
  const receipt = await assertMined(sent.hash);
  assert.deepEqual([receipt.gasUsed, receipt.contractAddress], ['0x5208', null]);
  assert.ok(BigInt(receipt.effectiveGasPrice) > 0n);
  assert.equal((await world.anvil.balance(RECIPIENT)) - balanceBefore, ETHER);
});

test('a legacy transaction gets a gas price, is replay-protected and mined', async () => {
  const { hash } = await send({ type: '0x0', to: RECIPIENT, value: '0x1' });

  const { type, gasPrice, v } = await transactionOf(hash);
  assert.equal(type, '0x0');
  assert.ok(BigInt(gasPrice) > 0n);
  assert.ok([62709n, 62710n].includes(BigInt(v)), `v is ${v}`);
  await assertMined(hash);
});

test('a transaction with an access list is mined', async () => {
  const accessList = [{ address: RECIPIENT, storageKeys: [`0x${'00'.repeat(31)}07`] }];

  const { hash } = await send({ type: '0x1', to: RECIPIENT, value: '0x1', accessList });

  const seen = await transactionOf(hash);
  assert.equal(seen.type, '0x1');
  assert.equal(seen.accessList.length, 1);
  await assertMined(hash);
});

test('a set-code transaction delegates for whoever authorised it', async () => {
  const authority = Wallet.createRandom();
  const { address, nonce, chainId, signature } = await authority.authorize({ address: RECIPIENT, chainId: 31337, nonce: 0 });
  const authorizationList = [
    { chainId: hex(chainId), address, nonce: hex(nonce), yParity: hex(signature.yParity), r: signature.r, s: signature.s },
  ];

  const { hash } = await send({ to: RECIPIENT, authorizationList });

  assert.equal((await transactionOf(hash)).type, '0x4');
  await assertMined(hash);
  const code = await world.anvil.rpc('eth_getCode', [authority.address, 'latest']);
  assert.equal(code, `0xef0100${RECIPIENT.slice(2).toLowerCase()}`);
});

test('a blob transaction is signed, wrapped by the caller, and mined', async () => {
  const { versionedHash } = ZERO_BLOB;

  const sent = await send({ type: '0x3', to: RECIPIENT, blobVersionedHashes: [versionedHash] });

  assert.equal(sent.broadcast, false);
  assert.equal(keccak256(sent.raw), sent.hash);
  assert.equal((await status(sent.hash)).status, 'pending');
  const wrapped = withZeroBlob(sent.raw);
  assert.equal(await world.anvil.rpc('eth_sendRawTransaction', [wrapped]), sent.hash);
  await assertMined(sent.hash);
  assert.deepEqual((await transactionOf(sent.hash)).blobVersionedHashes, [versionedHash]);
});

test('the creation of a contract is mined, and its address is told', async () => {
  const { hash } = await send({ data: '0x600060005360016000f3' });

  const { contractAddress } = await assertMined(hash);

  assert.equal(await world.anvil.rpc('eth_getCode', [contractAddress, 'latest']), '0x00');
});

test('what is given is kept as it is', async () => {
  const given = {
    type: '0x2', nonce: hex(await nonceNow()), gas: '0x7530', to: RECIPIENT, value: '0x0de0b6b3a7640000',
    maxFeePerGas: hex(7n * GWEI), maxPriorityFeePerGas: '0x3', data: '0x00', accessList: [],
  };

  const { hash } = await send(given);

  const seen = await transactionOf(hash);
  for (const field of ['type', 'nonce', 'gas', 'maxFeePerGas', 'maxPriorityFeePerGas']) {
    assert.equal(seen[field], given[field], field);
  }
  assert.equal(BigInt(seen.value), ETHER);
  await assertMined(hash);
});

test('two transactions at once get consecutive nonces, one dialog after the other', async () => {
  const nonce = await nonceNow();
  const dialogsBefore = world.user.dialogs.length;
  let openDialogs = 0;
  const slowly = async () => {
    openDialogs += 1;
    assert.equal(openDialogs, 1, 'two dialogs about one nonce');
    await world.anvil.rpc('eth_chainId');
    openDialogs -= 1;
    return true;
  };
  world.user.answerNext(slowly);
  world.user.answerNext(slowly);

  const sent = await Promise.all([
    send({ to: RECIPIENT, value: '0x1' }),
    send({ to: RECIPIENT, value: '0x2' }, {}, COMPANION),
  ]);

  assert.deepEqual(sent.map(({ nonce: text }) => Number(text)).sort(), [nonce, nonce + 1]);
  assert.equal(world.user.dialogs.length, dialogsBefore + 2);
  await mine();
  for (const { hash } of sent) {
    assert.equal((await status(hash, COMPANION)).status, 'mined');
  }
});

test('a page that asks again before it is answered is refused, and no other page is', async () => {
  let answerFirst;
  const asked = new Promise((shown) => {
    world.user.answerNext(() => {
      shown();
      return new Promise((answer) => (answerFirst = answer));
    });
  });
  const first = send({ to: RECIPIENT, value: '0x1' });
  await asked;

  await assertRefused(world.metamask, 'AlreadySending', () => send({ to: RECIPIENT, value: '0x2' }));
  const other = send({ to: RECIPIENT, value: '0x3' }, {}, COMPANION);

  answerFirst(true);
  await first;
  await other;
  await assertMined((await send({ to: RECIPIENT, value: '0x4' })).hash);
});

test('while a dialog is open everything without one goes on, and a second dialog is refused by MetaMask', async () => {
  const sent = await send({ to: RECIPIENT, value: '0x1' });
  let answerFirst;
  const asked = new Promise((shown) => {
    world.user.answerNext(() => {
      shown();
      return new Promise((answer) => (answerFirst = answer));
    });
  });
  const first = send({ to: RECIPIENT, value: '0x1' });
  await asked;

  assert.equal((await status(sent.hash)).status, 'pending');
  assert.equal((await call(COMPANION, 'tandem_status')).enrolled, true);
  const error = await assertRefused(world.metamask, 'HostFailed', () => world.createAccount());
  assert.match(error.message, /already pending/u);

  answerFirst(true);
  await first;
});

test('a gap in the nonces is filled before anything is added', async () => {
  const nonce = await nonceNow();
  const ahead = await send({ to: RECIPIENT, value: '0x1', nonce: hex(nonce + 1) });
  await mine();
  assert.equal((await status(ahead.hash)).status, 'pending');

  const filling = await send({ to: RECIPIENT, value: '0x2' });
  assert.equal(Number(filling.nonce), nonce);
  const next = await send({ to: RECIPIENT, value: '0x3' });
  assert.equal(Number(next.nonce), nonce + 2);

  await mine();
  for (const { hash } of [ahead, filling, next]) {
    assert.equal((await status(hash)).status, 'mined');
  }
});

test('a transaction that would fail is refused with the reason that the contract gives', async () => {
  const dialogsBefore = world.user.dialogs.length;
  const reverting = `0x${'4e'.repeat(20)}`;
  const reason = Buffer.from('not on Sundays').toString('hex').padEnd(64, '0');
  const revertData = `08c379a0${toBeHex(32, 32).slice(2)}${toBeHex(14, 32).slice(2)}${reason}`;
  // Copies what follows it into memory, and reverts with it.
  await world.anvil.rpc('anvil_setCode', [reverting, `0x6064600c60003960646000fd${revertData}`]);

  const error = await assertRefused(world.metamask, 'TransactionFails', () => send({ to: reverting, data: '0x01' }));

  assert.match(error.message, /not on Sundays/u);
  assert.equal(world.user.dialogs.length, dialogsBefore, 'the user was asked');
});

test('what the account cannot pay is refused, before the user is asked if the node finds it so early', async () => {
  const tooMuch = () => send({ to: RECIPIENT, value: hex(1_000_000n * ETHER) });
  await assertRefused(world.metamask, 'InsufficientFunds', tooMuch);

  const dialogsBefore = world.user.dialogs.length;
  intercept({
    eth_estimateGas: () => {
      throw nodeError(-32000, 'insufficient funds for transfer');
    },
  });
  await assertRefused(world.metamask, 'InsufficientFunds', tooMuch);
  assert.equal(world.user.dialogs.length, dialogsBefore);
});

test('a transaction for another chain than the one MetaMask is connected to is refused', async () => {
  const error = await assertRefused(world.metamask, 'ChainMismatch', () => send({ chainId: '0x1', to: RECIPIENT, value: '0x1' }));
  assert.match(error.message, /chain 1\b.*chain 31337/u);
});

test('every problem of a draft is told at once, by the name of its field', async () => {
  const error = await assertRefused(world.metamask, 'InvalidTransaction', () =>
    call(DAPP, 'tandem_sendTransaction', {
      transaction: { chainId: CHAIN, to: '0x12', value: '-1', gasPrice: '0x1', maxFeePerGas: '0x1', nonse: '0x1' },
    }),
  );
  const fields = error.data.problems.map(({ field }) => field);
  for (const name of ['from', 'to', 'value', 'nonse', 'gasPrice']) {
    assert.ok(fields.includes(`params.transaction.${name}`), `${name}: ${fields}`);
  }
});

test('params that say two things, or something unknown, are refused', async () => {
  const hash = `0x${'00'.repeat(32)}`;
  for (const params of [
    {},
    { transaction: {}, speed: 'fast' },
    { transaction: {}, cancel: hash },
    { replaces: hash, cancel: hash },
    { replaces: '0x12' },
    { transaction: {}, cancle: hash },
  ]) {
    await assertRefused(world.metamask, 'InvalidRequest', () => call(DAPP, 'tandem_sendTransaction', params));
  }
});

test('an account that is not of this device is not found', async () => {
  await assertRefused(world.metamask, 'AccountNotFound', () => send({ from: RECIPIENT, to: RECIPIENT, value: '0x1' }));
});

test('a rejected transaction leaves nothing behind, and its nonce is used next', async () => {
  const nonce = await nonceNow();
  world.user.rejectNext();
  await assertRefused(world.metamask, 'UserRejected', () => send({ to: RECIPIENT, value: '0x1' }));

  assert.equal(Number((await send({ to: RECIPIENT, value: '0x2' })).nonce), nonce);
});

test('a status is told to the page that sent, and to the companion page, and to no other', async () => {
  const { hash } = await send({ to: RECIPIENT, value: '0x1' });
  world.metamask.connect('https://other.example');

  await assertRefused(world.metamask, 'TransactionNotFound', () => status(hash, 'https://other.example'));
  await assertRefused(world.metamask, 'TransactionNotFound', () =>
    call('https://other.example', 'tandem_sendTransaction', { cancel: hash }),
  );

  assert.equal((await status(hash, COMPANION)).status, 'pending');
  assert.equal((await status(hash)).status, 'pending');
});

test('a pending transaction is sped up: the same content for at least a tenth more, mined in its place', async () => {
  const first = await send({ to: RECIPIENT, value: '0x1' });
  const before = await transactionOf(first.hash);

  const faster = await call(COMPANION, 'tandem_sendTransaction', { replaces: first.hash, speed: 'high' });

  assert.equal(faster.nonce, first.nonce);
  assert.ok(world.user.lastDialog.banners.some(({ text }) => text.includes(first.hash)), 'the user is told what it replaces');
  const seen = await transactionOf(faster.hash);
  for (const field of ['maxFeePerGas', 'maxPriorityFeePerGas']) {
    assert.ok(BigInt(seen[field]) * 10n >= BigInt(before[field]) * 11n, field);
  }
  assert.deepEqual([seen.to, seen.value, seen.gas], [before.to, before.value, before.gas]);
  assert.deepEqual(await status(first.hash), { status: 'replaced', hash: first.hash, nonce: first.nonce, by: faster.hash });
  await assertMined(faster.hash, COMPANION);
  assert.equal((await status(first.hash)).status, 'replaced');
});

test('a pending transaction is cancelled: a transfer of nothing to the sender is mined in its place', async () => {
  const balanceBefore = await world.anvil.balance(RECIPIENT);
  for (const type of ['0x0', '0x2']) {
    const first = await send({ type, to: RECIPIENT, value: hex(ETHER), data: '0x1234' });

    const cancelling = await call(DAPP, 'tandem_sendTransaction', { cancel: first.hash });

    const seen = await transactionOf(cancelling.hash);
    assert.deepEqual([seen.type, seen.to, seen.value, seen.input, seen.gas, seen.nonce], [type, account.address, '0x0', '0x', '0x5208', first.nonce]);
    await assertMined(cancelling.hash);
    assert.equal((await status(first.hash)).status, 'replaced');
  }
  assert.equal(await world.anvil.balance(RECIPIENT), balanceBefore);
});

test('a replacement may have other content, and must pay enough', async () => {
  const first = await send({ to: RECIPIENT, value: '0x1' });

  const error = await assertRefused(world.metamask, 'InvalidTransaction', () =>
    send({ to: RECIPIENT, value: '0x2', maxFeePerGas: '0x1', nonce: '0x0' }, { replaces: first.hash }),
  );
  assert.deepEqual(error.data.problems.map(({ field }) => field).sort(), [
    'params.transaction.maxFeePerGas',
    'params.transaction.nonce',
  ]);

  const second = await send({ to: RECIPIENT, value: '0x2' }, { replaces: first.hash });
  assert.equal((await transactionOf(second.hash)).value, '0x2');
  await assertMined(second.hash);
});

test('a page that takes the nonce of another pending transaction does not do it unseen', async () => {
  const first = await send({ to: RECIPIENT, value: '0x1' }, {}, COMPANION);

  const second = await send({ to: RECIPIENT, value: '0x2', nonce: first.nonce, maxFeePerGas: hex(50n * GWEI), maxPriorityFeePerGas: hex(20n * GWEI) });

  assert.ok(world.user.lastDialog.banners.some(({ text }) => text.includes('Another transaction with this nonce is pending')));
  assert.equal((await status(first.hash, COMPANION)).by, second.hash);
  await assertMined(second.hash);
});

test('what is mined or replaced already cannot be replaced', async () => {
  const first = await send({ to: RECIPIENT, value: '0x1' });
  const second = await send({ to: RECIPIENT, value: '0x2' }, { replaces: first.hash });
  await assertRefused(world.metamask, 'NotPending', () => call(DAPP, 'tandem_sendTransaction', { cancel: first.hash }));

  await assertMined(second.hash);

  await assertRefused(world.metamask, 'NotPending', () => call(DAPP, 'tandem_sendTransaction', { cancel: second.hash }));
});

test('a node that refuses the transaction is quoted, and the nonce is used next', async () => {
  for (const [code, message, name] of [
    [-32000, 'nonce too low: next nonce 9, tx nonce 8', 'NonceTooLow'],
    [-32000, 'replacement transaction underpriced', 'Underpriced'],
    [-32003, 'Insufficient funds for gas * price + value', 'InsufficientFunds'],
    [-32000, `\u202ebad\n${'x'.repeat(1000)}`, 'BroadcastRefused'],
  ]) {
    const nonce = await nonceNow();
    const raws = [];
    intercept({
      eth_sendRawTransaction: (raw) => {
        raws.push(raw);
        throw nodeError(code, message);
      },
    });

    const error = await assertRefused(world.metamask, name, () => send({ to: RECIPIENT, value: '0x1' }));

    assert.ok(error.message.length < 400 && !error.message.includes('\u202e'), error.message);
    const hash = keccak256(raws[0]);
    assert.equal((await status(hash)).status, 'dropped');
    assert.equal(raws.length, 1, 'a refused transaction was sent again');
    intercept({});
    assert.equal(Number((await send({ to: RECIPIENT, value: '0x2' })).nonce), nonce);
    await mine();
  }
});

test('a transaction that the node has already counts as sent', async () => {
  intercept({
    eth_sendRawTransaction: async (raw) => {
      await world.anvil.rpc('eth_sendRawTransaction', [raw]);
      throw nodeError(-32000, 'already known');
    },
  });
  const sent = await send({ to: RECIPIENT, value: '0x1' });
  assert.equal(sent.broadcast, true);
  await assertMined(sent.hash);
});

test('a broadcast that fails after signing is made up for with the same bytes, and nobody is asked again', async () => {
  const raws = [];
  intercept({
    eth_sendRawTransaction: (raw) => {
      raws.push(raw);
      throw nodeError(-32603, 'fetch failed');
    },
  });
  const sent = await send({ to: RECIPIENT, value: '0x1' });
  assert.equal(sent.broadcast, false);
  assert.match(sent.problem, /fetch failed/u);
  await assert.rejects(status(sent.hash), /fetch failed/u);
  const dialogsBefore = world.user.dialogs.length;

  raws.push(...(await collect(() => status(sent.hash))));

  assert.equal(raws.length, 3);
  assert.deepEqual([...new Set(raws)], [raws[0]]);
  assert.equal(keccak256(raws[0]), sent.hash);
  assert.equal(world.user.dialogs.length, dialogsBefore);
  await assertMined(sent.hash);
});

test('a node that takes the transaction for another one is not believed', async () => {
  intercept({ eth_sendRawTransaction: () => `0x${'77'.repeat(32)}` });

  const sent = await send({ to: RECIPIENT, value: '0x1' });

  assert.equal(sent.broadcast, false);
  assert.match(sent.problem, /another transaction/u);
  intercept({});
  assert.equal((await status(sent.hash)).status, 'pending');
  await assertMined(sent.hash);
});

test('the snap crashes between store and broadcast: the record is there, and the same bytes are sent', async () => {
  const raws = [];
  intercept({
    eth_sendRawTransaction: async (raw) => {
      raws.push(raw);
      await world.metamask.crashSnap();
      throw nodeError(-32603, 'nobody is there to hear this');
    },
  });
  await assert.rejects(send({ to: RECIPIENT, value: '0x1' }));
  const hash = keccak256(raws[0]);

  const sentAgain = await collect(() => status(hash));

  assert.deepEqual(sentAgain, raws);
  await assertMined(hash);
});

test('a transaction that never reached the network goes before the next one, and the user is told', async () => {
  const nonce = await nonceNow();
  intercept({
    eth_sendRawTransaction: () => {
      throw nodeError(-32603, 'fetch failed');
    },
  });
  const first = await send({ to: RECIPIENT, value: '0x1' });

  const raws = watchBroadcasts();
  const second = await send({ to: RECIPIENT, value: '0x2' });

  assert.equal(Number(second.nonce), nonce + 1);
  assert.deepEqual(raws.map((raw) => keccak256(raw)), [first.hash, second.hash]);
  assert.ok(world.user.lastDialog.banners.some(({ text }) => text.includes(first.hash)));
  await mine();
  assert.equal((await status(first.hash)).status, 'mined');
  assert.equal((await status(second.hash)).status, 'mined');
});

test('a transaction that the node has lost is sent again', async () => {
  const sent = await send({ to: RECIPIENT, value: '0x1' });
  await world.anvil.rpc('anvil_dropTransaction', [sent.hash]);
  assert.equal(await transactionOf(sent.hash), null);

  assert.equal((await status(sent.hash)).status, 'pending');

  await assertMined(sent.hash);
});

test('a browser that dies as soon as the page has its answer still knows the transaction', async () => {
  const sent = await send({ to: RECIPIENT, value: '0x1' });

  await world.metamask.restart();

  assert.equal((await status(sent.hash)).status, 'pending');
  await assertMined(sent.hash);
});

test('the fees follow the speed and what others paid', async () => {
  const row = [hex(1n * GWEI), hex(2n * GWEI), hex(5n * GWEI)];
  intercept({
    eth_feeHistory: () => ({ oldestBlock: '0x1', baseFeePerGas: [hex(GWEI), hex(10n * GWEI)], gasUsedRatio: [0.5], reward: [row] }),
  });
  for (const [speed, priority] of [['low', 1n], [undefined, 2n], ['medium', 2n], ['high', 5n]]) {
    const { hash } = await send({ to: RECIPIENT, value: '0x1' }, speed ? { speed } : {});
    const seen = await transactionOf(hash);
    assert.equal(BigInt(seen.maxPriorityFeePerGas), priority * GWEI, speed);
    assert.equal(BigInt(seen.maxFeePerGas), (20n + priority) * GWEI, speed);
  }
});

test('without an estimate the gas limit is a bounded guess, and the user is told so', async () => {
  intercept({
    eth_estimateGas: () => {
      throw nodeError(-32601, 'the method eth_estimateGas does not exist/is not available');
    },
  });
  const { hash } = await send({ to: RECIPIENT, value: '0x1' });
  const { gasLimit } = await world.anvil.rpc('eth_getBlockByNumber', ['latest', false]);
  const third = (BigInt(gasLimit) * 35n) / 100n;
  assert.equal(BigInt((await transactionOf(hash)).gas), third < 16_777_216n ? third : 16_777_216n);
  assert.ok(world.user.lastDialog.banners.some(({ text }) => text.includes('guess')));
});

test('a call gets a quarter more gas than the estimate', async () => {
  const data = `0x${'11'.repeat(100)}`;
  const estimate = BigInt(await world.anvil.rpc('eth_estimateGas', [{ from: account.address, to: RECIPIENT, data }]));

  const { hash } = await send({ to: RECIPIENT, data });

  assert.equal(BigInt((await transactionOf(hash)).gas), estimate + (estimate + 3n) / 4n);
});

test('a chain without a fee market gets a gas price, and refuses fees of a market', async (t) => {
  const berlin = await startAnvil({ args: ['--no-mining', '--hardfork', 'berlin'] });
  t.after(() => berlin.stop());
  await berlin.setBalance(account.address, ETHER);
  world.node = (method, params) => berlin.rpc(method, params);
  const nonceBefore = await berlin.nonce(account.address);
  // What is pending on the other network of the same chain id must not count here.
  const nonce = hex(nonceBefore);

  const { hash } = await send({ to: RECIPIENT, value: '0x1', nonce });

  const seen = await berlin.rpc('eth_getTransactionByHash', [hash]);
  assert.equal(seen.type, '0x0');
  assert.equal(BigInt(seen.gasPrice), BigInt(await berlin.rpc('eth_gasPrice')));
  await berlin.rpc('evm_mine');
  assert.equal((await status(hash)).status, 'mined');
  const error = await assertRefused(world.metamask, 'InvalidTransaction', () => send({ type: '0x2', to: RECIPIENT, value: '0x1', nonce }));
  assert.equal(error.data.problems[0].field, 'params.transaction.type');
});

/** What is broadcast while `action` runs; its answer must be that the transaction is pending. */
async function collect(action) {
  const raws = watchBroadcasts();
  const answer = await action();
  assert.equal(answer.status, 'pending');
  intercept({});
  return raws;
}
