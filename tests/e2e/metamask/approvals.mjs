/**
 * Between ApprovalController and the user: MetaMask's pop-up windows.
 *
 * Installing asks three times (connect, install, done); a snap's dialogs come as
 * approvals whose content lies in SnapInterfaceController. Answers have the
 * shapes that the extension's own screens give.
 */
import { readContent } from './content.mjs';

/** EIP-1193's code for a request that the user refused. */
const USER_REJECTED = 4001;

const DIALOG_TYPE = /^snap_dialog(?::(?<type>alert|confirmation|prompt))?$/u;

/** What the extension's screens hand over when the user agrees; undefined: not ours. */
function agreement({ type, requestData, requestState }) {
  switch (type) {
    case 'wallet_requestPermissions':
      return { value: requestData };
    case 'wallet_installSnap':
    case 'wallet_updateSnap':
      return {
        value: {
          ...requestData,
          permissions: requestState?.permissions,
          approvedConnections: requestState?.connections,
        },
      };
    case 'wallet_installSnapResult':
    case 'wallet_updateSnapResult':
      return { value: undefined };
    default:
      return undefined;
  }
}

/** Install screens show a spinner until the controller has loaded what to ask. */
function isLoading({ requestState }) {
  return requestState?.loading === true;
}

/** Shows every pending approval to `user` once, and passes the answer on. */
export function attachUser({ root, approvalController, interfaceController, user }) {
  const shown = new Set();

  async function answerDialog(approval, type) {
    const { id: interfaceId } = approval.requestData;
    const { content } = interfaceController.getInterface(approval.origin, interfaceId);
    const answer = await user.readDialog({ type, snapId: approval.origin, ...readContent(content) });
    // The dialog may be gone: its snap was stopped, or MetaMask closed meanwhile.
    if (approvalController.has({ id: approval.id })) {
      approvalController.accept(approval.id, answer);
      interfaceController.deleteInterface(interfaceId);
    }
  }

  async function answerApproval(approval, { value }) {
    if (await user.readApproval({ type: approval.type, origin: approval.origin })) {
      approvalController.accept(approval.id, value);
    } else {
      approvalController.reject(approval.id, Object.assign(new Error('User rejected the request.'), { code: USER_REJECTED }));
    }
  }

  root.subscribe('ApprovalController:stateChange', ({ pendingApprovals }) => {
    for (const approval of Object.values(pendingApprovals)) {
      if (shown.has(approval.id) || isLoading(approval)) {
        continue;
      }
      shown.add(approval.id);
      const dialog = DIALOG_TYPE.exec(approval.type);
      const agreed = agreement(approval);
      if (dialog) {
        queueMicrotask(() => answerDialog(approval, dialog.groups.type ?? 'custom'));
      } else if (agreed) {
        queueMicrotask(() => answerApproval(approval, agreed));
      } else {
        throw new Error(`no screen for an approval of type "${approval.type}"`);
      }
    }
  });
}
