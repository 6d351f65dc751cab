//! Shapes that a curve can be given at once.

use crate::dsp::curve::CurvePoint;

/// A shape that a curve can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveShape {
    /// Up and down again, whatever the key does.
    AttackDecay,
    /// Up, held, and down after the release.
    AttackSustainRelease,
    /// From 0 to 1.
    RampUp,
    /// From 1 to 0.
    RampDown,
    /// From −1 to 1 and back, repeated.
    Triangle,
    /// From −1 to 1 in four steps, repeated.
    Steps,
    /// From 1 down, first fast and then slowly.
    Pluck,
}

const fn point(time: f32, level: f32, bend: f32) -> CurvePoint {
    CurvePoint { time, level, bend }
}

impl CurveShape {
    /// All of them, in the order of a menu.
    pub const ALL: [CurveShape; 7] = [
        CurveShape::AttackDecay,
        CurveShape::AttackSustainRelease,
        CurveShape::Pluck,
        CurveShape::RampUp,
        CurveShape::RampDown,
        CurveShape::Triangle,
        CurveShape::Steps,
    ];

    /// Its name in the menu.
    pub fn name(self) -> &'static str {
        match self {
            CurveShape::AttackDecay => "Attack Decay",
            CurveShape::AttackSustainRelease => "Attack Sustain Release",
            CurveShape::RampUp => "Ramp Up",
            CurveShape::RampDown => "Ramp Down",
            CurveShape::Triangle => "Triangle",
            CurveShape::Steps => "Steps",
            CurveShape::Pluck => "Pluck",
        }
    }

    /// Its points, the first at index 0.
    pub fn points(self) -> &'static [CurvePoint] {
        const THIRD: f32 = 1.0 / 3.0;
        match self {
            CurveShape::AttackDecay => {
                const {
                    &[
                        point(0.0, 0.0, 0.0),
                        point(0.125, 1.0, 0.0),
                        point(1.0, 0.0, 0.5),
                    ]
                }
            }
            CurveShape::AttackSustainRelease => {
                const {
                    &[
                        point(0.0, 0.0, 0.0),
                        point(0.25, 1.0, 0.3),
                        point(1.0, 0.0, 0.5),
                    ]
                }
            }
            CurveShape::RampUp => const { &[point(0.0, 0.0, 0.0), point(1.0, 1.0, 0.0)] },
            CurveShape::RampDown => const { &[point(0.0, 1.0, 0.0), point(1.0, 0.0, 0.0)] },
            CurveShape::Triangle => {
                const {
                    &[
                        point(0.0, -1.0, 0.0),
                        point(0.5, 1.0, 0.0),
                        point(1.0, -1.0, 0.0),
                    ]
                }
            }
            CurveShape::Steps => {
                const {
                    &[
                        point(0.0, -1.0, 0.0),
                        point(0.25, -1.0, 0.0),
                        point(0.25, -THIRD, 0.0),
                        point(0.5, -THIRD, 0.0),
                        point(0.5, THIRD, 0.0),
                        point(0.75, THIRD, 0.0),
                        point(0.75, 1.0, 0.0),
                        point(1.0, 1.0, 0.0),
                    ]
                }
            }
            CurveShape::Pluck => {
                const {
                    &[
                        point(0.0, 1.0, 0.0),
                        point(0.25, 0.25, 0.6),
                        point(1.0, 0.0, 0.4),
                    ]
                }
            }
        }
    }

    /// The numbers of the points between which it goes round. What is played once is held at its last
    /// point.
    pub fn loop_points(self) -> (usize, usize) {
        let last = self.points().len();
        match self {
            CurveShape::Triangle | CurveShape::Steps => (1, last),
            CurveShape::AttackSustainRelease => (2, 2),
            CurveShape::AttackDecay
            | CurveShape::RampUp
            | CurveShape::RampDown
            | CurveShape::Pluck => (last, last),
        }
    }
}
