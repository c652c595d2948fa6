//! Delegations (EIP-7702) in words: one that is asked for alone, and those inside a transaction.

use crate::{
    Address, Effect, EffectKind, Fact, chains, data,
    eip7702::{Authorization, Delegation},
    summary::{Row, Summary, SummaryKind, Tone},
    transaction_summary::network_row,
};

/// The summary of a delegation that is signed alone. `account` is the signer, if it is named.
pub(crate) fn of(delegation: &Delegation, account: Option<&Address>) -> Summary {
    let chain = chains::find(delegation.chain_id);
    let mut rows = vec![chain_row(delegation)];
    rows.extend(account.map(|account| Row::new("Account", account.to_string(), Tone::Address)));
    rows.push(delegate_row("Code of", delegation));
    rows.push(Row::new("Nonce", delegation.nonce.to_string(), Tone::Text));
    let mut summary = Summary {
        title: if delegation.revokes() {
            "End the delegation of your account"
        } else {
            "Let a contract act for your account"
        }
        .to_owned(),
        chain_id: Some(delegation.chain_id.to_string()),
        network: chain.map(|chain| chain.name.to_owned()),
        account: account.map(Address::to_string),
        rows,
        raw: data::to_hex(&delegation.payload()),
        ..Summary::empty(SummaryKind::Authorization)
    };
    add_effect(&mut summary, delegation, account);
    if !delegation.revokes() {
        summary.warn(
            Fact::Delegates,
            "The code at this address gets full control of your account: it can move everything \
             that is in it, now and later.",
        );
    }
    if delegation.chain_id == 0 {
        summary.warn(
            Fact::DelegatesOnEveryChain,
            "It is valid on every network, also on those that do not exist yet.",
        );
    } else if chain.is_none() {
        summary.warn(
            Fact::UnknownChain,
            "This network is not known here. Make sure that you mean it.",
        );
    }
    summary
}

/// Adds what the authorisation at `number` (from 1) of a transaction does to its signer.
pub(crate) fn add_signed(summary: &mut Summary, number: usize, authorization: &Authorization) {
    let Authorization {
        delegation,
        authority,
        ..
    } = authorization;
    let label = |what: &str| format!("Authorisation {number}: {what}");
    summary.rows.extend([
        Row::new(label("account"), authority.to_string(), Tone::Address),
        delegate_row(&label("code of"), delegation),
        Row {
            label: label("network"),
            ..chain_row(delegation)
        },
        Row::new(label("nonce"), delegation.nonce.to_string(), Tone::Text),
        Row::new(
            label("yParity"),
            u8::from(authorization.y_parity).to_string(),
            Tone::Text,
        ),
        Row::new(
            label("r"),
            data::to_hex(&authorization.r.to_be_bytes()),
            Tone::Data,
        ),
        Row::new(
            label("s"),
            data::to_hex(&authorization.s.to_be_bytes()),
            Tone::Data,
        ),
    ]);
    add_effect(summary, delegation, Some(authority));
    if !delegation.revokes() {
        summary.warn(
            Fact::Delegates,
            format!(
                "Authorisation {number} gives the code of {} full control of the account {authority}.",
                delegation.delegate
            ),
        );
    }
    if delegation.chain_id == 0 {
        summary.warn(
            Fact::DelegatesOnEveryChain,
            format!("Authorisation {number} is valid on every network."),
        );
    }
}

fn add_effect(summary: &mut Summary, delegation: &Delegation, from: Option<&Address>) {
    let revokes = delegation.revokes();
    summary.effects.push(Effect {
        from: from.copied(),
        party: (!revokes).then_some(delegation.delegate),
        ..Effect::new(if revokes {
            EffectKind::EndDelegation
        } else {
            EffectKind::Delegate
        })
    });
}

fn delegate_row(label: &str, delegation: &Delegation) -> Row {
    if delegation.revokes() {
        Row::new(label, "nobody: ends a delegation", Tone::Text)
    } else {
        Row::new(label, delegation.delegate.to_string(), Tone::Address)
    }
}

fn chain_row(delegation: &Delegation) -> Row {
    match delegation.chain_id {
        0 => Row::new("Network", "every network (chain id 0)", Tone::Warning),
        id => network_row(id, chains::find(id)),
    }
}
