//! Sets of vector instructions: which of them this processor has, and one function for each.
//!
//! A [`Level`] is chosen once, when an engine is made, and dispatched on once for a whole block's
//! work. Code that should profit is written once, as the body of [`at_level!`](crate::at_level), and
//! compiled for every level. Where a body has no explicit fused operations, all levels give the
//! same bits: the compiler never fuses a product and a sum by itself.

use std::fmt;

/// The environment variable that forces a level: `portable`, `avx2` or `avx512`.
pub const VARIABLE: &str = "ALIQUOT_SIMD";

/// A set of vector instructions that this processor has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Level(Set);

/// Named by [`Level`], which exists only for what was detected.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// What every processor of the target has.
    pub const PORTABLE: Level = Level(Set::Portable);

    /// The names of all levels of this architecture, lowest first, whether this processor has them
    /// or not.
    pub const NAMES: &[&str] = if cfg!(target_arch = "x86_64") {
        &["portable", "avx2", "avx512"]
    } else {
        &["portable"]
    };

    /// The level of this name, if this processor has it.
    pub fn named(name: &str) -> Option<Level> {
        match name {
            "portable" => Some(Level::PORTABLE),
            #[cfg(target_arch = "x86_64")]
            "avx2" if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") => {
                Some(Level(Set::Avx2))
            }
            #[cfg(target_arch = "x86_64")]
            "avx512"
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && Level::named("avx2").is_some() =>
            {
                Some(Level(Set::Avx512))
            }
            _ => None,
        }
    }

    /// The levels that this processor has, lowest first.
    pub fn available() -> impl Iterator<Item = Level> {
        Level::NAMES.iter().filter_map(|name| Level::named(name))
    }

    /// The level that [`VARIABLE`] names, if it names any. Reads the environment: not for the audio
    /// thread.
    ///
    /// # Errors
    /// What is wrong with the name, or that this processor lacks that level.
    pub fn forced() -> Result<Option<Level>, String> {
        let Some(name) = std::env::var_os(VARIABLE) else {
            return Ok(None);
        };
        let name = name.to_string_lossy();
        match Level::named(&name) {
            Some(level) => Ok(Some(level)),
            None if Level::NAMES.contains(&&*name) => {
                Err(format!("{VARIABLE}: this processor has no {name}"))
            }
            None => Err(format!(
                "{VARIABLE}: no such level: {name:?} (there are {})",
                Level::NAMES.join(", ")
            )),
        }
    }

    /// The level that [`VARIABLE`] forces; without or beside one, the highest. Reads the environment:
    /// not for the audio thread.
    pub fn chosen() -> Level {
        Level::forced()
            .ok()
            .flatten()
            .or(Level::available().last())
            .unwrap_or(Level::PORTABLE)
    }

    /// As [`VARIABLE`] names it.
    pub fn name(self) -> &'static str {
        Level::NAMES[self.0 as usize]
    }

    #[doc(hidden)]
    #[inline(always)]
    pub fn set(self) -> Set {
        self.0
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Makes a function that is compiled for every [`Level`], whose first argument, `level`, chooses
/// one. What the body calls must be `#[inline(always)]` to be compiled with it.
#[macro_export]
macro_rules! at_level {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    ) => {
        $(#[$attribute])*
        #[allow(clippy::too_many_arguments)]
        $visibility fn $name(level: $crate::dsp::level::Level, $($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn body($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn avx2($($argument: $type),*) $(-> $result)? {
                body($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn avx512($($argument: $type),*) $(-> $result)? {
                body($($argument),*)
            }

            match level.set() {
                $crate::dsp::level::Set::Portable => body($($argument),*),
                // SAFETY: this level exists only where its features were detected.
                #[cfg(target_arch = "x86_64")]
                $crate::dsp::level::Set::Avx2 => unsafe { avx2($($argument),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::dsp::level::Set::Avx512 => unsafe { avx512($($argument),*) },
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_their_names() {
        for level in Level::available() {
            assert_eq!(Level::named(level.name()), Some(level));
        }
        assert_eq!(Level::named("sse9"), None);
        assert_eq!(Level::available().next(), Some(Level::PORTABLE));
    }

    at_level! {
        fn sum(values: &[f32]) -> f32 {
            values.iter().map(|x| x * 0.5 + 1.0).sum()
        }
    }

    #[test]
    fn a_body_gives_the_same_bits_at_every_level() {
        let values: Vec<f32> = (0..1000).map(|n| 1.0 / (n as f32 + 0.3)).collect();
        let portable = sum(Level::PORTABLE, &values);
        for level in Level::available() {
            assert_eq!(sum(level, &values).to_bits(), portable.to_bits());
        }
    }
}
