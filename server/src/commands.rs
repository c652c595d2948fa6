//! What the commands do: put the parts together, and speak to the operator.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use tandem_threshold::KeyId;
use tandem_wire::{EnrolmentCode, Token};
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::error::Error;
use crate::seal::SealingKey;
use crate::services::Services;
use crate::store::sqlite::{Freshness, SqliteStore};
use crate::store::{NewPermit, NewToken, Operation, Store, StoreError, UnixMillis};
use crate::{http, sealing_key, shutdown};

/// How long calculations that a stopping server interrupts may still take.
const CALCULATION: Duration = Duration::from_secs(5);

/// Runs the server until a signal.
pub fn run(config: Config) -> Result<(), Error> {
    let (store, sealing) = open(&config)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Error::Runtime)?;
    let outcome = runtime.block_on(async {
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|source| Error::Listen {
                address: config.listen,
                source,
            })?;
        let address = listener.local_addr().map_err(Error::Runtime)?;
        let stop = shutdown::on_signal().map_err(Error::Runtime)?;
        let services = Arc::new(Services::new(&config, Arc::new(store), sealing, stop));
        say(&mut io::stdout(), &format!("listening on {address}"));
        tracing::info!(
            release = %tandem_wire::release(),
            data_dir = %config.data_dir.display(),
            "listening on {address}"
        );
        http::serve(listener, services, config.shutdown).await;
        Ok(())
    });
    runtime.shutdown_timeout(CALCULATION);
    outcome
}

/// Prints one enrolment code on standard output, and nothing else there.
pub fn enrol(config: &Config, name: Option<&str>, minutes: u32) -> Result<(), Error> {
    let server = config
        .public_url
        .clone()
        .map_err(|problem| Error::Config(vec![problem]))?;
    let (store, _) = open(config)?;
    let token = new_token()?;
    let now = UnixMillis::now();
    store.add_token(&NewToken {
        hash: token.hash(),
        name: name.map(ToOwned::to_owned),
        created_at: now,
        expires_at: now.plus(Duration::from_secs(u64::from(minutes) * 60)),
    })?;
    let code = EnrolmentCode { server, token };
    say(
        &mut io::stderr(),
        &format!(
            "Type this code into the Tandem snap's own dialog. It enrols one device and\n\
             expires in {minutes} minutes. Whoever has it can enrol a device here."
        ),
    );
    say(&mut io::stdout(), &code.expose());
    Ok(())
}

/// Asks for a refresh of one key, or of all.
pub fn want_refresh(config: &Config, key: Option<&KeyId>) -> Result<(), Error> {
    let store = SqliteStore::open_existing(&config.database())?;
    let keys = store.want_refresh(key, UnixMillis::now())?;
    if let (Some(_), 0) = (key, keys) {
        return Err(StoreError::NoSuchKey.into());
    }
    let line = format!("{keys} keys sign nothing before their next refresh");
    say(&mut io::stdout(), &line);
    Ok(())
}

/// Prints one permit on standard output, and nothing else there.
pub fn permit(
    config: &Config,
    key: &KeyId,
    operation: Operation,
    minutes: u32,
) -> Result<(), Error> {
    let store = SqliteStore::open_existing(&config.database())?;
    let token = new_token()?;
    let now = UnixMillis::now();
    store.add_permit(&NewPermit {
        hash: token.hash(),
        key,
        operation,
        created_at: now,
        expires_at: now.plus(Duration::from_secs(u64::from(minutes) * 60)),
    })?;
    say(
        &mut io::stderr(),
        &format!(
            "Type this code into the Tandem snap's own dialog. It permits one {} for this key\n\
             and expires in {minutes} minutes. Whoever has it and the device can take the key:\n\
             be sure that it is the key's owner who asks.",
            operation.name()
        ),
    );
    say(&mut io::stdout(), &token.in_groups());
    Ok(())
}

/// Prints one permit for an import on standard output, and nothing else there.
pub fn import_permit(config: &Config, minutes: u32) -> Result<(), Error> {
    let store = SqliteStore::open_existing(&config.database())?;
    let (token, now) = (new_token()?, UnixMillis::now());
    let expires_at = now.plus(Duration::from_secs(u64::from(minutes) * 60));
    store.add_import_permit(&token.hash(), now, expires_at)?;
    say(
        &mut io::stderr(),
        &format!(
            "Type this code into the Tandem snap's own dialog. It permits one device to import one\n\
             private key and expires in {minutes} minutes. The key stays what it was: whoever has a\n\
             copy of it can use it without this server."
        ),
    );
    say(&mut io::stdout(), &token.in_groups());
    Ok(())
}

fn new_token() -> Result<Token, Error> {
    let mut random = Zeroizing::new([0; 26]);
    getrandom::fill(random.as_mut_slice()).map_err(Error::Random)?;
    Ok(Token::from_random(&random))
}

/// Prints the configuration, and looks at what it points to without changing it.
pub fn check(config: &Config) -> Result<(), Error> {
    say(&mut io::stdout(), &config.to_string());
    let mut found = Vec::new();
    if let Err(problem) = &config.public_url {
        found.push(format!("enrol will not work: {problem}"));
    }
    let database = config.database();
    let key = config.sealing_key.path();
    match (database.exists(), key.exists()) {
        (false, false) => found.push("the first run will make a database and a key".to_owned()),
        (false, true) => found.push("the first run will make a database".to_owned()),
        (true, false) => return Err(sealing_key::KeyFileError::Missing(key.to_owned()).into()),
        (true, true) => {
            let store = SqliteStore::open_existing(&database)?;
            store.check_sealing_key(&sealing_key::read(key)?)?;
        }
    }
    found.extend(sealing_key::exposure(key));
    for line in found {
        say(&mut io::stderr(), &line);
    }
    Ok(())
}

/// Opens the database with its sealing key; makes both if there is neither.
fn open(config: &Config) -> Result<(SqliteStore, SealingKey), Error> {
    make_directory(&config.data_dir).map_err(|source| Error::DataDirectory {
        path: config.data_dir.clone(),
        source,
    })?;
    let database = config.database();
    let freshness = SqliteStore::freshness(&database)?;
    let key = sealing_key::obtain(&config.sealing_key, freshness == Freshness::New)?;
    if let Some(warning) = sealing_key::exposure(config.sealing_key.path()) {
        tracing::warn!("{warning}");
    }
    let store = SqliteStore::open(&database)?;
    store.check_sealing_key(&key)?;
    Ok((store, key))
}

/// Makes the directory, for its owner only, and sees whether it can be written to.
fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    let probe = path.join(format!(".write-test-{}", std::process::id()));
    fs::File::create(&probe)?;
    fs::remove_file(&probe)
}

/// Writes a line. Nobody may be reading; that is not our problem.
pub fn say(out: &mut impl Write, line: &str) {
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    if written.is_err() {
        tracing::debug!("nobody reads what the program prints");
    }
}
