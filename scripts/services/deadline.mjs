/**
 * Waiting, the only way this repository waits: for a condition, until a
 * deadline, with a sentence that says what did not happen. Nothing here or in
 * the tests sleeps for a fixed time and hopes.
 */

/** Thrown when a deadline passes; its message names what was awaited. */
export class DeadlineError extends Error {
  name = 'DeadlineError';
}

/**
 * Asks `condition` again and again until it answers something truthy.
 *
 * A condition that throws counts as "not yet": services that are still starting
 * refuse connections. The last error is reported when the deadline passes.
 *
 * @param {string} what - What is awaited, as the subject of "did not happen".
 * @param {() => unknown} condition - May be asynchronous.
 * @param {{ within?: number, every?: number, giveUp?: () => string | undefined }} [options]
 *   `within`: the deadline in ms; `every`: the pause between questions in ms;
 *   `giveUp`: answers a reason when waiting on makes no sense (a process died).
 * @returns {Promise<any>} The truthy answer.
 */
export async function until(what, condition, { within = 10_000, every = 20, giveUp } = {}) {
  const deadline = Date.now() + within;
  for (;;) {
    let lastError;
    try {
      const answer = await condition();
      if (answer) {
        return answer;
      }
    } catch (error) {
      lastError = error;
    }
    const reason = giveUp?.();
    if (reason !== undefined) {
      throw new DeadlineError(`${what}: ${reason}`);
    }
    if (Date.now() >= deadline) {
      const cause = lastError ? ` (last error: ${lastError.message})` : '';
      throw new DeadlineError(`${what}: did not happen within ${within} ms${cause}`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/**
 * Gives the result of `promise`, or fails when it takes longer than `ms`.
 *
 * @template T
 * @param {number} ms
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(ms, what, promise) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what}: did not happen within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
