//! Why typed data is refused, as codes that a program can match on.
//!
//! Typed data is signed if and only if the strict reading of EIP-712 and MetaMask's library,
//! `@metamask/eth-sig-util` 9, give the same digest. Where that library guesses, pads, cuts, skips or
//! overlooks something, or where a person could see something else than what is signed, one of these
//! refusals is the answer. The codes are camelCase and never change their meaning.

/// One reason to refuse, with its code.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    /// Completes the sentence "field …".
    pub(crate) reason: &'static str,
}

const fn refusal(code: &'static str, reason: &'static str) -> Refusal {
    Refusal { code, reason }
}

// The request around the typed data.

/// Not JSON, or JSON that readers understand differently: a key twice, half a surrogate pair.
pub(crate) const INVALID_JSON: Refusal = refusal("invalidJson", "is not valid JSON");
/// A scope that is not `eip155:<chain id>`.
pub(crate) const MALFORMED_SCOPE: Refusal =
    refusal("malformedScope", "is not of the form eip155:<chain id>");
/// A list of params that is longer than the method has.
pub(crate) const TOO_MANY_PARAMS: Refusal = refusal("tooManyParams", "has more than two entries");
/// Signed for another account than the one of the request.
pub(crate) const WRONG_ACCOUNT: Refusal =
    refusal("wrongAccount", "is not the account of the request");
/// A JSON text instead of the object that MetaMask's bridge sends: it would be read twice.
pub(crate) const JSON_TEXT: Refusal = refusal("jsonText", "is JSON text; give the object itself");

// Limits.

/// Typed data above 200 KiB.
pub(crate) const TOO_LONG: Refusal = refusal("tooLong", "is longer than 200 KiB");
/// More struct types than any protocol has.
pub(crate) const TOO_MANY_TYPES: Refusal = refusal("tooManyTypes", "defines more than 512 types");
/// More values than a person can be shown.
pub(crate) const TOO_MANY_VALUES: Refusal =
    refusal("tooManyValues", "holds more than 10000 values");
/// Structs and lists inside one another, deeper than the limit.
pub(crate) const TOO_DEEP: Refusal = refusal("tooDeep", "is nested more than 32 levels deep");
/// Types that refer to each other so much that hashing them would take minutes.
pub(crate) const TYPES_TOO_LONG: Refusal = refusal(
    "typesTooLong",
    "has type definitions of more than 1 MiB when written out for every struct",
);

// JSON of the wrong shape.

/// A key that typed data must have.
pub(crate) const MISSING_KEY: Refusal = refusal("missingKey", "is missing");
/// A key that typed data does not have: it would not be signed.
pub(crate) const UNKNOWN_KEY: Refusal = refusal(
    "unknownKey",
    "is not a key of typed data: it would not be signed",
);
/// A list or a plain value where an object belongs.
pub(crate) const NOT_AN_OBJECT: Refusal = refusal("notAnObject", "is not an object");
/// An object or a plain value where a list belongs.
pub(crate) const NOT_A_LIST: Refusal = refusal("notAList", "is not a list");
/// Anything but text where text belongs; the library makes bytes of numbers.
pub(crate) const NOT_TEXT: Refusal = refusal("notText", "is not text");

// Types.

/// A name that is not an identifier: the library cuts it off, or it forges another type's text.
pub(crate) const MALFORMED_NAME: Refusal = refusal(
    "malformedName",
    "is not an identifier (letters, digits and _, not starting with a digit)",
);
/// A name that every JavaScript object already has.
pub(crate) const PROTOTYPE_NAME: Refusal = refusal(
    "prototypeName",
    "has a name that every JavaScript object already has",
);
/// A struct that is called like an elementary type.
pub(crate) const SHADOWED_TYPE: Refusal =
    refusal("shadowedType", "has the name of an elementary type");
/// A struct with two fields of one name: the same value would stand for both.
pub(crate) const DUPLICATE_FIELD: Refusal =
    refusal("duplicateField", "has the name of an earlier field");
/// A type that EIP-712 does not have and the typed data does not define.
pub(crate) const UNDEFINED_TYPE: Refusal = refusal(
    "undefinedType",
    "is neither a type of EIP-712 nor defined in types",
);
/// `uint`, `int` or `byte`: EIP-712 has no aliases, and hashes the text as it stands.
pub(crate) const ALIAS_TYPE: Refusal = refusal(
    "aliasType",
    "is an alias, which EIP-712 does not have: give its full name",
);
/// An array suffix that Solidity does not have, such as `[0]` or `[02]`.
pub(crate) const MALFORMED_ARRAY_TYPE: Refusal = refusal(
    "malformedArrayType",
    "has an array suffix that is neither [] nor [n] with n from 1",
);

// The domain.

/// A domain field that is not one of EIP-712's five, or has another type.
pub(crate) const UNKNOWN_DOMAIN_FIELD: Refusal = refusal(
    "unknownDomainField",
    "is not one of the domain fields of EIP-712 with its type",
);
/// Domain fields in another order than that of EIP-712.
pub(crate) const DOMAIN_FIELD_ORDER: Refusal = refusal(
    "domainFieldOrder",
    "is not in EIP-712's order of domain fields",
);
/// A domain value that `EIP712Domain` does not list: it looks signed and is not.
pub(crate) const EXTRA_DOMAIN_KEY: Refusal = refusal(
    "extraDomainKey",
    "is not a field of the type EIP712Domain: it would not be signed",
);
/// A domain on another chain than the one that MetaMask asks for.
pub(crate) const CHAIN_MISMATCH: Refusal =
    refusal("chainMismatch", "is not the chain of the request's scope");

// Values.

/// A field without a value; under version 3 the library leaves it out of the hash.
pub(crate) const MISSING_VALUE: Refusal = refusal("missingValue", "is missing");
/// `null` for a value; only a struct under version 4 can be absent.
pub(crate) const NULL_VALUE: Refusal = refusal("nullValue", "is null");
/// A value that its struct does not list: it looks signed and is not.
pub(crate) const EXTRA_MESSAGE_KEY: Refusal = refusal(
    "extraMessageKey",
    "is not a field of its type: it would not be signed",
);
/// An integer in a form that readers understand differently.
pub(crate) const NON_CANONICAL_INT: Refusal = refusal(
    "nonCanonicalInt",
    "is not an integer in canonical form (decimal or 0x text, or a JSON integer up to 2^53-1)",
);
/// An integer outside the true range of its type.
pub(crate) const INT_OUT_OF_RANGE: Refusal =
    refusal("intOutOfRange", "is outside the range of its type");
/// A `bool` that is not one.
pub(crate) const NOT_BOOL: Refusal = refusal("notBool", "is neither true nor false");
/// An address that is not one; the library pads short ones and takes other text for a number.
pub(crate) const MALFORMED_ADDRESS: Refusal = refusal(
    "malformedAddress",
    "is not an address (0x and 40 hexadecimal digits)",
);
/// An address in mixed case whose checksum is wrong.
pub(crate) const ADDRESS_CHECKSUM: Refusal = refusal(
    "addressChecksum",
    "has a wrong checksum (ERC-55): a digit may be mistyped",
);
/// Bytes that are not whole bytes in hexadecimal; the library pads, or takes them for text.
pub(crate) const MALFORMED_BYTES: Refusal = refusal(
    "malformedBytes",
    "is not 0x and an even number of hexadecimal digits",
);
/// A `bytesN` of another length than N; the library pads it and does not cut it.
pub(crate) const WRONG_BYTES_LENGTH: Refusal =
    refusal("wrongBytesLength", "does not have the length of its type");
/// A list of another length than its type says, which the library does not check.
pub(crate) const WRONG_ARRAY_LENGTH: Refusal =
    refusal("wrongArrayLength", "does not have the length of its type");
/// A list under version 3, which has none.
pub(crate) const ARRAY_IN_V3: Refusal = refusal(
    "arrayInV3",
    "is a list, which eth_signTypedData_v3 does not have",
);

// Version 1.

/// Version 1 with nothing in it.
pub(crate) const NO_ENTRIES: Refusal = refusal("noEntries", "has no entries");
/// An entry of version 1 without a name.
pub(crate) const EMPTY_NAME: Refusal = refusal("emptyName", "is empty");
/// A list of lists under version 1, which has none.
pub(crate) const NESTED_ARRAY_IN_V1: Refusal = refusal(
    "nestedArrayInV1",
    "is a list of lists, which eth_signTypedData_v1 does not have",
);
