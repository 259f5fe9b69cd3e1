// Shows the panel of the selected tab. The keys follow the tabs pattern of the WAI-ARIA practices.

import { hasModifier } from "../shared/dom.js";

/** @import { Component } from "../shared/payloads.js" */

/** @param {Component<never>} component */
export function start({ element }) {
  const tabs = [...element.querySelectorAll('[role="tab"]')].filter(
    (tab) => tab instanceof HTMLElement,
  );
  const last = tabs.length - 1;
  let selected = 0;

  /** Set the attributes of the tabs, and of the panels that are in the page by now. */
  function update() {
    tabs.forEach((tab, i) => {
      const isSelected = i === selected;
      tab.setAttribute("aria-selected", String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (!panel) return;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.toggleAttribute("data-selected", isSelected);
    });
  }

  /** @param {number} i */
  function select(i) {
    selected = i;
    update();
  }

  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => select(i));
  });
  element.addEventListener("keydown", (event) => {
    const next = {
      ArrowRight: selected < last ? selected + 1 : 0,
      ArrowLeft: selected > 0 ? selected - 1 : last,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined || hasModifier(event)) return;
    event.preventDefault();
    select(next);
    tabs[next].focus();
  });

  // Gradio adds the panels to the page after the tabs.
  const group = element.closest(".mg-tabs");
  if (group) new MutationObserver(update).observe(group, { childList: true });
  update();
}
