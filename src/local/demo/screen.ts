/** Where the demo tells its story. With `--json` the story goes to standard error and the summary is all of standard output. */
export interface Screen {
  /** A line of the story. */
  say(line?: string): void;
  /** A line with the platform's time since the story began. */
  at(millis: number, line: string): void;
}

/** Platform time as `+1h02m03s`, always as wide as `+00m00s`. */
export function elapsed(millis: number): string {
  const seconds = Math.max(0, Math.round(millis / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}m${two(seconds % 60)}s`;
  return hours > 0 ? `+${hours}h${rest}` : `+${rest}`;
}

export function createScreen(json: boolean): Screen {
  const stream = json ? process.stderr : process.stdout;
  const say = (line = ''): void => {
    stream.write(`${line}\n`);
  };
  return { say, at: (millis, line) => say(`  ${elapsed(millis)}  ${line}`) };
}
