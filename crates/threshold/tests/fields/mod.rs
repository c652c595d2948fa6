//! The message layouts of SPEC.md section 6, written down a second time: where
//! each serialized field of a message lies. A message that does not end where
//! its layout says is a test failure.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "shared by several test programs"
)]

use std::ops::Range;

use k256::elliptic_curve::sec1::{FromSec1Point, Sec1Point};
use k256::{AffinePoint, ProjectivePoint, Secp256k1};

/// What a changed byte can do to a field before any cryptography looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The round tag: any change is malformed.
    Tag,
    /// A length or a count: any change is malformed.
    Length,
    /// A party index: 0 is malformed, the rest decodes.
    Index,
    /// A scalar below the group order, or malformed.
    Scalar,
    /// A compressed point on the curve, or malformed.
    Point,
    /// Bytes without structure: always decodes.
    Bytes,
}

#[derive(Debug, Clone)]
pub struct Field {
    /// Path of the field, list entries as `[i]`.
    pub name: String,
    pub shape: Shape,
    pub range: Range<usize>,
}

impl Field {
    /// The name without list indices: a row of the table in SPEC.md section 6.
    pub fn row(&self) -> String {
        let mut row = String::new();
        let mut inside = false;
        for c in self.name.chars() {
            match c {
                '[' => inside = true,
                ']' => inside = false,
                c if !inside => row.push(c),
                _ => {}
            }
        }
        row
    }

    /// First, middle and last byte.
    pub fn ends_and_middle(&self) -> Vec<usize> {
        let (first, last) = (self.range.start, self.range.end - 1);
        let mut offsets = vec![first, first.midpoint(last), last];
        offsets.dedup();
        offsets
    }

    pub fn middle(&self) -> usize {
        self.range.start.midpoint(self.range.end - 1)
    }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    fields: Vec<Field>,
}

impl Walk<'_> {
    fn push(&mut self, name: &str, shape: Shape, len: usize) {
        let range = self.at..self.at + len;
        assert!(
            range.end <= self.bytes.len(),
            "{name} ends behind the message"
        );
        self.at = range.end;
        let name = name.to_owned();
        self.fields.push(Field { name, shape, range });
    }

    fn length(&mut self, name: &str) -> usize {
        let (mut value, mut shift, mut len) = (0, 0, 0);
        loop {
            let byte = self.bytes[self.at + len];
            len += 1;
            value |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        self.push(&format!("{name}.length"), Shape::Length, len);
        value
    }

    fn bytes(&mut self, name: &str, len: usize) {
        self.push(name, Shape::Bytes, len);
    }

    fn vec(&mut self, name: &str) {
        let len = self.length(name);
        self.bytes(name, len);
    }

    fn scalar(&mut self, name: &str) {
        assert_eq!(self.length(name), 32, "{name}");
        self.push(name, Shape::Scalar, 32);
    }

    fn point(&mut self, name: &str) {
        assert_eq!(self.length(name), 33, "{name}");
        self.push(name, Shape::Point, 33);
    }

    fn list(&mut self, name: &str, count: usize, item: &mut dyn FnMut(&mut Self, &str)) {
        assert_eq!(self.length(name), count, "{name}");
        for i in 0..count {
            item(self, &format!("{name}[{i}]"));
        }
    }

    fn parties(&mut self, name: &str) {
        self.push(&format!("{name}.sender"), Shape::Index, 1);
        self.push(&format!("{name}.receiver"), Shape::Index, 1);
    }

    fn discrete_log_proof(&mut self, name: &str) {
        self.point(&format!("{name}.point"));
        self.list(&format!("{name}.rand_commitments"), 64, &mut Self::point);
        self.list(&format!("{name}.proofs"), 64, &mut |walk, name| {
            walk.vec(&format!("{name}.challenge"));
            walk.scalar(&format!("{name}.challenge_response"));
        });
    }

    fn encryption_proof(&mut self, name: &str) {
        for proof in ["proof0", "proof1"] {
            for point in ["base_g", "base_h", "point_u", "point_v"] {
                self.point(&format!("{name}.{proof}.{point}"));
            }
            self.scalar(&format!("{name}.{proof}.challenge_response"));
        }
        for commitments in ["commitments0", "commitments1"] {
            self.point(&format!("{name}.{commitments}.rc_g"));
            self.point(&format!("{name}.{commitments}.rc_h"));
        }
        self.scalar(&format!("{name}.challenge0"));
        self.scalar(&format!("{name}.challenge1"));
    }

    fn proof_and_seed(&mut self) {
        self.discrete_log_proof("proof");
        self.bytes("zero_seed", 32);
        self.vec("zero_salt");
    }

    fn multiplication(&mut self) {
        self.parties("multiplication.parties");
        self.discrete_log_proof("multiplication.dlog_proof");
        self.scalar("multiplication.nonce");
        self.list(
            "multiplication.enc_proofs",
            256,
            &mut Self::encryption_proof,
        );
        self.bytes("multiplication.seed", 32);
    }

    fn opening(&mut self) {
        self.parties("opening.parties");
        self.bytes("opening.session_binding", 32);
        self.bytes("opening.commitment", 32);
        self.bytes("opening.mul_transmit.nonce", 32);
        self.vec("opening.mul_transmit.u");
        self.bytes("opening.mul_transmit.verify_x", 26);
        self.list("opening.mul_transmit.verify_t", 256, &mut |walk, name| {
            walk.bytes(name, 26);
        });
    }

    fn answer(&mut self) {
        self.parties("answer.parties");
        self.bytes("answer.session_binding", 32);
        self.point("answer.gamma_u");
        self.point("answer.gamma_v");
        self.scalar("answer.psi");
        self.point("answer.public_share");
        self.point("answer.instance_point");
        self.vec("answer.salt");
        self.list("answer.mul_transmit.tau", 4, &mut |walk, name| {
            walk.list(name, 416, &mut Self::scalar);
        });
        self.bytes("answer.mul_transmit.ote_salt", 32);
        self.bytes("answer.mul_transmit.verify_r", 32);
        self.list("answer.mul_transmit.verify_u", 2, &mut Self::scalar);
        self.list("answer.mul_transmit.gamma_sender", 2, &mut Self::scalar);
    }

    fn partial(&mut self) {
        self.scalar("partial.u");
        self.scalar("partial.w");
    }
}

/// All fields of a message, in order and without gaps.
pub fn of(message: &[u8]) -> Vec<Field> {
    let mut walk = Walk {
        bytes: message,
        at: 0,
        fields: Vec::new(),
    };
    walk.push("tag", Shape::Tag, 1);
    match message[0] {
        0x11 => walk.scalar("fragment"),
        0x12 => walk.bytes("outer", 32),
        0x13 => {
            walk.bytes("proof", 32);
            walk.bytes("zero_seed", 32);
            walk.bytes("chain_code", 32);
        }
        0x14 => {
            walk.proof_and_seed();
            walk.bytes("chain_code", 32);
            walk.vec("chain_code_salt");
            walk.multiplication();
        }
        0x16 => {
            walk.bytes("transcript", 32);
            walk.opening();
        }
        0x17 => {
            walk.bytes("transcript", 32);
            walk.opening();
            walk.answer();
        }
        0x18 => {
            walk.answer();
            walk.partial();
        }
        0x21 => walk.opening(),
        0x22 => {
            walk.opening();
            walk.answer();
        }
        0x23 => walk.answer(),
        0x24 => walk.partial(),
        0x61 => walk.opening(),
        0x62 => {
            walk.opening();
            walk.answer();
            walk.bytes("nonce_commitment", 32);
        }
        0x63 => walk.answer(),
        0x64 => {
            walk.bytes("use.nonce", 32);
            walk.bytes("use.binding", 32);
        }
        0x65 => {
            walk.partial();
            walk.bytes("server_nonce", 32);
        }
        0x32 => {
            walk.scalar("point");
            walk.point("public_key");
            walk.bytes("chain_code", 32);
            walk.point("device_point");
        }
        0x33 => {
            walk.bytes("proof", 32);
            walk.bytes("zero_seed", 32);
        }
        0x34 => {
            walk.proof_and_seed();
            walk.multiplication();
        }
        tag => panic!("no message has tag {tag:#04x}"),
    }
    assert_eq!(walk.at, message.len(), "bytes behind the last field");
    walk.fields
}

/// R, the sum of the nonce points that the two answers of a signature open.
pub fn nonce_point(servers: &[u8], devices: &[u8]) -> AffinePoint {
    let opened = |message: &[u8]| -> ProjectivePoint {
        let fields = of(message);
        let field = fields.iter().find(|f| f.name == "answer.instance_point");
        let point = &message[field.unwrap().range.clone()];
        let point = Sec1Point::<Secp256k1>::from_bytes(point).unwrap();
        AffinePoint::from_sec1_point(&point).unwrap().into()
    };
    (opened(servers) + opened(devices)).to_affine()
}

/// Offsets to change: every byte of a field of up to 64 bytes that is not one of
/// many list entries, else its ends and middle and a stride over all of it. Of a
/// list, the entries at the ends and in the middle, and every `stride`th byte.
pub fn dense_offsets(fields: &[Field], stride: usize) -> Vec<usize> {
    let mut offsets = Vec::new();
    for field in fields {
        let entry = field.name.contains('[');
        if entry {
            offsets.extend(field.range.clone().filter(|at| at % stride == 0));
        } else if field.range.len() <= 64 {
            offsets.extend(field.range.clone());
        } else {
            offsets.extend(field.ends_and_middle());
            offsets.extend(field.range.clone().step_by(stride));
        }
    }
    for row in rows(fields) {
        let entries: Vec<_> = fields.iter().filter(|f| f.row() == row).collect();
        for i in [0, entries.len() / 2, entries.len() - 1] {
            offsets.extend(entries[i].ends_and_middle());
        }
    }
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// The distinct rows, in order.
pub fn rows(fields: &[Field]) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for row in fields.iter().map(Field::row) {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

pub fn field_at(fields: &[Field], offset: usize) -> &Field {
    fields.iter().find(|f| f.range.contains(&offset)).unwrap()
}

/// The changes to try at an offset: for a party index several, so that not all
/// of them give the forbidden 0; else one, with a mask that depends on the offset.
pub fn masks(field: &Field, offset: usize) -> &'static [u8] {
    match (field.shape, offset % 4) {
        (Shape::Index, _) => &[0x01, 0x02, 0x03, 0x80],
        (_, 0) => &[0x01],
        (_, 1) => &[0x80],
        (_, 2) => &[0x55],
        _ => &[0x07],
    }
}

/// The name of what was found: `Malformed`, `TranscriptMismatch`, or the name of
/// the library's check.
pub fn reason_name(reason: &impl std::fmt::Debug) -> String {
    let printed = format!("{reason:?}");
    let printed = printed.strip_prefix("Check(").unwrap_or(&printed);
    printed
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect()
}

/// SPEC.md section 6 and 12.9: what a change inside the opening, the answer, the
/// partial, the transcript hash or what a presignature adds leads to, and whether
/// that is a freeze.
pub fn signing_row(row: &str) -> (&'static str, bool) {
    match row {
        "transcript" => ("TranscriptMismatch", false),
        "opening.parties.sender" | "answer.parties.sender" => ("UnexpectedSender", false),
        "opening.parties.receiver" | "answer.parties.receiver" => ("MisroutedMessage", false),
        "opening.session_binding" | "answer.session_binding" => ("SessionBindingMismatch", false),
        "opening.commitment" | "answer.psi" | "answer.instance_point" | "answer.salt" => {
            ("CommitmentMismatch", false)
        }
        "opening.mul_transmit.nonce"
        | "opening.mul_transmit.u"
        | "opening.mul_transmit.verify_x"
        | "opening.mul_transmit.verify_t"
        | "answer.mul_transmit.tau"
        | "answer.mul_transmit.ote_salt"
        | "answer.mul_transmit.verify_r"
        | "answer.mul_transmit.verify_u" => ("MultiplicationVerificationFailed", true),
        "answer.gamma_u" => ("GammaUInconsistency", true),
        "answer.gamma_v" | "answer.public_share" => ("OtConsistencyCheckFailed", true),
        "answer.mul_transmit.gamma_sender[0]" => ("GammaUInconsistency", true),
        "answer.mul_transmit.gamma_sender[1]" => ("OtConsistencyCheckFailed", true),
        "nonce_commitment" | "server_nonce" => ("CommitmentMismatch", false),
        "use.nonce" | "use.binding" => ("WrongCeremony", false),
        "partial.u" | "partial.w" => ("SignatureVerificationFailed", false),
        row => panic!("SPEC.md has no row {row}"),
    }
}

/// One change and where it is.
pub struct Change<'a> {
    pub field: &'a Field,
    pub offset: usize,
    pub mask: u8,
}

/// Tries changes all over a message and checks each finding against SPEC.md.
/// `try_one` returns the name of the reason and whether it is a freeze.
/// A field that decodes after every change was never really tried, so each row
/// that can reach the cryptography must do so at least once.
pub fn check_signing_rows(
    message: &[u8],
    stride: usize,
    try_one: &mut dyn FnMut(&Change) -> (String, bool),
) -> usize {
    let fields = of(message);
    let mut reached = std::collections::BTreeSet::new();
    let mut tried = 0;
    for offset in dense_offsets(&fields, stride) {
        let field = field_at(&fields, offset);
        for &mask in masks(field, offset) {
            let change = Change {
                field,
                offset,
                mask,
            };
            let found = try_one(&change);
            tried += 1;
            let at = format!("{} at {offset} with mask {mask:#04x}", field.name);
            if found == ("Malformed".to_owned(), false) {
                assert_ne!(field.shape, Shape::Bytes, "{at} is malformed");
                continue;
            }
            assert!(
                !matches!(field.shape, Shape::Tag | Shape::Length),
                "{at} is {found:?}"
            );
            let row = if field.name.contains("gamma_sender") {
                field.name.clone()
            } else {
                field.row()
            };
            let (reason, freeze) = signing_row(&row);
            assert_eq!(found, (reason.to_owned(), freeze), "{at}");
            reached.insert(field.row());
        }
    }
    for field in &fields {
        if !matches!(field.shape, Shape::Tag | Shape::Length) {
            assert!(reached.contains(&field.row()), "{} not reached", field.name);
        }
    }
    tried
}
