"""Load tests, made by perflint: locust -f load/locustfile.py --headless --host http://127.0.0.1:8000 -u 10 -t 1m

PREFIX goes before every path. Values of parameters: PARAM_ID=7. Query strings and bodies are JSON by name:
QUERIES='{"GET /orders": "state=open"}'. Requests that write run only with a body in BODIES.
Weights are the rates of [targets.entries], else equal, which is an assumption.
"""

import json
import os
import random

from locust import HttpUser, between, task

REQUESTS = json.loads(r'''{{ plan.load.requests|tojson }}''')

QUERIES = json.loads(os.environ.get("QUERIES", "{}"))

BODIES = json.loads(os.environ.get("BODIES", "{}"))

RUNNABLE = [request for request in REQUESTS if request["safe"] or request["name"] in BODIES]


def path_of(request):
    path = os.environ.get("PREFIX", "") + request["path"]
    for name in request["parameters"]:
        path = path.replace("{" + name + "}", os.environ.get("PARAM_" + name.upper(), "1"))
    query = QUERIES.get(request["name"])
    return f"{path}?{query}" if query else path


class Visitor(HttpUser):
    wait_time = between(0.5, 2)

    @task
    def visit(self):
        if not RUNNABLE:
            return
        request = random.choices(RUNNABLE, [request["weight"] for request in RUNNABLE])[0]
        self.client.request(
            request["method"], path_of(request), name=request["path"], data=BODIES.get(request["name"])
        )
