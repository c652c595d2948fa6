/**
 * Ways to spoil a request. Each takes a well-formed one apart at a random place and says with which
 * code it must be refused, or `null` where that depends on the place. A way that does not fit the
 * request at hand says `undefined`.
 */
import { getAddress } from 'ethers';

import { DOMAIN_FIELDS } from './well-formed.mjs';
import { familyOf, randomAtomic, valueOf } from './values.mjs';

const INT = 'nonCanonicalInt';
/** `nullValue` and its like come from `ANY_VALUE`. */
const BAD_VALUES = {
  uint: ({ size, random }) =>
    random.pick([
      [String(2n ** BigInt(size)), 'intOutOfRange'],
      [`0x${(2n ** BigInt(size)).toString(16)}`, 'intOutOfRange'],
      [String(2n ** 256n), 'intOutOfRange'],
      ['9'.repeat(200), 'intOutOfRange'],
      ['-1', 'intOutOfRange'],
      [-1, 'intOutOfRange'],
      ...oddIntegers(),
    ]),
  int: ({ size, random }) =>
    random.pick([
      [String(2n ** BigInt(size - 1)), 'intOutOfRange'],
      [String(2n ** BigInt(size) - 1n), 'intOutOfRange'],
      [`0x${(2n ** BigInt(size) - 1n).toString(16)}`, 'intOutOfRange'],
      [String(-(2n ** BigInt(size - 1)) - 1n), 'intOutOfRange'],
      [String(-(2n ** BigInt(size)) + 1n), 'intOutOfRange'],
      ['-0x1', INT],
      ...oddIntegers(),
    ]),
  bool: ({ random }) => [random.pick([0, 1, 'True', 'FALSE', '', 'yes', '0', {}, []]), 'notBool'],
  string: ({ random }) => [random.pick([0, 1, 255, -1, true, {}, [], ['x']]), 'notText'],
  bytes: ({ random }) => [
    random.pick(['0x1', '0x123', 'hello', '', '0X12', '0xzz', '12', 5, -1, true, {}, [1, 2], '0x 1', 'é']),
    'malformedBytes',
  ],
  bytesN: ({ size, random }) =>
    random.pick([
      [`0x${'ab'.repeat(size - 1)}`, 'wrongBytesLength'],
      [`0x${'ab'.repeat(size + 1)}`, 'wrongBytesLength'],
      [`0x${'ab'.repeat(33)}`, 'wrongBytesLength'],
      ['0x', 'wrongBytesLength'],
      [random.pick([0, 1, -1, 1000, '', 'abc', '0x1', '0Xab', '0xzz', true, {}, []]), 'malformedBytes'],
    ]),
  address: ({ random }) =>
    random.pick([
      [getAddress(`0x${random.hex(19)}ab`).replace(/[a-f]/iu, flipCase), null],
      ['0x5aAeb6053f3E94C9b9A09f33669435E7Ef1BeAed', 'addressChecksum'],
      [
        random.pick([
          '0x',
          '0x1',
          '0x12',
          `0x${random.hex(19)}`,
          `0x${random.hex(21)}`,
          random.hex(20),
          `0X${random.hex(20)}`,
          'cosmos',
          'cosmos1tqzwr7rrhmgdnv5fr7k5pqzqwjjqhqqqqqqqqq',
          '',
          'vitalik.eth',
          '12345',
          0,
          12345,
          true,
          {},
          [],
        ]),
        'malformedAddress',
      ],
    ]),
};

function oddIntegers() {
  const odd = ['', ' ', ' 1 ', '1 ', '\n1', '0b11', '0o7', '1e3', '1.0', '1.5', '+1', '01', '00', '-0', '0x', '0X1', '0x1g', '1_000', '１', '१', 'one', 'NaN', 'Infinity', '--1', '1n', 1.5, 1e21, 2 ** 53, -(2 ** 53), true, {}, [], [1]];
  return odd.map((value) => [value, INT]);
}

function flipCase(letter) {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}

/** Every place of a value of an elementary type. */
function atomicPlaces(data) {
  if (Array.isArray(data)) return data.flatMap((entry) => placesOf(entry, 'value', entry.type, {}));
  const { types, primaryType, domain, message } = data;
  return [
    ...structPlaces(domain, 'EIP712Domain', types),
    ...(primaryType === 'EIP712Domain' ? [] : structPlaces(message, primaryType, types)),
  ];
}

function structPlaces(holder, name, types) {
  return (types[name] ?? []).flatMap((field) => placesOf(holder, field.name, field.type, types));
}

function placesOf(holder, key, type, types) {
  const value = holder[key];
  const place = { holder, key, type };
  if (type.endsWith(']')) {
    const item = type.slice(0, type.lastIndexOf('['));
    return [place, ...value.flatMap((_, position) => placesOf(value, position, item, types))];
  }
  if (types[type] === undefined) return [place];
  return value === null || value === undefined ? [place] : [place, ...structPlaces(value, type, types)];
}

const isArray = ({ type }) => type.endsWith(']');
const isAtomic = (types) => (place) => !isArray(place) && types?.[place.type] === undefined;

function pickPlace(random, data, fits) {
  const places = atomicPlaces(data).filter(fits);
  return places.length === 0 ? undefined : random.pick(places);
}

/** Definitions of structs other than the domain that have a field. */
function pickDefinition(random, data) {
  const names = Object.keys(data.types).filter((name) => name !== 'EIP712Domain' && data.types[name].length > 0);
  return names.length === 0 ? undefined : data.types[random.pick(names)];
}

/** What can be wrong in all versions: the request around the data, and single values. */
const everywhere = {
  'a value that is not of its type'(random, request) {
    const [, data] = request.params;
    const place = pickPlace(random, data, isAtomic(data.types));
    if (!place) return undefined;
    const { family, size } = familyOf(place.type);
    const [value, code] = BAD_VALUES[family]({ size, random });
    place.holder[place.key] = value;
    return code;
  },
  'null for a value'(random, request) {
    const [, data] = request.params;
    const place = pickPlace(random, data, (found) => isArray(found) || isAtomic(data.types)(found));
    if (!place) return undefined;
    place.holder[place.key] = null;
    return 'nullValue';
  },
  'no value'(random, request) {
    const [, data] = request.params;
    const fits = (found) => !Array.isArray(found.holder) && (isArray(found) || isAtomic(data.types)(found));
    const place = pickPlace(random, data, fits);
    if (!place) return undefined;
    delete place.holder[place.key];
    return 'missingValue';
  },
  'half a surrogate pair'(random, request) {
    const place = pickPlace(random, request.params[1], ({ type }) => type === 'string');
    if (!place) return undefined;
    place.holder[place.key] = random.pick(['\ud800', 'a\udfff', '\udc00\ud800', '\ud83e']);
    return 'invalidJson';
  },
  'another account'(random, request) {
    request.account = `0x${random.hex(20)}`;
    return 'wrongAccount';
  },
  'an address of the signer that is none'(random, request) {
    request.params[0] = random.pick(['0x12', 5, 'me']);
    return 'malformedAddress';
  },
  'params that are missing'(random, request) {
    request.params = random.pick([[], [request.params[0]], [request.params[0], null], [null, request.params[1]]]);
    return 'missingKey';
  },
  'params that are too many'(random, request) {
    request.params.push(random.pick([null, {}, 'V4']));
    return 'tooManyParams';
  },
  'JSON text for the data'(random, request) {
    request.params[1] = JSON.stringify(request.params[1]);
    return 'jsonText';
  },
  'a scope that is none'(random, request) {
    request.scope = random.pick(['eip155:', 'eip155:one', 'eip155:01', 'eip155:-1', 'eip155:0X1', 'bip122:1', '1', ' eip155:1']);
    return 'malformedScope';
  },
  'a scope that is not text'(random, request) {
    request.scope = random.pick([1, {}, true]);
    return 'notText';
  },
  'anything anywhere'(random, request) {
    const places = [];
    const collect = (value) => {
      if (typeof value !== 'object' || value === null) return;
      for (const key of Object.keys(value)) {
        places.push([value, key]);
        collect(value[key]);
      }
    };
    collect(request.params[1]);
    if (places.length === 0) return undefined;
    const [holder, key] = random.pick(places);
    holder[key] = random.pick([null, true, 0, -1, 1.5, '', '0x', '1', 'uint256', 'string', [], {}, [null], { a: 1 }, valueOf(random, randomAtomic(random))]);
    return null;
  },
};

/** What can be wrong where there are lists. */
const withLists = {
  'a list that is none'(random, request) {
    const place = pickPlace(random, request.params[1], isArray);
    if (!place) return undefined;
    place.holder[place.key] = random.pick(['', 'ab', {}, 1, true, { length: 0 }]);
    return 'notAList';
  },
  'a list of another length than its type'(random, request) {
    const place = pickPlace(random, request.params[1], ({ type }) => /[2-9]\]$/u.test(type));
    if (!place) return undefined;
    const list = place.holder[place.key];
    if (random.chance(0.5)) list.pop();
    else list.push(structuredClone(list[0]));
    return 'wrongArrayLength';
  },
};

const BAD_TYPES = [
  ['function', 'undefinedType'],
  ['fixed128x18', 'undefinedType'],
  ['ufixed', 'undefinedType'],
  ['uint7', 'undefinedType'],
  ['uint0', 'undefinedType'],
  ['uint264', 'undefinedType'],
  ['uint08', 'undefinedType'],
  ['int512', 'undefinedType'],
  ['bytes0', 'undefinedType'],
  ['bytes33', 'undefinedType'],
  ['bytes032', 'undefinedType'],
  ['Bytes32', 'undefinedType'],
  ['Address', 'undefinedType'],
  ['address payable', 'undefinedType'],
  ['string ', 'undefinedType'],
  [' string', 'undefinedType'],
  ['(uint256,bool)', 'undefinedType'],
  ['tuple', 'undefinedType'],
  ['Nobody', 'undefinedType'],
  ['', 'undefinedType'],
  ['toString', 'undefinedType'],
  ['constructor', 'undefinedType'],
  ['__proto__', 'undefinedType'],
  ['uint256 a,uint256', 'undefinedType'],
  ['uint', 'aliasType'],
  ['int', 'aliasType'],
  ['byte', 'aliasType'],
  ['uint[]', 'aliasType'],
  ['uint256[0]', 'malformedArrayType'],
  ['uint256[02]', 'malformedArrayType'],
  ['uint256[-1]', 'malformedArrayType'],
  ['uint256[', 'malformedArrayType'],
  ['uint256[]]', 'malformedArrayType'],
  ['uint256[2]x', 'malformedArrayType'],
  ['uint256[2 ]', 'malformedArrayType'],
  ['uint256[99999999999999999999]', 'malformedArrayType'],
];

const BAD_NAMES = ['', '1st', 'a b', 'a,b', 'Per$on', '$', 'Persön', 'имя', 'a)B(uint256 c', 'a\u200b', 'a-b', 'a.b', '🦊', 'x\n'];
const PROTOTYPE_NAMES = ['toString', 'constructor', 'valueOf', 'hasOwnProperty', '__proto__', '__defineGetter__', 'isPrototypeOf', 'toLocaleString', 'propertyIsEnumerable', '__lookupSetter__', '__lookupGetter__', '__defineSetter__'];
const SHADOWS = ['uint256', 'int8', 'uint', 'address', 'bool', 'string', 'bytes', 'bytes32', 'bytes33', 'bytes0', 'int7', 'fixed128x18', 'function', 'byte'];

/** Sets a key also if it is `__proto__`, which an assignment would not. */
function define(object, key, value) {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function renameType(data, from, to) {
  define(data.types, to, data.types[from]);
  delete data.types[from];
  for (const field of Object.values(data.types).flat()) {
    const base = field.type.split('[')[0];
    if (base === from) field.type = to + field.type.slice(from.length);
  }
  if (data.primaryType === from) data.primaryType = to;
}

/** What can be wrong in versions 3 and 4. */
const inStructured = {
  'an extra key in a struct'(random, request) {
    const { types, primaryType, message, domain } = request.params[1];
    const structs = [[message, primaryType], ...atomicPlaces(request.params[1])
      .filter(({ type, holder, key }) => types[type] !== undefined && holder[key])
      .map(({ type, holder, key }) => [holder[key], type])];
    const [holder, type] = random.pick(structs);
    const name = random.pick(['extra', 'amount2', 'constructor', '__proto__', 'toString', '', 'From']);
    if ((types[type] ?? []).some((field) => field.name === name) || holder === domain) return undefined;
    define(holder, name, random.pick(['0x01', 1, null, {}]));
    return 'extraMessageKey';
  },
  'a struct that is none'(random, request) {
    const { types } = request.params[1];
    const place = pickPlace(random, request.params[1], ({ type }) => types[type] !== undefined);
    if (!place) return undefined;
    place.holder[place.key] = random.pick(['', 'Cow', 1, true, []]);
    return 'notAnObject';
  },
  'a bad type of a field'(random, request) {
    const definition = pickDefinition(random, request.params[1]);
    if (!definition) return undefined;
    const [type, code] = random.pick(BAD_TYPES);
    random.pick(definition).type = type;
    return code;
  },
  'a bad name of a field'(random, request) {
    const { types, message, primaryType } = request.params[1];
    const definition = pickDefinition(random, request.params[1]);
    if (!definition) return undefined;
    const prototype = random.chance(0.3);
    const field = random.pick(definition);
    const name = random.pick(prototype ? PROTOTYPE_NAMES : BAD_NAMES);
    if (definition === types[primaryType] && message[field.name] !== undefined && random.chance(0.7)) {
      define(message, name, message[field.name]);
      delete message[field.name];
    }
    field.name = name;
    return prototype ? 'prototypeName' : 'malformedName';
  },
  'a bad name of a type'(random, request) {
    const data = request.params[1];
    const [names, code] = random.pick([
      [BAD_NAMES, 'malformedName'],
      [PROTOTYPE_NAMES, 'prototypeName'],
      [SHADOWS, 'shadowedType'],
    ]);
    const from = random.pick(Object.keys(data.types).filter((name) => name !== 'EIP712Domain'));
    renameType(data, from, random.pick(names));
    return code;
  },
  'an elementary type that is defined as well'(random, request) {
    const { types } = request.params[1];
    types[random.pick(SHADOWS)] = random.pick([[], [{ name: 'x', type: 'string' }]]);
    return 'shadowedType';
  },
  'an unused type that is bad'(random, request) {
    const [type, code] = random.pick(BAD_TYPES);
    request.params[1].types.Unused = [{ name: 'x', type }];
    return code;
  },
  'a field twice'(random, request) {
    const definition = pickDefinition(random, request.params[1]);
    if (!definition) return undefined;
    definition.push(structuredClone(random.pick(definition)));
    return 'duplicateField';
  },
  'an extra key in a definition'(random, request) {
    const definition = pickDefinition(random, request.params[1]);
    if (!definition) return undefined;
    random.pick(definition).internalType = 'address';
    return 'unknownKey';
  },
  'a definition without name or type'(random, request) {
    const definition = pickDefinition(random, request.params[1]);
    if (!definition) return undefined;
    delete random.pick(definition)[random.pick(['name', 'type'])];
    return 'missingKey';
  },
  'a definition whose name or type is not text'(random, request) {
    const definition = pickDefinition(random, request.params[1]);
    if (!definition) return undefined;
    random.pick(definition)[random.pick(['name', 'type'])] = random.pick([1, null, {}, ['string']]);
    return 'notText';
  },
  'a field that is not an object'(random, request) {
    const definition = pickDefinition(random, request.params[1]);
    if (!definition) return undefined;
    definition[0] = random.pick([null, 1, []]);
    return 'notAnObject';
  },
  'a type that is not a list'(random, request) {
    const { types } = request.params[1];
    types[random.pick(Object.keys(types))] = random.pick([null, {}, 'string', 1]);
    return 'notAList';
  },
  'a part that is missing'(random, request) {
    delete request.params[1][random.pick(['types', 'primaryType', 'domain', 'message'])];
    return 'missingKey';
  },
  'a part that is not an object'(random, request) {
    request.params[1][random.pick(['types', 'domain', 'message'])] = random.pick([null, [], 1, true]);
    return 'notAnObject';
  },
  'data that is not an object'(random, request) {
    request.params[1] = random.pick([[], 1, true]);
    return 'notAnObject';
  },
  'an unknown part'(random, request) {
    request.params[1][random.pick(['value', 'account', 'Message', 'signature'])] = {};
    return 'unknownKey';
  },
  'a primary type that is none'(random, request) {
    request.params[1].primaryType = random.pick(['', 'Nobody', 'string', 'uint256', 'toString', '__proto__', `${request.params[1].primaryType}[]`, ` ${request.params[1].primaryType}`]);
    return 'undefinedType';
  },
  'a primary type that is not text'(random, request) {
    request.params[1].primaryType = random.pick([null, 1, {}, [request.params[1].primaryType]]);
    return 'notText';
  },
  'a message under the type of the domain'(random, request) {
    const data = request.params[1];
    data.primaryType = 'EIP712Domain';
    data.message = { hidden: 'unsigned' };
    return 'extraMessageKey';
  },
  'a domain without its type'(random, request) {
    const data = request.params[1];
    data.domain.name ??= 'App';
    if (random.chance(0.5)) delete data.types.EIP712Domain;
    else data.types.EIP712Domain = [];
    return 'extraDomainKey';
  },
  'an extra key in the domain'(random, request) {
    const { types, domain } = request.params[1];
    const names = ['extra', 'constructor', '__proto__', ...DOMAIN_FIELDS.map(({ name }) => name)];
    const unlisted = names.filter((name) => !(types.EIP712Domain ?? []).some((field) => field.name === name));
    define(domain, random.pick(unlisted), random.pick(['1', 1, null, '0x00']));
    return 'extraDomainKey';
  },
  'a domain field of its own'(random, request) {
    const { types, domain } = request.params[1];
    types.EIP712Domain ??= [];
    const type = random.pick(['string', 'uint256', 'bytes32', 'string[]']);
    types.EIP712Domain.push({ name: 'extra', type });
    domain.extra = type === 'string[]' ? ['x'] : valueOf(random, type);
    return 'unknownDomainField';
  },
  'a domain field of another type'(random, request) {
    const { types, domain } = request.params[1];
    const types_ = { chainId: 'uint64', salt: 'string', name: 'bytes', version: 'uint256', verifyingContract: 'bytes20' };
    const name = random.pick(Object.keys(types_));
    types.EIP712Domain = [...(types.EIP712Domain ?? []).filter((field) => field.name !== name), { name, type: types_[name] }];
    domain[name] = valueOf(random, types_[name]);
    return 'unknownDomainField';
  },
  'a struct in the domain'(random, request) {
    const { types, domain, message, primaryType } = request.params[1];
    types.EIP712Domain = [...(types.EIP712Domain ?? []), { name: 'extra', type: primaryType }];
    domain.extra = structuredClone(message);
    return primaryType === 'EIP712Domain' ? null : 'unknownDomainField';
  },
  'another chain'(random, request) {
    const { types, domain } = request.params[1];
    types.EIP712Domain = (types.EIP712Domain ?? []).filter((field) => field.name !== 'chainId');
    types.EIP712Domain.push({ name: 'chainId', type: 'uint256' });
    domain.chainId = random.pick([1, '1', '0x1']);
    request.scope = random.pick(['eip155:2', 'eip155:0x2', 'eip155:11155111', `eip155:${2n ** 256n - 1n}`]);
    return 'chainMismatch';
  },
};

const inV3 = {
  'a list'(random, request) {
    const { types, message, primaryType } = request.params[1];
    if (primaryType === 'EIP712Domain') return undefined;
    types[primaryType].push({ name: 'list', type: random.pick(['string[]', 'uint8[2]', `${primaryType}[]`]) });
    message.list = random.pick([[], ['a', 'b']]);
    return 'arrayInV3';
  },
  'no struct, or null for one'(random, request) {
    const { types } = request.params[1];
    const place = pickPlace(random, request.params[1], ({ type }) => types[type] !== undefined);
    if (!place) return undefined;
    if (random.chance(0.5)) {
      place.holder[place.key] = null;
      return 'nullValue';
    }
    delete place.holder[place.key];
    return 'missingValue';
  },
};

/** What can be wrong in version 1. */
const inLegacy = {
  'no entries'(random, request) {
    request.params[1] = [];
    return 'noEntries';
  },
  'data that is not a list'(random, request) {
    request.params[1] = random.pick([{}, 1, true, { length: 1 }]);
    return 'notAList';
  },
  'an entry that is not an object'(random, request) {
    request.params[1][0] = random.pick([null, 1, 'x', []]);
    return 'notAnObject';
  },
  'an entry without name or type'(random, request) {
    delete random.pick(request.params[1])[random.pick(['name', 'type'])];
    return 'missingKey';
  },
  'an empty name'(random, request) {
    random.pick(request.params[1]).name = '';
    return 'emptyName';
  },
  'a name twice'(random, request) {
    request.params[1].push(structuredClone(random.pick(request.params[1])));
    return 'duplicateField';
  },
  'an extra key'(random, request) {
    random.pick(request.params[1])[random.pick(['extra', 'components'])] = 1;
    return 'unknownKey';
  },
  'a bad type'(random, request) {
    const [type, code] = random.pick(BAD_TYPES);
    random.pick(request.params[1]).type = type;
    return code;
  },
  'a list of lists'(random, request) {
    const entry = random.pick(request.params[1]);
    entry.type = random.pick(['uint8[][]', 'string[2][]', 'address[][]', 'int8[][]', 'bytes[][1]']);
    entry.value = random.pick([[], [[]], [['1']]]);
    return 'nestedArrayInV1';
  },
};

/** All ways to spoil a request of this version, by what they do. */
export function waysToSpoil(version) {
  const own = { V1: [withLists, inLegacy], V3: [inStructured, inV3], V4: [withLists, inStructured] }[version];
  return Object.assign({}, everywhere, ...own);
}
