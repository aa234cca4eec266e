/**
 * The AT port of normal mode as a byte stream: characters are echoed as they come, a line ends with CR, answers are
 * framed by CR LF, unsolicited result codes come in between.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { type AtAnswer, type AtState, answerAtCommand } from './at-commands.ts';
import { AT_LINE_MAX_CHARS, AT_UNREAD_MAX_BYTES } from './limits.ts';
import type { LinkFailure, WaitOptions } from './link.ts';
import { WaitQueue } from './wait-queue.ts';

const CR = '\r';
const BACKSPACE = '\b';

export class AtPort {
  readonly #state: AtState;
  readonly #onEffect: (effect: 'reset' | 'power-off') => void;
  readonly #readers = new WaitQueue<number, Uint8Array>();
  #unread: Buffer = Buffer.alloc(0);
  #line = '';
  #isEnded = false;
  #isSilent = false;

  constructor(state: AtState, options: { readonly onEffect: (effect: 'reset' | 'power-off') => void }) {
    this.#state = state;
    this.#onEffect = options.onEffect;
  }

  read(maxBytes: number, options: WaitOptions): Promise<Result<Uint8Array, LinkFailure>> {
    const at = this.#readers.isEmpty ? this.#take(maxBytes) : undefined;
    if (at !== undefined) return Promise.resolve(ok(at));
    if (this.#isEnded) return Promise.resolve(err({ reason: 'gone' }));
    return this.#readers.wait(maxBytes, options);
  }

  write(bytes: Uint8Array): Result<void, LinkFailure> {
    if (this.#isEnded) return err({ reason: 'gone' });
    if (this.#isSilent) return ok();
    for (const character of Buffer.from(bytes).toString('latin1')) this.#type(character);
    return ok();
  }

  /** An unsolicited result code, e.g. `+CREG: 1`: it comes when it comes, also between echo and answer. */
  sendUnsolicited(line: string): void {
    this.#send(`\r\n${line}\r\n`);
  }

  /** The module hangs: it takes characters and says nothing. */
  silence(): void {
    this.#isSilent = true;
  }

  /** Whoever waits is told that the port is gone; with what was not read yet. */
  end(): void {
    this.#isEnded = true;
    this.#readers.end();
  }

  /** The host closed the port: half a line and unread answers are forgotten. */
  hangUp(): void {
    this.#line = '';
    this.#unread = Buffer.alloc(0);
    this.#readers.end();
  }

  #type(character: string): void {
    if (this.#state.isEchoOn) this.#send(character);
    if (character === CR) {
      const line = this.#line;
      this.#line = '';
      this.#execute(line.trim());
    } else if (character === BACKSPACE) this.#line = this.#line.slice(0, -1);
    // One character over the limit is kept, so that the line's end sees that it was too long.
    else if (this.#line.length <= AT_LINE_MAX_CHARS && character !== '\n') this.#line += character;
  }

  #execute(line: string): void {
    if (line === '') return;
    // Anything before AT is noise of the line, e.g. what a modem manager left behind.
    const command = /AT(.*)$/i.exec(line)?.[1];
    if (command === undefined) return;
    const isTooLong = line.length > AT_LINE_MAX_CHARS;
    const answer: AtAnswer = isTooLong
      ? { lines: [], result: 'ERROR' }
      : answerAtCommand(upperCaseOutsideQuotes(command), this.#state);
    for (const informationLine of answer.lines) this.#send(`\r\n${informationLine}`);
    if (answer.lines.length > 0) this.#send('\r\n');
    this.#send(`\r\n${this.#resultText(answer.result)}\r\n`);
    if (answer.effect !== undefined) this.#onEffect(answer.effect);
  }

  #resultText(result: AtAnswer['result']): string {
    if (typeof result === 'string') return result;
    if (this.#state.errorFormat === 0) return 'ERROR';
    return `+CME ERROR: ${this.#state.errorFormat === 1 ? result.cmeError : result.words}`;
  }

  #send(text: string): void {
    if (this.#isSilent || this.#isEnded) return;
    this.#unread = Buffer.concat([this.#unread, Buffer.from(text, 'latin1')]).subarray(-AT_UNREAD_MAX_BYTES);
    this.#readers.serve((maxBytes) => {
      const value = this.#take(maxBytes);
      return value === undefined ? undefined : { value };
    });
  }

  #take(maxBytes: number): Uint8Array | undefined {
    if (this.#unread.length === 0) return undefined;
    const taken = this.#unread.subarray(0, maxBytes);
    this.#unread = this.#unread.subarray(maxBytes);
    return taken;
  }
}

function upperCaseOutsideQuotes(command: string): string {
  return command.replace(/"[^"]*"|[a-z]+/g, (part) => (part.startsWith('"') ? part : part.toUpperCase()));
}
