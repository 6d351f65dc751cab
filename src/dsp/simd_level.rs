//! Vector instruction sets: detection and dispatch.
//!
//! A [`SimdLevel`] is chosen once, when an engine is created, and dispatched on once for the work of a
//! whole block. Vectorised code is written once, as the body of [`at_level!`](crate::at_level), and
//! compiled for every level. If a body has no explicit fused operations, all levels give the same
//! bits, because the compiler never fuses a multiplication and an addition on its own.

use std::fmt;

/// The environment variable that forces a level: `portable`, `avx2` or `avx512`.
pub const VARIABLE: &str = "ALIQUOT_SIMD";

/// A vector instruction set that this processor supports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SimdLevel(Set);

/// The instruction set of a [`SimdLevel`]. A `SimdLevel` exists only for a detected set.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl SimdLevel {
    /// The instructions that every processor of the target supports.
    pub const PORTABLE: SimdLevel = SimdLevel(Set::Portable);

    /// The names of all levels of this architecture, lowest first, supported by this processor or not.
    pub const NAMES: &[&str] = if cfg!(target_arch = "x86_64") {
        &["portable", "avx2", "avx512"]
    } else {
        &["portable"]
    };

    /// The level of this name, if this processor supports it.
    pub fn named(name: &str) -> Option<SimdLevel> {
        match name {
            "portable" => Some(SimdLevel::PORTABLE),
            #[cfg(target_arch = "x86_64")]
            "avx2" if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") => {
                Some(SimdLevel(Set::Avx2))
            }
            #[cfg(target_arch = "x86_64")]
            "avx512"
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && SimdLevel::named("avx2").is_some() =>
            {
                Some(SimdLevel(Set::Avx512))
            }
            _ => None,
        }
    }

    /// The levels that this processor supports, lowest first.
    pub fn available() -> impl Iterator<Item = SimdLevel> {
        SimdLevel::NAMES
            .iter()
            .filter_map(|name| SimdLevel::named(name))
    }

    /// The level that [`VARIABLE`] names; `None` if it is not set. Reads the environment: not for the
    /// audio thread.
    ///
    /// # Errors
    /// If there is no such level, or this processor does not support it.
    pub fn forced() -> Result<Option<SimdLevel>, String> {
        let Some(name) = std::env::var_os(VARIABLE) else {
            return Ok(None);
        };
        let name = name.to_string_lossy();
        match SimdLevel::named(&name) {
            Some(level) => Ok(Some(level)),
            None if SimdLevel::NAMES.contains(&&*name) => Err(format!(
                "{VARIABLE}: this processor does not support {name}"
            )),
            None => Err(format!(
                "{VARIABLE}: unknown level {name:?} (known: {})",
                SimdLevel::NAMES.join(", ")
            )),
        }
    }

    /// The level that [`VARIABLE`] names, or the highest supported one if it is unset or invalid. Reads
    /// the environment: not for the audio thread.
    pub fn chosen() -> SimdLevel {
        SimdLevel::forced()
            .ok()
            .flatten()
            .or(SimdLevel::available().last())
            .unwrap_or(SimdLevel::PORTABLE)
    }

    /// The name that [`VARIABLE`] uses.
    pub fn name(self) -> &'static str {
        SimdLevel::NAMES[self.0 as usize]
    }

    #[doc(hidden)]
    #[inline(always)]
    pub fn set(self) -> Set {
        self.0
    }
}

impl fmt::Debug for SimdLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Defines a function that is compiled for every [`SimdLevel`]. Its first argument, `level`, selects one.
/// Functions that the body calls must be `#[inline(always)]` to be compiled for the level too.
#[macro_export]
macro_rules! at_level {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    ) => {
        $(#[$attribute])*
        #[allow(clippy::too_many_arguments)]
        $visibility fn $name(level: $crate::dsp::simd_level::SimdLevel, $($argument: $type),*) $(-> $result)? {
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
                $crate::dsp::simd_level::Set::Portable => body($($argument),*),
                // SAFETY: this level exists only where its features were detected.
                #[cfg(target_arch = "x86_64")]
                $crate::dsp::simd_level::Set::Avx2 => unsafe { avx2($($argument),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::dsp::simd_level::Set::Avx512 => unsafe { avx512($($argument),*) },
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_found_by_name() {
        for level in SimdLevel::available() {
            assert_eq!(SimdLevel::named(level.name()), Some(level));
        }
        assert_eq!(SimdLevel::named("sse9"), None);
        assert_eq!(SimdLevel::available().next(), Some(SimdLevel::PORTABLE));
    }

    at_level! {
        fn sum(values: &[f32]) -> f32 {
            values.iter().map(|x| x * 0.5 + 1.0).sum()
        }
    }

    #[test]
    fn a_body_gives_the_same_bits_at_every_level() {
        let values: Vec<f32> = (0..1000).map(|n| 1.0 / (n as f32 + 0.3)).collect();
        let portable = sum(SimdLevel::PORTABLE, &values);
        for level in SimdLevel::available() {
            assert_eq!(sum(level, &values).to_bits(), portable.to_bits());
        }
    }
}
