/**
 * The message bus between controllers: one root, and for each controller a child
 * that may call and hear exactly what is listed here, as in the extension.
 */
import { MOCK_ANY_NAMESPACE, Messenger } from '@metamask/messenger';

/** What each controller may call and which events it may hear. */
const DELEGATIONS = {
  ApprovalController: {},
  ExecutionService: {},
  KeyringController: {},
  PermissionController: {
    actions: [
      'ApprovalController:acceptRequest',
      'ApprovalController:addRequest',
      'ApprovalController:hasRequest',
      'ApprovalController:rejectRequest',
      'SnapController:getPermitted',
      'SnapController:install',
      'SubjectMetadataController:getSubjectMetadata',
    ],
  },
  SnapController: {
    actions: [
      'ApprovalController:addRequest',
      'ApprovalController:updateRequestState',
      'ExecutionService:executeSnap',
      'ExecutionService:handleRpcRequest',
      'ExecutionService:terminateSnap',
      'PermissionController:getEndowments',
      'PermissionController:getPermissions',
      'PermissionController:getSubjectNames',
      'PermissionController:grantPermissions',
      'PermissionController:hasPermission',
      'PermissionController:hasPermissions',
      'PermissionController:revokeAllPermissions',
      'PermissionController:revokePermissionForAllSubjects',
      'PermissionController:revokePermissions',
      'PermissionController:updateCaveat',
      'SnapInterfaceController:createInterface',
      'SnapInterfaceController:getInterface',
      'SnapsRegistry:get',
      'SnapsRegistry:getMetadata',
      'SnapsRegistry:resolveVersion',
      'SnapsRegistry:update',
      'SubjectMetadataController:addSubjectMetadata',
      'SubjectMetadataController:getSubjectMetadata',
    ],
    events: [
      'ExecutionService:outboundRequest',
      'ExecutionService:outboundResponse',
      'ExecutionService:unhandledError',
      'KeyringController:lock',
    ],
  },
  SnapInterfaceController: {
    actions: [
      'AccountsController:getAccountByAddress',
      'AccountsController:getSelectedMultichainAccount',
      'AccountsController:listMultichainAccounts',
      'ApprovalController:acceptRequest',
      'ApprovalController:hasRequest',
      'MultichainAssetsController:getState',
      'PermissionController:hasPermission',
      'PhishingController:testOrigin',
      'SnapController:get',
    ],
    events: ['NotificationServicesController:notificationsListUpdated'],
  },
  SnapKeyring: {
    actions: ['SnapController:get', 'SnapController:handleRequest', 'SnapController:isMinimumPlatformVersion'],
  },
  SubjectMetadataController: { actions: ['PermissionController:hasPermissions'] },
  WebSocketService: {
    actions: ['SnapController:handleRequest'],
    events: ['SnapController:snapInstalled', 'SnapController:snapUninstalled', 'SnapController:snapUpdated'],
  },
};

/** The root messenger and `for(name)`, the child of one controller. */
export function createMessengers() {
  const root = new Messenger({ namespace: MOCK_ANY_NAMESPACE });
  return {
    root,
    for(namespace) {
      const { actions = [], events = [] } = DELEGATIONS[namespace];
      const messenger = new Messenger({ namespace, parent: root });
      root.delegate({ messenger, actions, events });
      return messenger;
    },
  };
}
