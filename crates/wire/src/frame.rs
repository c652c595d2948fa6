//! Frames: FORMAT.md section 1.
//!
//! A message is cut into frames of at most 64 KiB, because browsers, proxies and
//! MetaMask's socket bridge all have limits of their own. Each frame is one
//! binary WebSocket message:
//!
//! ```text
//! byte 0      wire version, 1
//! byte 1      1 if the message goes on in the next frame, 0 if it ends here
//! bytes 2-5   number of the frame in this direction, from 0, big-endian
//! bytes 6-    payload, 1 to 65530 bytes
//! ```

/// Version of everything in this crate; the first byte of every frame.
pub const WIRE_VERSION: u8 = 1;
/// Longest frame, header included, in bytes.
pub const FRAME_MAX: usize = 64 * 1024;
const HEADER: usize = 6;
/// Longest payload of one frame, in bytes.
pub const PAYLOAD_MAX: usize = FRAME_MAX - HEADER;
/// Longest message, in bytes.
pub const MESSAGE_MAX: usize = 1024 * 1024;
/// How far ahead of its turn a frame may arrive. MetaMask hands socket events to
/// a snap concurrently, so neighbours can change places.
pub const REORDER_WINDOW: u32 = 16;

/// A frame that ends the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`FRAME_MAX`].
    #[error("frame of {0} bytes is longer than 65536")]
    TooLong(usize),
    /// No payload.
    #[error("frame has no payload")]
    Empty,
    /// The peer speaks another version.
    #[error("frame is of wire version {0}, this is version 1")]
    WrongVersion(u8),
    /// A flag other than 0 or 1.
    #[error("frame has the unknown flags {0:#04x}")]
    UnknownFlags(u8),
    /// A number that was already used.
    #[error("frame number {0} was already received")]
    Repeated(u32),
    /// A number too far ahead.
    #[error("frame number {0} is too far ahead")]
    TooFarAhead(u32),
    /// The parts add up to more than [`MESSAGE_MAX`].
    #[error("message is longer than 1 MiB")]
    MessageTooLong,
    /// More frames in one direction than a session can need.
    #[error("session has too many frames")]
    TooManyFrames,
}

/// Cuts messages into numbered frames. One per direction and session.
#[derive(Debug, Default)]
pub struct Splitter {
    next: u32,
}

impl Splitter {
    /// The frames of one message, in order.
    ///
    /// # Errors
    /// [`FrameError::Empty`], [`FrameError::MessageTooLong`] or
    /// [`FrameError::TooManyFrames`].
    pub fn split(&mut self, message: &[u8]) -> Result<Vec<Vec<u8>>, FrameError> {
        if message.is_empty() {
            return Err(FrameError::Empty);
        }
        if message.len() > MESSAGE_MAX {
            return Err(FrameError::MessageTooLong);
        }
        let mut parts = message.chunks(PAYLOAD_MAX).peekable();
        let mut frames = Vec::with_capacity(message.len().div_ceil(PAYLOAD_MAX));
        while let Some(part) = parts.next() {
            let mut frame = Vec::with_capacity(HEADER + part.len());
            frame.push(WIRE_VERSION);
            frame.push(u8::from(parts.peek().is_some()));
            frame.extend_from_slice(&self.next.to_be_bytes());
            frame.extend_from_slice(part);
            frames.push(frame);
            self.next = self.next.checked_add(1).ok_or(FrameError::TooManyFrames)?;
        }
        Ok(frames)
    }
}

/// Puts messages together again. One per direction and session.
#[derive(Debug, Default)]
pub struct Reassembler {
    next: u32,
    /// Frames that wait for their turn, at most [`REORDER_WINDOW`], each number once:
    /// so few that a map, 9 kB of WebAssembly, would gain nothing.
    early: Vec<Part>,
    message: Vec<u8>,
}

/// What one frame carries.
#[derive(Debug)]
struct Part {
    number: u32,
    /// Does the message go on in the next frame?
    more: bool,
    payload: Vec<u8>,
}

impl Reassembler {
    /// Takes one frame; returns the messages it completes, in order.
    ///
    /// # Errors
    /// [`FrameError`]; the session cannot go on.
    pub fn receive(&mut self, frame: &[u8]) -> Result<Vec<Vec<u8>>, FrameError> {
        if frame.len() > FRAME_MAX {
            return Err(FrameError::TooLong(frame.len()));
        }
        let Some((header, payload)) = frame.split_first_chunk::<HEADER>() else {
            return Err(FrameError::Empty);
        };
        let [version, flags, number @ ..] = *header;
        if version != WIRE_VERSION {
            return Err(FrameError::WrongVersion(version));
        }
        if payload.is_empty() {
            return Err(FrameError::Empty);
        }
        let more = match flags {
            0 => false,
            1 => true,
            other => return Err(FrameError::UnknownFlags(other)),
        };
        let number = u32::from_be_bytes(number);
        if number < self.next || self.early.iter().any(|part| part.number == number) {
            return Err(FrameError::Repeated(number));
        }
        if number - self.next >= REORDER_WINDOW {
            return Err(FrameError::TooFarAhead(number));
        }
        self.early.push(Part {
            number,
            more,
            payload: payload.to_vec(),
        });
        self.collect()
    }

    fn collect(&mut self) -> Result<Vec<Vec<u8>>, FrameError> {
        let mut complete = Vec::new();
        while let Some(Part { more, payload, .. }) = self.take_next() {
            self.next = self.next.checked_add(1).ok_or(FrameError::TooManyFrames)?;
            if self.message.len() + payload.len() > MESSAGE_MAX {
                return Err(FrameError::MessageTooLong);
            }
            self.message.extend_from_slice(&payload);
            if !more {
                complete.push(std::mem::take(&mut self.message));
            }
        }
        Ok(complete)
    }

    /// The frame whose turn it is, if it is there.
    fn take_next(&mut self) -> Option<Part> {
        let place = self
            .early
            .iter()
            .position(|part| part.number == self.next)?;
        Some(self.early.swap_remove(place))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_header_is_as_written_down() {
        let mut splitter = Splitter::default();
        splitter.split(b"first").unwrap();
        let frames = splitter.split(b"ab").unwrap();
        assert_eq!(frames, vec![vec![1, 0, 0, 0, 0, 1, b'a', b'b']]);
    }

    #[test]
    fn a_long_message_is_cut_at_64_kib_and_comes_back() {
        let message: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        let frames = Splitter::default().split(&message).unwrap();
        assert_eq!(frames.len(), 4);
        assert!(frames.iter().all(|frame| frame.len() <= FRAME_MAX));
        let mut reassembler = Reassembler::default();
        let mut complete = Vec::new();
        for frame in &frames {
            complete.extend(reassembler.receive(frame).unwrap());
        }
        assert_eq!(complete, vec![message]);
    }

    #[test]
    fn frames_that_change_places_are_put_in_order() {
        let mut splitter = Splitter::default();
        let mut frames = splitter.split(&vec![7; 150_000]).unwrap();
        frames.extend(splitter.split(b"second").unwrap());
        frames.reverse();
        let mut reassembler = Reassembler::default();
        let mut complete = Vec::new();
        for frame in &frames {
            complete.extend(reassembler.receive(frame).unwrap());
        }
        assert_eq!(complete, vec![vec![7; 150_000], b"second".to_vec()]);
    }

    #[test]
    fn every_malformed_frame_has_its_error() {
        let receive = |frame: &[u8]| Reassembler::default().receive(frame).unwrap_err();
        assert_eq!(receive(&[]), FrameError::Empty);
        assert_eq!(receive(&[1, 0, 0, 0, 0, 0]), FrameError::Empty);
        assert_eq!(receive(&[2, 0, 0, 0, 0, 0, 9]), FrameError::WrongVersion(2));
        assert_eq!(receive(&[1, 2, 0, 0, 0, 0, 9]), FrameError::UnknownFlags(2));
        assert_eq!(
            receive(&[1, 0, 0, 0, 0, 16, 9]),
            FrameError::TooFarAhead(16)
        );
        assert_eq!(
            receive(&vec![1; FRAME_MAX + 1]),
            FrameError::TooLong(FRAME_MAX + 1)
        );
    }

    #[test]
    fn a_repeated_frame_ends_the_session() {
        let mut reassembler = Reassembler::default();
        reassembler.receive(&[1, 0, 0, 0, 0, 0, 9]).unwrap();
        assert_eq!(
            reassembler.receive(&[1, 0, 0, 0, 0, 0, 9]).unwrap_err(),
            FrameError::Repeated(0)
        );
        reassembler.receive(&[1, 0, 0, 0, 0, 3, 9]).unwrap();
        assert_eq!(
            reassembler.receive(&[1, 0, 0, 0, 0, 3, 8]).unwrap_err(),
            FrameError::Repeated(3)
        );
    }

    #[test]
    fn a_message_of_more_than_1_mib_is_refused_at_both_ends() {
        assert_eq!(
            Splitter::default()
                .split(&vec![0; MESSAGE_MAX + 1])
                .unwrap_err(),
            FrameError::MessageTooLong
        );
        let mut reassembler = Reassembler::default();
        let mut frame = vec![0; FRAME_MAX];
        (frame[0], frame[1]) = (1, 1);
        let error = (0..=17_u32).find_map(|number| {
            frame[2..6].copy_from_slice(&number.to_be_bytes());
            reassembler.receive(&frame).err()
        });
        assert_eq!(error, Some(FrameError::MessageTooLong));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reassembler_panic(frames: Vec<Vec<u8>>) {
            let mut reassembler = Reassembler::default();
            for frame in frames {
                let _outcome = reassembler.receive(&frame);
            }
        }
    }
}
