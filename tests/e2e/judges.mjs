/**
 * Whether a signature is good is never asked of the code that made it: ethers, and
 * MetaMask's eth-sig-util or ethereumjs, each recover the signer on their own, and
 * both must name the account.
 */
import assert from 'node:assert/strict';

import { recoverPersonalSignature, recoverTypedSignature } from '@metamask/eth-sig-util';
import { Transaction, getAddress, verifyMessage, verifyTypedData } from 'ethers';

import { transactionOf } from './transactions.mjs';

/** `text` as the hex that MetaMask hands to a keyring for `personal_sign`. */
export function messageHex(text) {
  return `0x${Buffer.from(text, 'utf8').toString('hex')}`;
}

/** Signs `text` through KeyringController, and judges the signature. */
export async function assertSignsMessage(metamask, address, text = `a message for ${address}`) {
  const data = messageHex(text);
  const signature = await metamask.keyringController.signPersonalMessage({ from: address, data });
  assert.equal(verifyMessage(text, signature), getAddress(address), 'ethers recovers another signer');
  assert.equal(recoverPersonalSignature({ data, signature }), address.toLowerCase(), 'eth-sig-util recovers another signer');
  return signature;
}

/** Signs typed data through KeyringController as version `V1`, `V3` or `V4`, and judges the signature. */
export async function assertSignsTypedData(metamask, address, data, version) {
  const signature = await metamask.keyringController.signTypedMessage({ from: address, data }, version);
  assert.equal(recoverTypedSignature({ data, signature, version }), address.toLowerCase(), 'eth-sig-util recovers another signer');
  if (version !== 'V1') {
    const { EIP712Domain, ...types } = data.types;
    assert.equal(verifyTypedData(data.domain, types, data.message, signature), getAddress(address), 'ethers recovers another signer');
  }
}

/**
 * Signs a transaction through KeyringController, and judges it: both libraries
 * recover the account, and both read the same content that was asked for.
 *
 * @param {object} fields - Of the transaction, as for `transactionOf`.
 * @returns {Promise<{ raw: string, hash: string, parsed: Transaction }>}
 */
export async function signAndJudgeTransaction(metamask, address, fields) {
  const asked = transactionOf(fields);
  const signed = await metamask.keyringController.signTransaction(asked, address);
  const raw = `0x${Buffer.from(transactionOf(signed).serialize()).toString('hex')}`;
  const parsed = Transaction.from(raw);
  assert.equal(parsed.from, getAddress(address), 'ethers recovers another sender');
  assert.equal(transactionOf(signed).getSenderAddress().toString(), address.toLowerCase(), 'ethereumjs recovers another sender');
  assert.equal(parsed.unsignedHash, `0x${Buffer.from(asked.getHashedMessageToSign()).toString('hex')}`, 'something else was signed');
  return { raw, hash: parsed.hash, parsed };
}
