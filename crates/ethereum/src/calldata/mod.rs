//! What calldata asks a contract to do, recognised by the function's selector.
//!
//! A selector is four bytes of a hash, and any contract may give it any meaning. So what is said
//! here is conditional ("if it is a token: …") and stands beside the raw data, never in its place.
//! A known selector whose arguments are not in their canonical encoding is not interpreted at all.
//!
//! Each file knows the functions of one family, by signature; the signature says how the arguments
//! are read, and a test derives every selector from it.

mod abi;
mod batch;
mod erc1155;
mod erc20;
mod erc721;
mod permit2;

use abi::Value;

use crate::{
    Address, Effect, EffectKind, Fact, U256, data,
    summary::{Row, Summary, Tone, in_bytes},
};

/// Batches inside batches are opened to this depth.
const MAX_DEPTH: usize = 4;
/// So many calls are listed. A person reads no more, and a policy must not trust more.
const MAX_CALLS: usize = 64;

/// Behind what happens by a permit.
const SIGNED: &str = ", by a signature of the owner";

const FUNCTIONS: [&[Function]; 5] = [
    erc20::FUNCTIONS,
    erc721::FUNCTIONS,
    erc1155::FUNCTIONS,
    permit2::FUNCTIONS,
    batch::FUNCTIONS,
];

/// A function that is known.
struct Function {
    /// The first four bytes of the hash of the signature.
    selector: [u8; 4],
    signature: &'static str,
    /// Says what a call does; nothing if the arguments contradict each other.
    read: fn(&mut Reader<'_>, &Call<'_>, &[Value<'_>]) -> Option<()>,
}

impl Function {
    const fn new(
        selector: u32,
        signature: &'static str,
        read: fn(&mut Reader<'_>, &Call<'_>, &[Value<'_>]) -> Option<()>,
    ) -> Self {
        Self {
            selector: selector.to_be_bytes(),
            signature,
            read,
        }
    }
}

/// A call with its circumstances.
#[derive(Clone)]
struct Call<'a> {
    /// "Call 2.1": the first call in the second call of the batch.
    label: String,
    contract: Address,
    /// Who calls; `None` is the signing account.
    sender: Option<Address>,
    data: &'a [u8],
    /// In how many batches it is.
    depth: usize,
}

/// What was found, in the order of the calls.
pub(crate) struct Reader<'a> {
    account: Option<&'a Address>,
    /// The symbol of the chain's coin.
    coin: &'a str,
    effects: Vec<Effect>,
    rows: Vec<Row>,
    findings: Vec<(Fact, Option<&'static str>)>,
}

impl<'a> Reader<'a> {
    /// Reads the data that the signing account sends to a contract.
    pub(crate) fn read(
        account: Option<&'a Address>,
        coin: &'a str,
        contract: Address,
        data: &[u8],
    ) -> Self {
        let mut reader = Self {
            account,
            coin,
            effects: Vec::new(),
            rows: Vec::new(),
            findings: Vec::new(),
        };
        reader.call(&Call {
            label: "Call".to_owned(),
            contract,
            sender: None,
            data,
            depth: 0,
        });
        reader
    }

    /// What a person reads of it.
    pub(crate) const fn rows(&mut self) -> &mut Vec<Row> {
        &mut self.rows
    }

    /// Adds everything else to the summary.
    pub(crate) fn finish(mut self, summary: &mut Summary) {
        summary.effects.append(&mut self.effects);
        for (fact, sentence) in self.findings {
            match sentence {
                Some(sentence) => summary.warn(fact, sentence),
                None => summary.note(fact),
            }
        }
    }

    fn call(&mut self, call: &Call<'_>) {
        let selector = call.data.first_chunk::<4>();
        let known = FUNCTIONS
            .iter()
            .copied()
            .flatten()
            .find(|function| Some(&function.selector) == selector);
        let Some(function) = known else {
            return self.unknown(call);
        };
        let arguments = call.data.get(4..).unwrap_or_default();
        let before = self.rows.len();
        let read = abi::decode(function.signature, arguments)
            .and_then(|values| (function.read)(self, call, &values));
        if read.is_none() {
            self.find(
                Fact::MalformedCalldata,
                Some(
                    "The data names a known function, but not with arguments as that function \
                     takes them. What it would do is not known.",
                ),
            );
            self.unknown(call);
        } else if self.rows.len() == before {
            // Known, but about nothing, such as a transfer of no tokens, or in an unknown mode; or
            // there are too many.
            self.unknown(call);
        }
    }

    /// A call of which only the selector can be said.
    fn unknown(&mut self, call: &Call<'_>) {
        self.find(Fact::UnknownCalldata, None);
        let selector = call.data.first_chunk().copied();
        let function = match &selector {
            Some(selector) => format!("function {}", data::to_hex(selector)),
            None => "no function".to_owned(),
        };
        let sentence = format!(
            "calls {function} of {} with {}; what that does is not known here",
            call.contract,
            in_bytes(call.data.len())
        );
        let effect = Effect {
            from: self.owner(call.sender),
            party: Some(call.contract),
            selector,
            ..Effect::new(EffectKind::UnknownCall)
        };
        self.add(call, effect, Tone::Warning, sentence);
    }

    /// The effect of a call on what `owner` has in the contract that is called.
    fn effect(
        &self,
        call: &Call<'_>,
        kind: EffectKind,
        owner: Option<Address>,
        party: Address,
    ) -> Effect {
        Effect {
            asset: Some(call.contract),
            from: self.owner(owner),
            party: Some(party),
            ..Effect::new(kind)
        }
    }

    /// Adds an effect that the call has if the contract is what it seems, with the row that says so.
    fn add_if(&mut self, call: &Call<'_>, contract_is: &str, effect: Effect, does: &str) {
        let for_all = effect.kind == EffectKind::ApproveForAll;
        if for_all {
            self.find(
                Fact::ApprovalForAll,
                Some(
                    "The data asks for an approval for all: with it, another address can take every \
                     token of a collection, now and later.",
                ),
            );
        } else if effect.unlimited {
            self.find(
                Fact::UnlimitedApproval,
                Some(
                    "The data asks for an allowance without limit: with it, another address can take \
                     all of a token, now and later.",
                ),
            );
        }
        let tone = if effect.unlimited || effect.kind == EffectKind::Permit {
            Tone::Warning
        } else {
            Tone::Text
        };
        let sentence = format!("If {} is {contract_is}: {does}", call.contract);
        self.add(call, effect, tone, sentence);
    }

    /// Adds an effect and the row that says it, unless there are too many.
    fn add(&mut self, call: &Call<'_>, effect: Effect, tone: Tone, sentence: String) {
        if self.add_row(call, tone, sentence) {
            self.effects.push(effect);
        }
    }

    /// Adds a row, unless there are too many.
    fn add_row(&mut self, call: &Call<'_>, tone: Tone, sentence: String) -> bool {
        if self.is_full() {
            self.too_many();
            return false;
        }
        self.rows
            .push(Row::new(call.label.as_str(), sentence, tone));
        true
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= MAX_CALLS
    }

    fn too_many(&mut self) {
        self.find(
            Fact::TooManyCalls,
            Some(
                "The data holds more calls, or calls nested deeper, than are listed here. What is \
                 not listed is signed as well.",
            ),
        );
    }

    /// Notes a fact once, with the sentence for a person if it needs one.
    fn find(&mut self, fact: Fact, sentence: Option<&'static str>) {
        if !self.findings.iter().any(|(found, _)| *found == fact) {
            self.findings.push((fact, sentence));
        }
    }

    /// The owner as effects have it: absent if it is the signing account.
    fn owner(&self, owner: Option<Address>) -> Option<Address> {
        owner.filter(|owner| self.account != Some(owner))
    }

    /// The owner in words.
    fn owner_name(&self, owner: Option<Address>) -> String {
        match self.owner(owner) {
            Some(owner) => owner.to_string(),
            None => "the signing account".to_owned(),
        }
    }

    /// "1.5 ETH (1500000000000000000 wei)"
    fn amount(&self, wei: U256) -> String {
        format!("{} {} ({wei} wei)", wei.to_units(18), self.coin)
    }

    fn permit(&mut self) {
        self.find(
            Fact::Permit,
            Some(
                "The data carries a permit: an allowance that the owner of tokens gave by a \
                 signature.",
            ),
        );
    }
}

/// Is an allowance of 256 bits as good as everything? No token has 2^255 units, and tokens do not
/// count down an allowance of 2^256-1.
fn is_unlimited(amount: U256) -> bool {
    let [first, ..] = amount.to_be_bytes();
    first >= 0x80
}

/// "12 smallest units of it", or that there is no limit.
fn units(amount: U256, unlimited: bool, of: &str) -> String {
    if unlimited {
        format!("all of {of} (unlimited)")
    } else {
        format!("{amount} smallest units of {of}")
    }
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;
    use crate::keccak256;

    #[test]
    fn every_selector_is_the_hash_of_its_signature_and_unique() {
        let functions: Vec<_> = FUNCTIONS.iter().copied().flatten().collect();
        for function in &functions {
            let [a, b, c, d, ..] = keccak256(function.signature.as_bytes());
            assert_eq!(function.selector, [a, b, c, d], "{}", function.signature);
            let same = functions
                .iter()
                .filter(|other| other.selector == function.selector);
            assert_eq!(same.count(), 1, "{}", function.signature);
        }
    }
}
