// Runs before the first paint, so that nobody who chose dark is blinded by a white page. A file, not an inline script: the page's policy allows none.
(() => {
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("minuta.color-scheme") ?? "auto";
  } catch {
    // Storage may be forbidden; then the system's choice holds.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
