/**
 * The parts of MetaMask that this client does not run, answered the way a Flask
 * build answers for a local snap on a fresh profile: nothing is blocked, nothing
 * is on a phishing list, and no account but the snap's own matters.
 *
 * These are the only stand-ins in this folder. Everything that touches the snap,
 * its state, its sockets or its signatures is MetaMask's own code.
 */

/** `SnapsRegistryStatus.Unverified`: known neither as good nor as bad. */
const UNVERIFIED = 0;

/** @param {import('@metamask/messenger').Messenger} root */
export function registerSurroundings(root) {
  const answers = {
    // The real registry downloads a signed list; local snaps are never on it.
    'SnapsRegistry:get': async (snaps) =>
      Object.fromEntries(Object.keys(snaps).map((id) => [id, { status: UNVERIFIED }])),
    'SnapsRegistry:getMetadata': () => null,
    'SnapsRegistry:resolveVersion': async (_snapId, range) => range,
    'SnapsRegistry:update': async () => undefined,
    'PhishingController:testOrigin': () => ({ result: false }),
    'AccountsController:getAccountByAddress': () => undefined,
    'AccountsController:getSelectedMultichainAccount': () => undefined,
    'AccountsController:listMultichainAccounts': () => [],
    'MultichainAssetsController:getState': () => ({ assetsMetadata: {}, accountsAssets: {} }),
  };
  for (const [action, handler] of Object.entries(answers)) {
    root.registerActionHandler(action, handler);
  }
}
