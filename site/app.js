// The companion page: finds MetaMask, installs the snap, and asks it to enrol and to
// make accounts. It decides nothing and keeps nothing; after every step it asks the
// snap how things are and shows that.

import { findMetaMask } from './provider.js';
import { afterStatus, isOpen, POLL_MS, readForm } from './send.js';
import { chooseSnapId, explain, snapClient } from './snap.js';
import { byId, copyAddress, show } from './view.js';

/**
 * Everything the page knows. `status` is the snap's answer to tandem_status, `busy` the
 * id of the button whose work is going on.
 */
const state = {
  snapId: '',
  wallet: undefined,
  version: undefined,
  status: undefined,
  busy: undefined,
  error: undefined,
  chainId: undefined,
  /** What is wrong with the form, by input. */
  problems: {},
  /** Transactions sent from this page, newest first: `{ hash, what, to, state, note }`. */
  sent: [],
};
let snap;

function update(change) {
  Object.assign(state, change);
  show(state);
}

/** Does one thing at a time: the buttons are off meanwhile, and a failure is shown. */
async function doing(busy, what, action) {
  if (state.busy) return;
  update({ busy, error: undefined });
  try {
    await action();
    await look();
  } catch (error) {
    update({ error: { what, ...explain(error) } });
    byId('error').focus();
  } finally {
    update({ busy: undefined });
  }
}

/** Asks how things are, without asking the user anything. */
async function look() {
  const version = await snap.installedVersion();
  const status = version === undefined ? undefined : await snap.status();
  update({ version, status, chainId: status?.accounts.length > 0 ? await snap.chainId() : undefined });
}

/** The handler of the list of accounts. */
function useAccount({ target }) {
  const control = target.closest('button');
  if (control?.dataset.action === 'copy') copyAddress(control);
  if (control?.dataset.action === 'export') {
    const { account } = control.closest('li').dataset;
    doing(`export ${account}`, 'The private key was not shown', () => snap.exportKey(account));
  }
}

/** What the buttons of a key do, and what to say when it fails. */
const KEY_ACTIONS = {
  renew: { what: 'The shares were not renewed', action: (key) => snap.renew(key) },
  words: { what: 'The recovery words were not set', action: (key) => snap.setRecovery(key) },
  drill: { what: 'The recovery words were not checked', action: (key) => snap.drill(key) },
  move: { what: 'The key was not moved', action: (key) => snap.move(key) },
  kit: { what: 'The recovery kit was not saved', action: async (key) => saveKit(await snap.kit(key)) },
  backup: { what: 'The share was not shown', action: (key) => snap.backup(key) },
};

/** The handler of the list of keys. */
function useKey({ target }) {
  const name = target.closest('button')?.dataset.action;
  if (!name) return;
  const { key } = target.closest('li').dataset;
  const { what, action } = KEY_ACTIONS[name];
  doing(`${name} ${key}`, what, () => action(key));
}

function saveKit({ keyId, epoch, file }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([file], { type: 'application/json' }));
  link.download = `tandem-kit-${keyId.slice(0, 8)}-${epoch}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Sends what the form says. */
function sendForm(event) {
  event.preventDefault();
  const typed = Object.fromEntries(['from', 'to', 'amount', 'data', 'speed'].map((name) => [name, byId(`send-${name}`).value]));
  const { params, problems = {} } = readForm({ ...typed, chainId: state.chainId });
  update({ problems });
  if (!params) {
    byId(`send-${Object.keys(problems)[0]}`).focus();
    return;
  }
  doing('send', 'The transaction was not sent', async () => {
    const { from, to } = params.transaction;
    // While the user reads the dialog of what follows.
    void snap.prepare(from);
    add({ what: `${typed.amount.trim() || '0'} ether`, to }, await snap.send(params));
    byId('send-form').reset();
    await follow();
  });
}

/** Speeds up or cancels: another transaction in the place of the pending one. */
function replaceSent({ target }) {
  const action = target.closest('button')?.dataset.action;
  if (!action) return;
  const old = state.sent.find(({ hash }) => hash === target.closest('li').dataset.hash);
  const [what, title] =
    action === 'cancel'
      ? [`Cancellation of ${old.what}`, 'The transaction was not cancelled']
      : [old.what, 'The transaction was not sped up'];
  doing(`${action} ${old.hash}`, title, async () => {
    add({ what, to: old.to }, await snap.send(action === 'cancel' ? { cancel: old.hash } : { replaces: old.hash, speed: 'high' }));
    await follow();
  });
}

function add(what, { hash, problem }) {
  update({ sent: [{ hash, ...what, state: 'pending', note: problem }, ...state.sent] });
}

/** Asks for what is still open. A question that fails is asked again the next time. */
async function follow() {
  for (const open of state.sent.filter(isOpen)) {
    const answer = await snap.transactionStatus(open.hash).catch((error) => ({ status: 'unknown', error }));
    const known = answer.error ? { ...open, note: explain(answer.error).message } : afterStatus(open, answer);
    update({ sent: state.sent.map((sent) => (sent.hash === open.hash ? known : sent)) });
  }
}

async function followForEver() {
  await follow();
  setTimeout(followForEver, POLL_MS);
}

function start() {
  try {
    update({ snapId: chooseSnapId(document.querySelector('meta[name="tandem-snap"]').content, window.location) });
  } catch (error) {
    update({ error: { what: 'This page cannot be used', ...explain(error) } });
    return;
  }
  byId('install').addEventListener('click', () =>
    doing('install', 'The snap was not installed', () => snap.install()),
  );
  byId('enrol').addEventListener('click', () =>
    doing('enrol', 'The signing server was not connected', () => snap.enrol()),
  );
  byId('create').addEventListener('click', () =>
    doing('create', 'The account was not created', () => snap.createAccount()),
  );
  byId('recover').addEventListener('click', () =>
    doing('recover', 'Nothing was recovered', () => snap.recover()),
  );
  byId('import').addEventListener('click', () =>
    doing('import', 'The key was not imported', () => snap.importKey()),
  );
  byId('refresh').addEventListener('click', () => doing('refresh', 'The snap did not answer', () => {}));
  byId('keys').addEventListener('click', useKey);
  byId('error-dismiss').addEventListener('click', () => update({ error: undefined }));
  byId('accounts').addEventListener('click', useAccount);
  byId('send-form').addEventListener('submit', sendForm);
  byId('sent').addEventListener('click', replaceSent);
  followForEver();
  findMetaMask((wallet) => {
    snap = snapClient(wallet, state.snapId);
    update({ wallet, version: undefined, status: undefined });
    doing('look', 'MetaMask did not answer', () => {});
  });
}

show(state);
start();
