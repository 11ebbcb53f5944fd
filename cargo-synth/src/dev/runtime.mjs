// Runs a JavaScript handler as Lambda's runtime does: asks the runtime API for events, and posts what comes
// of them.

import { existsSync } from "node:fs";
import { request } from "node:http";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function call(method, path, body) {
  return new Promise((answered, failed) => {
    const options = { host, port, method, path: `/2018-06-01/runtime/${path}` };
    const asked = request(options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => answered({ headers: response.headers, text: Buffer.concat(parts).toString() }));
    });
    asked.on("error", failed);
    asked.end(body);
  });
}

function failure(error) {
  const trace = String(error?.stack ?? error).split("\n");
  return JSON.stringify({ errorMessage: String(error?.message ?? error), errorType: error?.name ?? "Error", trace });
}

async function load() {
  const [, module, name] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER);
  const endings = [".mjs", ".js", ".cjs"];
  const file = endings.map((ending) => resolve(module + ending)).find((path) => existsSync(path));
  if (!file) throw new Error(`there is no ${module}.mjs, .js or .cjs in ${process.cwd()}`);
  const loaded = await import(pathToFileURL(file).href);
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler !== "function") throw new Error(`${file} exports no function ${name}`);
  return handler;
}

/** What a handler answers: by a promise, or by a callback if it takes one. */
function run(handler, event, context) {
  if (handler.length < 3) return Promise.resolve(handler(event, context));
  return new Promise((answered, failed) => {
    handler(event, context, (error, answer) => (error ? failed(error) : answered(answer)));
  });
}

let handler;
try {
  handler = await load();
} catch (error) {
  console.error(error);
  await call("POST", "init/error", failure(error));
  process.exit(1);
}
for (;;) {
  const { headers, text } = await call("GET", "invocation/next");
  const id = headers["lambda-runtime-aws-request-id"];
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const answer = await run(handler, JSON.parse(text), context);
    await call("POST", `invocation/${id}/response`, JSON.stringify(answer ?? null));
  } catch (error) {
    console.error(error);
    await call("POST", `invocation/${id}/error`, failure(error));
  }
}
