//! Leptos compiles a closure in a view, an effect or a memo into machinery of its own, about a
//! kilobyte each. These give all closures of one result one type, so that they share it, and the
//! app is smaller to load.

use std::sync::{Arc, Mutex};

use leptos::{
    prelude::*,
    reactive::graph::{AnySubscriber, Subscriber as _, ToAnySubscriber as _},
    tachys::{reactive_graph::OwnedView, view::keyed::keyed},
};

/// A part of a view that is made again whenever something it reads changes.
pub(crate) type Dynamic = Arc<Mutex<dyn FnMut() -> AnyView + Send>>;

/// A part of a view that follows what it reads.
pub(crate) fn dynamic<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> Dynamic {
    Arc::new(Mutex::new(move || view().into_any()))
}

/// A part of a view that is there while a condition holds. It is kept, not made again, as long as
/// the condition stays true.
pub(crate) fn when<V: IntoView + 'static>(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> V + Send + 'static,
) -> Dynamic {
    let holds = memo(condition);
    dynamic(move || holds.get().then(&view))
}

/// An item of a list, to be made when it is new.
struct Item {
    key: String,
    make: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A part of a view for each item of a list. Where an item's key was there before, what was made of it
/// is kept, and moved to where it belongs.
pub(crate) fn each<T: Send + 'static, V: IntoView + 'static>(
    items: impl Fn() -> Vec<T> + Send + Sync + 'static,
    key: impl Fn(&T) -> String + Send + Sync + 'static,
    view: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView {
    let view = Arc::new(view);
    let item = move |item: T| {
        let (key, view) = (key(&item), Arc::clone(&view));
        Item { key, make: Box::new(move || view(item).into_any()) }
    };
    list(Box::new(move || items().into_iter().map(&item).collect()))
}

/// What is made together has an owner together: Leptos notes each owner with its parent for as long as that lives, and
/// rows come and go with each answer.
fn list(items: Box<dyn Fn() -> Vec<Item> + Send + Sync>) -> AnyView {
    let parent = Owner::current().unwrap_or_default();
    let view = move || {
        let together = parent.with(Owner::new);
        let make = move |_, item: Item| {
            let (owner, together) = (together.with(Owner::new), together.clone());
            let view = owner.with(|| {
                on_cleanup(move || drop(together));
                (item.make)()
            });
            (drop, OwnedView::new_with_owner(view, owner))
        };
        keyed(items(), |item| item.key.clone(), make)
    };
    view.into_any()
}

/// Does something now and whenever something it reads changes.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// A value that follows what it is made of, and tells its readers when it became another.
///
/// It leaves what it is made of when the view it belongs to goes: a signal keeps the memory of each reader that
/// did not leave until it changes. What is often made anew, such as a row, reads signals that seldom change, such
/// as the zone, through one of these.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    let value: Box<dyn Fn() -> T + Send + Sync> = Box::new(value);
    let memo = ArcMemo::new(move |_| value());
    leave(memo.to_any_subscriber());
    memo.into()
}

/// Once the view goes.
fn leave(reader: AnySubscriber) {
    on_cleanup(move || reader.clear_sources(&reader));
}
