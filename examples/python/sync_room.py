"""A room over plain HTTP: everything here is in Python's standard library."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ATTEMPTS = 8


class Refused(Exception):
    """The room said no. `code` says why, `body["hint"]` what would work."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body.get('error')}: {body.get('message')} {body.get('hint', '')}")
        self.status = status
        self.code = body.get("error")
        self.body = body


def call(url, token=None, body=None):
    """One call. It is sent again where the server is busy or the connection breaks."""
    data = None if body is None else json.dumps(body).encode()
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    for attempt in range(1, ATTEMPTS + 1):
        pause = 0.25 * attempt
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=70) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                answer = json.load(error)
            if error.code not in (429, 503) or attempt == ATTEMPTS:
                raise Refused(error.code, answer) from None
            pause = float(error.headers.get("Retry-After") or pause)
        except OSError:
            if attempt == ATTEMPTS:
                raise
        time.sleep(pause)


def create_room(base, **options):
    """Creates a room: `template="vote"`, `id="demo"`. Its answer holds the tokens."""
    return call(f"{base}/rooms", body=options)


class Room:
    """A room as the holder of one token sees it."""

    def __init__(self, base, room, token):
        self.base, self.id, self.token = base, room, token
        self.url = f"{base}/rooms/{urllib.parse.quote(room)}"

    def join(self, agent, **about):
        """Joins as a new agent, and answers the room with that agent's own token."""
        joined = call(f"{self.url}/agents", self.token, {"id": agent, **about})
        return Room(self.base, self.id, joined["token"])

    def invoke(self, action, **params):
        """Invokes with a key of its own: sent twice, it is done once."""
        url = f"{self.url}/actions/{urllib.parse.quote(action)}/invoke"
        return call(url, self.token, {"params": params, "idempotency_key": str(uuid.uuid4())})

    def invoke_many(self, invocations):
        """Invokes up to 100 in one commit, all or none."""
        keyed = [{**one, "idempotency_key": str(uuid.uuid4())} for one in invocations]
        return call(f"{self.url}/invoke", self.token, {"atomic": True, "invocations": keyed})

    def get(self, path, **query):
        query = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        return call(f"{self.url}{path}{'?' + query if query else ''}", self.token)

    def wait(self, condition, timeout=25_000):
        """Answers when the condition holds, or with `triggered` false after `timeout` ms; `views` are in it."""
        return self.get("/wait", condition=condition, timeout=timeout, include="views")

    def log(self):
        """Every event, page by page."""
        after = 0
        while after is not None:
            page = self.get("/log", after=after, limit=500)
            yield from page["events"]
            after = page.get("next")
