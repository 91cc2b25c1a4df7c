//! What was measured, in one table.

/// Rows of figures with their limits.
#[derive(Default)]
pub(crate) struct Table(Vec<[String; 5]>);

impl Table {
    /// A figure; `limit` is the most it may be, `peer` the same work done by the `sqlite3` shell.
    pub(crate) fn row(
        &mut self,
        what: &str,
        figure: f64,
        unit: &str,
        limit: Option<f64>,
        peer: Option<f64>,
    ) {
        let within = match limit {
            Some(limit) if figure <= limit => "within".to_owned(),
            Some(_) => "OVER".to_owned(),
            None => String::new(),
        };
        self.0.push([
            what.to_owned(),
            format!("{figure:.1} {unit}"),
            peer.map_or(String::new(), |peer| {
                format!("{peer:.1} {unit}, ratio {:.2}", figure / peer)
            }),
            limit.map_or(String::new(), |limit| format!("{limit:.0} {unit}")),
            within,
        ]);
    }

    /// A remark among the figures.
    pub(crate) fn note(&mut self, what: &str, note: &str) {
        self.0.push([
            what.to_owned(),
            note.to_owned(),
            String::new(),
            String::new(),
            String::new(),
        ]);
    }

    /// Prints the table; `peer` is the heading of what was measured beside.
    pub(crate) fn print(&self, peer: &str) {
        println!("\n{:<58} {:>14}  {peer:<28} {:>10}", "", "Daybook", "limit");
        for [what, figure, peer, limit, within] in &self.0 {
            println!("{what:<58} {figure:>14}  {peer:<28} {limit:>10}  {within}");
        }
    }
}
