import { text } from "../texts";
import type { Mention } from "./api";
import { button, element, say } from "./elements";
import { Mentions, type Candidate } from "./mentions";

const longest = 2_000;
const warnFrom = 1_800;
let composers = 0;

export type ComposerOptions = {
  label: string;
  send: string;
  value?: string;
  mentions?: Mention[];
  candidates: () => Candidate[];
  /** Null when it is taken; else why not: the text stays. */
  submit: (words: string, mentions: Mention[]) => string | null | Promise<string | null>;
  /** Where there is a way back. */
  cancel?: () => void;
};

/** Where a comment is written. */
export class Composer {
  readonly form = element("form", "composer");
  readonly field = element("textarea", "");
  private readonly mentions: Mentions;
  private readonly fault = element("p", "composer-fault");
  private readonly count = element("output", "composer-count");
  private readonly submitButton: HTMLButtonElement;

  constructor(private readonly options: ComposerOptions) {
    const id = `composer-${++composers}`;
    Object.assign(this.field, { rows: 1, maxLength: longest, placeholder: options.label, value: options.value ?? "" });
    this.field.ariaLabel = options.label;
    this.fault.id = `${id}-fault`;
    this.fault.role = "alert";
    this.fault.hidden = true;
    this.submitButton = element("button", "button primary small", options.send);
    this.submitButton.title = text("discussionSendKeys");
    const { cancel } = options;
    const actions = element("div", "composer-actions", this.count,
      cancel ? button("button small", text("discussionCancel"), () => cancel()) : null, this.submitButton);
    this.form.append(this.field, this.fault, actions);
    this.mentions = new Mentions(this.field, options.candidates);
    this.mentions.remember(options.mentions ?? []);
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", event => this.press(event));
    this.form.addEventListener("submit", event => { event.preventDefault(); void this.submit(); });
    this.changed();
  }

  /** What is typed, and not sent. */
  get isEmpty(): boolean { return this.field.value.trim() === ""; }

  private press(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void this.submit(); }
    if (event.key === "Escape" && this.options.cancel) { event.preventDefault(); event.stopPropagation(); this.options.cancel(); }
  }

  private async submit(): Promise<void> {
    const words = this.field.value.trim();
    if (words === "") { this.field.focus(); return; }
    this.submitButton.disabled = true;
    const why = await this.options.submit(words, this.mentions.in(words));
    this.submitButton.disabled = false;
    if (why === null && !this.options.cancel) this.field.value = "";
    this.changed();
    this.fault.hidden = why === null;
    say(this.fault, why ?? "");
    if (why !== null) this.field.focus();
  }

  private changed(): void {
    const length = this.field.value.length;
    this.form.classList.toggle("blank", this.isEmpty);
    say(this.count, length < warnFrom ? "" : text("discussionLeft", longest - length));
  }
}
