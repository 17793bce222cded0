// Before the first paint, so that nobody who chose dark sees light first. A file, because inline scripts are not allowed.
try {
  const theme = localStorage.getItem('caretaker-theme');
  if (theme === '"light"' || theme === '"dark"') document.documentElement.dataset.theme = JSON.parse(theme);
} catch {
  // Storage can be forbidden; then the system's theme is used.
}
