//! Signal processing that knows neither notes nor parameters.

pub mod denormals;
pub mod envelope;
pub mod level;
pub mod lfo;
pub mod maths;
pub mod prefetch;
pub mod random;
