/**
 * The person in front of MetaMask: sees every approval and dialog, remembers it,
 * and answers it.
 *
 * Unless told otherwise this user agrees to everything, writes recovery words down and
 * repeats them, types them and `permit` where they are asked for, and `enrolmentCode` where another
 * dialog asks for text. `answerNext` scripts one answer; the answer may be
 * a function of what is shown, and may be a promise (a slow reader).
 */

/**
 * @typedef {object} Dialog
 * @property {'alert' | 'confirmation' | 'prompt' | 'custom'} type
 * @property {string} snapId
 * @property {string} text - Everything shown, line by line.
 * @property {string[]} lines
 * @property {{ label: string, value: string }[]} rows
 * @property {{ severity: string, text: string }[]} banners
 * @property {unknown} [answer] - Set once answered.
 */

export class User {
  /** What the user types into a prompt. */
  enrolmentCode = '';
  /** What the operator handed out. */
  permit = '';
  /** The recovery words that were shown last, in order. @type {string[]} */
  paper = [];
  /** Every dialog of the snap, oldest first. @type {Dialog[]} */
  dialogs = [];
  /** Every approval of MetaMask's own (connect, install), oldest first. */
  approvals = [];
  #scripted = [];
  #watchers = new Set();

  /**
   * Scripts the answer to the next dialog not yet scripted for.
   *
   * @param {unknown | ((dialog: Dialog) => unknown)} answer - `true` or `false` for a
   *   confirmation, text or `null` (cancel) for a prompt.
   */
  answerNext(answer) {
    this.#scripted.push(typeof answer === 'function' ? answer : () => answer);
  }

  /** Rejects the next dialog. */
  rejectNext() {
    this.answerNext((dialog) => (dialog.type === 'confirmation' ? false : null));
  }

  /** Forgets scripted answers that no dialog asked for. */
  forgetScript() {
    this.#scripted.length = 0;
  }

  /** Calls `watcher` with every dialog before it is answered; returns the way to stop. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  get lastDialog() {
    return this.dialogs.at(-1);
  }

  /** Called by the client: one dialog of a snap. */
  async readDialog(dialog) {
    this.dialogs.push(dialog);
    for (const watcher of this.#watchers) {
      watcher(dialog);
    }
    const words = dialog.rows.filter(({ label }) => /^\d+$/u.test(label));
    if (words.length === 24) this.paper = words.map(({ value }) => value);
    const answer = this.#scripted.shift() ?? this.#habit;
    dialog.answer = await answer(dialog);
    return dialog.answer;
  }

  /** Called by the client: one approval of MetaMask's own. */
  async readApproval(approval) {
    this.approvals.push(approval);
    return true;
  }

  /** The words whose numbers the dialog names, or undefined if it names none. */
  repeat({ text }) {
    const [, numbers] = /numbers ([\d, ]+), in this order/u.exec(text) ?? [];
    return numbers?.split(', ').map((number) => this.paper[Number(number) - 1]).join(' ');
  }

  #habit = (dialog) => {
    switch (dialog.type) {
      case 'confirmation':
        return true;
      case 'prompt':
        if (/wants a permit/u.test(dialog.text)) return this.permit;
        if (/Check your recovery words|Recover your accounts/u.test(dialog.text)) return this.paper.join(' ');
        return this.repeat(dialog) ?? this.enrolmentCode;
      default:
        return null;
    }
  };
}
