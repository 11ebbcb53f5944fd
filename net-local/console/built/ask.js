// What the page asks `synth dev`, and what it is told.
const token = new URLSearchParams(location.search).get("token") ?? "";
const headers = { authorization: `Bearer ${token}` };
async function checked(response) {
    if (response.ok)
        return response;
    const text = await response.text();
    let why = text;
    try {
        why = JSON.parse(text).why ?? text;
    }
    catch {
        // It is a plain text.
    }
    throw new Error(why.trim() || `it answered ${response.status}`);
}
async function get(path) {
    const response = await checked(await fetch(`/api/${path}`, { headers }));
    return (await response.json());
}
const name = encodeURIComponent;
export const network = () => get("network");
export const paths = () => get("paths");
export const path = (correlation) => get(`path/${name(correlation)}`);
export const messages = (queue) => get(`messages/${name(queue)}`);
export const items = (table) => get(`items/${name(table)}`);
export const log = (from, count) => get(`log?from=${from}&count=${count}`);
/** A Rust test that does again what came from outside. */
export async function test() {
    return (await checked(await fetch("/api/test", { headers }))).text();
}
/** Does something; what came of it. */
export async function act(deed) {
    const sent = { ...headers, "content-type": "application/json" };
    const response = await fetch("/api/do", { method: "POST", headers: sent, body: JSON.stringify(deed) });
    return (await (await checked(response)).json());
}
/** Listens to what is new, until the server has gone. */
export async function listen(told) {
    const response = await checked(await fetch("/api/events", { headers }));
    if (!response.body)
        throw new Error("this browser does not read streams");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done)
            return;
        const events = (rest + value).split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events)
            told(JSON.parse(event.replace(/^data: /, "")));
    }
}
