// What the browser tests ask of a page: `tests/browser.py` puts this before the name of what it asks.
({
  /** How what has the focus presents itself. */
  focused() {
    const here = document.activeElement;
    if (!here || here === document.body) return "";
    const said = [here.getAttribute("aria-label"), here.labels?.[0]?.innerText, here.innerText, here.title];
    return said.filter(Boolean).join(" ").replace(/\s+/g, " ");
  },

  /** Is what has the focus in the window, and is it drawn, or the card or label that it stands for? */
  focusShows() {
    const here = document.activeElement;
    // Within a date the calendar's button is the browser's own: the page can neither draw nor see its focus.
    if (!here.matches(":focus")) return here.matches("[type=date], [type=datetime-local]");
    const outlined = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    const styles = [getComputedStyle(here), getComputedStyle(here, "::after")];
    for (let up = here.parentElement; up && up !== document.body; up = up.parentElement) styles.push(getComputedStyle(up));
    const drawn = styles.some(outlined) || styles[0].boxShadow !== "none";
    // A box to tick may be hidden: what one sees of it is its label.
    const label = here.closest("label");
    const box = (here.matches("[type=radio], [type=checkbox]") && label ? label : here).getBoundingClientRect();
    return drawn && box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  },

  /** What sticks out of the window sideways, if the page can be scrolled there. */
  tooWide() {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const contained = (one) => {
      for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const out = [...document.body.querySelectorAll("*")].filter(
      (one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !contained(one),
    );
    return [`${root.scrollWidth} px`, ...out.slice(-3).map((one) => one.outerHTML.slice(0, 160))];
  },

  /** Axe's complaints, one sentence each. */
  async axe(runOnly) {
    // Colours that are on their way to others would be judged in between.
    for (const one of document.getAnimations()) if (one.effect.getComputedTiming().endTime !== Infinity) one.finish();
    const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"], iframes: false });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} – ${node.failureSummary}`),
    );
  },

  /** What the page is made of: each element with the one it stands in, by their names and classes. */
  pieces() {
    const name = (one) => [one.localName, one.getAttribute("type"), one.getAttribute("role"), ...one.classList].join(".");
    const found = [...document.body.querySelectorAll("*")].map((one) => `${name(one.parentElement)} > ${name(one)}`);
    return [...new Set(found)];
  },

  /** Where its links lead within the house. */
  links() {
    const found = [...document.querySelectorAll("a[href]:not([download])")];
    return found.filter((one) => one.origin === location.origin).map((one) => one.pathname + one.search);
  },
})
