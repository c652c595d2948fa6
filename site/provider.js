// Finds MetaMask among the wallets in this browser, by EIP-6963: every wallet answers
// one event with another, at once or whenever it is ready. `window.ethereum` is not
// used; with several wallets installed it is whichever came last.

const FLASK = 'io.metamask.flask';
const METAMASK = 'io.metamask';

/**
 * Calls `found` with `{ request, name, flask }` for MetaMask, and once more if Flask,
 * which is preferred, answers after the ordinary MetaMask did.
 */
export function findMetaMask(found) {
  let best;
  window.addEventListener('eip6963:announceProvider', (event) => {
    const { info, provider } = event.detail ?? {};
    if (typeof provider?.request !== 'function' || ![FLASK, METAMASK].includes(info?.rdns)) return;
    const flask = info.rdns === FLASK;
    if (best && (best.flask || !flask)) return;
    best = { request: (call) => provider.request(call), name: String(info.name), flask };
    found(best);
  });
  window.dispatchEvent(new Event('eip6963:requestProvider'));
}
