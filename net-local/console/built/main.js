// The console: what the page is made of, and what it does with what it is told.
import * as ask from "./ask.js";
import { found, make, clock, say, trying } from "./dom.js";
import { Entity } from "./entity.js";
import { Graph } from "./graph.js";
import { Paths } from "./paths.js";
import { Time } from "./time.js";
let network;
const entities = new Map();
let chosen = "";
const paths = new Paths(found("paths"), (name) => choose(name));
const entity = new Entity(found("entity"), (correlation) => paths.open(correlation));
const graph = new Graph(found("graph"), (name) => choose(name));
const time = new Time(found("time"), look);
function choose(name) {
    if (!network)
        return;
    chosen = name;
    graph.mark(name);
    history.replaceState(null, "", `${location.pathname}${location.search}#${encodeURIComponent(name)}`);
    entity.open(network, name, entities.get(name)).then(() => found("entity").focus({ preventScroll: true }), failed);
}
/** Shows a stretch of the log. */
async function look(from) {
    const { steps } = await ask.log(from, 100);
    found("paths").replaceChildren(make("h2", {}, "The log"), make("ol", {}, ...steps.map((step) => make("li", { class: step.failed ? "step failed" : "step" }, make("span", { class: "faint" }, `${clock(step.at)} `), step.text))));
}
function failed(error) {
    say(error instanceof Error ? error.message : String(error), true);
}
/** Where it hurts, or where most is going on: what the page opens on. */
function worst() {
    const weight = (now) => 1e9 * (now.dead ?? 0) + 1e6 * (now.lastError ? 1 : 0) + 1e3 * (now.depth ?? 0) + now.runs + now.requests + now.sent;
    const busy = [...entities].sort(([, one], [, other]) => weight(other) - weight(one))[0];
    if (busy && weight(busy[1]) > 0)
        return busy[0];
    const kinds = Object.entries(network?.kinds ?? {});
    const first = kinds.find(([, { kind }]) => kind === "api") ?? kinds.find(([, { kind }]) => kind === "queue") ?? kinds[0];
    return first?.[0] ?? "";
}
let waiting = 0;
async function told(news) {
    if (network?.version !== news.version) {
        network = await ask.network();
        document.title = `${network.name} – synth dev`;
        found("name").textContent = network.name;
        entities.clear();
        graph.draw(network.svg);
    }
    for (const [name, now] of Object.entries(news.entities)) {
        entities.set(name, now);
        graph.show(name, now);
        entity.show(name, now);
    }
    graph.touch(news.steps);
    time.show(news);
    if (!chosen)
        choose(decodeURIComponent(location.hash.slice(1)) || worst());
    if (news.steps.length > 0 || waiting === 0) {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(() => void paths.refresh().catch(failed), 200);
    }
}
async function live() {
    for (;;) {
        try {
            let last = Promise.resolve();
            say("Live");
            await ask.listen((news) => {
                last = last.then(() => told(news)).catch(failed);
            });
            say("`synth dev` has ended", true);
        }
        catch (error) {
            failed(error);
        }
        await new Promise((done) => setTimeout(done, 1000));
    }
}
found("copy").addEventListener("click", trying(async () => {
    const program = await ask.test();
    const text = make("textarea", { readonly: true, "aria-label": "A test that does the same again", rows: "20" });
    text.value = program;
    const dialog = make("dialog", { "aria-label": "Copy as test" }, make("h2", {}, "A test that does the same again"), text, make("form", { method: "dialog" }, make("button", {}, "Close")));
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    text.select();
    await navigator.clipboard?.writeText(program).then(() => say("copied"), () => undefined);
}));
void live();
