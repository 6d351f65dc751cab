//! The spectrum: every partial that sounds, and the first 64 as bars that are drawn by hand.
//!
//! What sounds comes from the instrument sixty times a second ([`columns`] gathers it), with all
//! modulation, and while nothing does, the sound at rest is shown in its place; what comes out can be laid under it
//! ([`Analyser`]), and the last seconds below it ([`waterfall`]). Over it lie the bars ([`bar_editor`]), the curves
//! of filters and shapers ([`filter`], [`shaper`]) and, while a source of modulation is touched, what each partial
//! gets from it ([`fan`]).

mod bar_animation;
mod bar_editor;
mod canvas;
mod columns;
mod curve_places;
mod fan;
mod filter;
mod handle;
mod height_scale;
mod modulate;
mod paint;
mod pointed;
mod scales;
mod shaper;
#[cfg(test)]
mod tests;
mod tools;
mod waterfall;

use egui::{Event, Key, Modifiers, Popup, Pos2, Rangef, Rect, Response, Sense, Ui, vec2};

use self::bar_animation::BarAnimation;
use self::bar_editor::BarEditor;
use self::canvas::Canvas;
use self::columns::Columns;
use self::filter::FilterHandle;
use self::modulate::PartialsRoute;
use self::pointed::{Pointed, pointed, pointed_bar};
use self::shaper::ShaperCurves;
use self::tools::Tools;
use self::waterfall::Waterfall;
use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::filters::FILTERS;
use crate::editor::model::spectrum::analyser::Analyser;
use crate::editor::model::spectrum::axis::{Axis, Extent};
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::note_names::NoteNames;
use crate::editor::model::spectrum::pitch::hz_text;
use crate::editor::model::spectrum::reference::Reference;
use crate::editor::model::spectrum::rest::Rest;
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::model::spectrum::view_state::SpectrumViewState;
use crate::editor::theme;
use crate::editor::widgets;
use crate::library::Library;
use crate::synth::Snapshot;
use crate::synth::parameter::EDITABLE_PARTIALS;
use crate::synth::parameter::layout::Group;

/// How much nearer a key brings the axis.
const ZOOM: f32 = 1.5;
/// How much nearer a point of the wheel brings the axis.
const WHEEL: f32 = 0.004;

/// What the view remembers while its window is open.
pub struct SpectrumView {
    state: SpectrumViewState,
    /// The state that the session has; `None` until it has been asked for.
    remembered: Option<SpectrumViewState>,
    bars: BarEditor,
    tools: Tools,
    filters: [FilterHandle; 2],
    shapers: ShaperCurves,
    partials_route: PartialsRoute,
    columns: Columns,
    rest: Rest,
    bases_db: Option<[f32; EDITABLE_PARTIALS]>,
    /// The columns of the sound at rest; `None` while something sounds.
    rest_columns: Option<Columns>,
    /// How high the bars stand, as parts of the plot.
    bar_heights: BarAnimation,
    /// What the bars stood for in the last frame.
    bars_of: Option<(Layer, bool)>,
    /// How loud the columns of the sound at rest are, dB of full scale.
    rest_levels: BarAnimation,
    waterfall: Waterfall,
    analyser: Option<Analyser>,
    /// Kept while bars are drawn, so that they do not move away from the pointer.
    reference: Option<Reference>,
    note_names: Option<NoteNames>,
    /// [`EditorModel::sound_generation`] when the selection was made.
    sound_generation: Option<u64>,
    /// Whether a list or a menu was open at the end of the last frame: Escape is for it.
    had_popup: bool,
}

impl SpectrumView {
    /// Lists of partials are in the library.
    pub fn new(library: Library) -> SpectrumView {
        SpectrumView {
            state: SpectrumViewState::default(),
            remembered: None,
            bars: BarEditor::new(),
            tools: Tools::new(library),
            filters: FILTERS.each_ref().map(FilterHandle::new),
            shapers: ShaperCurves::default(),
            partials_route: PartialsRoute::default(),
            columns: Columns::default(),
            rest: Rest::default(),
            bases_db: None,
            rest_columns: None,
            bar_heights: BarAnimation::default(),
            bars_of: None,
            rest_levels: BarAnimation::default(),
            waterfall: Waterfall::new(),
            analyser: None,
            reference: None,
            note_names: None,
            sound_generation: None,
            had_popup: false,
        }
    }

    /// Draws the view into all the room there is.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        self.recall(context.model);
        self.end_selection(ui, context);
        let (row, room) = split(ui.available_rect_before_wrap());
        widgets::place(ui, row, |ui| {
            self.tools
                .show(ui, context, &mut self.state, &mut self.bars);
        });
        let response = ui.allocate_rect(room, Sense::click_and_drag());
        let snapshot = context.live.snapshot();
        let bases_db = self.bases_db(context.model);
        let at_rest = self.rest.update(context.model, snapshot);
        let reference = match self.reference.take() {
            Some(reference) if self.bars.is_busy() => reference,
            _ => Reference::now(context.model, at_rest.unwrap_or(snapshot)),
        };
        let mut note_names = self.note_names.take().unwrap_or_default();
        note_names.update(context.model);
        let axis = self.state.axis;
        let canvas = Canvas::new(
            room,
            &axis,
            self.state.layer,
            (&reference, &note_names),
            self.state.switches.trail,
        );
        let canvas = canvas.with_heard_levels(bases_db);
        self.rest_columns = at_rest.map(|snapshot| {
            let before = self.rest_columns.take();
            resting_columns(ui, snapshot, &canvas, before, &mut self.rest_levels)
        });
        self.bars.point(ui, &response, &canvas, context.model);
        self.bars
            .keys(ui, &response, self.state.layer, context.model);
        if response.has_focus() {
            axis_keys(ui, &mut self.state.axis, self.bars.cursor, &canvas);
        }
        self.glide_bars(ui, &response, &canvas, context.model);
        self.follow(ui, context, &canvas);
        let pointer = response.hover_pos().filter(|at| canvas.plot.contains(*at));
        self.paint(ui, context, &canvas, &response, pointer);
        let cursor = self.bars.cursor;
        let param = self.state.layer.param(cursor);
        let bar = Rect::from_x_y_ranges(
            Rangef::point(canvas.middle(cursor)).expand(canvas.bar_width(cursor) / 2.0),
            canvas.bar_head(cursor, context.model.normalized(param))..=canvas.plot.bottom(),
        );
        widgets::param_behaviour(ui, context, param, &response, bar);
        let is_on_handle = self.show_curves(ui, context, &canvas);
        self.partials_route
            .show(ui, context, &canvas, &response, &self.bars);
        let pointer = pointer.filter(|_| !is_on_handle);
        self.show_details(ui, context, &canvas, &response, pointer);
        if let Some(at) = pointer {
            turn_wheel(ui, &mut self.state.axis, at, canvas.extent());
        }
        self.reference = Some(reference);
        self.note_names = Some(note_names);
        self.remember(context.model);
    }

    /// By what bars stand for the levels that are heard, if they do. It stays while bars are drawn: where
    /// loudness is kept, each bar moves all others.
    fn bases_db(&mut self, model: &EditorModel) -> Option<[f32; EDITABLE_PARTIALS]> {
        if !self.state.heard_levels {
            self.bases_db = None;
        } else if !self.bars.is_busy() || self.bases_db.is_none() {
            self.bases_db = Some(self.rest.bases_db(model));
        }
        self.bases_db
    }

    /// The curves of filters and shapers with their handles. Returns whether the pointer is on one of these.
    fn show_curves(&mut self, ui: &mut Ui, context: &mut ViewContext, canvas: &Canvas) -> bool {
        let has_shaper = shaper::in_use(context).is_some();
        let shaper = self.shapers.show(ui, context, canvas, &mut self.rest);
        let section = context.controls.section_in_use();
        let [first, second] = &mut self.filters;
        let is_second = section == Some(Group::Filter2);
        let first = first.show(ui, context, canvas, !has_shaper && !is_second);
        let second = second.show(ui, context, canvas, is_second);
        let handles = [shaper, first, second];
        let mut handles = handles.into_iter().flatten();
        handles.any(|handle| handle.hovered() || handle.dragged())
    }

    /// Escape chooses nothing, wherever the focus is, unless something else waits for it; so does another
    /// sound.
    fn end_selection(&mut self, ui: &Ui, context: &ViewContext) {
        let has_popup = Popup::is_any_open(ui.ctx());
        let is_asked = ui.input(|input| input.key_pressed(Key::Escape))
            && !(has_popup || self.had_popup)
            && ui.memory(|memory| memory.top_modal_layer().is_none())
            && !context.controls.is_typing()
            && context.model.params().controllers().awaited().is_none();
        let generation = Some(context.model.sound_generation());
        if is_asked || self.sound_generation != generation {
            self.bars.selection = Selection::NONE;
        }
        self.sound_generation = generation;
        self.had_popup = has_popup;
    }

    /// Takes over how an earlier window of the instance had it.
    fn recall(&mut self, model: &EditorModel) {
        if self.remembered.is_none() {
            self.state = model.session().lock().spectrum;
            self.remembered = Some(self.state);
        }
    }

    fn remember(&mut self, model: &EditorModel) {
        if self.remembered != Some(self.state) {
            model.session().lock().spectrum = self.state;
            self.remembered = Some(self.state);
        }
    }

    /// Lets the bars glide to where they are set.
    fn glide_bars(&mut self, ui: &Ui, response: &Response, canvas: &Canvas, model: &EditorModel) {
        let of = Some((canvas.layer, canvas.has_heard_levels()));
        let at_once = is_by_pointer(ui) || self.bars.is_walking(response) || self.bars_of != of;
        let now_s = ui.input(|input| input.time);
        self.bars_of = of;
        let heights = (1..=canvas.layer.count())
            .map(|n| canvas.value(canvas.bar_head(n, model.normalized(canvas.layer.param(n)))));
        self.bar_heights.follow(heights, now_s, at_once);
    }

    /// Takes what has sounded since the last frame.
    fn follow(&mut self, ui: &Ui, context: &ViewContext, canvas: &Canvas) {
        let now_s = ui.input(|input| input.time);
        let snapshot = context.live.snapshot();
        let scale = ui.ctx().pixels_per_point();
        if self.columns.update(snapshot, canvas, scale, now_s) {
            self.waterfall.clear();
        }
        if !self.state.switches.peaks {
            self.columns.forget_peaks();
        }
        if self.state.switches.trail {
            let theme = theme::current(ui);
            self.waterfall.update(ui, &self.columns, canvas, theme);
        } else {
            self.waterfall.clear();
        }
        if self.state.switches.output {
            let analyser = self
                .analyser
                .get_or_insert_with(|| Analyser::new(context.live.output()));
            analyser.update(now_s);
        } else {
            self.analyser = None;
        }
        let is_moving = self.columns.is_moving()
            || self.bar_heights.is_moving()
            || self.rest_columns.is_some() && self.rest_levels.is_moving()
            || self.state.switches.trail && self.waterfall.is_moving()
            || self.analyser.as_ref().is_some_and(Analyser::is_moving);
        if is_moving {
            ui.ctx().request_repaint();
        }
    }

    fn paint(
        &self,
        ui: &Ui,
        context: &ViewContext,
        canvas: &Canvas,
        response: &Response,
        pointer: Option<Pos2>,
    ) {
        let theme = theme::current(ui);
        let painter = ui.painter();
        scales::show(ui, canvas);
        let within = painter.with_clip_rect(canvas.plot);
        if let Some(analyser) = &self.analyser {
            let rate_hz = context.live.snapshot().sample_rate_hz;
            paint::output(&within, canvas, analyser, rate_hz, theme);
        }
        if let Some(columns) = &self.rest_columns {
            paint::at_rest(&within, canvas, columns, theme);
        }
        let switches = &self.state.switches;
        paint::sounding(&within, canvas, &self.columns, switches, theme);
        let emphasis = paint::Emphasis {
            selection: self.bars.selection,
            pointed: pointer.and_then(|at| pointed_bar(canvas, at)),
            cursor: self.bars.is_walking(response).then_some(self.bars.cursor),
        };
        let heights = self.bar_heights.heights();
        paint::bars(ui, &within, canvas, context, (&emphasis, heights));
        fan::paint(&within, canvas, context, theme);
        let left_out = context.live.snapshot().left_out;
        if left_out > 0 {
            let text = format!("{left_out} voices are not shown: too many partials");
            paint::note(&within, canvas, text, theme);
        }
        if let Some(lasso) = self.bars.lasso() {
            paint::lasso(&within, lasso, theme);
        }
        if let Some(waterfall) = canvas.waterfall {
            self.waterfall
                .paint(&painter.with_clip_rect(waterfall), waterfall);
        }
        if self.bars.is_walking(response) {
            paint::focus(painter, canvas, theme);
        }
    }

    /// Describes the partial that the pointer or the keyboard is on, and what can be done with it.
    fn show_details(
        &self,
        ui: &Ui,
        context: &mut ViewContext,
        canvas: &Canvas,
        response: &Response,
        pointer: Option<Pos2>,
    ) {
        let theme = theme::current(ui);
        let snapshot = context.live.snapshot();
        let partial = match pointer {
            Some(at) => pointed(canvas, snapshot, at),
            None if self.bars.is_walking(response) => {
                Some(Pointed::at(self.bars.cursor, canvas, snapshot))
            }
            None => None,
        };
        let cursor = response
            .has_focus()
            .then(|| canvas.middle(self.bars.cursor));
        let places: Vec<f32> = pointer.map(|at| at.x).into_iter().chain(cursor).collect();
        let lines = match (&partial, pointer) {
            (Some(partial), _) => partial.lines(canvas, context.model, context.controls.values()),
            (None, Some(at)) => {
                let hz = canvas.hz(at.x);
                vec![format!("{}   {}", hz_text(hz), canvas.note_names.name(hz))]
            }
            (None, None) => Vec::new(),
        };
        if !lines.is_empty() {
            paint::card(ui.painter(), canvas, lines, &places, theme);
        }
        context.help.show_for(response, || {
            format!(
                "Drag to draw; Shift: fine; Ctrl: line; double-click: reset; right-drag: choose; wheel: zoom. \
                 By frequency, bars stand where {} has its partials.",
                canvas.reference.note()
            )
        });
    }
}

/// Whether the pointer may be moving something, which then is where the user has dragged it.
fn is_by_pointer(ui: &Ui) -> bool {
    ui.input(|input| input.pointer.any_down() || input.pointer.any_released())
}

/// The columns of the sound at rest, which glide from how loud they were before, if they were shown.
fn resting_columns(
    ui: &Ui,
    snapshot: &Snapshot,
    canvas: &Canvas,
    before: Option<Columns>,
    levels: &mut BarAnimation,
) -> Columns {
    let is_new = before.is_none();
    let mut columns = before.unwrap_or_default();
    let is_other = columns.update(snapshot, canvas, ui.ctx().pixels_per_point(), 0.0);
    let now_s = ui.input(|input| input.time);
    let at_once = is_by_pointer(ui) || is_new || is_other;
    levels.follow(columns.sums_db(), now_s, at_once);
    columns.set_sums_db(levels.heights());
    columns
}

/// The tools' row, and the view's room below it.
fn split(rect: Rect) -> (Rect, Rect) {
    let height = theme::ROW + theme::GRID;
    let (row, room) = rect.split_top_bottom_at_y(rect.top() + height);
    let least = vec2(160.0, 80.0);
    (row, Rect::from_min_size(room.min, room.size().max(least)))
}

/// Plus, minus and 0 zoom around the bar that keys move. It stays in view. With Ctrl they are the
/// window's.
fn axis_keys(ui: &Ui, axis: &mut Axis, cursor: usize, canvas: &Canvas) {
    let room = canvas.extent();
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    // egui-baseview 0.9 reports these as text only.
    let written = |text: &str| {
        let is_it = |event: &Event| matches!(event, Event::Text(written) if written == text);
        ui.input(|input| input.events.iter().any(is_it))
    };
    let x = canvas.middle(cursor).clamp(room.min, room.max);
    if pressed(Key::Plus) | pressed(Key::Equals) | written("+") | written("=") {
        axis.zoom(ZOOM, x, room);
    }
    if pressed(Key::Minus) | written("-") {
        axis.zoom(1.0 / ZOOM, x, room);
    }
    if pressed(Key::Num0) {
        *axis = Axis::new(axis.measure());
    }
    let walks = [Key::ArrowLeft, Key::ArrowRight, Key::Home, Key::End];
    if ui.input(|input| walks.iter().any(|key| input.key_pressed(*key))) {
        axis.show(canvas.value_of(cursor), room);
    }
}

fn turn_wheel(ui: &Ui, axis: &mut Axis, at: Pos2, room: Extent) {
    // Nothing behind the view moves with it.
    let (wheel, zoom) = ui.input_mut(|input| {
        let wheel = std::mem::take(&mut input.smooth_scroll_delta);
        (wheel, input.zoom_delta())
    });
    let factor = libm::expf(wheel.y * WHEEL) * zoom;
    if factor != 1.0 {
        axis.zoom(factor, at.x, room);
    }
    if wheel.x != 0.0 {
        axis.pan(wheel.x, room);
    }
}
