//! The assigner beside a plain model that looks at every note for every question.

use proptest::prelude::*;

use super::*;

const SLOTS: usize = 12;
const VOICES: usize = 6;

impl Commands for Vec<(usize, Command)> {
    fn push(&mut self, slot: usize, command: Command) {
        Vec::push(self, (slot, command));
    }
}

#[derive(Clone, Debug)]
enum Step {
    On(u8, u8, Option<i32>),
    Off(NoteAddress, f32),
    Choke(NoteAddress),
    Pedal(u8, Pedal, bool),
    NotesOff(u8),
    SoundOff(u8),
    Masters([u8; 16]),
    /// A block ends: each slot's voice has this power, goes on or not, and has only its room left or more.
    Block(Vec<(u32, bool, bool)>),
}

#[derive(Clone, Debug)]
struct ModelNote {
    fades: bool,
    pending: bool,
    key_is_down: bool,
    caught_by: Vec<u8>,
    released: bool,
    release_velocity: f32,
    new: NewNote,
    power: f32,
    is_tail: bool,
}

#[derive(Default)]
struct Model {
    slots: Vec<Option<ModelNote>>,
    sustain: Vec<u8>,
    /// Channels, and the youngest note when the pedal went down.
    sostenuto: Vec<(u8, u64)>,
    masters: [u8; 16],
    ages: u64,
    last_key: Option<(u8, u8)>,
    commands: Vec<(usize, Command)>,
}

impl Model {
    fn active(&self) -> Vec<usize> {
        (0..SLOTS)
            .filter(|&slot| self.slots[slot].as_ref().is_some_and(|note| !note.fades))
            .collect()
    }

    fn note(&mut self, slot: usize) -> &mut ModelNote {
        self.slots[slot].as_mut().expect("a note")
    }

    fn release_unless_held(&mut self, slot: usize) {
        let channel = self.note(slot).new.channel;
        let master = self.masters[usize::from(channel)];
        let sustained = self.sustain.contains(&channel) || self.sustain.contains(&master);
        let note = self.note(slot);
        if !note.key_is_down && note.caught_by.is_empty() && !sustained && !note.released {
            note.released = true;
            let velocity = note.release_velocity;
            self.commands.push((slot, Command::Release { velocity }));
        }
    }

    fn key_up(&mut self, slot: usize, velocity: f32) {
        let new = self.note(slot).new;
        let master = self.masters[usize::from(new.channel)];
        if self.note(slot).key_is_down {
            let catching = self.sostenuto.iter().filter(|&&(channel, youngest)| {
                (channel == new.channel || channel == master) && new.age <= youngest
            });
            let caught_by = catching.map(|&(channel, _)| channel).collect();
            self.note(slot).caught_by = caught_by;
            // The first counts: what comes after it finds the key up.
            self.note(slot).release_velocity = velocity;
        }
        self.note(slot).key_is_down = false;
        self.release_unless_held(slot);
    }

    fn fade(&mut self, slot: usize) {
        self.commands.push((slot, Command::Fade));
        if self.note(slot).pending {
            self.slots[slot] = None;
        } else {
            self.note(slot).fades = true;
        }
    }

    fn addressed(&mut self, address: &NoteAddress) -> Vec<usize> {
        let active = self.active();
        active
            .into_iter()
            .filter(|&slot| {
                let note = self.note(slot).new;
                match (address.id, note.id) {
                    (Some(wanted), Some(own)) => wanted == own,
                    _ => {
                        address
                            .channel
                            .is_none_or(|channel| channel == note.channel)
                            && address.key.is_none_or(|key| key == note.key)
                    }
                }
            })
            .collect()
    }

    fn reached(&mut self, channel: u8) -> Vec<usize> {
        let active = self.active();
        active
            .into_iter()
            .filter(|&slot| {
                let own = self.note(slot).new.channel;
                own == channel || self.masters[usize::from(own)] == channel
            })
            .collect()
    }

    fn note_on(&mut self, mut new: NewNote) {
        for slot in self.active() {
            let note = self.note(slot).clone();
            if (note.new.channel, note.new.key, note.new.id) == (new.channel, new.key, new.id)
                && note.key_is_down
            {
                self.key_up(slot, DEFAULT_RELEASE_VELOCITY);
            }
        }
        let active = self.active();
        let is_legato = active.into_iter().any(|slot| self.note(slot).key_is_down);
        new.glide_start = self
            .last_key
            .replace((new.channel, new.key))
            .map(|(channel, key)| GlideStart {
                channel,
                key,
                voice: None,
                is_legato,
            });
        while self.active().len() >= VOICES {
            let victim = self.active().into_iter().min_by_key(|&slot| {
                let note = self.note(slot);
                let step = note.power.to_bits() >> 22;
                let gives_way_later = !note.is_tail && !note.released;
                (!note.is_tail, gives_way_later, step, note.new.age)
            });
            self.fade(victim.expect("a victim"));
        }
        let slot = (0..SLOTS)
            .find(|&slot| self.slots[slot].is_none())
            .or_else(|| {
                let fading = (0..SLOTS)
                    .filter(|&slot| self.slots[slot].as_ref().is_some_and(|note| note.fades));
                fading.min_by(|&a, &b| {
                    let power = |slot: usize| self.slots[slot].as_ref().map_or(0.0, |n| n.power);
                    power(a).total_cmp(&power(b))
                })
            });
        let Some(slot) = slot else { return };
        self.ages += 1;
        new.age = self.ages;
        self.slots[slot] = Some(ModelNote {
            fades: false,
            pending: true,
            key_is_down: true,
            caught_by: Vec::new(),
            released: false,
            release_velocity: 0.0,
            new,
            power: f32::INFINITY,
            is_tail: false,
        });
        self.commands.push((slot, Command::Begin(new)));
    }

    fn pedal(&mut self, channel: u8, pedal: Pedal, is_down: bool) {
        match pedal {
            Pedal::Sustain => {
                self.sustain.retain(|&other| other != channel);
                if is_down {
                    self.sustain.push(channel);
                }
            }
            Pedal::Sostenuto if is_down => {
                if self.sostenuto.iter().all(|&(other, _)| other != channel) {
                    self.sostenuto.push((channel, self.ages));
                }
            }
            Pedal::Sostenuto => self.sostenuto.retain(|&(other, _)| other != channel),
        }
        for slot in self.reached(channel) {
            if pedal == Pedal::Sostenuto && !is_down {
                self.note(slot).caught_by.retain(|&other| other != channel);
            }
            self.release_unless_held(slot);
        }
    }
}

fn address() -> impl Strategy<Value = NoteAddress> {
    (
        prop::option::of(0..3_i32),
        prop::option::of(0..3_u8),
        prop::option::of(60..63_u8),
    )
        .prop_map(|(id, channel, key)| NoteAddress { id, channel, key })
}

fn step() -> impl Strategy<Value = Step> {
    let pedal = prop_oneof![Just(Pedal::Sustain), Just(Pedal::Sostenuto)];
    prop_oneof![
        8 => (0..3_u8, 60..63_u8, prop::option::of(0..3_i32)).prop_map(|(c, k, id)| Step::On(c, k, id)),
        4 => (address(), 0.0..=1.0_f32).prop_map(|(address, velocity)| Step::Off(address, velocity)),
        1 => address().prop_map(Step::Choke),
        4 => (0..3_u8, pedal, any::<bool>()).prop_map(|(c, p, d)| Step::Pedal(c, p, d)),
        1 => (0..3_u8).prop_map(Step::NotesOff),
        1 => (0..3_u8).prop_map(Step::SoundOff),
        1 => Just(Step::Masters([0; 16])),
        1 => Just(Step::Masters(NO_MASTERS)),
        4 => prop::collection::vec(
            (0..6_u32, prop::bool::weighted(0.8), prop::bool::weighted(0.3)),
            SLOTS
        ).prop_map(Step::Block),
    ]
}

/// Commands of one step: what happens to each slot counts, and its order, but not which slot comes
/// first.
fn sorted(mut commands: Vec<(usize, Command)>) -> Vec<(usize, Command)> {
    commands.sort_by_key(|&(slot, _)| slot);
    commands
}

fn take(assigner: &mut Assigner, model: &mut Model, step: &Step) -> Vec<(usize, Command)> {
    let mut commands = Vec::new();
    match step {
        Step::On(channel, key, id) => {
            let new = NewNote {
                id: *id,
                channel: *channel,
                key: *key,
                velocity: 0.5,
                glide_start: None,
                age: 0,
            };
            assigner.note_on(new, &mut commands);
            model.note_on(new);
        }
        Step::Off(address, velocity) => {
            assigner.note_off(address, *velocity, &mut commands);
            for slot in model.addressed(address) {
                model.key_up(slot, *velocity);
            }
        }
        Step::Choke(address) => {
            assigner.choke(address, &mut commands);
            for slot in model.addressed(address) {
                model.fade(slot);
            }
        }
        Step::Pedal(channel, pedal, is_down) => {
            assigner.set_pedal(*channel, *pedal, *is_down, &mut commands);
            model.pedal(*channel, *pedal, *is_down);
        }
        Step::NotesOff(channel) => {
            assigner.all_notes_off(*channel, &mut commands);
            for slot in model.reached(*channel) {
                model.key_up(slot, DEFAULT_RELEASE_VELOCITY);
            }
        }
        Step::SoundOff(channel) => {
            assigner.all_sound_off(*channel, &mut commands);
            for slot in model.reached(*channel) {
                model.fade(slot);
            }
        }
        Step::Masters(masters) => {
            assigner.set_masters(masters, &mut commands);
            model.masters = *masters;
            for slot in model.active() {
                let note = model.note(slot);
                let channel = note.new.channel;
                let master = masters[usize::from(channel)];
                note.caught_by
                    .retain(|&other| other == channel || other == master);
                model.release_unless_held(slot);
            }
        }
        Step::Block(outcomes) => {
            assigner.begin_reports();
            for (slot, &(power, goes_on, is_tail)) in outcomes.iter().enumerate() {
                let Some(note) = &mut model.slots[slot] else {
                    continue;
                };
                let report = VoiceReport {
                    is_active: goes_on && !note.fades,
                    power: (power * power) as f32 * 0.1,
                    partials: power as usize,
                    is_tail,
                };
                note.is_tail = is_tail;
                note.power = report.power;
                note.pending = false;
                if !report.is_active {
                    model.slots[slot] = None;
                }
                assigner.report(slot, &report);
            }
        }
    }
    commands
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn the_assigner_does_what_a_plain_model_does(steps in prop::collection::vec(step(), 0..120)) {
        let mut assigner = Assigner::new(SLOTS);
        assigner.set_capacity(VOICES, SLOTS);
        let mut model = Model {
            slots: vec![None; SLOTS],
            masters: NO_MASTERS,
            ..Model::default()
        };
        for step in &steps {
            let commands = take(&mut assigner, &mut model, step);
            let expected = std::mem::take(&mut model.commands);
            prop_assert_eq!(sorted(commands), sorted(expected), "{:?}", step);
            let taken: Vec<_> = (0..SLOTS).filter(|&slot| model.slots[slot].is_some()).collect();
            prop_assert_eq!(assigner.notes().slots_in_use().collect::<Vec<_>>(), &taken[..]);
            prop_assert_eq!(assigner.notes().sounding(), taken.len());
            let keys = model.active().into_iter().fold(0_u128, |keys, slot| {
                let note = model.note(slot);
                keys | u128::from(note.key_is_down) << note.new.key
            });
            prop_assert_eq!(assigner.notes().held_keys(), keys);
        }
    }
}

/// A thousand notes begin at one instant where twelve have room, and none is left behind.
#[test]
fn a_burst_of_notes_leaves_no_more_than_the_limit() {
    let mut assigner = Assigner::new(SLOTS);
    assigner.set_capacity(VOICES, SLOTS);
    let mut commands = Vec::new();
    for key in 0..1_000 {
        let new = NewNote {
            id: None,
            channel: 0,
            key: (key % 128) as u8,
            velocity: 1.0,
            glide_start: None,
            age: 0,
        };
        assigner.note_on(new, &mut commands);
    }
    assert_eq!(assigner.notes().sounding(), VOICES);
    assert_eq!(assigner.notes().held_keys().count_ones() as usize, VOICES);
}
