/**
 * What the flow of a device must have led to, whatever realm it ran in.
 */
import assert from 'node:assert/strict';

import { Signature, Transaction, getAddress, verifyMessage } from 'ethers';

import { MESSAGE, TRANSACTION } from './flow.mjs';

/** @param {Awaited<ReturnType<typeof import('./flow.mjs').runFlow>>} outcome */
export function judgeFlow({ account, messageSignature, transactionSignature, dialogs, events, version }, serverUrl) {
  const signer = getAddress(account.address);

  assert.equal(verifyMessage(MESSAGE, messageSignature), signer);

  const { r, s, v } = transactionSignature;
  const transaction = Transaction.from({
    type: 2,
    chainId: BigInt(TRANSACTION.chainId),
    nonce: Number(TRANSACTION.nonce),
    to: getAddress(TRANSACTION.to),
    value: BigInt(TRANSACTION.value),
    data: TRANSACTION.data,
    gasLimit: BigInt(TRANSACTION.gasLimit),
    maxFeePerGas: BigInt(TRANSACTION.maxFeePerGas),
    maxPriorityFeePerGas: BigInt(TRANSACTION.maxPriorityFeePerGas),
    signature: Signature.from({ r, s, yParity: Number(v) }),
  });
  assert.equal(transaction.from, signer);

  assert.deepEqual(
    dialogs.map(({ view }) => view),
    ['enrol', 'createAccount', 'recoveryWords', 'sign', 'sign'],
    'the user is asked each time, and only then',
  );
  assert.equal(dialogs[1].summary.server, serverUrl);
  assert.deepEqual(events, [{ event: 'notify:accountCreated', params: events[0].params }]);
  assert.deepEqual(events[0].params.account, account);
  assert.equal(typeof version, 'object');
}
