//! Signal processing that knows neither notes nor parameters.

pub mod denormals;
pub mod envelope;
pub mod fixed_point;
pub mod level;
pub mod lfo;
pub mod maths;
pub mod prefetch;
pub mod random;
