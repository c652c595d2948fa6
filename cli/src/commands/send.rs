//! `tandem send`: the fields of a transaction, from text to the params of
//! `tandem_sendTransaction`. The core reads them again, strictly; here is only what needs the text.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::amount;
use crate::cli::Options;
use crate::device::Terminal;
use crate::error::{Error, Problem};
use crate::host::Node;
use crate::terminal::{print, warn};

/// A transaction. Amounts: 0.1eth, 3gwei, or wei.
#[derive(Debug, Args)]
pub struct Transaction {
    /// The sender's address
    #[arg(long, value_name = "ADDRESS")]
    account: Option<String>,
    /// The receiver's address
    #[arg(long, value_name = "ADDRESS", conflicts_with = "create")]
    to: Option<String>,
    /// There is no receiver: the data makes a contract
    #[arg(long)]
    create: bool,
    /// What is sent
    #[arg(long, value_name = "AMOUNT")]
    value: Option<String>,
    /// Bytes in hex
    #[arg(long, value_name = "0x..")]
    data: Option<String>,
    /// The number of the chain; else the node is asked for it
    #[arg(long, value_name = "NUMBER")]
    chain: Option<u64>,
    /// The highest gas
    #[arg(long, value_name = "NUMBER")]
    gas: Option<u64>,
    /// The highest price of gas, of types 0 and 1
    #[arg(long, value_name = "AMOUNT")]
    gas_price: Option<String>,
    /// The highest price of gas, of type 2
    #[arg(long, value_name = "AMOUNT")]
    max_fee: Option<String>,
    /// The part of it that is for whoever makes the block, of type 2
    #[arg(long, value_name = "AMOUNT")]
    priority_fee: Option<String>,
    /// Of 0, 1 and 2
    #[arg(long = "type", value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(..3))]
    kind: Option<u64>,
    /// The number of the transaction among those of the account
    #[arg(long, value_name = "NUMBER")]
    nonce: Option<u64>,
    /// Of low, medium and high: how high the fees are that are not given
    #[arg(long)]
    speed: Option<String>,
}

pub async fn run(options: &Options, transaction: &Transaction) -> Result<(), Error> {
    let node = options.node()?;
    let mut params = Map::new();
    transaction.put_into(&mut params, &node).await?;
    transaction.put_speed_into(&mut params);
    send(options, node, params).await
}

/// Asks the device, with params that are complete.
pub async fn send(options: &Options, node: Node, params: Map<String, Value>) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, Some(node), false)?;
    let sent = device.request("tandem_sendTransaction", Value::Object(params));
    let sent = sent.await?;
    print(&sent)?;
    if sent.get("problem").is_some() {
        warn(
            "tandem: the transaction is signed and kept, but perhaps no node has it. Ask for its receipt, which sends it again; send no other one in its place.",
        );
    }
    Ok(())
}

impl Transaction {
    /// Is no field given, but for the speed?
    pub const fn is_empty(&self) -> bool {
        let Self {
            account,
            to,
            create,
            value,
            data,
            chain,
            gas,
            gas_price,
            max_fee,
            priority_fee,
            kind,
            nonce,
            speed: _,
        } = self;
        let is_given = account.is_some()
            || to.is_some()
            || *create
            || value.is_some()
            || data.is_some()
            || chain.is_some()
            || gas.is_some()
            || gas_price.is_some()
            || max_fee.is_some()
            || priority_fee.is_some()
            || kind.is_some()
            || nonce.is_some();
        !is_given
    }

    /// Adds `speed`.
    pub fn put_speed_into(&self, params: &mut Map<String, Value>) {
        if let Some(speed) = &self.speed {
            params.insert("speed".to_owned(), json!(speed));
        }
    }

    /// Adds `transaction`.
    ///
    /// # Errors
    /// Every problem at once.
    pub async fn put_into(
        &self,
        params: &mut Map<String, Value>,
        node: &Node,
    ) -> Result<(), Error> {
        let mut transaction = self.fields()?;
        let chain = match self.chain {
            Some(chain) => hex(chain),
            None => json!(node.chain_id().await.map_err(Error::Node)?),
        };
        transaction.insert("chainId".to_owned(), chain);
        params.insert("transaction".to_owned(), Value::Object(transaction));
        Ok(())
    }

    /// Every field but the chain.
    fn fields(&self) -> Result<Map<String, Value>, Error> {
        let mut problems = Vec::new();
        let mut fields = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        put("from", text(&self.account));
        put("to", text(&self.to));
        put("data", text(&self.data));
        for (name, number) in [
            ("gas", self.gas),
            ("type", self.kind),
            ("nonce", self.nonce),
        ] {
            put(name, number.map(hex));
        }
        for (name, option, amount) in [
            ("value", "--value", &self.value),
            ("gasPrice", "--gas-price", &self.gas_price),
            ("maxFeePerGas", "--max-fee", &self.max_fee),
            ("maxPriorityFeePerGas", "--priority-fee", &self.priority_fee),
        ] {
            match amount.as_deref().map(amount::wei).transpose() {
                Ok(wei) => put(name, wei.map(Value::from)),
                Err(reason) => problems.push(Problem::of(option, reason)),
            }
        }
        if self.account.is_none() {
            problems.push(Problem::of("--account", "is missing"));
        }
        // A receiver that was forgotten must not make a contract.
        if self.to.is_none() && !self.create {
            let reason = "is missing; if the data is to make a contract, say --create";
            problems.push(Problem::of("--to", reason));
        }
        if problems.is_empty() {
            Ok(fields)
        } else {
            Err(Error::Arguments(problems))
        }
    }
}

fn hex(number: u64) -> Value {
    json!(format!("{number:#x}"))
}
