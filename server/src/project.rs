//! Projects by name.

use daybook_model::{Timestamp, account::Project};

use crate::store::{Store, StoreError};

/// Why there is no such project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The name cannot be one.
    #[error(
        "{0:?} cannot be the name of a project: use lower-case letters, digits and hyphens, a letter first, at most 63 in all"
    )]
    Name(String),
    /// The store cannot say.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The project of this name or number; a name that is not there yet becomes a project.
pub async fn find_or_create(
    store: &dyn Store,
    name: &str,
    now: Timestamp,
) -> Result<Project, ProjectError> {
    if let Some(project) = store.project(name).await? {
        return Ok(project);
    }
    if !Project::is_slug(name) {
        return Err(ProjectError::Name(name.to_owned()));
    }
    Ok(store.create_project(name, now).await?)
}
