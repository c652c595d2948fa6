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
import { fields, flag, integer, list, text } from '../read';
import { literal } from './literal';

type WarningSummary = {
  /** Who asks for it. */
  origin: string;
  /** The addresses of the accounts of the key. */
  accounts: string[];
};

type BackupSummary = {
  /** The file for `tandem-recover`: the device's share in the clear. */
  file: string;
  /** How often the shares were renewed before. */
  epoch: number;
  /** Whether the recovery kit is in it. */
  withKit: boolean;
};

export function readBackupWarning(value: Json | undefined): WarningSummary {
  const summary = fields(value, 'summary');
  return {
    origin: text(summary['origin'], 'summary.origin'),
    accounts: list(text)(summary['accounts'], 'summary.accounts'),
  };
}

export function readBackup(value: Json | undefined): BackupSummary {
  const summary = fields(value, 'summary');
  return {
    file: text(summary['file'], 'summary.file'),
    epoch: integer(summary['epoch'], 'summary.epoch'),
    withKit: flag(summary['withKit'], 'summary.withKit'),
  };
}

export const BackupWarning: SnapComponent<WarningSummary> = ({ origin, accounts }) => (
  <Box>
    <Heading size="md">Show this device's share?</Heading>
    <Banner title="It is half of your key, in the clear" severity="danger">
      <Text>
        Whoever gets it, and your recovery words or the server's share, owns the accounts below. You
        need it only to rebuild the key offline, without your server. Nobody else has a reason to ask
        you for it.
      </Text>
    </Banner>
    <Text>
      What you copy can be read by every program on this computer. Save it on a medium that you lock
      away, never beside your recovery words, and clear the clipboard.
    </Text>
    <Section>
      <Row label="Asked by">
        <Text>{literal(origin)}</Text>
      </Row>
    </Section>
    {accounts.map((address) => (
      <Copyable value={address} />
    ))}
  </Box>
);

export const Backup: SnapComponent<BackupSummary> = ({ file, epoch, withKit }) => (
  <Box>
    <Heading size="md">This device's share</Heading>
    <Text>
      Save it as a file and check it with the offline tool: tandem-recover inspect FILE. The next
      renewal of shares makes it worthless: take a new one then.
    </Text>
    <Copyable value={file} sensitive />
    <Row label="Renewals so far">
      <Text>{String(epoch)}</Text>
    </Row>
    {withKit ? null : (
      <Banner title="No recovery kit in it" severity="warning">
        <Text>
          Recovery words cannot be used with this file: none are set, or they must be checked first.
          It rebuilds the key only together with the server's share.
        </Text>
      </Banner>
    )}
  </Box>
);
