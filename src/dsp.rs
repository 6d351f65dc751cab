//! Signal processing that does not depend on notes or parameters.

pub mod aligned;
pub mod bend;
pub mod curve;
pub mod delay_line;
pub mod denormals;
pub mod envelope;
pub mod fixed_point;
pub mod lfo;
pub mod maths;
pub mod noise;
pub mod prefetch;
pub mod random;
pub mod resident;
pub mod simd_level;
