// The Chromium that the tests use.
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

export const launch = async () => puppeteer.launch({
  args: await puppeteer.defaultArgs({ args: chromium.args, headless: "shell" }),
  executablePath: await chromium.executablePath(),
  headless: "shell",
});
