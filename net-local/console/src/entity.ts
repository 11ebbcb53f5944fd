// One entity: how it is, and what can be done with it.

import * as ask from "./ask.js";
import type { Item, Message, Network, Now } from "./ask.js";
import { button, clock, make, pretty, say, trying } from "./dom.js";

export class Entity {
  private name = "";
  private network?: Network;
  private counts = make("div", { class: "row faint" });
  private error = make("p", { class: "bad" });
  private content = make("div");
  private loaded = "";

  constructor(
    private readonly place: HTMLElement,
    private readonly follow: (correlation: string) => Promise<void>,
  ) {}

  /** Shows an entity of a network. */
  async open(network: Network, name: string, now: Now | undefined): Promise<void> {
    this.network = network;
    this.name = name;
    this.loaded = "";
    this.counts = make("div", { class: "row faint" });
    this.error = make("p", { class: "bad" });
    this.content = make("div");
    const kind = network.kinds[name]?.kind ?? "entity";
    const place = network.places[name]?.place ?? "";
    this.place.replaceChildren(
      make("h2", {}, `${kind} ${name}`),
      make("div", { class: "faint" }, place),
      this.counts,
      this.error,
      this.actions(network, name),
      this.content,
    );
    if (now) this.show(name, now);
    await this.load();
  }

  /** Shows what has changed. */
  show(name: string, now: Now): void {
    if (name !== this.name) return;
    const told: [string, number | undefined][] = [
      ["waiting", now.depth], ["in flight", now.inFlight], ["dead letters", now.dead], ["running", now.running],
      ["events waiting", now.waiting], ["items", now.items], ["runs", now.runs], ["failures", now.failures],
      ["messages sent", now.sent], ["requests", now.requests], ["writes", now.writes], ["ticks", now.ticks],
    ];
    const shown = told.filter(([, count]) => count).map(([what, count]) => make("span", {}, `${count} ${what}`));
    this.counts.replaceChildren(...(shown.length > 0 ? shown : ["nothing yet"]));
    this.error.textContent = now.lastError ? `${clock(now.lastError.at)}  ${now.lastError.text}` : "";
    // Lists are read again only if they are others now, and not while somebody writes in them.
    const mark = `${now.depth} ${now.dead} ${now.writes} ${now.items} ${now.sent}`;
    if (this.loaded !== "" && mark !== this.loaded && !this.content.contains(document.activeElement)) {
      this.load().catch(() => undefined);
    }
    this.loaded = mark;
  }

  private actions(network: Network, name: string): HTMLElement {
    const kind = network.kinds[name];
    switch (kind?.kind) {
      case "queue":
        return make("div", {},
          this.sender(name, kind.fifo),
          kind.redrive && button("Redrive dead letters", async () => {
            const { count } = await ask.act<{ count: number }>({ do: "redrive", queue: name });
            say(`${count} sent back to ${name}`);
          }),
        );
      case "topic":
        return this.sender(name, false);
      case "function":
        return this.invoker(name);
      case "schedule":
        return button("Tick now", async () => {
          await ask.act({ do: "tick", schedule: name });
          say(`${name} has ticked`);
        });
      case "api":
        return this.caller(name, kind.routes, network.apis[name] ?? "");
      case "table":
        return this.editor(name, {}, "New item");
      case "bucket":
      case "service":
      case undefined:
        return make("div");
    }
  }

  /** A form that sends a message: the last one that was sent, to begin with. */
  private sender(name: string, fifo: boolean): HTMLElement {
    const body = make("textarea", { "aria-label": `Message for ${name}`, spellcheck: "false" });
    const group = make("input", { "aria-label": "Group", placeholder: "group" });
    ask.messages(name).then(({ recent }) => {
      body.value ||= pretty(recent[0]?.body ?? "{}");
      group.value ||= recent[0]?.group ?? "";
    }, () => undefined);
    const type = this.network?.types[name];
    const send = trying(async () => {
      const deed = { do: "send", to: name, body: body.value, group: fifo ? group.value : null };
      const { correlation } = await ask.act<{ correlation: string }>(deed);
      say(`sent to ${name}`);
      await this.follow(correlation);
    });
    return make("form", { onsubmit: send },
      make("h3", {}, type ? `Send (${type})` : "Send"), body, fifo && group,
      make("button", { type: "submit" }, "Send"));
  }

  private invoker(name: string): HTMLElement {
    const body = make("textarea", { "aria-label": `Event for ${name}`, spellcheck: "false" });
    body.value = "{}";
    const answer = make("pre", { "aria-live": "polite" });
    const invoke = trying(async () => {
      answer.textContent = "…";
      try {
        const event: unknown = JSON.parse(body.value);
        const done = await ask.act<{ answer: unknown }>({ do: "invoke", function: name, event });
        answer.className = "good";
        answer.textContent = JSON.stringify(done.answer, null, 2);
      } catch (error) {
        answer.className = "bad";
        answer.textContent = error instanceof Error ? error.message : String(error);
      }
    });
    return make("form", { onsubmit: invoke }, make("h3", {}, "Invoke with an event"), body,
      make("button", { type: "submit" }, "Invoke"), answer);
  }

  private caller(name: string, routes: string[], url: string): HTMLElement {
    const [method = "GET", route = "/"] = (routes.find((key) => key !== "$default") ?? "GET /").split(" ");
    const verb = make("input", { "aria-label": "Method", value: method === "ANY" ? "GET" : method, size: "7" });
    const path = make("input", { "aria-label": "Path", value: route });
    const choice = make("select", { "aria-label": "Route", onchange: () => {
      const [one = "GET", other = "/"] = choice.value.split(" ");
      verb.value = one === "ANY" ? "GET" : one;
      path.value = other;
    } }, ...routes.map((key) => make("option", {}, key)));
    const body = make("textarea", { "aria-label": "Body", spellcheck: "false" });
    const answer = make("pre", { "aria-live": "polite" });
    const call = trying(async () => {
      const headers = body.value ? { "content-type": "application/json" } : {};
      const asked = { do: "request", api: name, method: verb.value, path: path.value, headers, body: body.value };
      const response = await ask.act<{ status: number; body: string }>(asked);
      answer.className = response.status < 400 ? "good" : "bad";
      answer.textContent = `${response.status}\n${pretty(response.body)}`;
    });
    return make("form", { onsubmit: call }, make("h3", {}, "Call a route"),
      make("div", { class: "faint" }, url),
      make("div", { class: "row" }, choice, verb, path), body,
      make("button", { type: "submit" }, "Call"), answer);
  }

  private editor(table: string, item: Item, title: string): HTMLElement {
    const text = make("textarea", { "aria-label": `${title} of ${table}`, spellcheck: "false" });
    text.value = JSON.stringify(item, null, 2);
    const put = trying(async () => {
      await ask.act({ do: "put", table, item: JSON.parse(text.value) as Item });
      say(`written to ${table}`);
      await this.load();
    });
    return make("details", Object.keys(item).length > 0 ? { open: true } : {},
      make("summary", {}, title), make("form", { onsubmit: put }, text, make("button", { type: "submit" }, "Put")));
  }

  /** Reads what is in it. */
  private async load(): Promise<void> {
    const { name, network } = this;
    switch (network?.kinds[name]?.kind) {
      case "queue":
      case "topic":
      case "function": {
        const found = await ask.messages(name);
        if (name !== this.name) return;
        this.content.replaceChildren(
          this.messages("Dead letters", found.dead), this.messages("In the queue", found.waiting),
          this.messages("Sent lately", found.recent));
        return;
      }
      case "table": {
        const { keys, items } = await ask.items(name);
        if (name !== this.name) return;
        this.content.replaceChildren(this.items(name, keys.map((key) => key.name), items));
        return;
      }
      default:
        this.content.replaceChildren();
    }
  }

  private messages(title: string, messages: Message[]): HTMLElement {
    if (messages.length === 0) return make("div");
    const shown = messages.map((message) => make("li", { class: message.why ? "step failed" : "step" },
      make("div", { class: "row" },
        make("span", { class: "faint" }, message.message),
        message.receives ? make("span", { class: "faint" }, `received ${message.receives}×`) : null,
        message.inFlight ? make("span", { class: "good" }, "in flight") : null,
        button("Path", () => this.follow(message.correlation), { "aria-label": `Path of ${message.message}` }),
        button("Replay", async () => {
          const sent = await ask.act<{ correlation: string }>({ do: "replay", message: message.message });
          await this.follow(sent.correlation);
        }, { "aria-label": `Replay ${message.message}` })),
      make("pre", {}, pretty(message.body)),
      message.why ? make("div", { class: "bad" }, message.why) : null));
    return make("div", {}, make("h3", {}, `${title} (${messages.length})`), make("ol", {}, ...shown));
  }

  private items(table: string, keys: string[], items: Item[]): HTMLElement {
    const columns = [...new Set([...keys, ...items.slice(0, 50).flatMap((item) => Object.keys(item))])];
    const cell = (value: unknown) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));
    const key = (item: Item) => keys.map((name) => cell(item[name])).join(", ");
    const rows = items.map((item) => make("tr", {},
      ...columns.map((column) => make("td", {}, cell(item[column]))),
      make("td", {},
        button("Edit", async () => {
          const editor = this.editor(table, item, `Item ${key(item)}`);
          this.content.prepend(editor);
          editor.querySelector("textarea")?.focus();
        }, { "aria-label": `Edit ${key(item)}` }),
        button("Delete", async () => {
          await ask.act({ do: "delete", table, item });
          await this.load();
        }, { "aria-label": `Delete ${key(item)}` }))));
    return make("table", {}, make("caption", { class: "faint" }, `${items.length} items`),
      make("thead", {}, make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)), make("th", {}))),
      make("tbody", {}, ...rows));
  }
}
