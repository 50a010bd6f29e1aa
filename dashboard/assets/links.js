// Links to our pages, followed inside the application: the address changes as by Back and
// Forward, which the application listens to. Nothing is loaded again, and one click is one step
// of Back: the application's own links take two, the first to a page that nobody asked for.
(() => {
  if (window.leadloopGo) return;
  const pages = new Set(PAGES);
  const narrow = matchMedia("(max-width: 768px)");
  const own = '[data-testid="stPageLink-NavLink"]';
  const ours = `[data-testid="stHtml"] a[href], ${own}`;
  const folder = (path) => path.slice(0, path.lastIndexOf("/") + 1);
  const name = (path) => path.slice(path.lastIndexOf("/") + 1);

  const inside = (url) =>
    url.origin === location.origin &&
    folder(url.pathname) === folder(location.pathname) &&
    pages.has(name(url.pathname));

  window.leadloopGo = (target) => {
    const url = new URL(target, location.href);
    if (!inside(url)) return location.assign(url);
    if (url.pathname === location.pathname && url.search === location.search) return;
    history.pushState({}, "", url);
    dispatchEvent(new PopStateEvent("popstate"));
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  };

  const follow = (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
      return;
    const link = event.target.closest?.(ours);
    if (!link || link.target === "_blank" || link.hasAttribute("download")) return;
    const written = link.getAttribute("href") || "";
    const ofStart = link.matches(own) && /^(\?|$)/.test(written);  // no path: the first page
    const url = new URL(ofStart ? `./${written}` : written, location.href);
    if (!inside(url) || url.hash) return;
    event.preventDefault();
    event.stopPropagation();
    leadloopGo(url.href);
    const sidebar = link.closest('[data-testid="stSidebar"]');
    if (sidebar && narrow.matches)
      sidebar.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  };
  document.addEventListener("click", follow, true);
})();
