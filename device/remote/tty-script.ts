/**
 * A tty of the router as a raw stream on standard input and output, for its `sh`. The tty is opened before it is set:
 * to close it in between would lose what the modem says first. `open` on standard error says that it is.
 * Codes: 3 there is no such tty, 4 it could not be opened, 5 no program there can do it.
 */
import { GUARD_DIRECTORY, PATH_LINE } from './guard-script.ts';
import { quote } from './quote.ts';

export function ttyScript(node: string): string {
  // Not by the leader of the session itself: the tty would become its controlling terminal, and be hung up with it.
  return `sh -c ${quote([body(node)])}; exit $?`;
}

function body(node: string): string {
  return `${PATH_LINE}
n=${quote([node])}
d=${GUARD_DIRECTORY}
mark='[ -d "$1" ] && : >"$1/own.$$"'
[ -d "$d" ] && : >"$d/own.$$"
[ -e "$n" ] || exit 3
if command -v stty >/dev/null; then
  exec 3<>"$n" || exit 4
  stty raw -echo clocal <&3 2>/dev/null || exit 4
  echo open >&2
  # dd, not cat: busybox's cat has the kernel carry bytes from the tty into the pipe, which stays locked meanwhile,
  # and whoever serves our connection waits for that lock.
  sh -c "$mark; exec dd bs=4096" sh "$d" <&3 2>/dev/null &
  r=$!
  # A tty that is gone ends the reader, and that ends us.
  ( while kill -0 "$r" 2>/dev/null; do sleep 1; done; kill $$ ) </dev/null >/dev/null 2>&1 3>&- &
  w=$!
  sh -c "$mark; exec dd bs=4096" sh "$d" >&3 2>/dev/null
  kill "$r" "$w" 2>/dev/null
elif command -v socat >/dev/null; then
  echo open >&2
  exec socat - "OPEN:$n,rawer"
else
  exit 5
fi
`;
}
