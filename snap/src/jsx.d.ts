/**
 * What TypeScript has to know about JSX. The snaps SDK brings the runtime and relies
 * on React's types for this part; these few lines are all that is used of them.
 */
declare namespace JSX {
  // As in React's types. Props are checked; what may nest in what cannot be expressed
  // here, and MetaMask checks it against its own schema before it shows a dialog.
  type Element = any;
  type IntrinsicElements = Record<never, never>;
  interface ElementChildrenAttribute {
    children: unknown;
  }
}
