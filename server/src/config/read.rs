//! Where settings come from, and how each is read.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::SETTINGS;

/// One thing that is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub setting: String,
    /// The flag, variable or file it comes from.
    pub source: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            source,
            reason,
        } = self;
        match source {
            Some(source) => write!(f, "{setting} (from {source}) {reason}"),
            None => write!(f, "{setting} {reason}"),
        }
    }
}

/// Everything that settings can come from.
#[derive(Debug, Default)]
pub struct Sources {
    /// Flags that were given, by setting.
    pub flags: BTreeMap<&'static str, String>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The file, and its content.
    pub file: Option<(PathBuf, toml::Table)>,
}

impl Sources {
    /// A variable that the system sets, such as systemd's directories.
    #[must_use]
    pub fn system(&self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }
}

/// Reads settings and collects what is wrong with them.
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub fn new(sources: &'a Sources) -> Self {
        let mut problems = Vec::new();
        if let Some((path, table)) = &sources.file {
            let known = |key: &str| SETTINGS.contains(&key);
            for key in table.keys().filter(|key| !known(key)) {
                problems.push(Problem {
                    setting: key.clone(),
                    source: Some(path.display().to_string()),
                    reason: "is not a setting".to_owned(),
                });
            }
        }
        Self { sources, problems }
    }

    pub fn problem(&mut self, setting: &str, reason: &str) {
        self.problems.push(Problem {
            setting: setting.to_owned(),
            source: None,
            reason: reason.to_owned(),
        });
    }

    /// A setting as text, and where it comes from.
    pub fn text(&mut self, name: &'static str) -> Option<(String, String)> {
        if let Some(text) = self.sources.flags.get(name) {
            return Some((text.clone(), format!("--{}", name.replace('_', "-"))));
        }
        let variable = format!("TANDEM_{}", name.to_ascii_uppercase());
        if let Some(text) = self.sources.environment.get(&variable) {
            return Some((text.clone(), variable));
        }
        let (path, table) = self.sources.file.as_ref()?;
        let source = path.display().to_string();
        if let Some(text) = as_text(table.get(name)?) {
            return Some((text, source));
        }
        self.problems.push(Problem {
            setting: name.to_owned(),
            source: Some(source),
            reason: "is neither text nor a number nor a list of texts".to_owned(),
        });
        None
    }

    /// A setting that is read from text; `None` if it is not set or not readable.
    pub fn parse<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (text, source) = self.text(name)?;
        read(&text)
            .map_err(|reason| {
                self.problems.push(Problem {
                    setting: name.to_owned(),
                    source: Some(source),
                    reason,
                });
            })
            .ok()
    }

    pub fn number(&mut self, name: &'static str, default: u32, range: RangeInclusive<u32>) -> u32 {
        self.parse(name, |text| match text.parse::<u32>() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(format!(
                "is not a whole number from {} to {}",
                range.start(),
                range.end()
            )),
        })
        .unwrap_or(default)
    }

    pub fn seconds(&mut self, name: &'static str, default: u32) -> Duration {
        Duration::from_secs(self.number(name, default, 1..=86_400).into())
    }

    pub fn finish(self) -> Result<(), Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }
}

/// The one text form in which flags and variables give it too.
fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}
