// Clicks through the console in a real browser, as a person would, and takes the pictures of the documents.
//
//   node clicks.mjs CONSOLE_URL FOLDER
//
// It ends with an error at the first thing that is not as it should be. The console is that of the restaurant,
// started with `--fresh`.

import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";

const [url, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "light" });
const page = await context.newPage();
page.setDefaultTimeout(20_000);
const wrong = [];
page.on("pageerror", (error) => wrong.push(String(error)));
page.on("console", (message) => {
  if (message.type() === "error") wrong.push(message.text());
});

const step = async (name, work) => {
  process.stdout.write(`${name} … `);
  await work();
  if (wrong.length > 0) throw new Error(`${name}: ${wrong.join("; ")}`);
  process.stdout.write("ok\n");
};
const entity = (name) => page.locator(`g.entity[data-name="${name}"]`);
const panel = page.locator("#entity");
const happened = page.locator("#paths");

try {
  await page.goto(url);
  await step("the graph is drawn, with names for a screen reader", async () => {
    await entity("orders").waitFor();
    const label = await entity("orders").getAttribute("aria-label");
    if (!label?.startsWith("queue orders")) throw new Error(`the name is ${label}`);
    await page.locator("#state", { hasText: "Live" }).waitFor();
    await panel.locator("h2").first().waitFor();
  });

  await step("a table is edited: soup comes onto the menu", async () => {
    await entity("menu").click();
    await panel.getByText("New item").click();
    await panel.getByLabel("New item of menu").fill('{ "name": "soup", "cents": 700 }');
    await panel.getByRole("button", { name: "Put" }).click();
    await panel.getByRole("cell", { name: "soup", exact: true }).waitFor();
  });

  await step("a route is called, by keyboard alone", async () => {
    await entity("door").focus();
    await page.keyboard.press("Enter");
    await panel.getByRole("heading", { name: "api door" }).waitFor();
    await panel.getByLabel("Route").selectOption("POST /orders");
    await panel.getByLabel("Body").fill('{ "id": "t-1", "table": 4, "dish": "soup" }');
    await panel.getByRole("button", { name: "Call" }).focus();
    await page.keyboard.press("Enter");
    await panel.locator("pre", { hasText: "202" }).waitFor();
  });

  await step("the path of its message is shown", async () => {
    await page.locator("body").click({ position: { x: 600, y: 850 } });
    await page.evaluate(() => document.activeElement?.blur());
    await happened.getByRole("button", { name: /POST \/orders/ }).first().click();
    for (const text of ["sent to `orders`", "given to `cook`", "sent to `served`"]) {
      await happened.getByText(text, { exact: false }).first().waitFor();
    }
  });

  await step("a message is sent, fails, and is seen to have failed", async () => {
    await entity("orders").click();
    await panel.getByLabel("Message for orders").fill('{ "id": "t-2", "table": 4, "dish": "stone" }');
    await panel.getByRole("button", { name: "Send", exact: true }).click();
    await happened.getByText("is not on the menu").first().waitFor();
    await entity("cook").click();
    await panel.getByText("is not on the menu").first().waitFor();
  });
  await page.screenshot({ path: `${folder}/console.png` });

  await step("time goes faster until it is a dead letter", async () => {
    await page.getByLabel("Speed").selectOption("600");
    await entity("orders").click();
    await panel.getByRole("heading", { name: /Dead letters \(1\)/ }).waitFor({ timeout: 60_000 });
    await page.getByLabel("Speed").selectOption("1");
  });

  await step("it is sent back once the menu has it", async () => {
    await entity("menu").click();
    await panel.getByText("New item").click();
    await panel.getByLabel("New item of menu").fill('{ "name": "stone", "cents": 1 }');
    await panel.getByRole("button", { name: "Put" }).click();
    await panel.getByRole("cell", { name: "stone", exact: true }).waitFor();
    await entity("orders").click();
    await panel.getByRole("button", { name: "Redrive dead letters" }).click();
    await page.locator("#state", { hasText: "1 sent back" }).waitFor();
    await entity("tickets").click();
    await panel.getByRole("cell", { name: "t-2", exact: true }).waitFor();
  });

  await step("an item is edited and deleted", async () => {
    await entity("menu").click();
    await panel.getByRole("button", { name: "Edit stone" }).click();
    await panel.getByLabel("Item stone of menu").fill('{ "name": "stone", "cents": 2 }');
    await panel.locator("details", { hasText: "Item stone" }).getByRole("button", { name: "Put" }).click();
    await panel.getByRole("cell", { name: "2", exact: true }).waitFor();
    await panel.getByRole("button", { name: "Delete stone" }).click();
    await panel.getByRole("cell", { name: "stone", exact: true }).waitFor({ state: "detached" });
  });

  await step("a message is replayed", async () => {
    await entity("orders").click();
    await panel.getByRole("button", { name: /^Replay/ }).first().click();
    await happened.getByText("sent to `orders`").first().waitFor();
  });

  await step("a schedule is started", async () => {
    await entity("closing").click();
    await panel.getByRole("button", { name: "Tick now" }).click();
    await entity("closer").click();
    await panel.getByText("1 runs").waitFor();
  });

  await step("time is stopped, goes on by steps, and goes on", async () => {
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    await entity("orders").click();
    await panel.getByLabel("Message for orders").fill('{ "id": "t-3", "table": 4, "dish": "soup" }');
    await panel.getByRole("button", { name: "Send", exact: true }).click();
    await page.waitForTimeout(600);
    if ((await happened.getByText("given to `cook`").count()) > 0) throw new Error("it goes on while time is stopped");
    await page.getByRole("button", { name: "Step" }).click();
    await page.getByRole("button", { name: "Go on" }).click();
    await happened.getByText("given to `cook`").first().waitFor();
  });

  await step("the log is looked back at", async () => {
    await page.getByLabel("Look back over the log").fill("0");
    await happened.getByRole("heading", { name: "The log" }).waitFor();
    await happened.getByText("`menu` written").first().waitFor();
  });

  await step("a test is copied that does the same again", async () => {
    await page.getByRole("button", { name: "Copy as test" }).click();
    const text = await page.getByLabel("A test that does the same again").inputValue();
    for (const part of ["#[test]", 'Request::new("POST", "/orders")', "restaurant::messages::Cook", "here.settle()"]) {
      if (!text.includes(part)) throw new Error(`no ${part} in:\n${text}`);
    }
    await page.getByRole("button", { name: "Close", exact: true }).click();
  });

  await step("it is dark where the system is", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await entity("cook").click();
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    if (ground === "rgb(255, 255, 255)") throw new Error("it is light");
    await page.screenshot({ path: `${folder}/console-dark.png` });
  });
} catch (error) {
  await page.screenshot({ path: `${folder}/failed.png` });
  console.error(`\n${error.stack}\n${wrong.join("\n")}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
