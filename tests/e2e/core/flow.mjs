/**
 * From nothing to signatures, on a device without MetaMask: enrol, create an
 * account, sign a message and a transaction. What comes back is plain data, judged
 * elsewhere. Runs in a page and in node.
 */
import { COMPANION, createDevice } from './device.mjs';

export const MESSAGE = 'signed without MetaMask';

/** An EIP-1559 transfer of anvil's chain, as MetaMask sends it. */
export const TRANSACTION = {
  type: '0x2',
  chainId: '0x7a69',
  nonce: '0x0',
  to: '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
  value: '0x6f05b59d3b20000',
  data: '0x',
  gasLimit: '0x5208',
  maxFeePerGas: '0xb2d05e00',
  maxPriorityFeePerGas: '0x3b9aca00',
  accessList: [],
};

function hexOf(text) {
  return `0x${[...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {Parameters<typeof createDevice>[0]} options */
export async function runFlow(options) {
  const device = createDevice(options);
  const version = await device.call(COMPANION, 'tandem_version');
  const enrolment = await device.call(COMPANION, 'tandem_enrol');
  const account = await device.call(COMPANION, 'keyring_createAccount', { options: {} });
  const messageSignature = await device.sign(account, 'personal_sign', [hexOf(MESSAGE), account.address]);
  const transaction = { ...TRANSACTION, from: account.address };
  const transactionSignature = await device.sign(account, 'eth_signTransaction', [transaction], 'eip155:31337');
  const { dialogs, events, hostCalls } = device;
  return { version, enrolment, account, messageSignature, transactionSignature, dialogs, events, hostCalls };
}
