//! Leptos compiles a closure in a view, an effect or a memo into machinery of its own, about a
//! kilobyte each. These give all closures of one result one type, so that they share it, and the
//! app is smaller to load.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

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

/// Does something now and whenever something it reads changes.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// A value that follows what it is made of, and tells its readers when it became another.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    let value: Box<dyn Fn() -> T + Send + Sync> = Box::new(value);
    Memo::new(move |_| value())
}
