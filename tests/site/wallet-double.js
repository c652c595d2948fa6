// Runs in the page, before it: a double for MetaMask that announces itself by
// EIP-6963 and answers as it is told. The wallet is not what these tests test; the
// tests of the whole system use MetaMask's own code.
//
// `window.double` holds the answers by method (a value, or `{ fail: error }`), the
// requests that were made, and, for a method in `held`, the ones not answered yet.

window.double = {
  calls: [],
  answers: {},
  held: {},
  announce({ rdns, name }) {
    const provider = { request: (call) => window.double.request(call, rdns) };
    const info = { uuid: crypto.randomUUID(), rdns, name, icon: 'data:,' };
    window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
  },
  async request(call, rdns) {
    const method = call.params?.request?.method ?? call.method;
    this.calls.push({ ...call, rdns });
    if (method in this.held) await new Promise((release) => (this.held[method] = release));
    const answer = this.answers[method];
    if (answer?.fail) throw Object.assign(new Error(answer.fail.message), answer.fail);
    if (answer === undefined) throw new Error(`the test gives no answer to ${method}`);
    Object.assign(this.answers, answer.then);
    return answer.result;
  },
};

window.addEventListener('eip6963:requestProvider', () => {
  for (const wallet of window.double.wallets) window.double.announce(wallet);
});
