// The few things that are needed to make elements.
/** An element with attributes, listeners (`onclick`) and children. Texts are texts, never HTML. */
export function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function")
            element.addEventListener(name.replace(/^on/, ""), value);
        else if (value === true)
            element.setAttribute(name, "");
        else if (value !== false)
            element.setAttribute(name, value);
    }
    for (const child of children)
        if (child)
            element.append(child);
    return element;
}
/** The element of an id, which the page has. */
export function found(id) {
    const element = document.getElementById(id);
    if (!element)
        throw new Error(`the page has no #${id}`);
    return element;
}
/** Tells the person something, and a screen reader too. */
export function say(text, bad = false) {
    const state = found("state");
    state.textContent = text;
    state.classList.toggle("bad", bad);
}
/** Does something that may fail, and says so if it does. */
export function trying(work) {
    return (event) => {
        event.preventDefault();
        work().catch((error) => say(error instanceof Error ? error.message : String(error), true));
    };
}
/** A button. */
export function button(text, work, attributes = {}) {
    return make("button", { type: "button", ...attributes, onclick: trying(work) }, text);
}
/** The time of day, to the millisecond. */
export function clock(milliseconds) {
    const date = new Date(milliseconds);
    return `${date.toLocaleTimeString([], { hour12: false })}.${String(milliseconds % 1000).padStart(3, "0")}`;
}
/** JSON as people read it; any other text as it is. */
export function pretty(text) {
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    }
    catch {
        return text;
    }
}
