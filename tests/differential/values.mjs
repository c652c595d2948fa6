/**
 * Well-formed values of elementary types, in every form that a wallet should accept.
 */
import { getAddress } from 'ethers';

const TEXTS = [
  '',
  'Hello, Bob!',
  'Grüße, 世界 🦊',
  'right\u202eleft',
  '\u0000\n\t"\\',
  'x'.repeat(200),
  '\ufffd',
  'e\u0301',
  '0x1234',
  'null',
];

export const SIZES = Array.from({ length: 32 }, (_, at) => at + 1);

export function randomAtomic(random) {
  switch (random.below(8)) {
    case 0:
      return 'address';
    case 1:
      return 'bool';
    case 2:
      return 'string';
    case 3:
      return 'bytes';
    case 4:
      return `bytes${random.pick(SIZES)}`;
    case 5:
      return `int${8 * random.pick(SIZES)}`;
    case 6:
      return random.pick(['uint256', 'uint8', 'int256', 'bytes32']);
    default:
      return `uint${8 * random.pick(SIZES)}`;
  }
}

/** `{ family, size }`: the size is in bits for integers and in bytes for `bytesN`. */
export function familyOf(type) {
  const match = /^(uint|int|bytes)(\d+)$/u.exec(type);
  return match ? { family: match[1] === 'bytes' ? 'bytesN' : match[1], size: Number(match[2]) } : { family: type };
}

export function valueOf(random, type) {
  const { family, size } = familyOf(type);
  switch (family) {
    case 'address': {
      const address = `0x${random.hex(20)}`;
      return random.pick([address, getAddress(address), `0x${address.slice(2).toUpperCase()}`]);
    }
    case 'bool':
      return random.pick([true, false, 'true', 'false']);
    case 'string':
      return random.pick(TEXTS);
    case 'bytes':
      return `0x${random.hex(random.pick([0, 1, 31, 32, 33, 100]))}`;
    case 'bytesN':
      return `0x${random.chance(0.2) ? '00'.repeat(size) : random.hex(size)}`;
    case 'uint':
      return integer(random, random.pick([0n, 1n, 2n ** BigInt(size) - 1n, random.bigint(size), random.bigint(8)]));
    default: {
      const half = 2n ** BigInt(size - 1);
      const value = random.pick([0n, 1n, -1n, half - 1n, -half, random.bigint(size) - half]);
      return integer(random, value);
    }
  }
}

/** Decimal text, hexadecimal text with and without leading zeros, or a number. */
function integer(random, value) {
  const forms = [String(value)];
  if (value >= 0n) {
    const digits = value.toString(16);
    forms.push(`0x${digits}`, `0x${digits.toUpperCase()}`, `0x${digits.padStart(64, '0')}`);
  }
  if (value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)) forms.push(Number(value));
  return random.pick(forms);
}
