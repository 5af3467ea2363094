// Load tests, made by perflint: k6 run -e BASE_URL=http://127.0.0.1:8000 -e SCENARIO=baseline load/k6.js
// PREFIX, what a proxy or a setting puts before them, goes before every path. Values of parameters: -e PARAM_ID=7. Query strings and bodies are JSON by name:
// -e QUERIES='{"GET /orders": "state=open"}'. Requests that write run only with a body in BODIES.
import http from "k6/http";
import { check } from "k6";

const base = __ENV.BASE_URL || "http://127.0.0.1:8000";
const prefix = __ENV.PREFIX || "";
// Rate: {{ plan.load.rate|source }}.
const rate = Number(__ENV.RATE || {{ plan.load.rate.value }});
const chosen = __ENV.SCENARIO || "baseline";

/** Query strings, by name. @type {Record<string, string>} */
const queries = JSON.parse(__ENV.QUERIES || "{}");

/** Bodies of requests that write, by name. @type {Record<string, string>} */
const bodies = JSON.parse(__ENV.BODIES || "{}");

/** @typedef {Object} Planned
 * @property {string} name
 * @property {string} method
 * @property {string} path
 * @property {string[]} parameters
 * @property {number} weight
 * @property {boolean} safe
 */

/** @type {Planned[]} */
const requests = [
{% for request in plan.load.requests %}
  // {{ request.place }}
  { name: {{ request.name|tojson }}, method: {{ request.method|tojson }}, path: {{ request.path|tojson }}, parameters: {{ request.parameters|tojson }}, weight: {{ request.weight }}, safe: {{ request.safe|tojson }} },
{% endfor %}
];

const runnable = requests.filter((request) => request.safe || bodies[request.name] !== undefined);
const total = runnable.reduce((sum, request) => sum + request.weight, 0);

/** @type {Record<string, import("k6/options").Scenario>} */
const scenarios = {
  baseline: { executor: "constant-arrival-rate", rate, timeUnit: "1s", duration: "5m", preAllocatedVUs: 50 },
  stress: {
    executor: "ramping-arrival-rate", startRate: rate, timeUnit: "1s", preAllocatedVUs: 200,
    stages: [{ target: rate * 3, duration: "8m" }, { target: 0, duration: "2m" }],
  },
  spike: {
    executor: "ramping-arrival-rate", startRate: rate, timeUnit: "1s", preAllocatedVUs: 300,
    stages: [{ target: rate * 5, duration: "10s" }, { target: rate * 5, duration: "1m" }, { target: rate, duration: "2m" }],
  },
  endurance: { executor: "constant-arrival-rate", rate, timeUnit: "1s", duration: "2h", preAllocatedVUs: 50 },
};

/** @type {import("k6/options").Options} */
export const options = {
  scenarios: { [chosen]: scenarios[chosen] },
  thresholds: {
    // {{ plan.load.p95|source }}; {{ plan.load.p99|source }}
    http_req_duration: ["p(95)<{{ plan.load.p95.value }}", "p(99)<{{ plan.load.p99.value }}"],
    // {{ plan.load.errors|source }}
    http_req_failed: ["rate<{{ (plan.load.errors.value / 100)|round(6) }}"],
{% for request in plan.load.requests if request.safe %}
    {{ ("http_req_duration{name:" ~ request.name ~ "}")|tojson }}: ["p(95)<{{ request.p95 }}"{% if request.p99 is number %}, "p(99)<{{ request.p99 }}"{% endif %}],
{% endfor %}
  },
};

function pick() {
  let at = Math.random() * total;
  for (const request of runnable) {
    at -= request.weight;
    if (at <= 0) {
      return request;
    }
  }
  return runnable[0];
}

export default function () {
  const request = pick();
  if (request === undefined) {
    return;
  }
  const path = request.parameters.reduce(
    (path, name) => path.replace(`{${name}}`, __ENV[`PARAM_${name.toUpperCase()}`] || "1"),
    request.path,
  );
  const query = queries[request.name] === undefined ? "" : `?${queries[request.name]}`;
  const response = http.request(request.method, base + prefix + path + query, bodies[request.name] ?? null, { tags: { name: request.name } });
  check(response, { "no error of the server": (response) => response.status < 500 });
}
