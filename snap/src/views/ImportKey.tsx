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

export const IMPORT_PLACEHOLDER = '0x and 64 hexadecimal digits';

type WarningSummary = {
  /** Who asks for it. */
  origin: string;
  /** The signing server that will hold the other share. */
  server: string;
};

type PermitSummary = {
  /** The address of the key. */
  address: string;
};

export function readImportWarning(value: Json | undefined): WarningSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    server: text(summary['server'], 'summary.server'),
  };
}

export function readImportPermit(value: Json | undefined): PermitSummary {
  return { address: text(fields(value, 'summary')['address'], 'summary.address') };
}

export const ImportWarning: SnapComponent<WarningSummary> = ({ origin, server }) => (
  <Box>
    <Heading size="md">Import a private key?</Heading>
    <Banner title="A copy of the key stays a key" severity="warning">
      <Text>
        The key existed in one place, and whoever has a copy of it can use it without this device and
        without your signing server. A new account, to which you move what it holds, is safer.
      </Text>
    </Banner>
    <Text>
      The key is split between this device and the server and then forgotten here. It gives one
      account, at its own address.
    </Text>
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin)}</Text>
      </Row>
      <Row label="Signing server">
        <Text>{literal(server)}</Text>
      </Row>
    </Section>
  </Box>
);

/** MetaMask's prompt dialog adds the field and the buttons, here and below. */
export const ImportKey: SnapComponent = () => (
  <Box>
    <Heading size="md">Type the private key</Heading>
    <Banner title="Only here" severity="warning">
      <Text>Never type a private key into a web page. Clear the clipboard if you copied it.</Text>
    </Banner>
  </Box>
);

export const ImportPermit: SnapComponent<PermitSummary> = ({ address }) => (
  <Box>
    <Heading size="md">Your signing server wants a permit</Heading>
    <Text>
      Importing a key needs the consent of who runs the signing server. They make a permit with:
    </Text>
    <Copyable value="tandem-server import-permit" />
    <Text>The account that is imported:</Text>
    <Copyable value={address} />
    <Banner title="Only here" severity="info">
      <Text>Type it only here. It works once.</Text>
    </Banner>
  </Box>
);
