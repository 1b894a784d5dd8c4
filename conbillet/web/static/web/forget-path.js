// htmx writes the address of the page into sessionStorage, whatever its settings; we keep nothing in a browser but cookies.
const forget = () => sessionStorage.removeItem("htmx-current-path-for-history");

forget();
for (const event of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
  document.addEventListener(event, forget);
}
