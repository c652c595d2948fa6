// The form for a transaction: from what was typed to the params of tandem_sendTransaction, and the
// transactions that were sent from here. Amounts never pass through a floating-point number.

/** How often a pending transaction is asked for, in ms. */
export const POLL_MS = 4000;

const ETHER_DECIMALS = 18;

/** Decimal ether as a hexadecimal number of wei, or undefined. */
export function weiOf(ether) {
  const [, whole, fraction = ''] = /^(\d{1,30})(?:\.(\d{0,18}))?$/u.exec(ether.trim()) ?? [];
  if (whole === undefined) return undefined;
  return `0x${BigInt(whole + fraction.padEnd(ETHER_DECIMALS, '0')).toString(16)}`;
}

/**
 * What was typed, as `{ params }`, or `{ problems }` by the name of the input. The snap reads it
 * again, strictly; here it is checked for the sake of the person who typed.
 */
export function readForm({ from, to, amount, data, speed, chainId }) {
  const problems = {};
  const value = amount.trim() === '' ? '0x0' : weiOf(amount);
  if (!/^0x[0-9a-fA-F]{40}$/u.test(to.trim())) problems.to = 'An address is 0x and 40 hexadecimal digits.';
  if (value === undefined) problems.amount = 'An amount is digits, a point, and at most 18 more digits.';
  if (!/^(?:0x(?:[0-9a-fA-F]{2})*)?$/u.test(data.trim())) problems.data = 'Data is 0x and an even number of hexadecimal digits.';
  if (Object.keys(problems).length > 0) return { problems };
  const transaction = { chainId, from: from.toLowerCase(), to: to.trim(), value };
  if (data.trim().length > 2) transaction.data = data.trim();
  return { params: { transaction, speed } };
}

/** What is known about a sent transaction after the snap's answer about it. */
export function afterStatus(sent, { status, receipt, reason, by }) {
  switch (status) {
    case 'mined':
      return { ...sent, state: receipt.status === '0x1' ? 'mined' : 'failed', note: minedNote(receipt) };
    case 'replaced':
      return { ...sent, state: 'replaced', note: by ? `By ${by}.` : 'Another transaction of the account has its place.' };
    case 'dropped':
      return { ...sent, state: 'dropped', note: reason ?? 'The network does not have it.' };
    default:
      return { ...sent, state: 'pending', note: sent.note };
  }
}

/** Is there still something to wait for? */
export const isOpen = ({ state }) => state === 'pending' || state === 'dropped';

function minedNote({ blockNumber, contractAddress }) {
  const created = contractAddress ? ` It created ${contractAddress}.` : '';
  return `In block ${BigInt(blockNumber)}.${created}`;
}
