// Opens a report of perflint in Chromium, uses it as a person would, and prints what happened as JSON.
import { launch } from "./browser.mjs";

const [page, screenshot] = process.argv.slice(2);
const browser = await launch();
try {
  const tab = await browser.newPage();
  const said = [];
  const requests = [];
  tab.on("console", (message) => said.push(message.text()));
  tab.on("pageerror", (error) => said.push(String(error)));
  tab.on("dialog", async (dialog) => {
    said.push("dialog: " + dialog.message());
    await dialog.dismiss();
  });
  tab.on("request", (request) => requests.push(request.url()));
  await tab.setViewport({ width: 1200, height: 900 });
  await tab.goto(page);

  const state = () => tab.evaluate(() => {
    const findings = Array.from(document.querySelectorAll("details.finding"));
    const shown = findings.filter((finding) => finding.offsetParent !== null);
    return {
      count: document.getElementById("count").textContent,
      shown: shown.length,
      files: Array.from(document.querySelectorAll("section.file")).filter((file) => file.offsetParent !== null).length,
      rules: Array.from(new Set(shown.map((finding) => finding.dataset.rule))),
    };
  });
  const whole = await state();
  const first = await tab.evaluate(() => document.querySelector("details.finding").dataset.text.split(" ")[0]);
  await tab.type("#search", first);
  const searched = await state();
  await tab.evaluate(() => { document.getElementById("search").value = ""; });
  await tab.type("#search", "nothing is called like this");
  const none = await state();
  await tab.evaluate(() => { document.getElementById("search").value = ""; });
  const rule = await tab.evaluate(() => document.querySelector("select[data-field=rule] option:last-child").textContent);
  await tab.select("select[data-field=rule]", rule);
  const filtered = await state();
  await tab.click("details.finding:not([hidden]) summary");
  const opened = await tab.evaluate(() => {
    const finding = document.querySelector("details.finding[open]");
    const box = (selector) => {
      const element = finding.querySelector(selector);
      const { width, height } = element ? element.getBoundingClientRect() : { width: 0, height: 0 };
      return width > 50 && height > 20;
    };
    return {
      picture: box("svg"),
      excerpt: box("pre"),
      steps: finding.querySelectorAll("svg rect").length,
      colour: getComputedStyle(finding.querySelector("pre .here")).backgroundColor,
      id: finding.id,
    };
  });
  await tab.screenshot({ path: screenshot });
  await tab.goto(page + "#" + opened.id);
  await tab.reload();
  const linked = await tab.evaluate((id) => document.getElementById(id).open, opened.id);
  // On a phone, code scrolls in its own box and the page does not.
  await tab.setViewport({ width: 390, height: 844 });
  const phone = await tab.evaluate(() => {
    document.querySelectorAll("details.finding").forEach((finding) => { finding.open = true; });
    return { page: document.documentElement.scrollWidth, screen: innerWidth };
  });
  const foreign = await tab.evaluate(() => Array.from(document.querySelectorAll("img, iframe, object, embed, link[rel=stylesheet], a[href], script[src]")).length);
  const scripts = await tab.evaluate(() => document.querySelectorAll("script").length);
  console.log(JSON.stringify({ whole, searched, none, rule, filtered, opened, linked, phone, foreign, scripts, said, requests }));
} finally {
  await browser.close();
}
