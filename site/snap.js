// What this page asks of MetaMask and of the snap: one function for each request.

/** EIP-1193's code for "the user said no". */
const USER_REJECTED = 4001;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The id of the snap to use: the page's own setting, or `?snap=` for developers.
 *
 * A link must not be able to make somebody install another snap from a page they
 * trust. So `?snap=` counts only on a page that is served from this machine, and only
 * for a snap that is too.
 */
export function chooseSnapId(setting, location) {
  const asked = new URLSearchParams(location.search).get('snap');
  if (asked === null) return setting;
  if (!LOOPBACK.includes(location.hostname) || !isLocal(asked)) {
    throw new Error(`the address of this page asks for the snap "${asked}", which is not one on this machine`);
  }
  return asked;
}

function isLocal(id) {
  try {
    const { protocol, hostname } = new URL(id.replace(/^local:/u, ''));
    return id.startsWith('local:') && ['http:', 'https:'].includes(protocol) && LOOPBACK.includes(hostname);
  } catch {
    return false;
  }
}

/** The requests, by way of one wallet to one snap. */
export function snapClient(wallet, snapId) {
  const invoke = (method, params) =>
    wallet.request({ method: 'wallet_invokeSnap', params: { snapId, request: params ? { method, params } : { method } } });
  return {
    /** The installed version, or undefined. Asks the user nothing. */
    async installedVersion() {
      const snaps = await wallet.request({ method: 'wallet_getSnaps' });
      return snaps?.[snapId]?.version;
    },

    /** Opens MetaMask's own window; fails when the user refuses. */
    async install() {
      const snaps = await wallet.request({ method: 'wallet_requestSnaps', params: { [snapId]: {} } });
      const failure = snaps?.[snapId]?.error;
      if (failure) throw failure;
    },

    /** `{ version, enrolled, server, accounts, keys }` */
    status: () => invoke('tandem_status'),

    /** The snap's own dialog asks for the code; this page never sees it. */
    enrol: () => invoke('tandem_enrol'),

    /** New shares of a key, after the user said yes in the snap's dialog: `{ keyId, epoch }` */
    renew: (key) => invoke('tandem_refresh', { key }),

    /** The snap shows the words, and asks for three of them: `{ keyId, recovery }` */
    setRecovery: (key) => invoke('tandem_setRecovery', { key }),

    /** The user types the words into the snap's dialog: `{ keyId, recovery, repaired }` */
    drill: (key) => invoke('tandem_drill', { key }),

    /** The user types the words of a device that is lost: `{ accounts }` */
    recover: () => invoke('tandem_recover'),

    /** The user types a private key into the snap's dialog; this page never sees it. */
    importKey: () => invoke('tandem_importKey'),

    /** The snap shows the private key in its own dialog; this page never sees it. */
    exportKey: (account) => invoke('tandem_exportKey', { account }),

    /** Another signing server for a key: code, words and permit are typed into the snap's dialogs. */
    move: (key) => invoke('tandem_move', { key }),

    /** What the words open, for the offline tool. Not secret: `{ keyId, epoch, file }` */
    kit: (key) => invoke('tandem_kit', { key }),

    /** The snap shows this device's share in its own dialog; this page never sees it. */
    backup: (key) => invoke('tandem_backup', { key }),

    /** The chain that MetaMask is connected to, in hexadecimal. */
    chainId: () => wallet.request({ method: 'eth_chainId' }),

    /** Says that a signature with this account is coming. It can do without, so nothing here fails. */
    prepare: (account) => invoke('tandem_prepare', { account }).catch(() => undefined),

    /** `{ hash, nonce, broadcast }`, after the user said yes in the snap's dialog. */
    send: (params) => invoke('tandem_sendTransaction', params),

    /** `{ status, hash, nonce, receipt?, reason?, by? }` */
    transactionStatus: (hash) => invoke('tandem_transactionStatus', { hash }),

    /** The new account, as MetaMask lists it. */
    createAccount: () =>
      wallet.request({
        method: 'wallet_invokeKeyring',
        params: { snapId, request: { method: 'keyring_createAccount', params: { options: {} } } },
      }),
  };
}

/**
 * What a failed request says: `{ refused, message, problems }`. MetaMask hands on the
 * snap's error with its data, in some versions inside an error of its own.
 */
export function explain(error) {
  const levels = [error?.data?.cause, error?.data?.originalError, error].filter(Boolean);
  const problems = levels.map(({ data }) => data?.problems).find(Array.isArray) ?? [];
  return {
    refused: levels.some(({ code }) => code === USER_REJECTED),
    message: String(levels.find(({ message }) => message)?.message ?? 'MetaMask gave no reason'),
    problems: problems.map(({ field, reason }) => ({ field: String(field), reason: String(reason) })),
  };
}
