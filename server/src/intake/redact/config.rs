//! What an operator adds to what is taken for a secret.

use std::path::Path;

use serde::Deserialize;

use super::Redactor;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedactorError {
    /// It cannot be read.
    #[error("what to redact cannot be read from {0}: {1}")]
    Unreadable(String, std::io::Error),
    /// It is not what it should be.
    #[error(
        "{0} does not say what to redact: {1}; it holds keys such as {{\"keys\": [\"licence plate\"], \"keep\": [\"token_hint\"]}}"
    )]
    Wrong(String, String),
}

/// As in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// Keys with secrets behind them, beside those that are known for it.
    #[serde(default)]
    keys: Vec<String>,
    /// Keys to be left alone.
    #[serde(default)]
    keep: Vec<String>,
}

impl Redactor {
    /// Adds what a file says.
    pub fn with_file(mut self, path: &Path) -> Result<Self, RedactorError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| RedactorError::Unreadable(name.clone(), e))?;
        let told: Told = serde_json::from_str(&text)
            .map_err(|e| RedactorError::Wrong(name.clone(), e.to_string()))?;
        let wordless =
            told.keys.iter().chain(&told.keep).find(|key| super::keys::words(key).is_empty());
        if let Some(key) = wordless {
            return Err(RedactorError::Wrong(name, format!("{key:?} has no letters in it")));
        }
        told.keys.iter().for_each(|key| self.keys.add(key));
        told.keep.iter().for_each(|key| self.keys.keep(key));
        Ok(self)
    }
}
