// Runs a script of k6 in Node so many times as one visitor would, and tells what it sent: run.mjs SCRIPT TIMES.
import { checks } from "k6";
import { sent } from "k6/http";

globalThis.__ENV = process.env;
const [script, times] = process.argv.slice(2);
const { default: visit, options } = await import(script);
for (let time = 0; time < Number(times); time += 1) {
  visit();
}
console.log(JSON.stringify({ options, sent, checks }));
