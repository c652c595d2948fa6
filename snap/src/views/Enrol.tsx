import { Banner, Box, Heading, Text, type SnapComponent } from '@metamask/snaps-sdk/jsx';

/** The form of a code, shown in the empty field; MetaMask takes at most 40 characters. */
export const ENROL_PLACEHOLDER = 'wss://server/v1/session#xxxx-xxxx-xxxx';

/** Asks for the enrolment code; MetaMask's prompt dialog adds the field and the buttons. */
export const Enrol: SnapComponent = () => (
  <Box>
    <Heading size="md">Connect your signing server</Heading>
    <Text>
      Type the enrolment code that your server's operator made for you. It names the server and
      works once.
    </Text>
    <Banner title="Only here" severity="info">
      <Text>
        Never type a code into a web page, and never one that you did not ask for: whoever runs the
        server it names takes part in every signature.
      </Text>
    </Banner>
  </Box>
);
