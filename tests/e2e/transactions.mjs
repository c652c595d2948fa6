/**
 * Transactions as MetaMask builds them: ethereumjs objects for anvil's chain.
 */
import { Common, Hardfork } from '@ethereumjs/common';
import { TransactionFactory } from '@ethereumjs/tx';

import { ANVIL_CHAIN_ID } from '../../scripts/services/anvil.mjs';

const common = Common.custom({ chainId: ANVIL_CHAIN_ID }, { hardfork: Hardfork.Cancun });

export const GWEI = 10n ** 9n;
export const ETHER = 10n ** 18n;

/** Nobody's address, to send to. */
export const RECIPIENT = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

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
