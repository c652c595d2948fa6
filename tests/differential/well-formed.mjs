/**
 * Requests that both readings must sign, to the same digest.
 */
import { randomAtomic, valueOf } from './values.mjs';

export const DOMAIN_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
];

const TYPE_NAMES = ['Mail', 'Person', 'Asset', 'Order_2', '_x', 'interest', 'bytesLike', 'A', 'a', 'Zz', 'addressBook'];
const FIELD_NAMES = ['from', 'to', 'contents', 'value', 'a', 'b', '_c', 'd4', 'length', 'name', 'type', 'amount', 'wallets'];

/** Typed data of version 3 or 4. */
export function structured(random, version) {
  const names = random.shuffled(TYPE_NAMES).slice(0, 1 + random.below(4));
  const types = {};
  names.forEach((name, position) => {
    // Only later types are referred to, except that version 4 has an end for types in a circle.
    const others = names.slice(position + 1);
    if (version === 'V4' && random.chance(0.2)) others.push(name);
    const fieldNames = random.shuffled(FIELD_NAMES).slice(0, random.below(6));
    types[name] = fieldNames.map((field) => ({ name: field, type: fieldType(random, others, version) }));
  });
  const listed = random.chance(0.8) ? DOMAIN_FIELDS.filter(() => random.chance(0.6)) : random.shuffled(DOMAIN_FIELDS);
  const domainFields = structuredClone(listed);
  if (domainFields.length > 0 || random.chance(0.5)) types.EIP712Domain = domainFields;
  const domainOnly = random.chance(0.03);
  return {
    types,
    primaryType: domainOnly ? 'EIP712Domain' : names[0],
    domain: Object.fromEntries(domainFields.map(({ name, type }) => [name, valueOf(random, type)])),
    message: domainOnly ? {} : structValue(random, types, names[0], version, 0),
  };
}

function fieldType(random, structs, version) {
  const base = structs.length > 0 && random.chance(0.5) ? random.pick(structs) : randomAtomic(random);
  if (version === 'V3') return base;
  return base + random.pick(['', '', '', '[]', '[2]', '[][3]', '[1][]']);
}

function structValue(random, types, name, version, depth) {
  const entries = types[name].map((field) => [field.name, typedValue(random, types, field.type, version, depth)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** `undefined` is a struct that is left out. */
export function typedValue(random, types, type, version, depth = 0) {
  const array = /^(.*)\[(\d*)\]$/u.exec(type);
  if (array) {
    const length = array[2] === '' ? random.below(depth > 3 ? 1 : 4) : Number(array[2]);
    return random.times(length, () => typedValue(random, types, array[1], version, depth + 1) ?? null);
  }
  if (types[type] === undefined) return valueOf(random, type);
  if (version === 'V4' && random.chance(depth > 3 ? 1 : 0.1)) return random.pick([null, undefined]);
  return structValue(random, types, type, version, depth + 1);
}

/** Typed data of version 1. */
export function legacy(random) {
  return random.times(1 + random.below(5), (position) => {
    const type = randomAtomic(random) + random.pick(['', '', '', '[]', '[2]']);
    const name = `${random.pick(['Message', 'A number', 'ключ', 'x'])} ${position}`;
    return { type, name, value: typedValue(random, {}, type, 'V1') };
  });
}
