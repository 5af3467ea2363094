// Draws pages in Chromium: each address is followed by the file of its picture.
import { launch } from "./browser.mjs";

const [...pages] = process.argv.slice(2);
const browser = await launch();
try {
  const tab = await browser.newPage();
  await tab.setViewport({ width: 1100, height: 3000 });
  while (pages.length > 0) {
    await tab.goto(pages.shift());
    await tab.screenshot({ path: pages.shift() });
  }
} finally {
  await browser.close();
}
