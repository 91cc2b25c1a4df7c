//! Saved views.

use daybook_model::saved::{NewView, SavedView, ViewChange};

use super::super::{
    operation::{Operation, delete, get, patch, post},
    schemas::Schemas,
};

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get(
            "/api/projects/{project}/views",
            "listViews",
            "One's own views, and those that are shared",
        )
        .gives_a::<Vec<SavedView>>(schemas),
        post("/api/projects/{project}/views", "createView", "Saves a view")
            .takes_a::<NewView>(schemas)
            .makes_a::<SavedView>(schemas),
        patch(
            "/api/projects/{project}/views/{id}",
            "changeView",
            "Renames a view, stars it, or opens the log with it; answers with all views",
        )
        .takes_a::<ViewChange>(schemas)
        .gives_a::<Vec<SavedView>>(schemas),
        delete(
            "/api/projects/{project}/views/{id}",
            "deleteView",
            "Takes a view away; answers with all that are left",
        )
        .gives_a::<Vec<SavedView>>(schemas),
    ]
}
