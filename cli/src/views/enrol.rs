use serde::Deserialize;

use super::{Ask, Page, View};

/// Asks for the enrolment code.
#[derive(Deserialize)]
pub struct Enrol {}

impl View for Enrol {
    const ASK: Ask = Ask::Secret("Enrolment code (wss://server/v1/session#xxxx-xxxx-xxxx)");

    fn page(&self) -> Page {
        Page::new("Connect your signing server")
            .warning("Never type a code that you did not ask for: whoever runs the server it names takes part in every signature.")
            .text("Type the enrolment code that your server's operator made for you. It names the server and works once.")
    }
}
