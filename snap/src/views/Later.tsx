import { Banner, Text, type SnapComponent } from '@metamask/snaps-sdk/jsx';

/** For dialogs about recovery right after a key was made. */
export const Later: SnapComponent = () => (
  <Banner title="Later is possible, and a risk" severity="info">
    <Text>
      If you reject this, the account is created without. Until you set recovery words on the Tandem
      page, losing this device loses the account.
    </Text>
  </Banner>
);
