// The living graph: the network as `synth` draws it, with what is going on in each entity.
const SVG = "http://www.w3.org/2000/svg";
export class Graph {
    place;
    choose;
    boxes = new Map();
    chosen = "";
    constructor(place, choose) {
        this.place = place;
        this.choose = choose;
    }
    /** Draws a network. The picture comes from `synth dev` itself, which escapes every name in it. */
    draw(svg) {
        const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
        this.place.replaceChildren(document.importNode(parsed, true));
        const drawn = this.place.querySelector("svg");
        if (!drawn)
            return;
        // Each entity can be reached by keyboard, so a screen reader is told that it is no mere picture.
        drawn.setAttribute("role", "group");
        this.boxes.clear();
        for (const group of drawn.querySelectorAll("g.entity")) {
            const name = group.nextElementSibling?.textContent ?? "";
            const title = group.querySelector("title")?.textContent ?? name;
            group.setAttribute("tabindex", "0");
            group.setAttribute("role", "button");
            group.dataset.name = name;
            group.addEventListener("click", () => this.choose(name));
            group.addEventListener("keydown", (event) => {
                if (event.key === "Enter" || event.key === " ") {
                    event.preventDefault();
                    this.choose(name);
                }
            });
            const label = group.nextElementSibling;
            if (label instanceof SVGElement)
                label.style.pointerEvents = "none";
            this.boxes.set(name, { group, name, title });
        }
        for (const text of drawn.querySelectorAll(":scope > text")) {
            // What is not written on a box follows the page's colours.
            if (!text.previousElementSibling?.classList.contains("entity"))
                text.classList.add("outside");
        }
        this.mark(this.chosen);
    }
    /** Marks the entity that is looked at. */
    mark(name) {
        this.chosen = name;
        for (const box of this.boxes.values())
            box.group.classList.toggle("chosen", box.name === name);
    }
    /** Shows what an entity is at now. */
    show(name, now) {
        const box = this.boxes.get(name);
        if (!box)
            return;
        const counts = [
            ["depth", (now.depth ?? 0) + (now.waiting ?? 0), "waiting"],
            ["busy", now.running ?? 0, "running"],
            ["dead", now.dead ?? 0, "dead letters"],
        ];
        const told = counts.filter(([, count]) => count > 0).map(([, count, what]) => `${count} ${what}`);
        if (now.inFlight)
            told.push(`${now.inFlight} in flight`);
        if (now.items)
            told.push(`${now.items} items`);
        if (now.lastError)
            told.push(`last error: ${now.lastError.text}`);
        box.group.setAttribute("aria-label", [box.title, ...told].join(", "));
        const title = box.group.querySelector("title");
        if (title)
            title.textContent = [box.title, ...told].join("\n");
        box.group.classList.toggle("trouble", (now.dead ?? 0) > 0);
        box.group.querySelectorAll(".badge").forEach((badge) => badge.remove());
        const { x, y, width } = box.group.querySelector("rect, path, polygon, ellipse, circle").getBBox();
        let right = x + width + 6;
        for (const [kind, count] of counts.reverse()) {
            if (count > 0)
                right = this.badge(box.group, kind, count, right, y - 8);
        }
    }
    badge(group, kind, count, right, y) {
        const text = count > 9999 ? `${Math.floor(count / 1000)}k` : String(count);
        const width = 9 + 6.5 * text.length;
        const badge = document.createElementNS(SVG, "g");
        badge.setAttribute("class", `badge ${kind}`);
        const shape = document.createElementNS(SVG, "rect");
        for (const [name, value] of Object.entries({ x: right - width, y, width, height: 15, rx: 7.5 })) {
            shape.setAttribute(name, String(value));
        }
        const label = document.createElementNS(SVG, "text");
        label.setAttribute("x", String(right - width / 2));
        label.setAttribute("y", String(y + 11));
        label.setAttribute("stroke", "none");
        label.textContent = text;
        badge.append(shape, label);
        group.append(badge);
        return right - width - 2;
    }
    /** Shows where something has just happened. */
    touch(steps) {
        for (const name of new Set(steps.map((step) => step.entity))) {
            const group = name ? this.boxes.get(name)?.group : undefined;
            if (!group)
                continue;
            group.classList.remove("active");
            requestAnimationFrame(() => group.classList.add("active"));
        }
    }
}
