// An error of the core reaches the caller whole, and in the only form that does not
// end the snap.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadSnapModule } from './bundle.mjs';

let resultOf;
before(async () => ({ resultOf } = await loadSnapModule('errors.ts')));

/** What the execution environment sends to the client for an error, if it is a SnapError. */
const thrown = (response) => {
  try {
    resultOf(JSON.stringify(response));
  } catch (error) {
    return error.serialize().data.cause;
  }
  throw new Error('nothing was thrown');
};

test('hands on a result, also one that is null', () => {
  assert.deepEqual(resultOf('{"jsonrpc":"2.0","id":1,"result":{"a":[1]}}'), { a: [1] });
  assert.equal(resultOf('{"jsonrpc":"2.0","id":1,"result":null}'), null);
});

test('keeps code, message, name and every problem', () => {
  const problems = [{ field: 'params[0].nonce', reason: 'is missing' }];
  const { code, message, data } = thrown({
    id: 1,
    error: { code: -32602, name: 'InvalidTransaction', message: 'the transaction is not valid', data: { problems } },
  });
  assert.deepEqual({ code, message, data }, {
    code: -32602,
    message: 'the transaction is not valid',
    data: { name: 'InvalidTransaction', problems },
  });
});

test('an error without name or data is one all the same', () => {
  const { code, message, data } = thrown({ error: { code: 4001, message: 'no' } });
  assert.deepEqual({ code, message, data }, { code: 4001, message: 'no', data: undefined });
});
