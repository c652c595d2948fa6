//! The summary of a transaction: every signed field, the most it can cost, and what is unusual.

use crate::{
    Address, Effect, EffectKind, Fact, U256, authorization_summary, calldata,
    chains::{self, Chain, Fork},
    data,
    eip4844::GAS_PER_BLOB,
    gas::{self, GasField},
    summary::{Row, Summary, SummaryKind, Tone, in_bytes},
    transaction::{Body, Transaction},
};

const WEI_DECIMALS: usize = 18;
const GWEI_DECIMALS: usize = 9;

/// The summary. `account` is the signer, if the request names it.
pub(crate) fn of(transaction: &Transaction, account: Option<&Address>, payload: &[u8]) -> Summary {
    let body = transaction.body();
    let chain = chains::find(body.chain_id);
    let coin = chain.map_or("native coin units", |chain| chain.coin);

    let mut rows = vec![Row::new("Type", type_name(transaction), Tone::Text)];
    rows.push(network_row(body.chain_id, chain));
    rows.extend(account.map(|account| Row::new("From", account.to_string(), Tone::Address)));
    rows.push(match &body.to {
        Some(to) => Row::new("To", to.to_string(), Tone::Address),
        None => Row::new("To", "nobody: creates a contract", Tone::Warning),
    });
    rows.push(Row::new("Value", amount(body.value, coin), Tone::Amount));
    rows.push(Row::new("Nonce", body.nonce.to_string(), Tone::Text));
    rows.push(Row::new(
        "Gas limit",
        body.gas_limit.to_string(),
        Tone::Text,
    ));
    rows.extend(fee_rows(transaction));
    rows.extend(cost_rows(transaction, coin));
    let mut calls = body
        .to
        .filter(|_| !body.data.is_empty())
        .map(|to| calldata::Reader::read(account, coin, to, &body.data));
    if let Some(calls) = &mut calls {
        rows.append(calls.rows());
    }
    rows.extend(data_rows(body));
    rows.extend(access_list_rows(transaction));
    rows.extend(blob_rows(transaction));

    let mut summary = Summary {
        title: title(body, coin),
        chain_id: Some(body.chain_id.to_string()),
        network: chain.map(|chain| chain.name.to_owned()),
        account: account.map(Address::to_string),
        rows,
        effects: effects(body),
        raw: data::to_hex(payload),
        ..Summary::empty(SummaryKind::Transaction)
    };
    warn(&mut summary, transaction, chain);
    if let Some(calls) = calls {
        calls.finish(&mut summary);
    }
    for (position, authorization) in transaction.authorizations().iter().enumerate() {
        authorization_summary::add_signed(&mut summary, position + 1, authorization);
    }
    summary
}

/// What the transaction itself does; [`calldata`] adds what its data asks a contract to do.
fn effects(body: &Body) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !body.value.is_zero() {
        effects.push(Effect {
            party: body.to,
            amount: Some(body.value),
            ..Effect::new(EffectKind::SendCoins)
        });
    }
    if body.to.is_none() {
        effects.push(Effect::new(EffectKind::CreateContract));
    }
    effects
}

const fn type_name(transaction: &Transaction) -> &'static str {
    match transaction {
        Transaction::Legacy(_) => "0x0, legacy with replay protection (EIP-155)",
        Transaction::AccessList(_) => "0x1, with access list (EIP-2930)",
        Transaction::FeeMarket(_) => "0x2, fee market (EIP-1559)",
        Transaction::Blob(_) => "0x3, with blobs (EIP-4844)",
        Transaction::SetCode(_) => "0x4, sets code (EIP-7702)",
    }
}

pub(crate) fn network_row(chain_id: u64, chain: Option<&Chain>) -> Row {
    match chain {
        Some(chain) => Row::new(
            "Network",
            format!("{} (chain id {chain_id})", chain.name),
            Tone::Text,
        ),
        None => Row::new(
            "Network",
            format!("unknown (chain id {chain_id})"),
            Tone::Warning,
        ),
    }
}

fn title(body: &Body, coin: &str) -> String {
    let value = body.value.to_units(WEI_DECIMALS);
    match (&body.to, body.data.is_empty(), body.value.is_zero()) {
        (None, _, true) => "Create a contract".to_owned(),
        (None, _, false) => format!("Create a contract and send it {value} {coin}"),
        (Some(_), true, _) => format!("Send {value} {coin}"),
        (Some(_), false, true) => "Call a contract".to_owned(),
        (Some(_), false, false) => format!("Call a contract and send it {value} {coin}"),
    }
}

fn fee_rows(transaction: &Transaction) -> Vec<Row> {
    let price = |label: &str, wei| Row::new(label, gas_price(wei), Tone::Amount);
    let mut rows = match transaction.fee_market() {
        None => vec![price("Gas price", transaction.max_fee_per_gas())],
        Some(fee_market) => vec![
            price("Max fee per gas", fee_market.max_fee_per_gas),
            price(
                "Max priority fee per gas",
                fee_market.max_priority_fee_per_gas,
            ),
        ],
    };
    if let Transaction::Blob(blob) = transaction {
        rows.push(price("Max fee per blob gas", blob.max_fee_per_blob_gas));
    }
    rows
}

/// The most that the transaction can take from the account.
fn cost_rows(transaction: &Transaction, coin: &str) -> [Row; 2] {
    let fee = max_fee(transaction);
    let total = fee.and_then(|fee| fee.checked_add(transaction.body().value));
    let row = |label: &str, sum: Option<U256>| match sum {
        Some(sum) => Row::new(label, amount(sum, coin), Tone::Amount),
        None => Row::new(label, "more than 2^256-1 wei", Tone::Warning),
    };
    [row("Max network fee", fee), row("Max total cost", total)]
}

fn max_fee(transaction: &Transaction) -> Option<U256> {
    let gas =
        U256::from(transaction.max_fee_per_gas()).checked_mul(transaction.body().gas_limit)?;
    match transaction {
        Transaction::Blob(blob) => {
            let blobs = u64::try_from(blob.blob_versioned_hashes.len()).ok()?;
            let blob_gas = blobs.checked_mul(GAS_PER_BLOB)?;
            gas.checked_add(U256::from(blob.max_fee_per_blob_gas).checked_mul(blob_gas)?)
        }
        _ => Some(gas),
    }
}

fn data_rows(body: &Body) -> Vec<Row> {
    let mut rows = vec![Row::new(
        "Data length",
        in_bytes(body.data.len()),
        Tone::Text,
    )];
    if body.to.is_some()
        && let Some(selector) = body.data.get(..4)
    {
        rows.push(Row::new(
            "Function selector",
            data::to_hex(selector),
            Tone::Data,
        ));
    }
    if !body.data.is_empty() {
        let label = if body.to.is_some() {
            "Data"
        } else {
            "Contract code"
        };
        rows.push(Row::new(label, data::to_hex(&body.data), Tone::Data));
    }
    rows
}

fn access_list_rows(transaction: &Transaction) -> Vec<Row> {
    let Some(access_list) = transaction.access_list() else {
        return Vec::new();
    };
    if access_list.is_empty() {
        return vec![Row::new("Access list", "empty", Tone::Text)];
    }
    let mut rows = Vec::new();
    for (position, entry) in access_list.iter().enumerate() {
        rows.push(Row::new(
            format!("Access list {}", position + 1),
            entry.address.to_string(),
            Tone::Address,
        ));
        for key in &entry.storage_keys {
            rows.push(Row::new("Storage key", data::to_hex(key), Tone::Data));
        }
    }
    rows
}

/// The blobs themselves are not signed; their hashes are.
fn blob_rows(transaction: &Transaction) -> Vec<Row> {
    let Transaction::Blob(blob) = transaction else {
        return Vec::new();
    };
    let hashes = blob.blob_versioned_hashes.iter().enumerate();
    hashes
        .map(|(position, hash)| {
            Row::new(
                format!("Blob {}", position + 1),
                data::to_hex(hash),
                Tone::Data,
            )
        })
        .collect()
}

fn warn(summary: &mut Summary, transaction: &Transaction, chain: Option<&Chain>) {
    let body = transaction.body();
    if chain.is_none() {
        summary.warn(
            Fact::UnknownChain,
            format!(
                "The network with chain id {} is not known here. Make sure that you mean it.",
                body.chain_id
            ),
        );
    }
    match &body.to {
        None => summary.warn(
            Fact::CreatesContract,
            "This transaction creates a contract.",
        ),
        Some(to) if *to == Address::from_bytes([0; 20]) => summary.warn(
            Fact::SendsToZeroAddress,
            "The recipient is the zero address. What is sent there is lost.",
        ),
        Some(_) if !body.data.is_empty() && body.value.is_zero() => summary.warn(
            Fact::SendsData,
            "This transaction sends no coins but data. If the recipient is a contract, the data can move your tokens or allow others to.",
        ),
        Some(_) if !body.data.is_empty() => summary.warn(
            Fact::SendsData,
            "This transaction sends coins and data. If the recipient is a contract, the data can also move your tokens or allow others to.",
        ),
        Some(_) => {}
    }
    if max_fee(transaction)
        .and_then(|fee| fee.checked_add(body.value))
        .is_none()
    {
        summary.warn(
            Fact::CostOverflow,
            "Value and fee together exceed 2^256-1 wei. No account can pay that.",
        );
    }
    // Where the rules are certain, a transaction that breaks one was refused before.
    let fork = chain.and_then(|chain| chain.fork).unwrap_or(Fork::Osaka);
    for rule in gas::broken_rules(fork, &transaction.gas_facts()) {
        let field = match rule.field {
            GasField::GasLimit => "gas limit",
            GasField::Data => "data",
            GasField::Blobs => "list of blobs",
        };
        summary.warn(
            Fact::BreaksConsensusRule,
            format!(
                "By Ethereum's rules, which this network may not share, the {field} {}.",
                rule.reason
            ),
        );
    }
}

/// "1.5 ETH (1500000000000000000 wei)"
fn amount(wei: U256, coin: &str) -> String {
    format!("{} {coin} ({wei} wei)", wei.to_units(WEI_DECIMALS))
}

/// "2.5 gwei (2500000000 wei)"
fn gas_price(wei: u128) -> String {
    let wei = U256::from(wei);
    format!("{} gwei ({wei} wei)", wei.to_units(GWEI_DECIMALS))
}
