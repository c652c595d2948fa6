/**
 * Random transactions of every type, and random mutations of them, put to three
 * readers: the built WebAssembly, ethers, and the ethereumjs that MetaMask itself
 * uses. A sound transaction must have one digest with all three. A mutated one must
 * be refused with a reason, or have one digest with every reader that accepts it:
 * never a third.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Common } from '@ethereumjs/common';
import { TransactionFactory } from '@ethereumjs/tx';
import { SigningKey, Signature, Transaction, computeAddress, getBigInt, hashAuthorization, hexlify } from 'ethers';

import { openCore } from './core.mjs';
import { createRandom, seedOfRun } from '../random.mjs';

const SOUND = 2_000;
const MUTATED = 6_000;
/** Off the chains whose consensus rules refuse what random values break. */
const CHAINS = [2, 137, 8453, 31_337, 99_999_999, 2 ** 40];

const core = await openCore();
const random = createRandom(seedOfRun());
const account = new SigningKey(hexOf(32));
const authority = new SigningKey(hexOf(32));

test('three readers give a sound transaction of any type one digest', () => {
  for (let number = 0; number < SOUND; number += 1) {
    const transaction = sound(number % 5);
    const readings = readAll(transaction);
    assert.ok(readings.ours.digest, `${JSON.stringify(transaction)}: ${readings.ours.refusal}`);
    assert.equal(readings.ethers, readings.ours.digest, JSON.stringify(transaction));
    if (isForEthereumjs(transaction)) assert.equal(readings.ethereumjs, readings.ours.digest, JSON.stringify(transaction));
  }
});

test('what ethers signs is what finish releases', () => {
  for (let number = 0; number < 200; number += 1) {
    const transaction = sound(number % 5);
    const expected = readWithEthers(transaction);
    expected.signature = account.sign(expected.unsignedHash);
    const { r, s, yParity } = expected.signature;
    const finished = core.finish({
      ...request(transaction),
      account: computeAddress(account),
      signature: { r, s, yParity },
    });
    assert.equal(finished.result.raw, expected.serialized);
    assert.equal(finished.result.hash, expected.hash);
    assert.equal(Transaction.from(finished.result.raw).from, computeAddress(account));
  }
});

test('a mutated transaction never has a third digest', () => {
  let accepted = 0;
  const refusals = new Map();
  for (let number = 0; number < MUTATED; number += 1) {
    const transaction = sound(number % 5);
    for (let times = 0; times <= random.below(3); times += 1) mutate(transaction);
    const { ours, ethers, ethereumjs } = readAll(transaction);
    if (ours.digest === undefined) {
      const reason = ours.refusal.replaceAll(/\d+/gu, 'N').slice(0, 90);
      refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
      continue;
    }
    accepted += 1;
    const judges = isForEthereumjs(transaction) ? { ethers, ethereumjs } : { ethers };
    for (const [reader, digest] of Object.entries(judges)) {
      if (digest !== undefined) {
        assert.equal(digest, ours.digest, `${reader} reads ${JSON.stringify(transaction)} differently`);
      }
    }
    // Somebody else has to read what we sign.
    assert.ok(Object.values(judges).some(Boolean), `nobody else reads ${JSON.stringify(transaction)}`);
  }
  assert.ok(accepted > MUTATED / 20 && accepted < (MUTATED * 19) / 20, `${accepted} of ${MUTATED} were accepted`);
  console.log(`${accepted} of ${MUTATED} mutated transactions accepted; refused ${refusals.size} kinds of reasons`);
});

function request(transaction) {
  return { method: 'eth_signTransaction', params: [transaction], scope: '' };
}

function readAll(transaction) {
  const prepared = core.prepare(request(transaction));
  return {
    ours: {
      digest: prepared.result?.digest,
      refusal: prepared.error && `${prepared.error.name}: ${prepared.error.message}`,
    },
    // ethers infers other types than most: it is told the one that was inferred here.
    ethers: accepted(() => readWithEthers({ ...transaction, type: inferredType(prepared) ?? transaction.type }).unsignedHash),
    ethereumjs: accepted(() => readWithEthereumjs(transaction)),
  };
}

/** The type of what was prepared: its first byte, and 0 for a list. */
function inferredType({ result }) {
  if (result === undefined) return undefined;
  const first = Number(result.payload.slice(0, 4));
  return first < 0xc0 ? first : 0;
}

function accepted(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** ethers' own reading: its names, its number formats, its rules. */
function readWithEthers(fields) {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const { from: _from, gas, input, authorizationList, type, ...rest } = given;
  const transaction = Transaction.from({
    ...rest,
    ...(type === undefined ? {} : { type: Number(getBigInt(type)) }),
    gasLimit: rest.gasLimit ?? gas,
    data: rest.data ?? input ?? '0x',
    ...(authorizationList && {
      authorizationList: authorizationList.map(({ chainId, address, nonce, yParity, r, s }) => ({
        chainId,
        address,
        nonce,
        signature: Signature.from({ r: full(r), s: full(s), yParity: Number(getBigInt(yParity)) }),
      })),
    }),
    to: rest.to === '0x' ? null : rest.to,
  });
  return transaction;
}

function full(quantity) {
  return `0x${getBigInt(quantity).toString(16).padStart(64, '0')}`;
}

/** What MetaMask does with the fields that it hands to a keyring. */
function readWithEthereumjs(fields) {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const { from: _from, gas, input, ...rest } = given;
  const common = Common.custom(
    { chainId: Number(getBigInt(given.chainId)) },
    { hardfork: 'cancun', eips: [7702], customCrypto: { kzg: {} } },
  );
  const data = { ...rest, gasLimit: rest.gasLimit ?? gas, data: rest.data ?? input };
  const transaction = TransactionFactory.fromTxData(data, { common, freeze: false });
  return hexlify(transaction.getHashedMessageToSign());
}

/**
 * This ethereumjs has the draft of EIP-7702, and takes what has no type for legacy,
 * dropping all other fields; and a chain id beyond 2^53 is none for it.
 */
function isForEthereumjs({ type, chainId }) {
  const known = type !== undefined && type !== null && Number(type) !== 4;
  return known && Number.isSafeInteger(Number(chainId));
}

function hexOf(bytes) {
  return `0x${random.hex(bytes)}`;
}

/** Of up to so many bits: small, large and limit values alike. */
function integer(bits) {
  return random.pick([
    () => BigInt(random.below(300)),
    () => 2n ** BigInt(bits) - 1n,
    () => random.bigint(1 + random.below(bits)),
    () => random.bigint(bits),
  ])();
}

function quantity(bits) {
  return `0x${integer(bits).toString(16)}`;
}

/** A sound transaction of the type, as MetaMask's bridge writes it. */
function sound(type) {
  const chainId = random.pick(CHAINS);
  const fees = [integer(127), integer(127)].sort((one, other) => (one < other ? -1 : 1));
  const data = hexOf(random.pick([0, 0, 1, 4, 68, 200]));
  const creates = type < 3 && data !== '0x' && random.chance(0.2);
  return {
    type: `0x${type}`,
    chainId: `0x${chainId.toString(16)}`,
    nonce: quantity(50),
    gasLimit: quantity(63),
    value: quantity(256),
    data,
    ...(creates ? {} : { to: hexOf(20) }),
    ...(type < 2
      ? { gasPrice: quantity(127) }
      : { maxFeePerGas: `0x${fees[1].toString(16)}`, maxPriorityFeePerGas: `0x${fees[0].toString(16)}` }),
    ...(type > 0 && { accessList: accessList() }),
    ...(type === 3 && {
      maxFeePerBlobGas: quantity(100),
      blobVersionedHashes: Array.from({ length: 1 + random.below(3) }, () => `0x01${hexOf(31).slice(2)}`),
    }),
    ...(type === 4 && { authorizationList: Array.from({ length: 1 + random.below(2) }, () => authorization(chainId)) }),
    from: computeAddress(account).toLowerCase(),
  };
}

function accessList() {
  return Array.from({ length: random.below(3) }, () => ({
    address: hexOf(20),
    storageKeys: Array.from({ length: random.below(3) }, () => hexOf(32)),
  }));
}

function authorization(chainId) {
  const delegation = { chainId: random.chance(0.3) ? 0 : chainId, address: hexOf(20), nonce: random.below(1_000) };
  const { r, s, yParity } = authority.sign(hashAuthorization(delegation));
  const [chain, nonce] = [delegation.chainId, delegation.nonce].map((value) => `0x${value.toString(16)}`);
  return { chainId: chain, address: delegation.address, nonce, yParity: `0x${yParity}`, r, s };
}

/** Changes one thing: a form that is still right, one that is wrong, or one that nobody should read. */
function mutate(transaction) {
  const name = random.pick(Object.keys(transaction));
  const value = transaction[name];
  const hex = typeof value === 'string' && value.startsWith('0x') ? value.slice(2) : '';
  const change = random.pick([
    () => delete transaction[name],
    () => (transaction[name] = null),
    () => (transaction[name] = `0x0${hex}`),
    () => (transaction[name] = `0x00${hex}`),
    () => (transaction[name] = `0x${hex.toUpperCase()}`),
    () => (transaction[name] = `0X${hex}`),
    () => (transaction[name] = `0x${hex.slice(1)}`),
    () => (transaction[name] = hex),
    () => (transaction[name] = ` ${value}`),
    () => (transaction[name] = Number(integer(53))),
    () => (transaction[name] = -1),
    () => (transaction[name] = 1.5),
    () => (transaction[name] = ''),
    () => (transaction[name] = '0x'),
    () => (transaction[name] = '12'),
    () => (transaction[name] = hexOf(random.below(40))),
    () => (transaction[name] = []),
    () => (transaction[name] = {}),
    () => (transaction[name] = true),
    () => (transaction.type = random.pick(['0x0', '0x1', '0x2', '0x3', '0x4', '0x5', 2, '2', '0x7f', '0xc0'])),
    () => (transaction.gas = transaction.gasLimit),
    () => (transaction.gas = quantity(60)),
    () => {
      transaction.gas = transaction.gasLimit;
      delete transaction.gasLimit;
    },
    () => (transaction.input = transaction.data),
    () => (transaction.input = hexOf(4)),
    () => {
      transaction.input = transaction.data;
      delete transaction.data;
    },
    () => (transaction.gasPrice = quantity(60)),
    () => (transaction.maxFeePerGas = quantity(60)),
    () => (transaction.accessList = [{ address: hexOf(20), storageKeys: [hexOf(random.pick([31, 32, 33]))] }]),
    () => (transaction.accessList = [[hexOf(20), [hexOf(32)]]]),
    () => (transaction.to = random.pick(['0x', hexOf(19), hexOf(21), computeAddress(authority)])),
    () => (transaction.unknown = 1),
    () => (transaction.chainId = random.pick(['0x0', 1.0, '0x02', 5])),
  ]);
  change();
}
