#!/usr/bin/env bash
# Three workers drain a queue through a room, each task done exactly once: the room's log must show it.
# bash and curl are all that it needs; each task is to count the lines of a file.
#
#   npm run example:shell                                             # starts a server of its own
#   SYNC_URL=http://127.0.0.1:8787 examples/shell/queue-demo.sh       # against one that runs
set -euo pipefail

API=${SYNC_URL:-http://127.0.0.1:8787}
cd "$(dirname "$0")/../.."
FILES=(src/help/*.md)
WORKERS=(worker-1 worker-2 worker-3)
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT

# call TOKEN PATH [curl options]: one call, sent again where the server is busy. A refusal is an answer, too.
call() {
  local token=$1 path=$2
  shift 2
  curl -sS --retry 5 --retry-connrefused "$API$path" -H "Authorization: Bearer $token" "$@"
}

# field NAME: the text, number or list of that name in the JSON that comes in, the first there is.
field() {
  grep -oE "[{,]\"$1\":(\"[^\"]*\"|\[[^]]*\]|[^,}]*)" | head -n 1 | sed -e 's/^[{,]"[^"]*"://' -e 's/^"//' -e 's/"$//'
}

invoke() {
  call "$1" "/rooms/$ROOM/actions/$2/invoke" -d "{\"params\": $3, \"idempotency_key\": \"$RANDOM-$RANDOM-$RANDOM\"}"
}

work() {
  local name=$1 token woken ready key claim file
  token=$(call "$JOIN" "/rooms/$ROOM/agents" -d "{\"id\": \"$name\", \"role\": \"worker\"}" | field token)
  while true; do
    woken=$(call "$token" "/rooms/$ROOM/wait" --get -d include=views \
      --data-urlencode 'condition=size(views.ready) > 0 || views.settled == true')
    [[ $woken == *'"triggered":true'* ]] || continue
    ready=$(field ready <<<"$woken" | tr -d '[]"')
    [[ -n $ready ]] || return 0
    IFS=, read -ra keys <<<"$ready"
    key=${keys[RANDOM % (${#keys[@]} < 3 ? ${#keys[@]} : 3)]}
    claim=$(invoke "$token" claim_task "{\"key\": \"$key\", \"lease_ms\": 20000}")
    # Refused: another was faster.
    [[ $claim == *'"invoked":true'* ]] || continue
    file=$(sed 's/.*"result"://' <<<"$claim" | field body)
    invoke "$token" complete_task "{\"key\": \"$key\", \"result\": $(wc -l <"$file")}" >/dev/null
    echo "$key" >>"$OUT/$name"
  done
}

created=$(curl -sS "$API/rooms" -d '{"template": "task-queue"}')
ROOM=$(field id <<<"$created")
OWNER=$(field token <<<"$created")
JOIN=$(field join_token <<<"$created")
echo "${#FILES[@]} files, ${#WORKERS[@]} workers, room $ROOM at $API"

for file in "${FILES[@]}"; do invoke "$OWNER" post_task "{\"body\": \"$file\"}" >/dev/null; done
pids=()
for name in "${WORKERS[@]}"; do
  work "$name" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
for name in "${WORKERS[@]}"; do echo "$name did $(cat "$OUT/$name" 2>/dev/null | wc -l) tasks"; done

# What the log says: the writes into _results, by task.
log=$(call "$OWNER" "/rooms/$ROOM/log?limit=500")
faults=0
for index in "${!FILES[@]}"; do
  key=$((index + 1))
  file=${FILES[index]}
  results=$(grep -o "\"op\":\"set\",\"scope\":\"_results\",\"key\":\"$key\",\"value\":{[^}]*}" <<<"$log" || true)
  count=$(grep -c . <<<"$results" || true)
  lines=$(($(wc -l <"$file")))
  if [[ $count != 1 || $results != *"\"task\":\"$file\",\"result\":$lines,"* ]]; then
    echo "FAULT: $file was done $count times: $results" >&2
    faults=1
  fi
done
[[ $log != *'"next":'* && $(call "$OWNER" "/rooms/$ROOM/log/verify") == *'"ok":true'* ]] || faults=1
[[ $faults == 0 ]] && echo "Every task was done exactly once, and every count is right."
exit $faults
