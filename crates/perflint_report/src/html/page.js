"use strict";
// Shows the findings that fit the search and the filters. Everything is in the page already; nothing is loaded.
(() => {
  const findings = Array.from(document.querySelectorAll("details.finding"));
  const search = document.getElementById("search");
  const filters = Array.from(document.querySelectorAll("select[data-field]"));
  const count = document.getElementById("count");

  const fits = (finding, words) => {
    const text = finding.dataset.text;
    return words.every((word) => text.includes(word))
      && filters.every((filter) => filter.value === "" || finding.dataset[filter.dataset.field] === filter.value);
  };

  const update = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const finding of findings) {
      const fit = fits(finding, words);
      finding.hidden = !fit;
      shown += fit ? 1 : 0;
    }
    for (const file of document.querySelectorAll("section.file")) {
      file.hidden = !file.querySelector("details.finding:not([hidden])");
    }
    count.textContent = shown + " of " + findings.length + " shown";
  };

  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.matches("details.finding")) {
      target.open = true;
    }
  };

  search.addEventListener("input", update);
  filters.forEach((filter) => filter.addEventListener("change", update));
  window.addEventListener("hashchange", open);
  update();
  open();
})();
