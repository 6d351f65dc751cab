//! The folder of the user's data: presets, tunings, banks of recordings.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

/// The environment variable that names a folder to use in place of `DATA/aliquot`.
pub const FOLDER_VARIABLE: &str = "ALIQUOT_DATA_DIR";

/// The folder for data: `DATA/aliquot`, where `DATA` is the platform's folder for data (`~/.local/share` on Linux),
/// or what [`FOLDER_VARIABLE`] names; `None` if the platform has none. It need not exist.
pub fn data_folder() -> Option<PathBuf> {
    let named = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty());
    match named {
        Some(folder) => Some(PathBuf::from(folder)),
        None => etcetera::base_strategy::choose_native_strategy()
            .ok()
            .map(|base| base.data_dir().join("aliquot")),
    }
}
