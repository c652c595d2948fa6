/**
 * Typed data at a limit and one step beyond: `[name, data, code]`, where no code means that it must
 * be signed.
 */
const domain = { types: { EIP712Domain: [] }, domain: {} };

const withTypes = (types, primaryType, message) => ({
  ...domain,
  types: { ...domain.types, ...types },
  primaryType,
  message,
});

const listOf = (count) => withTypes({ A: [{ name: 'a', type: 'bool[]' }] }, 'A', { a: Array(count).fill(true) });

const manyTypes = (count) =>
  withTypes(
    Object.fromEntries(Array.from({ length: count }, (_, at) => [at === 0 ? 'A' : `T${at}`, [{ name: 'a', type: 'bool' }]])),
    'A',
    { a: true },
  );

function nested(levels) {
  let message = { next: null };
  for (let level = 1; level < levels; level += 1) message = { next: message };
  return withTypes({ A: [{ name: 'next', type: 'A' }] }, 'A', message);
}

function nestedLists(levels) {
  let list = [];
  for (let level = 1; level < levels; level += 1) list = [list];
  return withTypes({ A: [{ name: 'a', type: `bool${'[]'.repeat(levels)}` }] }, 'A', { a: list });
}

function longText(bytes) {
  const data = withTypes({ A: [{ name: 'a', type: 'string' }] }, 'A', { a: '' });
  data.message.a = 'x'.repeat(bytes - JSON.stringify(data).length);
  return data;
}

/** Each type refers to all others, so that each `encodeType` is as long as all of them. */
function entangled(count, nameLength) {
  const names = Array.from({ length: count }, (_, at) => `T${at}_`.padEnd(nameLength, 'x'));
  const types = Object.fromEntries(
    names.map((name, at) => [name, [{ name: 'next', type: names[(at + 1) % count] }, { name: 'list', type: `${name}[]` }]]),
  );
  let message = { next: null, list: [] };
  // A chain of all types, kept flat enough by lists of lists of nothing.
  for (let at = 0; at < 25; at += 1) message = { next: message, list: [] };
  return withTypes(types, names[0], message);
}

const KIB = 1024;

export const limits = [
  ['10,000 values', listOf(9_999)],
  ['10,001 values', listOf(10_000), 'tooManyValues'],
  ['512 types', manyTypes(511)],
  ['513 types', manyTypes(512), 'tooManyTypes'],
  ['32 levels', nested(32)],
  ['33 levels', nested(33), 'tooDeep'],
  ['32 levels, 31 of them lists', nestedLists(31)],
  ['33 levels, 32 of them lists', nestedLists(32), 'tooDeep'],
  ['200 KiB', longText(200 * KIB)],
  ['a byte more', longText(200 * KIB + 1), 'tooLong'],
  ['types that refer to each other in a short circle', entangled(5, 20)],
  ['types that refer to each other in a long circle', entangled(500, 60), 'typesTooLong'],
];
