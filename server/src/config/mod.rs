//! Configuration: flags beat environment variables beat the file. One table of
//! settings serves all three, and every problem is reported at once.

mod read;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, fs};

use tandem_wire::ServerUrl;
use tracing_subscriber::EnvFilter;

use crate::log;
use crate::policy::Authorizations;
use read::Reader;
pub use read::{Problem, Sources};

/// The HTTP path of sessions.
pub const SESSION_PATH: &str = "/v1/session";

/// Every setting, by its name in the file. The flag is the name with hyphens, the
/// variable the name in capitals after `TANDEM_`.
pub const SETTINGS: &[&str] = &[
    "data_dir",
    "listen",
    "public_url",
    "sealing_key_file",
    "allowed_origins",
    "max_sessions",
    "max_ceremonies",
    "max_keys_per_device",
    "ceremony_wait_seconds",
    "message_timeout_seconds",
    "session_timeout_seconds",
    "prepared_timeout_seconds",
    "shutdown_seconds",
    "eip7702_authorizations",
    "log",
];

/// A configuration without problems.
#[derive(Debug)]
pub struct Config {
    /// Where the database is, and the sealing key by default.
    pub data_dir: PathBuf,
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What enrolment codes carry, or why they have nothing to carry.
    pub public_url: Result<ServerUrl, Problem>,
    /// Where the sealing key is.
    pub sealing_key: KeyLocation,
    /// Web origins that may open sessions, beside those that are not web pages.
    pub allowed_origins: Vec<String>,
    /// Bounds on what devices can take.
    pub limits: Limits,
    /// How long running sessions may take to finish when the server stops.
    pub shutdown: Duration,
    /// Which EIP-7702 authorisations are signed.
    pub authorizations: Authorizations,
    /// What to log.
    pub log: String,
}

/// Bounds on what devices can take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sessions at the same time.
    pub sessions: u32,
    /// Ceremonies at the same time.
    pub ceremonies: u32,
    /// Keys of one device.
    pub keys_per_device: u32,
    /// How long a ceremony waits for its turn.
    pub ceremony_wait: Duration,
    /// How long the device may take for one message.
    pub message: Duration,
    /// How long a session may take in all.
    pub session: Duration,
    /// How long prepared signatures wait to be used.
    pub prepared: Duration,
}

/// Where the sealing key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLocation {
    /// A file, made together with a new database if it does not exist.
    File(PathBuf),
    /// A systemd credential: read only, never made here.
    Credential(PathBuf),
}

impl KeyLocation {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Credential(path) => path,
        }
    }
}

impl Config {
    /// Where the database is.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("tandem.sqlite")
    }

    /// Puts the configuration together.
    ///
    /// # Errors
    /// Every problem there is.
    pub fn load(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::new(sources);
        let data_dir = reader.text("data_dir").map(|(text, _)| PathBuf::from(text));
        let data_dir = data_dir.or_else(|| sources.system("STATE_DIRECTORY").map(PathBuf::from));
        if data_dir.is_none() {
            reader.problem(
                "data_dir",
                "is not set: give --data-dir, TANDEM_DATA_DIR, or data_dir in the file",
            );
        }
        let data_dir = data_dir.unwrap_or_default();
        let listen = reader
            .parse("listen", |text| {
                text.parse::<SocketAddr>()
                    .map_err(|_| "is not an IP address and a port, such as 127.0.0.1:8549".into())
            })
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8549)));
        let public_url = match reader.parse("public_url", |text| {
            text.parse::<ServerUrl>().map_err(|error| error.to_string())
        }) {
            Some(url) => Ok(url),
            None => default_url(listen),
        };
        let sealing_key = match (
            reader.text("sealing_key_file"),
            sources.system("CREDENTIALS_DIRECTORY"),
        ) {
            (Some((path, _)), _) => KeyLocation::File(path.into()),
            (None, Some(directory)) if Path::new(&directory).join("sealing.key").exists() => {
                KeyLocation::Credential(Path::new(&directory).join("sealing.key"))
            }
            (None, _) => KeyLocation::File(data_dir.join("sealing.key")),
        };
        let allowed_origins = reader
            .parse("allowed_origins", origins)
            .unwrap_or_else(|| vec!["http://localhost:8000".to_owned()]);
        let limits = Limits {
            sessions: reader.number("max_sessions", 256, 1..=100_000),
            ceremonies: reader.number("max_ceremonies", 16, 1..=1_000),
            keys_per_device: reader.number("max_keys_per_device", 100, 1..=1_000_000),
            ceremony_wait: reader.seconds("ceremony_wait_seconds", 10),
            message: reader.seconds("message_timeout_seconds", 60),
            session: reader.seconds("session_timeout_seconds", 300),
            prepared: reader.seconds("prepared_timeout_seconds", 180),
        };
        let shutdown = reader.seconds("shutdown_seconds", 30);
        let authorizations = reader
            .parse("eip7702_authorizations", Authorizations::parse)
            .unwrap_or_default();
        let log = reader
            .parse("log", |text| log::filter(text).map(|_| text.to_owned()))
            .unwrap_or_else(|| "info".to_owned());
        reader.finish()?;
        Ok(Self {
            data_dir,
            listen,
            public_url,
            sealing_key,
            allowed_origins,
            limits,
            shutdown,
            authorizations,
            log,
        })
    }

    /// The filter of the log.
    #[must_use]
    pub fn log_filter(&self) -> EnvFilter {
        log::filter(&self.log).unwrap_or_default()
    }
}

/// Reads the configuration file.
///
/// # Errors
/// A problem that names the file.
pub fn read_file(path: &Path) -> Result<toml::Table, Problem> {
    let problem = |reason: String| Problem {
        setting: "--config".to_owned(),
        source: Some(path.display().to_string()),
        reason,
    };
    let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    text.parse::<toml::Table>()
        .map_err(|error| problem(format!("is not TOML: {}", error.message())))
}

fn default_url(listen: SocketAddr) -> Result<ServerUrl, Problem> {
    let problem = |reason: &str| Problem {
        setting: "public_url".to_owned(),
        source: None,
        reason: format!("must be set: {reason}"),
    };
    if listen.port() == 0 {
        return Err(problem("the port of listen is not known"));
    }
    format!("ws://{listen}{SESSION_PATH}")
        .parse::<ServerUrl>()
        .map_err(|_| problem("others cannot reach the address of listen as it is"))
}

/// Origins separated by commas, each `scheme://host` or `scheme://host:port`.
fn origins(text: &str) -> Result<Vec<String>, String> {
    let mut origins = Vec::new();
    for origin in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let host = origin.split_once("://").map(|(_, host)| host);
        if host.is_none_or(|host| host.is_empty() || host.contains(['/', ' ', '*'])) {
            return Err(format!("has {origin:?}, which is not scheme://host[:port]"));
        }
        origins.push(origin.to_owned());
    }
    Ok(origins)
}

/// The configuration as a file would say it. It holds no secrets.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = &self.limits;
        let quoted = |text: &str| toml::Value::from(text).to_string();
        writeln!(f, "data_dir = {}", quoted(&self.data_dir.to_string_lossy()))?;
        writeln!(f, "listen = {}", quoted(&self.listen.to_string()))?;
        match &self.public_url {
            Ok(url) => writeln!(f, "public_url = {}", quoted(url.as_str()))?,
            Err(problem) => writeln!(f, "# {problem}")?,
        }
        let key = self.sealing_key.path().to_string_lossy();
        writeln!(f, "sealing_key_file = {}", quoted(&key))?;
        let origins = toml::Value::from(self.allowed_origins.clone());
        writeln!(f, "allowed_origins = {origins}")?;
        for (name, number) in [
            ("max_sessions", u64::from(limits.sessions)),
            ("max_ceremonies", u64::from(limits.ceremonies)),
            ("max_keys_per_device", u64::from(limits.keys_per_device)),
            ("ceremony_wait_seconds", limits.ceremony_wait.as_secs()),
            ("message_timeout_seconds", limits.message.as_secs()),
            ("session_timeout_seconds", limits.session.as_secs()),
            ("prepared_timeout_seconds", limits.prepared.as_secs()),
            ("shutdown_seconds", self.shutdown.as_secs()),
        ] {
            writeln!(f, "{name} = {number}")?;
        }
        let authorizations = quoted(self.authorizations.as_str());
        writeln!(f, "eip7702_authorizations = {authorizations}")?;
        write!(f, "log = {}", quoted(&self.log))
    }
}
