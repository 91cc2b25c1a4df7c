//! The projects of the instance.

use daybook_model::{
    View,
    account::{NewProject, Project},
};
use leptos::{ev, prelude::*};

use super::form::{Form, FormProblem};
use crate::{
    api::{self, accounts},
    reactive::each,
    session::Session,
    ui::{announce::announce, field::TextField},
    url::log_href,
};

/// The section, for those who look after the instance.
#[component]
pub(crate) fn ProjectsSection() -> impl IntoView {
    let session = expect_context::<Session>();
    let list = RwSignal::new(Vec::<Project>::new());
    let form = Form::new(&["slug"]);
    let slug = RwSignal::new(String::new());
    let ask = Form::new(&[]);
    ask.send(accounts::projects(), "", move |projects| list.set(projects));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let wanted = slug.get_untracked().trim().to_owned();
        if list.with_untracked(|list| list.iter().any(|project| project.slug == wanted)) {
            return form.refuse("slug", "this project is there already");
        }
        let new = NewProject { slug: wanted };
        let answer = async move {
            let made = accounts::create_project(&new).await?;
            // Whoever made it may open it, and the menu says so.
            let viewer = api::viewer(None).await?;
            Ok((made, viewer))
        };
        form.send(answer, "slug", move |(made, viewer)| {
            announce(&format!("The project {} is made", made.slug));
            slug.set(String::new());
            list.update(|list| list.push(made));
            session.viewer.set(Some(viewer));
        });
    };
    view! {
        <section id="projects" aria-labelledby="projects-title">
            <header class="section-head">
                <h2 id="projects-title">"Projects"</h2>
                <p class="hint">"Each has a log of its own, strictly apart from the others."</p>
            </header>
            <ul class="projects" role="list" aria-labelledby="projects-title">
                {each(move || list.get(), |project| project.slug.clone(), |project| view! {
                    <li><a href=log_href(&project.slug, &View::default())>{project.slug.clone()}</a></li>
                })}
            </ul>
            <FormProblem form=ask />
            <form class="settings-form" aria-labelledby="project-title" on:submit=submit>
                <h3 id="project-title">"Create a project"</h3>
                <TextField label="Name" required=true value=slug hint="Lower-case letters, digits and hyphens. It stands in every address and stays." problem=form.problem_of("slug") />
                <FormProblem form />
                <div class="form-acts">
                    <button type="submit" class="button primary" disabled=form.busy>"Create project"</button>
                </div>
            </form>
        </section>
    }
}
