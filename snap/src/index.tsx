/**
 * The entry points that MetaMask calls, each handed on to the core. Who may call
 * which method, what it means and what it answers is decided there, in Rust.
 */
import type {
  Json,
  JsonRpcRequest,
  OnHomePageHandler,
  OnKeyringRequestHandler,
  OnRpcRequestHandler,
  OnSignatureHandler,
  OnTransactionHandler,
  OnWebSocketEventHandler,
} from '@metamask/snaps-sdk';
import { getCore } from './core';
import { resultOf } from './errors';
import { answer } from './host';
import { fields, flag } from './read';
import { Home, readStatus } from './views/Home';

/** The origin of what MetaMask itself asks; no web page can have it. */
const METAMASK = 'metamask';

export const onRpcRequest: OnRpcRequestHandler = async ({ origin, request }) =>
  dispatch(origin, request);

export const onKeyringRequest: OnKeyringRequestHandler = async ({ origin, request }) =>
  dispatch(origin, request);

export const onHomePage: OnHomePageHandler = async () => {
  const status = await dispatch(METAMASK, { jsonrpc: '2.0', id: 1, method: 'tandem_status' });
  return { content: <Home {...readStatus(status)} /> };
};

export const onWebSocketEvent: OnWebSocketEventHandler = async ({ event }) => {
  const core = await getCore();
  const { delivered } = fields(resultOf(core.deliver(JSON.stringify(event))), 'result');
  // Nobody waits for it: this snap was restarted, and its session ended with it.
  if (event.type !== 'close' && !flag(delivered, 'result.delivered')) {
    await answer(JSON.stringify({ method: 'socket.close', params: { id: event.id } }));
  }
};

/**
 * MetaMask shows its user a request to sign, of whatever account. Nothing is added to
 * what it shows; a signature is prepared meanwhile, if the account is one of ours.
 */
export const onTransaction: OnTransactionHandler = async ({ transaction }) =>
  prepare(transaction.from);

export const onSignature: OnSignatureHandler = async ({ signature }) => prepare(signature.from);

async function prepare(account: unknown): Promise<null> {
  const request = { jsonrpc: '2.0', id: 1, method: 'tandem_prepare', params: { account } };
  try {
    const core = await getCore();
    await core.handle(JSON.stringify({ origin: METAMASK, request }));
  } catch {
    // Of no use here, as is the answer: every signature can do without.
  }
  return null;
}

async function dispatch(origin: string, request: JsonRpcRequest): Promise<Json> {
  const core = await getCore();
  return resultOf(await core.handle(JSON.stringify({ origin, request })));
}
