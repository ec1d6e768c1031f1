/** The element with this id, which the page has. */
export const byId = (id) => document.getElementById(id);

/** Makes an element. `props` are properties, or attributes where the name has a dash; children are nodes or text. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.includes('-')) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Sets text only where it changes, so that screen readers and selections are left alone. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Shares of a bar. Styles set from code are allowed under the page's policy; those in markup are not. */
export function setShares(bar, shares) {
  for (const [i, part] of [...bar.children].entries()) part.style.flexGrow = String(shares[i] ?? 0);
  bar.dataset.empty = String(shares.every((share) => share === 0));
}
