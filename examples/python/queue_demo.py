"""Four workers drain a queue through a room, each task done exactly once: the room's log must show it.

One worker stops in the middle of a task, as one that hangs; its claim runs out, and another does the task.

    npm run example:python                                          # starts a server of its own
    SYNC_URL=http://127.0.0.1:8787 python3 examples/python/queue_demo.py    # against one that runs
"""

import collections
import os
import random
import sys
import threading

from sync_room import Refused, Room, create_room

BASE = os.environ.get("SYNC_URL", "http://127.0.0.1:8787")
TASKS = [{"primes_below": 100 * n} for n in range(1, 61)]
WORKERS = ["worker-1", "worker-2", "worker-3", "worker-4"]
HANGS = "worker-3"
LEASE_MS = 2_000
# Of the tasks that are ready a worker takes one of the first: fewer would make more claims collide.
CHOICE = 4


def solve(task):
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(2, task["primes_below"]))


def work(room, name):
    """One worker: wait for a task, claim it, do it, hand it in, until nothing is left."""
    done = 0
    while True:
        woken = room.wait("size(views.ready) > 0 || views.settled == true")
        if not woken["triggered"]:
            continue
        ready = woken["views"]["ready"]
        if not ready:
            return
        key = random.choice(ready[:CHOICE])
        try:
            claim = room.invoke("claim_task", key=key, lease_ms=LEASE_MS)["result"]
            if name == HANGS and done == 1:
                return
            room.invoke("complete_task", key=key, result=solve(claim["body"]), attempt=claim["attempt"])
            done += 1
        except Refused as refused:
            # Another was faster, or this claim has run out.
            if refused.code not in ("precondition_failed", "version_conflict"):
                raise


def faults(events):
    """What the log tells that should not be."""
    results, attempts = collections.defaultdict(list), collections.defaultdict(list)
    for event in events:
        for write in event["payload"]["writes"]:
            if write["scope"] == "_results":
                results[write["key"]].append((event["agent"], write["value"]))
            if write["scope"] == "_claims" and write["op"] == "set":
                attempts[write["key"]].append(event["agent"])
    keys = [str(n) for n in range(1, len(TASKS) + 1)]
    for key, task in zip(keys, TASKS):
        if len(results[key]) != 1:
            yield f"task {key} was done {len(results[key])} times"
        elif results[key][0][1]["result"] != solve(task):
            yield f"the result of task {key} is wrong"
        elif results[key][0][0] != attempts[key][-1]:
            yield f"task {key} was done by one who did not hold it"
    if set(results) - set(keys):
        yield "there are results of no task"
    rescued = [key for key in keys if len(attempts[key]) > 1]
    if not any(HANGS in attempts[key][:-1] for key in rescued):
        yield f"nobody took over from {HANGS}"
    tally = collections.Counter(done[0][0] for done in results.values())
    print(", ".join(f"{name} did {tally[name]}" for name in WORKERS))
    print(f"tried again: {', '.join(f'task {key} by {attempts[key][-1]}' for key in rescued)}")


def main():
    created = create_room(BASE, template="task-queue")
    owner = Room(BASE, created["id"], created["token"])
    door = Room(BASE, created["id"], created["join_token"])
    print(f"{len(TASKS)} tasks, {len(WORKERS)} workers, room {created['id']} at {BASE}")
    owner.invoke_many([{"action": "post_task", "params": {"body": task}} for task in TASKS])
    threads = [threading.Thread(target=work, args=(door.join(name, role="worker"), name)) for name in WORKERS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong = list(faults(owner.log()))
    if not owner.get("/log/verify")["ok"]:
        wrong.append("the log's chain does not hold")
    for fault in wrong:
        print(f"FAULT: {fault}", file=sys.stderr)
    if not wrong:
        print("Every task was done exactly once, and every result is right.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
