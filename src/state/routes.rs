//! A route in a preset's text: a `[[route]]` of its own, with the depth in the unit of its target.
//!
//! Routes take the places of a patch in their order. One that is not in the place behind the route
//! before it names its own, as `place`.

use std::fmt::Write;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::read::{Entry, EntryValue, TextFault, kind, list, whole};
use super::write::{assignment, continuous, differs, value};
use crate::synth::parameter::{Param, ROUTES, RouteParams, RouteTarget};
use crate::synth::patch::Patch;

/// The key of a route's place.
const PLACE: &str = "place";

/// A route's parameters with their keys, in the order in which they are written.
fn keys(route: &RouteParams) -> [(&'static str, Param); 7] {
    [
        ("from", route.from),
        ("via", route.via),
        ("to", route.to),
        ("depth", route.depth),
        ("bend", route.bend),
        ("partials", route.partials),
        ("bypass", route.bypass),
    ]
}

/// The parameters that the routes in a text set.
pub(super) fn entries<'t>(value: Spanned<DeValue<'t>>) -> Result<Vec<Entry<'t>>, TextFault> {
    let start = value.span().start;
    let routes = match value.into_inner() {
        DeValue::Array(routes) => routes,
        other => {
            let found = kind(&other);
            return Err((start, format!("route: expected [[route]], not {found}")));
        }
    };
    let mut entries = Vec::new();
    let mut place = 0;
    let mut taken = [false; ROUTES + 1];
    for route in routes {
        let start = route.span().start;
        let DeValue::Table(table) = route.into_inner() else {
            return Err((start, "route: expected [[route]]".to_owned()));
        };
        place = match table.get(PLACE) {
            Some(own) => own_place(own)?,
            None => place + 1,
        };
        if place > ROUTES {
            return Err((start, format!("route: a patch has {ROUTES} routes")));
        }
        if std::mem::replace(&mut taken[place], true) {
            return Err((start, format!("route: place {place} is taken")));
        }
        route_entries(place, table, &mut entries)?;
    }
    Ok(entries)
}

fn own_place(value: &Spanned<DeValue>) -> Result<usize, TextFault> {
    let place = whole(value.get_ref()).and_then(|place| usize::try_from(place).ok());
    let place = place.filter(|place| (1..=ROUTES).contains(place));
    let reason = || format!("{PLACE}: expected a whole number from 1 to {ROUTES}");
    place.ok_or_else(|| (value.span().start, reason()))
}

fn route_entries<'t>(
    place: usize,
    table: DeTable<'t>,
    entries: &mut Vec<Entry<'t>>,
) -> Result<(), TextFault> {
    let keys = keys(&RouteParams::of(place));
    let to = table.get("to").map(Spanned::get_ref);
    let target = match to {
        // Another label, or no string, is reported when the entry is read.
        Some(DeValue::String(label)) => RouteTarget::of_label(label),
        _ => None,
    };
    for (key, value) in table {
        let start = key.span().start;
        let key = key.get_ref().as_ref();
        if key == PLACE {
            continue;
        }
        let Some(&(_, param)) = keys.iter().find(|(known, _)| *known == key) else {
            let known: Vec<&str> = keys.iter().map(|(known, _)| *known).collect();
            let known = list(&known);
            return Err((start, format!("{key}: unknown; a route has {known}")));
        };
        entries.push(Entry {
            id: param.row().id.to_owned(),
            name: None,
            value: EntryValue::Written(value.into_inner()),
            span: match target {
                Some(target) if key == "depth" => target.span().into(),
                _ => 1.0,
            },
            start,
        });
    }
    Ok(())
}

/// Writes the routes of a patch.
pub(super) fn write(patch: &Patch, text: &mut String) {
    let mut before = 0;
    for place in 1..=ROUTES {
        let route = RouteParams::of(place);
        let keys = keys(&route);
        if !keys.iter().any(|&(_, param)| differs(param, patch)) {
            continue;
        }
        text.push_str("\n[[route]]\n");
        if place != before + 1 {
            writeln!(text, "{PLACE} = {place}").expect("writing to a String does not fail");
        }
        before = place;
        for (key, param) in keys {
            if !differs(param, patch) {
                continue;
            }
            let normalized = patch.normalized(param);
            let target = RouteTarget::of_place(patch.plain(route.to) as usize);
            let (value, unit) = match target {
                Some(target) if param == route.depth => (
                    continuous(param.range(), normalized, target.span().into()),
                    target.unit(),
                ),
                _ => (value(param, normalized), param.row().unit),
            };
            text.push_str(&assignment(key, &value, unit));
        }
    }
}
