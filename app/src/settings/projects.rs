//! The projects of the instance.

use daybook_model::{
    View,
    account::{NewProject, Project},
};
use leptos::{ev, prelude::*};

use super::{
    form::{Form, FormProblem},
    section::{Added, Adding, FormActs, Section},
};
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
    let (slug, adding) = (RwSignal::new(String::new()), Adding::new("Create a project"));
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
            adding.close();
            list.update(|list| list.push(made));
            session.viewer.set(Some(viewer));
        });
    };
    view! {
        <Section id="projects" title="Projects" hint="Each has a log of its own, strictly apart from the others." adding>
            <Added adding>
                <form class="settings-form" aria-labelledby="project-title" on:submit=submit>
                    <h3 id="project-title">"Create a project"</h3>
                    <TextField label="Name" required=true value=slug hint="Lower-case letters, digits and hyphens. It stands in every address and stays." problem=form.problem_of("slug") />
                    <FormProblem form />
                    <FormActs word="Create project" busy=form.busy adding />
                </form>
            </Added>
            <ul class="projects" role="list" aria-labelledby="projects-title">
                {each(move || list.get(), |project| project.slug.clone(), |project| view! {
                    <li><a href=log_href(&project.slug, &View::default())>{project.slug.clone()}</a></li>
                })}
            </ul>
            <FormProblem form=ask />
        </Section>
    }
}
