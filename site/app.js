// The companion page: finds MetaMask, installs the snap, and asks it to enrol and to
// make accounts. It decides nothing and keeps nothing; after every step it asks the
// snap how things are and shows that.

import { findMetaMask } from './provider.js';
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
  update({ version, status: version === undefined ? undefined : await snap.status() });
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
  byId('refresh').addEventListener('click', () => doing('refresh', 'The snap did not answer', () => {}));
  byId('error-dismiss').addEventListener('click', () => update({ error: undefined }));
  byId('accounts').addEventListener('click', copyAddress);
  findMetaMask((wallet) => {
    snap = snapClient(wallet, state.snapId);
    update({ wallet, version: undefined, status: undefined });
    doing('look', 'MetaMask did not answer', () => {});
  });
}

show(state);
start();
