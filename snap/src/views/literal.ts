/**
 * Outside text on its way into a `Text`, so that it is shown as it is.
 *
 * No component reads Markdown from strings given as JSX, but MetaMask's `Text`
 * replaces HTML entities, and that happens after the core has made a text safe:
 * `&#x202e;` in a message would come out as a real right-to-left override. The other
 * components used here (`Copyable`, `Heading`, titles and labels) show strings
 * untouched. A client that replaces nothing shows `&amp;` in full: ugly, not unsafe.
 */
export function literal(text: string): string {
  return text.replace(/&(?=[#a-z])/giu, '&amp;');
}
