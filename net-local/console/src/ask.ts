// What the page asks `synth dev`, and what it is told.

/** One entity, as it is now. */
export interface Now {
  runs: number;
  failures: number;
  sent: number;
  handled: number;
  requests: number;
  writes: number;
  ticks: number;
  lastError?: { at: number; text: string };
  depth?: number;
  inFlight?: number;
  dead?: number;
  running?: number;
  waiting?: number;
  items?: number;
}

/** What an entity is, as far as something can be done with it. */
export type Kind =
  | { kind: "queue"; fifo: boolean; redrive: boolean }
  | { kind: "function"; contract: string; timeout: number }
  | { kind: "topic" }
  | { kind: "table"; keys: string[] }
  | { kind: "schedule" }
  | { kind: "api"; routes: string[] }
  | { kind: "bucket" }
  | { kind: "service" };

export interface Network {
  name: string;
  svg: string;
  version: number;
  kinds: Record<string, Kind>;
  places: Record<string, { place: string; deadline: number | null }>;
  types: Record<string, string>;
  apis: Record<string, string>;
}

/** One thing that happened. */
export interface Step {
  n: number;
  at: number;
  kind: string;
  text: string;
  failed: boolean;
  correlation?: string;
  run?: number;
  entity?: string;
  message?: string;
  body?: string;
}

export interface News {
  version: number;
  now: number;
  speed: number;
  entities: Record<string, Now>;
  steps: Step[];
  skipped: number;
  length: number;
}

/** What one event has caused, in a line. */
export interface Path {
  correlation: string;
  began: number;
  took: number;
  steps: number;
  failed: boolean;
  text: string;
}

export interface Message {
  message: string;
  body: string;
  group: string | null;
  correlation: string;
  receives?: number;
  inFlight?: boolean;
  why?: string | null;
}

export interface Messages {
  waiting: Message[];
  dead: Message[];
  recent: Message[];
}

export type Item = Record<string, unknown>;

export interface Items {
  keys: { name: string; type: string }[];
  items: Item[];
}

const token = new URLSearchParams(location.search).get("token") ?? "";
const headers = { authorization: `Bearer ${token}` };

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  let why = text;
  try {
    why = (JSON.parse(text) as { why?: string }).why ?? text;
  } catch {
    // It is a plain text.
  }
  throw new Error(why.trim() || `it answered ${response.status}`);
}

async function get<T>(path: string): Promise<T> {
  const response = await checked(await fetch(`/api/${path}`, { headers }));
  return (await response.json()) as T;
}

const name = encodeURIComponent;

export const network = () => get<Network>("network");
export const paths = () => get<Path[]>("paths");
export const path = (correlation: string) => get<Step[]>(`path/${name(correlation)}`);
export const messages = (queue: string) => get<Messages>(`messages/${name(queue)}`);
export const items = (table: string) => get<Items>(`items/${name(table)}`);
export const log = (from: number, count: number) =>
  get<{ length: number; steps: Step[] }>(`log?from=${from}&count=${count}`);

/** A Rust test that does again what came from outside. */
export async function test(): Promise<string> {
  return (await checked(await fetch("/api/test", { headers }))).text();
}

/** Does something; what came of it. */
export async function act<T>(deed: Record<string, unknown>): Promise<T> {
  const sent = { ...headers, "content-type": "application/json" };
  const response = await fetch("/api/do", { method: "POST", headers: sent, body: JSON.stringify(deed) });
  return (await (await checked(response)).json()) as T;
}

/** Listens to what is new, until the server has gone. */
export async function listen(told: (news: News) => void): Promise<void> {
  const response = await checked(await fetch("/api/events", { headers }));
  if (!response.body) throw new Error("this browser does not read streams");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) told(JSON.parse(event.replace(/^data: /, "")) as News);
  }
}
