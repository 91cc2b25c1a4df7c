// The reader's choice of light or dark, before the first paint. The app keeps it: see ui/theme.rs.
try {
  const theme = localStorage.getItem("daybook.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system chooses.
}
