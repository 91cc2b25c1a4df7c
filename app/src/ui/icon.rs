//! One family of icons: 16 × 16, drawn with a line of 1.5, in the colour of the text beside them.

use leptos::prelude::*;

/// Every icon there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    ApiToken,
    ArrowDown,
    ArrowUp,
    Automation,
    Bell,
    BellPlus,
    Calendar,
    Check,
    Chevron,
    ChevronLeft,
    ChevronRight,
    Clock,
    Close,
    Columns,
    Copy,
    Download,
    Exclude,
    External,
    Filter,
    Grip,
    Half,
    Integration,
    Keyboard,
    Link,
    Masked,
    Menu,
    Minus,
    Moon,
    More,
    Pin,
    Play,
    Plus,
    Refresh,
    Search,
    ServiceAccount,
    Settings,
    SignOut,
    Star,
    Sun,
    System,
    Undo,
    User,
    Warning,
    Webhook,
    ZoomIn,
}

impl Icon {
    /// The line, as the data of one SVG path.
    const fn path(self) -> &'static str {
        match self {
            Self::ApiToken => {
                "M5.25 8.25a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM7.02 8.98 13.25 2.75M10.25 5.75l2 2"
            }
            Self::ArrowDown => "M8 3v10M4 9l4 4 4-4",
            Self::ArrowUp => "M8 13V3M4 7l4-4 4 4",
            Self::Automation => "M8.75 2.25 3.5 9h4l-.25 4.75L12.5 7h-4l.25-4.75Z",
            Self::Bell => {
                "M8 2.25A3.75 3.75 0 0 0 4.25 6c0 3.5-1.5 4.25-1.5 5.25h10.5c0-1-1.5-1.75-1.5-5.25A3.75 3.75 0 0 0 8 2.25Z\
                 M6.75 13.75h2.5"
            }
            Self::BellPlus => {
                "M8 2.25A3.75 3.75 0 0 0 4.25 6c0 3.5-1.5 4.25-1.5 5.25h10.5c0-.6-.6-1.1-1-2M6.75 13.75h2.5\
                 M12.25 2.25v4M10.25 4.25h4"
            }
            Self::Calendar => {
                "M3.75 3.5h8.5a1 1 0 0 1 1 1v7.75a1 1 0 0 1-1 1h-8.5a1 1 0 0 1-1-1V4.5a1 1 0 0 1 1-1ZM2.75 6.75h10.5\
                 M5.5 2v3M10.5 2v3"
            }
            Self::Check => "m3.25 8.5 3 3 6.5-7",
            Self::Chevron => "m4 6.25 4 4 4-4",
            Self::ChevronLeft => "m9.75 4-4 4 4 4",
            Self::ChevronRight => "m6.25 4 4 4-4 4",
            Self::Clock => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 5v3l2 1.5",
            Self::Close => "m4 4 8 8M12 4l-8 8",
            Self::Columns => {
                "M3.5 3.25h9a.75.75 0 0 1 .75.75v8a.75.75 0 0 1-.75.75h-9a.75.75 0 0 1-.75-.75V4a.75.75 0 0 1 .75-.75Z\
                 M8 3.25v9.5"
            }
            Self::Copy => {
                "M6.75 5.75h5.5a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1h-5.5a1 1 0 0 1-1-1v-5.5a1 1 0 0 1 1-1Z\
                 M3.5 10.25h-.25a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v.25"
            }
            Self::Download => "M8 2.5v8M4.5 7.25 8 10.75l3.5-3.5M2.75 13.25h10.5",
            Self::Exclude => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.1 4.1l7.8 7.8",
            Self::External => "M6.5 3.5h-3v9h9v-3M9.5 2.75h3.75V6.5M13 3 7.75 8.25",
            Self::Filter => "M2.5 4h11M4.5 8h7M6.5 12h3",
            Self::Grip => "M6 4v.01M6 8v.01M6 12v.01M10 4v.01M10 8v.01M10 12v.01",
            Self::Half => {
                "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 2.5v11M10.25 3.1v9.8M12.25 4.7v6.6"
            }
            Self::Integration => {
                "M6 2.5v3M10 2.5v3M4.25 5.5h7.5v2.25a3.75 3.75 0 0 1-7.5 0V5.5ZM8 11.5v2.25"
            }
            Self::Keyboard => {
                "M2.75 4h10.5a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H2.75a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Z\
                 M4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5.5 9.5h5"
            }
            Self::Link => {
                "M6.75 9.25a2.75 2.75 0 0 0 3.9 0l2-2a2.75 2.75 0 0 0-3.9-3.9l-.75.75M9.25 6.75a2.75 2.75 0 0 0-3.9 0\
                 l-2 2a2.75 2.75 0 0 0 3.9 3.9l.75-.75"
            }
            Self::Masked => {
                "M1.75 8s2.25-4 6.25-4 6.25 4 6.25 4-2.25 4-6.25 4-6.25-4-6.25-4ZM3.25 13.25l9.5-10.5"
            }
            Self::Menu => "M2.5 4.25h11M2.5 8h11M2.5 11.75h11",
            Self::Minus => "M3.5 8h9",
            Self::Moon => "M13.25 9.5A5.5 5.5 0 0 1 6.5 2.75a5.5 5.5 0 1 0 6.75 6.75Z",
            Self::More => {
                "M3.5 7.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1ZM8 7.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1ZM12.5 7.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1Z"
            }
            Self::Pin => {
                "M9.75 2.25l4 4-3 1-2.5 2.5-.5 3-4.5-4.5 3-.5 2.5-2.5 1-3ZM5.5 10.5 2.25 13.75"
            }
            Self::Play => "M5 3.5v9L12.5 8 5 3.5Z",
            Self::Plus => "M8 3.5v9M3.5 8h9",
            Self::Refresh => "M13.25 8a5.25 5.25 0 1 1-1.55-3.7l1.55 1.45M13.25 2.75v3h-3",
            Self::Search => {
                "M7 2.75a4.25 4.25 0 1 0 0 8.5 4.25 4.25 0 0 0 0-8.5ZM10.2 10.2l3.3 3.3"
            }
            Self::ServiceAccount => {
                "M4.25 5.75h7.5a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-1.5 1.5h-7.5a1.5 1.5 0 0 1-1.5-1.5v-4\
                 a1.5 1.5 0 0 1 1.5-1.5ZM8 5.75V2.5M6 8.75v1M10 8.75v1"
            }
            Self::Settings => {
                "M2.5 5h5.25M11.25 5h2.25M9.5 3.25a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Z\
                 M2.5 11h2.25M8.25 11h5.25M6.5 9.25a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Z"
            }
            Self::SignOut => {
                "M6.25 2.75h-2.5a1 1 0 0 0-1 1v8.5a1 1 0 0 0 1 1h2.5M10.5 5l3 3-3 3M13.25 8H6.5"
            }
            Self::Star => {
                "m8 2.5 1.65 3.55 3.85.45-2.85 2.65.75 3.85L8 11.1 4.6 13l.75-3.85L2.5 6.5l3.85-.45L8 2.5Z"
            }
            Self::Sun => {
                "M8 5.25a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5ZM8 1.75v1M8 13.25v1M1.75 8h1M13.25 8h1\
                 M3.6 3.6l.7.7M11.7 11.7l.7.7M3.6 12.4l.7-.7M11.7 4.3l.7-.7"
            }
            Self::System => {
                "M5 3.75h6A1.25 1.25 0 0 1 12.25 5v6A1.25 1.25 0 0 1 11 12.25H5A1.25 1.25 0 0 1 3.75 11V5\
                 A1.25 1.25 0 0 1 5 3.75ZM6.5 1.75v2M9.5 1.75v2M6.5 12.25v2M9.5 12.25v2M1.75 6.5h2M1.75 9.5h2\
                 M12.25 6.5h2M12.25 9.5h2"
            }
            Self::Undo => "M5.5 3.5 2.75 6.25 5.5 9M3 6.25h6.5a3.5 3.5 0 0 1 0 7H7",
            Self::User => {
                "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.75 13.5c.6-2.2 2.7-3.5 5.25-3.5s4.65 1.3 5.25 3.5"
            }
            Self::Warning => "m8 2.75 5.75 10.25H2.25L8 2.75ZM8 6.75V9.5M8 11.25v.01",
            Self::Webhook => {
                "M8 2.5A1.75 1.75 0 1 0 8 6a1.75 1.75 0 0 0 0-3.5ZM4 10a1.75 1.75 0 1 0 0 3.5A1.75 1.75 0 0 0 4 10Z\
                 M12 10a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM7.2 5.8 4.9 10.2M8.8 5.8l2.3 4.4M5.75 11.75h4.5"
            }
            Self::ZoomIn => {
                "M7 2.75a4.25 4.25 0 1 0 0 8.5 4.25 4.25 0 0 0 0-8.5ZM10.2 10.2l3.3 3.3M5.25 7h3.5M7 5.25v3.5"
            }
        }
    }
}

/// The icon, hidden from screen readers: what it says is said in words beside it or by a label.
pub(crate) fn icon(which: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" aria-hidden="true">
            <path d=which.path() stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}
