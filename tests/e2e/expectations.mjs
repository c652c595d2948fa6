/**
 * What tests of refusals have in common: an error that a program can tell apart by
 * its name, and a snap that survived giving it.
 */
import assert from 'node:assert/strict';

/**
 * Expects `action` to fail with the snap's error of this name, while the snap stays
 * up: an error that ends the snap loses everything it held in memory.
 *
 * @param {import('./metamask/client.mjs').MetaMask} metamask
 * @param {string} name - For example `Unauthorized`.
 * @param {() => Promise<unknown>} action
 * @returns {Promise<Error & { code: number, data?: any }>} The error, for a closer look.
 */
export async function assertRefused(metamask, name, action) {
  const terminationsBefore = metamask.snapTerminations;
  const error = await action().then(
    (result) => assert.fail(`expected ${name}, got ${JSON.stringify(result)}`),
    (failure) => failure,
  );
  assert.equal(error.data?.name, name, `expected ${name}, got: ${error.message} ${JSON.stringify(error.data)}`);
  assert.equal(typeof error.code, 'number');
  assertReadable(error.message);
  assert.equal(metamask.snapTerminations, terminationsBefore, 'the error ended the snap');
  assert.equal(metamask.isSnapRunning, true, 'the snap is not running any more');
  return error;
}

/** A message for people: something, and not a dump of something. */
function assertReadable(message) {
  assert.match(message, /\w/u);
  assert.doesNotMatch(message, /\[object |undefined|panicked|unreachable|\n/u);
}
