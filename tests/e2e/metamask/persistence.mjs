/**
 * What MetaMask writes to the browser's storage: of each controller the parts its
 * own metadata marks as persistent, and nothing that lives in memory only. A
 * restart starts from exactly this.
 */

/** One controller's persistent state; a `persist` function says what to keep of its part. */
function persistentParts({ state, metadata }) {
  return Object.fromEntries(
    Object.entries(metadata)
      .filter(([, { persist }]) => persist)
      .map(([part, { persist }]) => [part, typeof persist === 'function' ? persist(state[part]) : state[part]]),
  );
}

/** @param {Record<string, { state: object, metadata: object }>} controllers - By name. */
export function persistedState(controllers) {
  const state = Object.fromEntries(
    Object.entries(controllers).map(([name, controller]) => [name, persistentParts(controller)]),
  );
  // Through JSON, as storage does it: nothing shared with the running client survives.
  return JSON.parse(JSON.stringify(state));
}
