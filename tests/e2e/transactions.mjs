/**
 * Transactions as MetaMask builds them: ethereumjs objects for anvil's chain.
 */
import { Common, Hardfork } from '@ethereumjs/common';
import { TransactionFactory } from '@ethereumjs/tx';
import { concat, decodeRlp, encodeRlp, sha256 } from 'ethers';

import { ANVIL_CHAIN_ID } from '../../scripts/services/anvil.mjs';

const common = Common.custom({ chainId: ANVIL_CHAIN_ID }, { hardfork: Hardfork.Cancun });

export const GWEI = 10n ** 9n;
export const ETHER = 10n ** 18n;

/** Nobody's address, to send to. */
export const RECIPIENT = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

/** A blob of zeros: its commitment and every proof are the point at infinity, compressed. */
const INFINITY = `0xc0${'00'.repeat(47)}`;
export const ZERO_BLOB = {
  content: `0x${'00'.repeat(131_072)}`,
  versionedHash: `0x01${sha256(INFINITY).slice(4)}`,
};

/** An ethereumjs transaction from its fields (or from another transaction's). */
export function transactionOf(fields) {
  return TransactionFactory.fromTxData(fields, { common });
}

/** A plain transfer, type 2 (EIP-1559). */
export function transfer({ nonce, value = ETHER / 2n, to = RECIPIENT, ...more }) {
  return {
    type: 2,
    chainId: ANVIL_CHAIN_ID,
    nonce,
    to,
    value,
    gasLimit: 21_000n,
    maxFeePerGas: 3n * GWEI,
    maxPriorityFeePerGas: 1n * GWEI,
    ...more,
  };
}

/** A plain transfer, type 0, replay-protected by EIP-155. */
export function legacyTransfer({ nonce, value = ETHER / 4n, to = RECIPIENT }) {
  return { type: 0, nonce, to, value, gasLimit: 21_000n, gasPrice: 3n * GWEI };
}

/**
 * Creates a contract whose code is one byte, STOP: PUSH1 00 PUSH1 00 MSTORE8
 * PUSH1 01 PUSH1 00 RETURN.
 */
export function contractCreation({ nonce }) {
  const { to, ...rest } = transfer({ nonce, value: 0n, gasLimit: 100_000n });
  return { ...rest, data: '0x600060005360016000f3' };
}

/** A transfer that announces what it touches, type 1 (EIP-2930). */
export function accessListTransfer({ nonce }) {
  const accessList = [{ address: RECIPIENT, storageKeys: [`0x${'00'.repeat(31)}07`] }];
  return { ...legacyTransfer({ nonce }), type: 1, chainId: ANVIL_CHAIN_ID, gasLimit: 30_000n, accessList };
}

/** What the network takes: the signed transaction with its blob (EIP-7594, 128 cell proofs). */
export function withZeroBlob(raw) {
  const body = decodeRlp(`0x${raw.slice(4)}`);
  return concat(['0x03', encodeRlp([body, '0x01', [ZERO_BLOB.content], [INFINITY], Array(128).fill(INFINITY)])]);
}
