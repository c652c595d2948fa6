import type { Json } from '@metamask/snaps-sdk';
import {
  Banner,
  Box,
  Copyable,
  Heading,
  Row,
  Section,
  Text,
  type SnapComponent,
} from '@metamask/snaps-sdk/jsx';
import { fields, text } from '../read';
import { literal } from './literal';

type DeleteAccountSummary = {
  /** Who asks for the removal. */
  origin: string;
  /** The account that would be removed. */
  address: string;
};

export function readDeleteAccount(value: Json | undefined): DeleteAccountSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    address: text(summary['address'], 'summary.address'),
  };
}

export const DeleteAccount: SnapComponent<DeleteAccountSummary> = ({ origin, address }) => (
  <Box>
    <Heading size="md">Remove this account?</Heading>
    <Banner title="Move its funds first" severity="danger">
      <Text>This device will no longer sign for the account.</Text>
    </Banner>
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin)}</Text>
      </Row>
      <Copyable value={address} />
    </Section>
  </Box>
);
