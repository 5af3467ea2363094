// Opens a plan of perflint in Chromium, at several widths and in print, and prints what was seen as JSON.
import { launch } from "./browser.mjs";

const [page, screenshot] = process.argv.slice(2);
const browser = await launch();
try {
  const tab = await browser.newPage();
  const protocol = await tab.createCDPSession();
  const said = [];
  const requests = [];
  tab.on("console", (message) => said.push(message.text()));
  tab.on("pageerror", (error) => said.push(String(error)));
  tab.on("request", (request) => requests.push(request.url()));
  const shapes = {};
  for (const [name, width, scheme, media] of [
    ["desk", 1280, "light", "screen"],
    ["dark", 1280, "dark", "screen"],
    ["phone", 390, "light", "screen"],
    ["paper", 794, "light", "print"],
  ]) {
    await tab.setViewport({ width, height: 900 });
    // Both at once: one call of its own takes the other back.
    await protocol.send("Emulation.setEmulatedMedia", {
      media,
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
    await tab.goto(page);
    shapes[name] = await tab.evaluate(() => {
      const box = (element) => element.getBoundingClientRect();
      const past = Array.from(document.querySelectorAll("body *"))
        .filter((element) => box(element).right > innerWidth + 1 && !element.closest(".scroll, nav"));
      const top = document.querySelector("ol.top");
      return {
        width: document.documentElement.scrollWidth,
        screen: innerWidth,
        past: past.map((element) => element.tagName).slice(0, 5),
        background: getComputedStyle(document.body).backgroundColor,
        facts: box(document.querySelector(".facts")).bottom,
        first: top === null ? 0 : box(top).top,
        // Whether more than the head is seen of what is folded.
        unfolded: Array.from(document.querySelectorAll("details:not([open])"))
          .filter((details) => details.parentElement.closest("details") === null)
          .map((details) => box(details).height - box(details.querySelector("summary")).height > 50),
      };
    });
    if (name === "desk") {
      await tab.screenshot({ path: screenshot });
    }
  }
  const links = await tab.evaluate(() => Array.from(document.querySelectorAll("a"))
    .map((link) => link.getAttribute("href"))
    .filter((href) => !href.startsWith("#") || document.getElementById(href.slice(1)) === null));
  const sections = await tab.evaluate(() => document.querySelectorAll("nav a").length);
  console.log(JSON.stringify({ shapes, links, sections, said, requests }));
} finally {
  await browser.close();
}
