/**
 * The watchman on the router, for its `sh` (busybox ash, dash): holds the router for us alone, keeps what must be
 * started again, keeps the relay running, and puts all back when we say so, when the connection ends, or when no
 * word has come from us for a while (a computer that lost its power does not say good-bye, and sshd may not notice
 * for hours). All it knows lies in one directory in memory: a reboot of the router starts its services anyway.
 *
 * It reads lines: anything is a sign of life; `relay COMMAND…` starts the relay; the end of its input ends it.
 * It says `guard PID`, or `held PID`, and `over` when all is back.
 */
import { RELAY_LOG_MAX_BYTES, WATCH_INTERVAL_S, WATCH_SILENT_LOOKS } from './limits.ts';
import { quote } from './quote.ts';

/** On the router: in memory on every OpenWrt and RutOS, and never executed from. */
export const GUARD_DIRECTORY = '/tmp/cistern-beside';

/** Scripts over SSH see a shorter PATH than a login does; RutOS keeps added packages below /usr/local. */
export const PATH_LINE =
  'PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/usr/local/usr/sbin:/usr/local/usr/bin; export PATH';

/** `run` names the run of cistern: after a broken connection the same run takes the router over from its old watchman. */
export function guardScript(run: string, patience: Patience = PATIENCE): string {
  return `run=${quote([run])}
every=${patience.watchIntervalS}
silent_max=${patience.silentLooks}
${GUARD_BODY}`;
}

/** How often it looks for a sign of life, in seconds, and how often in vain. */
export type Patience = { readonly watchIntervalS: number; readonly silentLooks: number };

const PATIENCE: Patience = { watchIntervalS: WATCH_INTERVAL_S, silentLooks: WATCH_SILENT_LOOKS };

const GUARD_BODY = `${PATH_LINE}
umask 077
d=${GUARD_DIRECTORY}
main=$$
finish() {
  trap '' HUP INT TERM PIPE
  # One of us two does it: the one that reads, or the one that watches.
  mkdir "$d/finish" 2>/dev/null || return 0
  for p in $(cat "$d/loop" "$d/relay" 2>/dev/null); do kill "$p" 2>/dev/null; done
  start_all
  rm -rf "$d"
}
start_all() {
  for f in $(ls "$d" 2>/dev/null | grep '^start\\.' | sort -r); do
    sh "$d/$f" </dev/null >/dev/null 2>&1
  done
}
if ! mkdir "$d" 2>/dev/null; then
  p=$(cat "$d/pid" 2>/dev/null)
  [ -n "$p" ] || { sleep 1; p=$(cat "$d/pid" 2>/dev/null); }
  if [ "$(cat "$d/run" 2>/dev/null)" = "$run" ]; then
    kill -TERM "$p" 2>/dev/null
    i=0; while [ -d "$d" ] && [ "$i" -lt 20 ]; do sleep 1; i=$((i + 1)); done
    p=
  fi
  if [ -n "$p" ] && tr '\\0' ' ' <"/proc/$p/cmdline" 2>/dev/null | grep -q cistern-beside; then
    echo "held $p"; exit 0
  fi
  # Its watchman was killed: what it had stopped is started, then the router is ours.
  start_all
  rm -rf "$d"
  mkdir "$d" || exit 1
fi
echo "$run" >"$d/run"
echo "$main" >"$d/pid"
: >"$d/own.$main"
trap 'finish; exit 0' HUP INT TERM
(
  trap - HUP INT TERM
  last=; silent=0
  while sleep "$every"; do
    [ -d "$d" ] || exit 0
    [ "$(wc -c <"$d/relay.log" 2>/dev/null || echo 0)" -le ${RELAY_LOG_MAX_BYTES} ] || : >"$d/relay.log"
    now=$(cat "$d/beat" 2>/dev/null)
    if [ "$now" = "$last" ]; then silent=$((silent + 1)); else silent=0; last=$now; fi
    [ "$silent" -lt "$silent_max" ] || { finish; kill -9 "$main"; exit 0; }
  done
) </dev/null >/dev/null 2>&1 &
watch=$!
: >"$d/own.$watch"
echo "guard $main"
beats=0
while read -r word rest; do
  beats=$((beats + 1))
  echo "$beats" >"$d/beat"
  [ "$word" = relay ] || continue
  [ ! -f "$d/loop" ] || continue
  (
    trap - HUP INT TERM
    while [ -d "$d" ]; do
      sh -c ': >"$1/own.$$"; echo $$ >"$1/relay"; eval "exec $2"' sh "$d" "$rest"
      sleep 1
    done
  ) </dev/null >>"$d/relay.log" 2>&1 &
  echo $! >"$d/loop"
  : >"$d/own.$!"
done
kill "$watch" 2>/dev/null
finish
echo over
`;
