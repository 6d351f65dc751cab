//! The bank of recordings that the command line or a preset asks for.

use std::path::Path;
use std::sync::Arc;

use aliquot::recordings::BankFolder;
use aliquot::state::NamedBank;
use aliquot::synth::recordings::Recordings;

use crate::command_line;

/// The recordings of a bank's file.
///
/// # Errors
/// What is wrong with it.
pub fn of_file(path: &Path) -> Result<Arc<Recordings>, String> {
    let named = BankFolder::default().read(path)?;
    let bank = named.bank().cloned();
    Ok(Arc::new(bank.map(Recordings::new).unwrap_or_default()))
}

/// The recordings of a preset: its own bank, or one in a folder `banks` beside those that its file is in, or in
/// the user's. A missing bank is reported, and the rest sounds.
pub fn of_preset(named: Option<&NamedBank>, file: Option<&Path>) -> Arc<Recordings> {
    let Some(named) = named else {
        return Arc::default();
    };
    let user = BankFolder::user();
    let folder = match file {
        Some(file) => user.near(file),
        None => user,
    };
    match folder.find(named) {
        Ok(bank) => Arc::new(Recordings::new(bank).edited(named.edits())),
        Err(missing) => {
            command_line::tell(&format!("{missing}. The rest sounds."));
            Arc::default()
        }
    }
}
