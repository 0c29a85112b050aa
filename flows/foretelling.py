"""Asks Prefect over its own HTTP when each flow runs next, and whether a worker is there to run it.

Nothing here imports Prefect, and nothing waits longer than two seconds for it.
"""

import json
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.steward import FLOWS, Engine

PATIENCE = 2.0
"""Seconds, for all questions together."""
MOST_RUNS = 200
ONLINE = "ONLINE"


class Unheard(RuntimeError):
    """Prefect gave no answer that can be used; the message says why, in a sentence."""


def foretell(api_url: str, patience: float = PATIENCE) -> Engine:
    """What Prefect at an address means to do; `trouble` says why nothing is known."""
    if not api_url:
        return _nothing("This service has not been told where its Prefect server is.")
    heard: Future[Engine] = Future()
    # A thread of its own, because a name that is looked up keeps to no time limit of ours.
    threading.Thread(target=_ask, args=(api_url.rstrip("/"), patience, heard), daemon=True).start()
    try:
        return heard.result(patience)
    except TimeoutError:
        return _nothing(f"Prefect did not answer within {patience:g} seconds.")
    except Unheard as unheard:
        return _nothing(str(unheard))


def _nothing(trouble: str) -> Engine:
    return Engine(dict.fromkeys(FLOWS), has_worker=False, trouble=trouble)


def _ask(api_url: str, patience: float, heard: "Future[Engine]") -> None:
    try:
        heard.set_result(_engine(api_url, patience))
    except urllib.error.HTTPError as error:
        error.close()
        heard.set_exception(Unheard(f"Prefect refused to answer (HTTP {error.code})."))
    except OSError:
        heard.set_exception(Unheard("Prefect cannot be reached."))
    except Exception:  # whatever it said, a page of ours is still owed
        heard.set_exception(Unheard("Something answered that does not speak as Prefect does."))


def _engine(api_url: str, patience: float) -> Engine:
    deployed = {
        one["name"]: one
        for one in _post(f"{api_url}/deployments/filter", {}, patience)
        if one["name"] in FLOWS
    }
    if not deployed:
        return _nothing("Prefect answers, and none of our flows is deployed on it.")
    wanted = {
        "deployments": {"id": {"any_": [one["id"] for one in deployed.values()]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "sort": "NEXT_SCHEDULED_START_TIME_ASC",
        "limit": MOST_RUNS,
    }
    runs = _post(f"{api_url}/flow_runs/filter", wanted, patience)
    pools = {str(one["work_pool_name"]) for one in deployed.values() if one.get("work_pool_name")}
    workers = [
        worker
        for pool in sorted(pools)
        for worker in _post(f"{api_url}/work_pools/{pool}/workers/filter", {}, patience)
    ]
    return Engine(
        {name: _next(deployed.get(name), runs) for name in FLOWS},
        has_worker=any(worker.get("status") == ONLINE for worker in workers),
    )


def _next(deployed: Mapping[str, Any] | None, runs: list[dict[str, Any]]) -> datetime | None:
    """The first run in Prefect’s diary; none where it is not deployed, or its schedule is off."""
    if deployed is None or deployed.get("paused"):
        return None
    starts = [
        datetime.fromisoformat(run["next_scheduled_start_time"])
        for run in runs
        if run["deployment_id"] == deployed["id"] and run.get("next_scheduled_start_time")
    ]
    return min(starts, default=None)


def _post(url: str, body: object, patience: float) -> list[dict[str, Any]]:
    """What a question is answered; the name and password of an address go into its header."""
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    headers = {"Content-Type": "application/json"}
    if at:
        headers["Authorization"] = f"Basic {b64encode(unquote(who).encode()).decode()}"
    request = urllib.request.Request(
        parts._replace(netloc=where).geturl(), data=json.dumps(body).encode(), headers=headers
    )
    with urllib.request.urlopen(request, timeout=patience) as answer:
        said: list[dict[str, Any]] = json.loads(answer.read())
        return said
