/**
 * The two JSON-RPC doors into MetaMask: the one a snap knocks on (`snap.request`)
 * and the one a web page knocks on (`window.ethereum.request`).
 */
import { JsonRpcEngine } from '@metamask/json-rpc-engine';
import { createEngineStream } from '@metamask/json-rpc-middleware-stream';
import { setupMultiplex } from '@metamask/snaps-controllers';
import { createSnapsMethodMiddleware } from '@metamask/snaps-rpc-methods';
import { pipeline } from 'readable-stream';

/** Which keyring methods MetaMask lets a web page call; a page never submits requests. */
const KEYRING_METHODS_FOR_PAGES = [
  'keyring_approveRequest',
  'keyring_createAccount',
  'keyring_deleteAccount',
  'keyring_exportAccount',
  'keyring_filterAccountChains',
  'keyring_getAccount',
  'keyring_getRequest',
  'keyring_listAccounts',
  'keyring_listRequests',
  'keyring_rejectRequest',
  'keyring_updateAccount',
];

const METHOD_NOT_FOUND = -32601;

/** A JSON-RPC error as a page sees it. */
export class RpcError extends Error {
  name = 'RpcError';

  constructor({ code, message, data }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const originMiddleware = (origin) => (request, _response, next) => {
  request.origin = origin;
  next();
};

const unknownMethod = (request, _response, _next, end) =>
  end(Object.assign(new Error(`The method "${request.method}" does not exist / is not available.`), { code: METHOD_NOT_FOUND }));

/** `eth_*` calls go to the node, and its errors come back with code and data. */
function pushChain(engine, chain) {
  if (chain === undefined) {
    return;
  }
  engine.push(async (request, response, next, end) => {
    if (!request.method.startsWith('eth_')) {
      return next();
    }
    try {
      response.result = await chain(request.method, request.params);
      return end();
    } catch (error) {
      return end(error);
    }
  });
}

/** Connects a starting snap to the `snap_*` methods it is permitted, and to the node (`ethereum`). */
export function connectSnap({ snapId, rpcStream, root, permissionController, keyrings, chain }) {
  const call = (action) => (...args) => root.call(action, snapId, ...args);
  const engine = new JsonRpcEngine();
  engine.push(originMiddleware(snapId));
  engine.push(
    createSnapsMethodMiddleware(true, {
      hasPermission: (permission) => permissionController.hasPermission(snapId, permission),
      getUnlockPromise: keyrings.getUnlockPromise,
      getIsLocked: () => !keyrings.keyringController.state.isUnlocked,
      getIsActive: () => true,
      getVersion: () => '13.0.0-flask.0',
      getSnap: (id) => root.call('SnapController:get', id),
      getSnapFile: call('SnapController:getFile'),
      getSnapState: call('SnapController:getSnapState'),
      updateSnapState: call('SnapController:updateSnapState'),
      clearSnapState: call('SnapController:clearSnapState'),
      createInterface: call('SnapInterfaceController:createInterface'),
      updateInterface: call('SnapInterfaceController:updateInterface'),
      resolveInterface: call('SnapInterfaceController:resolveInterface'),
      getInterfaceState: (id) => root.call('SnapInterfaceController:getInterface', snapId, id).state,
      getInterfaceContext: (id) => root.call('SnapInterfaceController:getInterface', snapId, id).context,
      getEntropySources: () => [{ id: 'primary', name: 'SRP 1', type: 'mnemonic', primary: true }],
      openWebSocket: call('WebSocketService:open'),
      closeWebSocket: call('WebSocketService:close'),
      sendWebSocketMessage: call('WebSocketService:sendMessage'),
      getWebSockets: call('WebSocketService:getAll'),
    }),
  );
  engine.push(permissionController.createPermissionMiddleware({ origin: snapId }));
  engine.push((request, response, next, end) => {
    if (request.method !== 'metamask_getProviderState') {
      return next();
    }
    response.result = { isUnlocked: keyrings.keyringController.state.isUnlocked, chainId: '0x1', networkVersion: '1', accounts: [] };
    return end();
  });
  pushChain(engine, chain);
  engine.push(unknownMethod);

  const stream = setupMultiplex(rpcStream, 'snapStream').createStream('metamask-provider');
  // A stopped snap ends its stream in the middle of things; that is no error.
  pipeline(stream, createEngineStream({ engine }), stream, () => undefined);
}

/** `window.ethereum.request` of a page of this origin. */
export function createPageProvider({ origin, root, permissionController, chain }) {
  const engine = new JsonRpcEngine();
  engine.push(originMiddleware(origin));
  engine.push(
    createSnapsMethodMiddleware(false, {
      getAllowedKeyringMethods: () => KEYRING_METHODS_FOR_PAGES,
      getPermissions: () => permissionController.getPermissions(origin),
      getSnap: (id) => root.call('SnapController:get', id),
      getSnaps: () => root.call('SnapController:getPermitted', origin),
      handleSnapRpcRequest: (request) => root.call('SnapController:handleRequest', { ...request, origin }),
      hasPermission: (permission) => permissionController.hasPermission(origin, permission),
      installSnaps: (snaps) => root.call('SnapController:install', origin, snaps),
      invokeSnap: (params) => permissionController.executeRestrictedMethod(origin, 'wallet_snap', params),
      requestPermissions: (permissions) => permissionController.requestPermissions({ origin }, permissions),
    }),
  );
  pushChain(engine, chain);
  engine.push(unknownMethod);

  let nextId = 1;
  return async (method, params) => {
    const request = { jsonrpc: '2.0', id: nextId++, method, ...(params === undefined ? {} : { params }) };
    const { result, error } = await engine.handle(request);
    if (error) {
      throw new RpcError(error);
    }
    return result;
  };
}
