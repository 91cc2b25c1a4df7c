//! Routes with their rules. A route cannot be added without one: there is no other way to add it.

use std::convert::Infallible;

use axum::{
    Router,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};

use crate::{
    access::{Rule, guard},
    state::AppState,
};

/// What the table says of a route.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, under `/api` where it is the API's.
    pub path: &'static str,
    /// What it asks of whoever calls it.
    pub rule: Rule,
}

/// A route under its whole path.
#[derive(Debug, Clone)]
pub struct Served {
    /// The method.
    pub method: Method,
    /// The whole path.
    pub path: String,
    /// What it asks of whoever calls it.
    pub rule: Rule,
}

/// Routes with their handlers.
#[derive(Default)]
pub(super) struct Table(Vec<(Route, MethodRouter<AppState, Infallible>)>);

impl Table {
    /// Adds a route.
    pub(super) fn route<H: Handler<T, AppState>, T: 'static>(
        mut self,
        method: Method,
        path: &'static str,
        rule: Rule,
        handler: H,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        self.0.push((Route { method, path, rule }, on(filter, handler)));
        self
    }

    /// The routes alone.
    pub(super) fn routes(self) -> Vec<Route> {
        self.0.into_iter().map(|(route, _)| route).collect()
    }

    /// The router, in which each route is guarded by its rule.
    pub(super) fn router(self, state: &AppState) -> Router<AppState> {
        self.0.into_iter().fold(Router::new(), |router, (route, handler)| {
            let guarded = from_fn_with_state((state.clone(), route.rule), guard);
            router.route(route.path, handler.route_layer(guarded))
        })
    }
}
