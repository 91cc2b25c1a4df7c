//! The tabs of each project: those that every project has, and those that its operator adds.

use std::{collections::BTreeMap, path::Path};

use daybook_model::{
    QueryError, Tab,
    account::Project,
    tab::{ALL, MAX_TABS},
};

/// Why tabs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TabsError {
    /// The file cannot be read.
    #[error("the tabs in {0} cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// It is not what it should be.
    #[error("the tabs in {0} are not right: {1}")]
    Wrong(String, String),
}

/// The tabs of each project.
#[derive(Debug, Clone)]
pub struct Tabs {
    /// What every project has.
    common: Vec<Tab>,
    /// What a project has beside or instead, by slug.
    own: BTreeMap<String, Vec<Tab>>,
}

impl Default for Tabs {
    /// The tabs that every project has.
    fn default() -> Self {
        let common = serde_json::from_str(include_str!("tabs.json")).unwrap_or_default();
        Self { common, own: BTreeMap::new() }
    }
}

impl Tabs {
    /// Adds the tabs of a file: `{"acme": [{"key": …, "name": …, "filter": …, "columns": […]}]}`.
    /// One with the key of a common tab takes its place; the others follow the common ones.
    pub fn with_file(mut self, path: &Path) -> Result<Self, TabsError> {
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|e| TabsError::Unreadable(name.clone(), e))?;
        let wrong = |problem: String| TabsError::Wrong(name.clone(), problem);
        self.own = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        for (project, tabs) in &self.own {
            if tabs.len() > MAX_TABS {
                return Err(wrong(format!("{project} has more than {MAX_TABS}")));
            }
            for (i, tab) in tabs.iter().enumerate() {
                tab.check().map_err(|e| wrong(format!("{project}: {e}")))?;
                if tab.key == ALL && !tab.filter.choices.is_empty() {
                    return Err(wrong(format!("{project}: the tab \"all\" has a filter")));
                }
                if tabs[..i].iter().any(|other| other.key == tab.key) {
                    return Err(wrong(format!("{project} has {:?} twice", tab.key)));
                }
            }
        }
        Ok(self)
    }

    /// The tabs of a project, in the order in which they are offered.
    pub fn of(&self, project: &Project) -> Vec<Tab> {
        let own = self.own.get(&project.slug).map_or(&[][..], Vec::as_slice);
        let instead = |tab: &Tab| own.iter().find(|other| other.key == tab.key);
        let mut tabs: Vec<Tab> =
            self.common.iter().map(|tab| instead(tab).unwrap_or(tab).clone()).collect();
        for tab in own {
            if !tabs.iter().any(|other| other.key == tab.key) {
                tabs.push(tab.clone());
            }
        }
        tabs
    }

    /// The tab that an address names; without a name, the whole log.
    pub fn find(&self, project: &Project, key: Option<&str>) -> Result<Tab, QueryError> {
        let key = key.unwrap_or(ALL);
        self.of(project)
            .into_iter()
            .find(|tab| tab.key == key)
            .ok_or_else(|| QueryError::new("tab", format!("{key:?} is not a tab of this project")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_tab_is_right() {
        let tabs = Tabs::default();
        assert_eq!(tabs.common.first().map(|tab| tab.key.as_str()), Some(ALL));
        for tab in &tabs.common {
            tab.check().expect("a common tab is right");
        }
    }

    #[test]
    fn a_project_adds_and_replaces() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tabs.json");
        let read = |text: &str| {
            std::fs::write(&path, text).expect("a file");
            Tabs::default().with_file(&path)
        };
        let tabs = read(
            r#"{"acme":[{"key":"secrets","name":"Vault","filter":"resource_type=vault","columns":["time"]},
                {"key":"deploys","name":"Deploys","filter":"action=deploy","columns":["time","actor"]}]}"#,
        )
        .expect("they are right");
        let acme = tabs.of(&Project { number: 1, slug: "acme".into() });
        let other = tabs.of(&Project { number: 2, slug: "other".into() });
        assert_eq!(acme.len(), other.len() + 1);
        assert_eq!(acme.iter().find(|t| t.key == "secrets").expect("it stays").name, "Vault");
        assert_eq!(acme.last().expect("there are some").key, "deploys");

        let twice = r#"{"acme":[{"key":"a","name":"A","columns":["time"]},{"key":"a","name":"B","columns":["time"]}]}"#;
        assert!(read(twice).expect_err("twice").to_string().contains("twice"));
        assert!(read(r#"{"acme":[{"key":"a"}]}"#).is_err());
    }
}
