#!/usr/bin/env bash
# The queue demo by `sync` alone: a coordinator and three workers, each a process of this shell, count the lines of files.
# Claims race; every task is done exactly once, and the room's log proves it.
#
#   npm run example:cli                   starts a server of its own
#   bash examples/cli-queue.sh [files…]   with `npm start` in another terminal, or SYNC_SERVER
set -euo pipefail
export SYNC_SERVER="${SYNC_SERVER:-${SYNC_URL:-http://127.0.0.1:8787}}"
cd "$(dirname "$0")/.."
# Profiles of its own, so that those of whoever runs it stay as they are.
XDG_CONFIG_HOME=$(mktemp -d)
export XDG_CONFIG_HOME NODE_COMPILE_CACHE="$XDG_CONFIG_HOME/compiled"
trap 'rm -rf "$XDG_CONFIG_HOME"' EXIT
# The one of this tree: systems have another command of that name, which writes their disks.
sync() { node_modules/.bin/node src/cli/main.ts "$@"; }

files=("$@")
[ ${#files[@]} -gt 0 ] || files=(src/protocol/*.ts)
workers=(ada bob cyd)

sync create --json >/dev/null
for worker in "${workers[@]}"; do sync join "$worker" >/dev/null; done
sync register action - >/dev/null <<'JSON'
[
  {
    "id": "post",
    "description": "Post a file to be counted",
    "params": { "file": { "type": "string", "required": true } },
    "writes": [{ "scope": "_queue", "append": true, "value": "${params.file}" }]
  },
  {
    "id": "claim",
    "description": "Take a task from the queue",
    "params": { "key": { "type": "string", "required": true } },
    "if": "params.key in state._queue",
    "writes": [
      { "scope": "_claims", "key": "${params.key}", "expr": true, "value": "{\"file\": state._queue[params.key], \"by\": self}" },
      { "scope": "_queue", "key": "${params.key}", "delete": true }
    ],
    "result": "state._claims[params.key].file"
  },
  {
    "id": "submit",
    "description": "Hand in the result of a task that you have claimed",
    "params": { "key": { "type": "string", "required": true }, "lines": { "type": "integer", "required": true } },
    "if": "params.key in state._claims && state._claims[params.key].by == self",
    "writes": [
      { "scope": "_results", "key": "${params.key}", "if_hash": "", "value": { "lines": "${params.lines}", "by": "${self}" } },
      { "scope": "_claims", "key": "${params.key}", "delete": true }
    ]
  }
]
JSON

# A key that is open just now; workers choose at random, and still want the same one at times.
open_key() {
  sync eval "size(state._queue) == 0 ? '' : state._queue.keys()[$RANDOM % size(state._queue)]"
}

work() {
  export SYNC_AGENT=$1
  local key claimed file
  sync wait 'size(state._queue) > 0' 2>/dev/null
  while key=$(open_key) && [ -n "$key" ]; do
    # It ends with 3 where another was quicker. The key is a text, though it looks like a number.
    claimed=$(sync invoke claim key="\"$key\"" --json 2>/dev/null) || continue
    file=${claimed##*'"result":"'}
    file=${file%%'"'*}
    sync invoke submit key="\"$key\"" lines="$(wc -l <"$file")" >/dev/null
  done
}

for worker in "${workers[@]}"; do work "$worker" & done
for file in "${files[@]}"; do
  printf '{"action": "post", "params": {"file": "%s"}}\n' "$file"
done | sync batch - >/dev/null
wait

sync history _results
done_once=$(sync log --json | grep -o '"scope":"_results","key":"[0-9]*"' | sort | uniq -c | grep -c '^ *1 ')
echo "$done_once of ${#files[@]} tasks were done exactly once."
[ "$done_once" = ${#files[@]} ]
