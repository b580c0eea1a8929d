// What the page does beyond plain links and forms. Everything in it works, less smoothly, without.
const byId = (id) => document.getElementById(id);

/** The tabs pattern of the ARIA Authoring Practices, on links that were there already. */
function makeTabs(root) {
  const list = root.querySelector(".tabs");
  const tabs = [...list.querySelectorAll("a")];
  const panelOf = (tab) => byId(tab.hash.slice(1));

  function select(chosen) {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      tab.classList.toggle("is-selected", isChosen);
      panelOf(tab).classList.toggle("is-selected", isChosen);
    }
  }

  function choose(tab) {
    select(tab);
    tab.focus();
    history.replaceState(null, "", tab.hash);
  }

  list.setAttribute("role", "tablist");
  for (const tab of tabs) {
    const panel = panelOf(tab);
    tab.parentElement.setAttribute("role", "presentation");
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.removeAttribute("aria-label");
    panel.setAttribute("aria-labelledby", tab.id);
    // A panel that has nothing to focus is focused itself, so that the keyboard gets to it.
    if (!panel.querySelector("a, button")) panel.tabIndex = 0;
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      choose(tab);
    });
  }
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (event.key === " ") choose(event.target);
    else if (to !== undefined) choose(tabs[(to + tabs.length) % tabs.length]);
    else return;
    event.preventDefault();
  });
  const fromHash = () => tabs.find((tab) => tab.hash === location.hash);
  addEventListener("hashchange", () => {
    const tab = fromHash();
    if (tab) select(tab);
  });
  select(fromHash() ?? tabs[0]);
  root.classList.add("tabbed");
}

/** Shows the copy buttons and says, in the button and so to screen readers, that it worked. */
function makeCopyButtons(messages) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    let timer;
    button.hidden = false;
    const show = (isCopied) => {
      button.textContent = isCopied ? messages.copied : messages.copyFailed;
      byId("announcement").textContent = button.textContent;
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.textContent = label;
        byId("announcement").textContent = "";
      }, 2500);
    };
    button.addEventListener("click", () => {
      void copyText(byId(button.dataset.copy)).then(show);
    });
  }
}

async function copyText(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    // Over plain HTTP browsers have no clipboard for pages; the selection can still be copied.
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}

/** Results as one types. The address follows, so that a search can be shared and reloaded. */
function makeSearch(form) {
  const input = byId("query");
  const typingPauseInMs = 120;
  let running = new AbortController();
  let timer;

  async function search() {
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const query = input.value.trim();
    const address = new URL(location.href);
    if (query === "") address.searchParams.delete("q");
    else address.searchParams.set("q", query);
    history.replaceState(null, "", address);
    if (query === "") {
      byId("results").hidden = true;
      return;
    }
    try {
      const parameters = new URLSearchParams({ q: query, lang: document.documentElement.lang });
      const response = await fetch(`/search.json?${parameters}`, { signal });
      if (!response.ok) throw new Error(response.statusText);
      show(await response.json());
    } catch {
      if (signal.aborted) return;
      show({ summary: form.dataset.failed, results: [] });
    }
  }

  function show({ summary, results }) {
    const list = make("ol", "results");
    list.append(...results.map(resultItem));
    byId("result-list").replaceChildren(list);
    byId("results").hidden = false;
    byId("summary").textContent = summary;
  }

  function resultItem({ title, path, url, language, snippet, reasons }) {
    const item = make("li");
    item.lang = language;
    if (path) item.append(make("p", "path", [path]));
    const link = make("a", "", [title]);
    link.href = url;
    item.append(make("h3", "", [link]));
    const pieces = snippet.map(({ text, isMatch }) => (isMatch ? make("mark", "", [text]) : text));
    item.append(make("p", "snippet", pieces));
    for (const part of item.children) part.dir = "auto";
    if (reasons.length > 0) {
      const parts = reasons.flatMap(({ field, words }, i) => [
        i === 0 ? " " : " · ",
        make("span", "field", [field]),
        ` ${words}`,
      ]);
      const why = make("p", "why", [form.dataset.foundIn, ...parts]);
      why.lang = document.documentElement.lang;
      item.append(why);
    }
    return item;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, typingPauseInMs);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void search();
  });
}

function make(name, className = "", children = []) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

makeTabs(byId("clients"));
makeCopyButtons(byId("announcement").dataset);
// Private documentation has none for who has not said who they are.
if (byId("search")) makeSearch(byId("search"));
