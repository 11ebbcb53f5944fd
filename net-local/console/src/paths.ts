// What happened: one line for each event that began something, and the path of the one that is chosen.

import * as ask from "./ask.js";
import type { Path, Step } from "./ask.js";
import { button, clock, make, pretty } from "./dom.js";

export class Paths {
  private list: Path[] = [];
  private chosen = "";
  private busy = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly choose: (entity: string) => void,
  ) {}

  /** Reads what happened again, if somebody looks at it. */
  async refresh(): Promise<void> {
    if (this.busy || this.place.contains(document.activeElement)) return;
    this.busy = true;
    try {
      if (this.chosen) await this.open(this.chosen);
      else this.showList(await ask.paths());
    } finally {
      this.busy = false;
    }
  }

  private showList(list: Path[]): void {
    if (JSON.stringify(list) === JSON.stringify(this.list) && this.place.childElementCount > 0) return;
    this.list = list;
    const shown = list.map((path) => make("li", {},
      button(`${clock(path.began)}  ${path.failed ? "✗ " : ""}${path.text}`, () => this.open(path.correlation),
        { class: path.failed ? "bad" : "", title: `${path.correlation}, ${path.took} ms, ${path.steps} steps` })));
    this.place.replaceChildren(make("h2", {}, "What happened"),
      list.length > 0 ? make("ol", { class: "list" }, ...shown) : make("p", { class: "faint" }, "Nothing yet. Call a route, send a message, or start a schedule: choose it in the picture."));
  }

  /** Shows everything that one event has caused. */
  async open(correlation: string): Promise<void> {
    const steps = await ask.path(correlation);
    this.chosen = correlation;
    const first = steps[0]?.at ?? 0;
    const back = button("All", async () => {
      this.chosen = "";
      this.list = [];
      this.showList(await ask.paths());
    }, { "aria-label": "All that happened" });
    this.place.replaceChildren(
      make("div", { class: "row" }, back, make("h2", {}, correlation)),
      make("ol", {}, ...steps.map((step) => this.step(step, first))));
  }

  private step(step: Step, first: number): HTMLElement {
    const { entity } = step;
    return make("li", { class: `step ${step.kind}${step.failed ? " failed" : ""}` },
      make("div", { class: "row" },
        make("span", { class: "faint" }, `+${step.at - first} ms`),
        make("span", step.failed ? { class: "bad" } : {}, step.body ? step.text.split(": ")[0] : step.text),
        entity ? button(entity, async () => this.choose(entity), { "aria-label": `Look at ${entity}` }) : null),
      step.body ? make("pre", {}, pretty(step.body)) : null);
  }
}
