// Time: stopped, one thing at a time, or faster than it goes; and a look back over the log.

import * as ask from "./ask.js";
import type { News } from "./ask.js";
import { button, clock, found, make, trying } from "./dom.js";

const SPEEDS = [1, 10, 60, 600];

export class Time {
  private pause: HTMLButtonElement;
  private speed: HTMLSelectElement;
  private at = make("span", { class: "faint" });
  private scrubber: HTMLInputElement;
  private news?: News;

  constructor(place: HTMLElement, private readonly look: (from: number) => Promise<void>) {
    this.pause = button("Pause", async () => {
      await ask.act({ do: "speed", times: this.news?.speed === 0 ? Number(this.speed.value) : 0 });
    }, { "aria-pressed": "false" });
    const step = button("Step", async () => {
      await ask.act({ do: "step" });
    });
    this.speed = make("select", { "aria-label": "Speed", onchange: trying(async () => {
      await ask.act({ do: "speed", times: Number(this.speed.value) });
    }) }, ...SPEEDS.map((speed) => make("option", { value: String(speed) }, `${speed}×`)));
    this.scrubber = make("input", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Look back over the log",
      oninput: trying(() => this.look(Number(this.scrubber.value))) });
    place.replaceChildren(this.pause, step, this.speed, this.at, this.scrubber);
  }

  show(news: News): void {
    this.news = news;
    const paused = news.speed === 0;
    this.pause.textContent = paused ? "Go on" : "Pause";
    this.pause.setAttribute("aria-pressed", String(paused));
    if (!paused && document.activeElement !== this.speed) this.speed.value = String(news.speed);
    this.at.textContent = clock(news.now);
    const atEnd = this.scrubber.value === this.scrubber.max;
    this.scrubber.max = String(news.length);
    if (atEnd) this.scrubber.value = this.scrubber.max;
    found("graph").classList.toggle("paused", paused);
  }
}
