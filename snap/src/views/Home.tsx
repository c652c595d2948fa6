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
import { fields, flag, integer, list, oneOf, optional, text } from '../read';
import { literal } from './literal';

/** What `tandem_status` answers, as far as the home page shows it. */
type Status = {
  release: string | null;
  enrolled: boolean;
  server: string | null;
  accounts: { address: string; index: number }[];
  keys: {
    keyId: string;
    state: 'active' | 'frozen';
    refreshDue: boolean;
    /** Null without recovery words. */
    recovery: { drillNeeded: boolean } | null;
  }[];
};

export function readStatus(value: Json): Status {
  const status = fields(value, 'status');
  const version = fields(status['version'], 'status.version');
  return {
    release: optional(text)(version['release'], 'status.version.release'),
    enrolled: flag(status['enrolled'], 'status.enrolled'),
    server: optional(text)(status['server'], 'status.server'),
    accounts: list((item, name) => {
      const account = fields(item, name);
      return {
        address: text(account['address'], `${name}.address`),
        index: integer(account['index'], `${name}.index`),
      };
    })(status['accounts'], 'status.accounts'),
    keys: list((item, name) => {
      const key = fields(item, name);
      return {
        keyId: text(key['keyId'], `${name}.keyId`),
        state: oneOf('active', 'frozen')(key['state'], `${name}.state`),
        refreshDue: flag(key['refreshDue'], `${name}.refreshDue`),
        recovery: optional((item, name) => ({
          drillNeeded: flag(fields(item, name)['drillNeeded'], `${name}.drillNeeded`),
        }))(key['recovery'], `${name}.recovery`),
      };
    })(status['keys'], 'status.keys'),
  };
}

/** MetaMask's page about this snap: which server, which accounts, and what its keys need. */
export const Home: SnapComponent<Status> = ({ release, enrolled, server, accounts, keys }) => (
  <Box>
    {keys
      .filter(({ state }) => state === 'frozen')
      .map(({ keyId }) => (
        <Banner title="A key is frozen" severity="danger">
          <Text>
            A check failed while signing, so this device refuses to use the key. Renew its shares on
            the Tandem page to use it again. Key: {literal(keyId)}
          </Text>
        </Banner>
      ))}
    {keys
      .filter(({ state, refreshDue }) => refreshDue && state !== 'frozen')
      .map(({ keyId }) => (
        <Banner title="It is time to renew shares" severity="info">
          <Text>Open the Tandem page and choose "Renew shares". Key: {literal(keyId)}</Text>
        </Banner>
      ))}
    {keys
      .filter(({ recovery }) => recovery === null)
      .map(({ keyId }) => (
        <Banner title="No recovery words" severity="warning">
          <Text>
            If this device is lost, so are the accounts of this key. Open the Tandem page and choose
            "Set recovery words". Key: {literal(keyId)}
          </Text>
        </Banner>
      ))}
    {keys
      .filter(({ recovery }) => recovery?.drillNeeded)
      .map(({ keyId }) => (
        <Banner title="Recovery words must be checked" severity="warning">
          <Text>
            They restore nothing before that. Open the Tandem page and choose "Check the words".
            Key: {literal(keyId)}
          </Text>
        </Banner>
      ))}
    {enrolled ? null : (
      <Banner title="Not connected yet" severity="info">
        <Text>Open the Tandem page and choose "Connect a signing server".</Text>
      </Banner>
    )}
    <Section>
      <Row label="Signing server">
        <Text>{literal(server ?? 'none')}</Text>
      </Row>
      <Row label="Release">
        <Text>{literal(release ?? 'unknown')}</Text>
      </Row>
    </Section>
    <Heading>Accounts</Heading>
    {accounts.length === 0 ? <Text color="alternative">None yet.</Text> : null}
    {accounts.map(({ address, index }) => (
      <Box>
        <Text color="alternative" size="sm">
          Account {String(index + 1)}
        </Text>
        <Copyable value={address} />
      </Box>
    ))}
  </Box>
);
