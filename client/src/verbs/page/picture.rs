//! The picture on the page for professionals: both drawings with their legends, the rule's sentences, and the table that says the same.

use kith_assessment::{Agreed, AssessmentView, Audience, PictureView, Sheet, picture_svg};
use maud::{Markup, PreEscaped, html};

/// Nothing at all while nobody has put anything into it. `today` is "YYYY-MM-DD".
pub(super) fn picture(view: &AssessmentView, today: &str) -> Markup {
    let picture = &view.picture;
    if picture.is_empty() {
        return html! {};
    }
    let drawn = picture.ties.iter().any(|tie| tie.not_drawn.is_none() && tie.ended.is_none());
    let sheets = [Some(Sheet::Places), drawn.then_some(Sheet::Ties)];
    html! {
        h2 { "Picture" }
        // The text of the drawing is escaped where it is made (kith-assessment, svg).
        @for sheet in sheets.into_iter().flatten() {
            figure { (PreEscaped(picture_svg(picture, sheet, Audience::Team, None, today))) }
        }
        @for sentence in &picture.summary { p { (sentence) } }
        @if !picture.words.text.trim().is_empty() { p dir="auto" { strong { "In our words. " } (picture.words.text) } }
        (places(picture))
        (adults(picture))
        (ties(picture))
    }
}

/// The last cell of a row: since when, and until when.
fn lasts(since: &str, ended: Option<&String>) -> Markup {
    html! { (since) @if let Some(ended) = ended { " to " (ended) } }
}

fn places(picture: &PictureView) -> Markup {
    html! {
        @if !picture.places.is_empty() {
            table {
                caption { "Places" }
                thead { tr { th { "Place" } th { "How it is" } th { "Said by" } th { "When" } } }
                tbody {
                    @for place in &picture.places {
                        tr {
                            th scope="row" dir="auto" {
                                (place.name) " (" (place.place_kind.words()) ")"
                                @if place.not_shared { ", not in shared versions" }
                            }
                            td {
                                @for said in &place.now {
                                    p { (said.how.words()) @if let Some(times) = &said.times { ", " bdi { (times) } } }
                                }
                                @for conduct in &place.conduct { p { "Worry: " bdi { (conduct.who) } ", " bdi { (conduct.what) } } }
                            }
                            td { @for said in &place.now { p { bdi { (said.said_by) } } } }
                            td { (lasts(&place.since, place.ended.as_ref())) }
                        }
                    }
                }
            }
        }
    }
}

fn adults(picture: &PictureView) -> Markup {
    html! {
        @if !picture.adults.is_empty() {
            table {
                caption { "Adults, by role" }
                thead { tr { th { "Adult" } th { "Trusted by" } th { "Said by" } th { "When" } } }
                tbody {
                    @for adult in &picture.adults {
                        tr {
                            th scope="row" dir="auto" { (adult.role) @if let Some(place) = &adult.place_name { ", at " bdi { (place) } } }
                            td { (adult.trusted_by.as_deref().unwrap_or("not known")) }
                            td { bdi { (adult.said_by) } }
                            td { (lasts(&adult.since, adult.ended.as_ref())) }
                        }
                    }
                }
            }
        }
    }
}

fn ties(picture: &PictureView) -> Markup {
    html! {
        @if !picture.ties.is_empty() {
            table {
                caption { "Ties" }
                thead { tr { th { "From" } th { "To" } th { "Kind" } th { "Strength" } th { "Said by" } th { "Agreed" } th { "When" } } }
                tbody {
                    @for tie in &picture.ties {
                        tr {
                            th scope="row" { bdi { (tie.from.words) } }
                            td { bdi { (tie.to.words) } }
                            td {
                                (tie.tie_kind.words())
                                @if let Some(way) = &tie.direction { ", " (way.words()) }
                                @if let Some(note) = &tie.note { ", " bdi { (note) } }
                            }
                            td { (tie.strength.as_ref().map_or("not known", kith_assessment::Strength::words)) }
                            td { bdi { (tie.said_by) } }
                            td {
                                (tie.agreed.as_ref().map_or(Agreed::NotAsked.words(), Agreed::words))
                                @if let Some(why) = &tie.not_drawn { "; not drawn: " (why) }
                            }
                            td { (lasts(&tie.since, tie.ended.as_ref())) }
                        }
                    }
                }
            }
        }
    }
}
