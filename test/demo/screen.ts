/** How the demonstration speaks: numbered chapters, the commands it runs, quotations of what they say. */
import { styleText } from 'node:util';

let chapters = 0;

export function chapter(title: string): void {
  chapters += 1;
  process.stdout.write(`\n${styleText('bold', `${chapters}. ${title}`)}\n`);
}

export function say(text: string): void {
  process.stdout.write(`   ${text}\n`);
}

export function command(text: string): void {
  process.stdout.write(`   ${styleText('cyan', `$ ${text}`)}\n`);
}

/** Output of a tool, indented, as it comes. */
export function quote(text: string): void {
  process.stdout.write(text.replace(/^(?=.)/gm, '   '));
}
