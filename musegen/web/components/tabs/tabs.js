// Shows the panel of the selected tab. The keys follow the tabs pattern of the WAI-ARIA practices.
const tabs = [...element.querySelectorAll('[role="tab"]')];
let selected = tabs[0];

/** Sets the attributes of the tabs and of the panels that are in the page by now. */
function update() {
  for (const tab of tabs) {
    const isSelected = tab === selected;
    tab.setAttribute("aria-selected", String(isSelected));
    tab.tabIndex = isSelected ? 0 : -1;
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    if (!panel) continue;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.toggleAttribute("data-selected", isSelected);
  }
}

function select(tab) {
  selected = tab;
  update();
}

element.addEventListener("click", (event) => {
  const tab = event.target.closest('[role="tab"]');
  if (tab) select(tab);
});
element.addEventListener("keydown", (event) => {
  const last = tabs.length - 1;
  const i = tabs.indexOf(selected);
  const next = { ArrowRight: i < last ? i + 1 : 0, ArrowLeft: i > 0 ? i - 1 : last, Home: 0, End: last }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  select(tabs[next]);
  tabs[next].focus();
});

// Gradio adds the panels to the page after the tabs.
new MutationObserver(update).observe(element.closest(".mg-tabs"), { childList: true });
update();
