import type { Json } from '@metamask/snaps-sdk';
import { Banner, Box, Copyable, Heading, Text, type SnapComponent } from '@metamask/snaps-sdk/jsx';
import { fields, oneOf, text } from '../read';

export const PERMIT_PLACEHOLDER = 'xxxxx-xxxxx-xxxxx-xxxxx-xxxxxx';

type PermitSummary = {
  /** The key that the permit is for. */
  keyId: string;
  /** What it permits. */
  operation: 'recovery' | 'export';
};

export function readPermit(value: Json | undefined): PermitSummary {
  const summary = fields(value, 'summary');
  return {
    keyId: text(summary['keyId'], 'summary.keyId'),
    operation: oneOf('recovery', 'export')(summary['operation'], 'summary.operation'),
  };
}

/** Asks for a permit; MetaMask's prompt dialog adds the field and the buttons. */
export const Permit: SnapComponent<PermitSummary> = ({ keyId, operation }) => (
  <Box>
    <Heading size="md">Your signing server wants a permit</Heading>
    <Text>
      {operation === 'recovery'
        ? 'This key is in use, so its recovery words cannot be changed from here alone.'
        : 'The private key cannot be shown from here alone.'}{' '}
      Ask who runs the signing server for a permit; they make it with:
    </Text>
    <Copyable value={`tandem-server permit ${keyId} ${operation}`} />
    <Banner title="Only here" severity="info">
      <Text>Type it only here. It works once, for this key.</Text>
    </Banner>
  </Box>
);
