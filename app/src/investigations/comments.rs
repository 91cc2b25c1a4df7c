//! What was said, and saying something.

use daybook_model::{
    Seq,
    investigation::{Comment, MAX_COMMENT, NewComment},
};
use leptos::{ev, prelude::*};

use super::file::File;
use crate::{
    api::investigations,
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, each, when},
    settings::form::{Form, FormProblem},
    ui::{confirm::Confirm, field::TextArea, text::visible, time::minute},
};

/// The comments, oldest first.
#[component]
pub(super) fn Comments(
    /// The investigation.
    file: File,
    /// What was said.
    comments: Memo<Vec<Comment>>,
) -> impl IntoView {
    when(
        move || comments.with(|comments| !comments.is_empty()),
        move || {
            view! {
                <ul class="comments" role="list" aria-label="Comments">
                    {each(move || comments.get(), |comment| comment.number.to_string(), move |comment| view! { <Said file comment /> })}
                </ul>
            }
        },
    )
}

/// One of them.
#[component]
fn Said(file: File, comment: Comment) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let form = Form::new(&[]);
    let Comment { number, by, at, text, own } = comment;
    let name = format!("Delete the comment of {by}");
    let take_back = Callback::new(move |()| {
        let project = file.project.get_value();
        let answer = async move { investigations::take_back(&project, file.number, number).await };
        file.send(form, answer, "The comment is deleted", || ());
    });
    view! {
        <li>
            <p class="comment-text">{visible(&text).into_owned()}</p>
            <p class="comment-by muted">
                <span>{dynamic(move || format!("{by} {}", minute(at, clock.now_untracked(), zone.get())))}</span>
                {when(move || own && file.open.get(), move || view! {
                    <Confirm word="Delete" name=name.clone() question="It stays in the log that it was said." busy=form.busy on_confirm=take_back />
                })}
            </p>
            <FormProblem form />
        </li>
    }
}

/// A field for what there is to say.
#[component]
pub(super) fn Say(
    /// The investigation.
    file: File,
    /// Of which entry; of all of it where there is none.
    seq: Option<Seq>,
    /// What happens once it is said, or not to be.
    #[prop(optional)]
    done: Option<Callback<()>>,
) -> impl IntoView {
    let form = Form::new(&["text"]);
    let text = RwSignal::new(String::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = NewComment { text: text.get_untracked(), seq };
        let new = match new.checked() {
            Ok(new) => new,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = file.project.get_value();
        let answer = async move { investigations::comment(&project, file.number, &new).await };
        file.send(form, answer, "The comment is added", move || {
            text.set(String::new());
            if let Some(done) = done {
                done.run(());
            }
        });
    };
    let label = if seq.is_some() { "Comment on this entry" } else { "What you found" };
    view! {
        <form class="say" on:submit=submit novalidate>
            <TextArea label required=true most=MAX_COMMENT value=text hint="" problem=form.problem_of("text") />
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button" disabled=form.busy>"Add comment"</button>
                {done.map(|done| view! { <button type="button" class="button quiet" on:click=move |_| done.run(())>"Cancel"</button> })}
            </div>
        </form>
    }
}
