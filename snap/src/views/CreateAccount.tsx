import type { Json } from '@metamask/snaps-sdk';
import { Box, Heading, Row, Section, Text, type SnapComponent } from '@metamask/snaps-sdk/jsx';
import { fields, flag, integer, text } from '../read';
import { literal } from './literal';

type CreateAccountSummary = {
  /** Who asks for the account. */
  origin: string;
  /** The signing server that will hold the other share. */
  server: string;
  /** The place of the account among those of its key. */
  index: number;
  /** Whether a key has to be made, which takes a moment. */
  firstKey: boolean;
};

export function readCreateAccount(value: Json | undefined): CreateAccountSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    server: text(summary['server'], 'summary.server'),
    index: integer(summary['index'], 'summary.index'),
    firstKey: flag(summary['firstKey'], 'summary.firstKey'),
  };
}

export const CreateAccount: SnapComponent<CreateAccountSummary> = ({
  origin,
  server,
  index,
  firstKey,
}) => (
  <Box>
    <Heading size="md">Create an account?</Heading>
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin)}</Text>
      </Row>
      <Row label="Signing server">
        <Text>{literal(server)}</Text>
      </Row>
      <Row label="Account number">
        <Text>{String(index + 1)}</Text>
      </Row>
    </Section>
    <Text color="alternative">
      {firstKey
        ? 'This device and the server now make a key together. Each keeps a share; neither has it all. Then you are shown 24 recovery words: have pen and paper ready.'
        : 'It belongs to the key that this device and the server already share.'}
    </Text>
  </Box>
);
