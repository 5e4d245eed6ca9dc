// Adds to a page what only its reader's day and place can tell: freshness, drawn charts, sorting.
"use strict";
(function () {
  const language = document.body.dataset.language;
  const day = (iso) =>
    new Date(iso + "T00:00:00").toLocaleDateString(language === "en" ? "en-GB" : language, { day: "numeric", month: "long", year: "numeric" });
  const filled = (text, gaps) => text.replace(/\{(\w+)\}/g, (_, name) => gaps[name]);

  function nameRelease(status) {
    const release = window.SMED_RELEASE;
    const gaps = { release: release.release === null ? "–" : release.release, day: day(release.as_of) };
    for (const place of document.querySelectorAll(".release[data-text]")) {
      let said = filled(place.dataset.text, gaps);
      const until = isOurs(status) && status.fresh_until;
      if (until && place.dataset.fresh) said += ", " + filled(place.dataset.fresh, { day: day(until) });
      place.textContent = said;
    }
    for (const place of document.querySelectorAll("dd.fresh")) {
      if (isOurs(status) && status.fresh_until) place.textContent = day(status.fresh_until);
    }
  }

  const isOurs = (status) => status && status.as_of === window.SMED_RELEASE.as_of;

  function warn(status) {
    const banner = document.getElementById("standing");
    const said = [];
    const release = window.SMED_RELEASE;
    if (!status) {
      said.push(banner.dataset.unknown);
    } else {
      if (release.release !== null && status.release !== null && status.release !== release.release)
        said.push(filled(banner.dataset.old, { release: status.release }));
      const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
      if (isOurs(status) && status.fresh_until && today > status.fresh_until)
        said.push(filled(banner.dataset.stale, { day: day(status.fresh_until) }));
      if (status.held) said.push(banner.dataset.rolled);
      if (["failed", "held"].includes(status.outcome))
        said.push(filled(banner.dataset.failed, { message: status.message }));
      const names = (status.quarantined || []).map((row) =>
        [row.country_name || row.country_code, row.series_name || row.series_code].filter(Boolean).join(", "));
      if (names.length)
        said.push(filled(banner.dataset.held, { names: names.slice(0, 5).join("; ") + (names.length > 5 ? " …" : "") }));
    }
    for (const text of said) {
      const line = document.createElement("p");
      line.textContent = text;
      banner.append(line);
    }
    banner.hidden = said.length === 0;
  }

  // beside `published` of a home, which is one folder higher when the release itself was opened
  function readStatus() {
    const up = /\/releases\/[^/]+\/report\//.test(location.pathname) ? "../../../" : "../../";
    const deeper = document.querySelector('link[rel="stylesheet"]').getAttribute("href").startsWith("../") ? "../" : "";
    const script = document.createElement("script");
    script.src = deeper + up + "status.js";
    const done = () => { nameRelease(window.SMED_STATUS); warn(window.SMED_STATUS); };
    script.addEventListener("load", done);
    script.addEventListener("error", done);
    document.head.append(script);
  }

  const numbers = {
    en: { decimal: ".", thousands: "\u202f", grouping: [3], currency: ["", ""] },
    id: { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", ""] },
  };

  async function draw(place, specification) {
    const spec = JSON.parse(specification.textContent);
    if (spec.facet) {
      const wide = place.clientWidth;
      spec.columns = Math.max(1, Math.min(spec.columns, Math.floor(wide / 125)));
      spec.spec.width = Math.max(90, Math.min(260, Math.floor((wide - 60) / spec.columns) - 24));
    }
    place.replaceChildren();
    // the expressions are interpreted, since a policy forbids to make code of text
    await window.vegaEmbed(place, spec, {
      renderer: "svg", actions: false, ast: true, formatLocale: numbers[language] || numbers.en,
    });
    // the figure around it says what it shows; symbol by symbol it would say nothing
    const drawing = place.querySelector("svg");
    for (const part of [drawing, ...drawing.querySelectorAll("[role]")]) {
      part.removeAttribute("role");
      part.removeAttribute("aria-label");
      part.removeAttribute("aria-roledescription");
    }
    drawing.setAttribute("aria-hidden", "true");
    place.dataset.drawn = "yes";
  }

  async function drawAll() {
    if (!window.vegaEmbed) return;
    for (const specification of document.querySelectorAll("script.specification")) {
      const place = specification.parentElement.querySelector(".drawing");
      try {
        await draw(place, specification);
      } catch (error) {
        place.textContent = String(error);
        console.error(error);
      }
    }
    document.body.dataset.drawn = "yes";
  }

  const sortKey = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.trim();
    const number = Number(text);
    return text === "" || text === "–" ? null : Number.isNaN(number) ? text : number;
  };

  function sortBy(table, heading, column) {
    const up = heading.getAttribute("aria-sort") !== "ascending";
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [sortKey(one, column), sortKey(other, column)];
      if (a === null || b === null) return (a === null) - (b === null);
      const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), language);
      return up ? order : -order;
    });
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sortBy(table, heading, column));
      heading.append(button);
    });
  }
  nameRelease(null);
  readStatus();
  drawAll();
})();
