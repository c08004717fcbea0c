// What a page needs a script for: leaving at once, the story's sheet, one announcement for each finished reply, and saying so when
// the program is gone. It stores nothing, and asks no other host.
(() => {
  "use strict";

  const leave = () => {
    document.documentElement.innerHTML = "<head><title>New page</title></head><body></body>";
    window.location.replace("/away");
  };

  let shifts = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { shifts = []; return; }
    if (event.repeat) return;
    const now = Date.now();
    shifts = [...shifts.filter((at) => now - at < 1500), now];
    if (shifts.length >= 3) leave();
  });

  const sheet = () => {
    let dialog = document.getElementById("sheet");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "sheet";
      dialog.setAttribute("aria-label", "Story");
      dialog.innerHTML = '<div class="close"><button type="button" data-close>Close</button></div><div class="page" tabindex="-1"></div>';
      document.body.append(dialog);
    }
    return dialog;
  };

  const open = async (id) => {
    const dialog = sheet();
    const page = dialog.querySelector(".page");
    page.textContent = "...";
    dialog.showModal();
    try {
      const answer = await fetch(`/notes/${encodeURIComponent(id)}`);
      page.innerHTML = answer.ok ? await answer.text() : "<p>This story is no longer here.</p>";
    } catch {
      page.innerHTML = "<p>The story could not be fetched: the program may have stopped.</p>";
    }
    dialog.scrollTop = 0;
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest("[data-leave]")) leave();
    else if (target.closest("[data-open]")) open(target.closest("[data-open]").dataset.open);
    else if (target.closest("[data-close]") || target.id === "sheet") sheet().close();
  });

  // The finished reply is announced once; while it is being put together, nothing is.
  let turns = 0;
  const finished = () => {
    const all = document.querySelectorAll("#past .turn");
    const status = document.getElementById("announce");
    if (status && all.length > turns) {
      const last = all[all.length - 1];
      const spoken = [...last.querySelectorAll(".spoken, .story h3, .care h3")].map((part) => part.textContent.trim());
      status.textContent = spoken.join(" ");
    }
    turns = all.length;
  };

  // A new turn begins at the top of the view, once; after that the page stays where the reader has it.
  let begun = 0;
  const follow = () => {
    const all = document.querySelectorAll("#past .turn, #now .turn");
    if (all.length > begun) {
      const last = all[all.length - 1];
      last.style.scrollMarginTop = `${(document.getElementById("top")?.offsetHeight ?? 80) + 12}px`;
      last.scrollIntoView({ block: "start" });
    }
    begun = all.length;
  };

  const watch = () => new MutationObserver(() => { finished(); follow(); }).observe(document.body, { childList: true, subtree: true });
  if (document.body) watch(); else document.addEventListener("DOMContentLoaded", watch);
})();
