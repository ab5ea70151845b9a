type Content = Node | string | null | undefined;

/** An element with a class and content; text goes in as text. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...content: Content[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content.filter(part => part !== null && part !== undefined));
  return made;
}

/** A button that does something. */
export function button(className: string, label: Content, press: (event: MouseEvent) => void): HTMLButtonElement {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** One of the icons that the page brings (Discussion.razor), so that there is one place for them. */
export function icon(name: string): Node {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-icon="${name}"]`);
  return template ? document.importNode(template.content, true) : document.createTextNode("");
}

/** Puts children into an order with as little moving as possible: what is moved loses its focus. */
export function arrange(parent: HTMLElement, children: HTMLElement[]): void {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child as HTMLElement)) child.remove();
  children.forEach((child, index) => { if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null); });
}

/** Sets a text where it is another one: nothing is read out twice. */
export function say(target: HTMLElement, words: string): void { if (target.textContent !== words) target.textContent = words; }
