/**
 * What a user reads in a snap's dialog: the JSX tree flattened into lines, and the
 * labelled rows picked out of it, so that a test can say "the To row shows this
 * address" whatever boxes and dividers stand around it.
 */

/** Children of a JSX element as a flat list, without holes. */
function childrenOf(element) {
  return [element?.props?.children].flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Text that a leaf element shows through a prop and not through children. */
function ownText({ type, props }) {
  switch (type) {
    case 'Address':
      // Shown as eip155:<chain>:<address>; the address is what a reader compares.
      return [props.address.split(':').at(-1)];
    case 'Banner':
      return [props.title];
    case 'Copyable':
    case 'Value':
      return [props.value, props.extra].filter((text) => typeof text === 'string');
    case 'Field':
    case 'Row':
      return [props.label].filter(Boolean);
    case 'Input':
      return [props.placeholder].filter(Boolean);
    default:
      return [];
  }
}

const INLINE = new Set(['Bold', 'Italic', 'Link', 'Text', 'Heading', 'Tooltip', 'Value', 'Address', 'Copyable']);

/** The text inside one element, on one line. */
function inlineText(node) {
  if (typeof node === 'string' || typeof node === 'number') {
    return String(node);
  }
  return [...ownText(node), ...childrenOf(node).map(inlineText)].join('');
}

function collect(node, into) {
  if (typeof node === 'string' || typeof node === 'number') {
    into.lines.push(String(node));
    return;
  }
  if (INLINE.has(node.type)) {
    into.lines.push(inlineText(node));
    return;
  }
  if (node.type === 'Row') {
    const value = childrenOf(node).map(inlineText).join(' ');
    into.rows.push({ label: node.props.label, value });
    into.lines.push(`${node.props.label}: ${value}`);
    return;
  }
  into.lines.push(...ownText(node));
  if (node.type === 'Banner') {
    into.banners.push({ severity: node.props.severity, text: [node.props.title, ...childrenOf(node).map(inlineText)].join('\n') });
  }
  for (const child of childrenOf(node)) {
    collect(child, into);
  }
}

/**
 * @param {unknown} content - A JSX element as SnapInterfaceController keeps it.
 * @returns {{ lines: string[], text: string, rows: { label: string, value: string }[],
 *   banners: { severity: string, text: string }[] }}
 */
export function readContent(content) {
  const shown = { lines: [], rows: [], banners: [] };
  collect(content, shown);
  return { ...shown, text: shown.lines.join('\n') };
}
